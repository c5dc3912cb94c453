//! Nobody edits, ends, deletes or takes from who or what holds more than they do (PRODUCT,
//! Invariants): of people, service accounts, credentials and roles.

use serde_json::{Value, json};

use crate::harness::{Account, Answer, Asked, Region};

/// Somebody with one custom role, in the whole organization: its id, and a token.
async fn somebody(region: &Region, name: &str, privileges: Value, scopes: Value) -> (String, String) {
    let role = region.role(name, privileges, scopes).await;
    region.person(json!([role]), None).await
}

async fn send(asked: Asked, body: &Value) -> Answer {
    if body.is_null() { asked } else { asked.json(body) }.send().await
}

#[tokio::test]
async fn whoever_only_manages_users_leaves_larger_ones_alone() {
    let region = Region::start().await;
    let (own, token) = somebody(&region, "users", json!(["users:read", "users:manage"]), json!([])).await;
    let account = region.account_with(json!({"roles": ["viewer"]})).await;
    let admin = region.admin_id().await;
    let (second, second_token) = region.person(json!(["organization_admin"]), None).await;
    let (reader, _) = region.person(json!([region.reader()]), None).await;
    let (limited, _) = region
        .person(json!(["subscription_admin"]), Some(region.subscription()))
        .await;
    for larger in [&admin, &second, &reader, &limited, &account.id] {
        let path = format!("/users/{larger}");
        for (method, path, body) in [
            ("PATCH", path.clone(), json!({"roles": []})),
            ("PATCH", path.clone(), json!({"subscription": region.subscription()})),
            (
                "PATCH",
                path.clone(),
                json!({"user_type": "view_only", "confirm_credential_loss": true}),
            ),
            ("PATCH", path.clone(), json!({"name": "Nobody"})),
            ("PATCH", path.clone(), json!({"email": "mine@acme.test"})),
            ("PATCH", path.clone(), json!({})),
            ("POST", format!("{path}/invitation"), Value::Null),
            ("DELETE", path.clone(), Value::Null),
        ] {
            let answer = send(region.by(&token, method, &path), &body).await;
            assert!(
                ["beyond-own", "forbidden"].contains(&answer.clone().problem(403).as_str()),
                "{method} {path} {body}: {answer:?}"
            );
        }
    }
    // Nothing of theirs has ended.
    for token in [&region.running.facts.admin.token, &second_token] {
        region.by(token, "GET", "/users").send().await.is(200);
    }
    account.management_token(&region).await;
    // Who holds as much or less is his to manage, and so is he himself.
    let (equal, _) = somebody(&region, "equal", json!(["users:read"]), json!([])).await;
    region
        .by(&token, "PATCH", &format!("/users/{equal}"))
        .json(&json!({"name": "Less", "roles": [], "subscription": region.subscription()}))
        .send()
        .await
        .is(200);
    region
        .by(&token, "POST", &format!("/users/{equal}/invitation"))
        .send()
        .await
        .is(202);
    region
        .by(&token, "DELETE", &format!("/users/{equal}"))
        .send()
        .await
        .is(204);
    region
        .by(&token, "PATCH", &format!("/users/{own}"))
        .json(&json!({"name": "Myself"}))
        .send()
        .await
        .is(200);
}

#[tokio::test]
async fn whoever_only_manages_roles_strips_and_deletes_none_that_is_larger() {
    let region = Region::start().await;
    let (_, token) = somebody(&region, "roles", json!(["roles:manage"]), json!([])).await;
    let auditor = region.role("auditor", json!(["audit:read"]), json!([])).await;
    for larger in [auditor.as_str(), region.reader(), region.editor()] {
        let path = format!("/roles/{larger}");
        for body in [
            json!({"privileges": [], "scopes": []}),
            json!({"scopes": []}),
            json!({"name": "x"}),
            json!({}),
        ] {
            let answer = region.by(&token, "PATCH", &path).json(&body).send().await;
            assert_eq!(answer.problem(403), "beyond-own", "{larger} {body}");
        }
        let answer = region.by(&token, "DELETE", &path).send().await;
        assert_eq!(answer.problem(403), "beyond-own", "{larger}");
    }
    let own = region
        .by(&token, "POST", "/roles")
        .json(&json!({"name": "small", "privileges": ["roles:manage"]}));
    let path = format!("/roles/{}", own.send().await.is(201).text("/id"));
    region
        .by(&token, "PATCH", &path)
        .json(&json!({"privileges": []}))
        .send()
        .await
        .is(200);
    region.by(&token, "DELETE", &path).send().await.is(204);
}

#[tokio::test]
async fn whoever_only_manages_accounts_leaves_larger_ones_and_their_credentials_alone() {
    let region = Region::start().await;
    let resource = region.resource_id().await;
    let (_, token) = somebody(
        &region,
        "accounts",
        json!(["service_accounts:read", "service_accounts:manage"]),
        json!([{"resource": resource, "scopes": ["read:me"]}]),
    )
    .await;
    let stronger = [
        region.account_with(json!({"roles": ["subscription_admin"]})).await,
        region.account_with(json!({"roles": [region.editor()]})).await,
        region.account_with(json!({"roles": [region.reader(), "viewer"]})).await,
    ];
    for account in &stronger {
        let before = account.grant(&region, &[("resource", region.resource())]).await;
        for (method, path, body) in operations(account) {
            let answer = send(region.by(&token, method, &path), &body).await;
            assert_eq!(answer.problem(403), "beyond-own", "{method} {path} {body}");
        }
        if before.status == 200 {
            assert_eq!(region.verified(&before.text("/access_token")).await, 200);
        }
    }
    for (method, path, body) in operations(&region.account().await) {
        let answer = send(region.by(&token, method, &path), &body).await;
        assert!(answer.status.is_success(), "{method} {path} {body}: {answer:?}");
    }
}

/// Everything that is done to an account, its end last.
fn operations(account: &Account) -> Vec<(&'static str, String, Value)> {
    let credentials = format!("{}/credentials", account.path());
    let credential = account.body["credential"]["id"].clone();
    vec![
        ("PATCH", account.path(), json!({"description": "x"})),
        ("PATCH", account.path(), json!({"roles": []})),
        ("POST", credentials.clone(), json!({"name": "mine"})),
        ("PATCH", account.credential(), json!({"name": "x"})),
        ("POST", format!("{}/rotate", account.credential()), Value::Null),
        (
            "POST",
            format!("{credentials}/delete"),
            json!({"client_ids": [credential]}),
        ),
        ("DELETE", account.path(), Value::Null),
    ]
}

/// One credential, alone: in the list above it goes with the others.
#[tokio::test]
async fn one_credential_of_a_larger_account_stays() {
    let region = Region::start().await;
    let (_, token) = somebody(&region, "accounts", json!(["service_accounts:manage"]), json!([])).await;
    let account = region.account().await;
    let answer = region.by(&token, "DELETE", &account.credential()).send().await;
    assert_eq!(answer.problem(403), "beyond-own");
    account.token(&region).await;
}

/// A token says less than its holder may: then it touches less.
#[tokio::test]
async fn a_narrower_token_touches_no_more_than_it_holds() {
    let region = Region::start().await;
    let robot = region.account_with(json!({"roles": ["subscription_admin"]})).await;
    let manage = robot.grant(&region, &[("scope", "service_accounts:manage")]).await;
    let manage = manage.is(200).text("/access_token");
    let viewer = region.account_with(json!({"roles": ["viewer"]})).await;
    let answer = region.by(&manage, "DELETE", &viewer.path()).send().await;
    assert_eq!(answer.problem(403), "beyond-own");
    let whole = robot.management_token(&region).await;
    region.by(&whole, "DELETE", &viewer.path()).send().await.is(204);
}

/// It ends the sessions and tokens of organization admins, too.
#[tokio::test]
async fn everything_is_revoked_only_by_who_holds_all_that_an_organization_admin_does() {
    let region = Region::start().await;
    let path = format!("/organizations/{}/revoke", region.running.facts.organization);
    let all_but_one = [
        "service_accounts:read",
        "service_accounts:manage",
        "users:read",
        "users:manage",
        "roles:manage",
        "settings:manage",
        "clients:manage",
        "oauth_approvals:read",
        "oauth_approvals:manage",
    ];
    let (_, token) = somebody(&region, "nearly all", json!(all_but_one), json!([])).await;
    region.by(&token, "POST", &path).send().await.problem(403);
    // Every privilege, and not every scope.
    let privileges = [all_but_one.as_slice(), &["audit:read"]].concat();
    let (_, token) = somebody(&region, "all but scopes", json!(privileges), json!([])).await;
    let answer = region.by(&token, "POST", &path).send().await;
    assert_eq!(answer.problem(403), "beyond-own");
    region.admin("GET", "/users").send().await.is(200);
    region.admin("POST", &path).send().await.is(200);
}

/// What other roles grant is not lost with one of them; and an edit that changes nothing ends nothing.
#[tokio::test]
async fn a_role_that_shrinks_ends_nothing_of_who_loses_nothing() {
    let region = Region::start().await;
    let small = region.role("small", json!(["audit:read"]), json!([])).await;
    let (_, rolf) = somebody(&region, "rolf", json!(["roles:manage", "audit:read"]), json!([])).await;
    let (_, admin) = region.person(json!(["organization_admin", small]), None).await;
    let (_, reader) = region.person(json!([small]), None).await;
    let path = format!("/roles/{small}");
    region.by(&reader, "GET", "/audit-events").send().await.is(200);
    for privileges in [json!([]), json!([]), json!(["audit:read"]), json!([])] {
        let edit = region
            .by(&rolf, "PATCH", &path)
            .json(&json!({"privileges": privileges}));
        edit.send().await.is(200);
        region.by(&admin, "GET", "/users").send().await.is(200);
    }
    region.by(&reader, "GET", "/audit-events").send().await.problem(401);
}
