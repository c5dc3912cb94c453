//! Nobody can hand out more than they hold: to a person, an account, or a role (PRODUCT, Roles).

use serde_json::{Value, json};

use crate::harness::{Account, Asked, Region};

#[track_caller]
fn beyond(problem: &str, what: &str) {
    assert!(
        ["beyond-own", "forbidden", "beyond-subscription"].contains(&problem),
        "{what}: {problem}"
    );
}

/// Somebody who may manage accounts, users and roles, and holds `read:me`, in the whole organization.
async fn manager(region: &Region) -> (String, String) {
    let resource = region.resource_id().await;
    let privileges = json!([
        "service_accounts:read",
        "service_accounts:manage",
        "users:read",
        "users:manage",
        "roles:manage"
    ]);
    let role = region
        .role(
            "manager",
            privileges,
            json!([{"resource": resource, "scopes": ["read:me"]}]),
        )
        .await;
    let (person, token) = region.person(json!([role]), None).await;
    assert!(role.starts_with("rol_"));
    (person, token)
}

#[tokio::test]
async fn roles_are_handed_out_by_whoever_holds_them() {
    let region = Region::start().await;
    let (person, token) = manager(&region).await;
    let account = region.account_with(json!({"roles": []})).await;
    for (role, held) in [
        (region.reader(), true),
        (region.editor(), false),
        ("viewer", false),
        ("subscription_admin", false),
        ("organization_admin", false),
    ] {
        let new =
            json!({"name": format!("with {}", &role[..6]), "subscription": region.subscription(), "roles": [role]});
        let user = json!({"name": "x", "email": format!("{role}@acme.test"), "user_type": "sales", "roles": [role]});
        let asked: [(&str, Asked); 4] = [
            (
                "a new account",
                region.by(&token, "POST", "/service-accounts").json(&new),
            ),
            (
                "an account",
                region
                    .by(&token, "PATCH", &account.path())
                    .json(&json!({"roles": [role]})),
            ),
            ("a new person", region.by(&token, "POST", "/users").json(&user)),
            (
                "themselves",
                region
                    .by(&token, "PATCH", &format!("/users/{person}"))
                    .json(&json!({"roles": [role]})),
            ),
        ];
        for (whom, asked) in asked {
            // Giving oneself less would end this test's token.
            if held && whom == "themselves" {
                continue;
            }
            let answer = asked.send().await;
            if held {
                assert!(answer.status.is_success(), "{role} to {whom}: {answer:?}");
            } else {
                assert_eq!(answer.problem(403), "beyond-own", "{role} to {whom}");
            }
        }
    }
}

#[tokio::test]
async fn a_role_holds_no_more_than_its_maker() {
    let region = Region::start().await;
    let (_, token) = manager(&region).await;
    let resource = region.resource_id().await;
    let scopes = |names: &[&str]| json!([{"resource": resource, "scopes": names}]);
    for (privileges, scopes, held) in [
        (json!(["users:read"]), scopes(&["read:me"]), true),
        (json!(["users:read", "audit:read"]), json!([]), false),
        (json!(["settings:manage"]), json!([]), false),
        (json!([]), scopes(&["write:me"]), false),
        (json!([]), scopes(&["read:me", "write:me"]), false),
    ] {
        let new = json!({"name": format!("new {privileges} {scopes}").chars().take(60).collect::<String>(), "privileges": privileges, "scopes": scopes});
        let change = json!({"privileges": privileges, "scopes": scopes});
        let existing = region
            .role(
                &format!("old {held} {}", privileges.to_string().len()),
                json!([]),
                json!([]),
            )
            .await;
        for asked in [
            region.by(&token, "POST", "/roles").json(&new),
            region.by(&token, "PATCH", &format!("/roles/{existing}")).json(&change),
        ] {
            let answer = asked.send().await;
            if held {
                assert!(answer.status.is_success(), "{change}: {answer:?}");
            } else {
                assert_eq!(answer.problem(403), "beyond-own", "{change}");
            }
        }
        region
            .admin("DELETE", &format!("/roles/{existing}"))
            .send()
            .await
            .is(204);
    }
}

/// Whoever sees a secret holds what its account holds.
#[tokio::test]
async fn a_stronger_accounts_secret_is_not_for_the_weaker() {
    let region = Region::start().await;
    let (_, token) = manager(&region).await;
    let stronger = [
        region.account_with(json!({"roles": ["subscription_admin"]})).await,
        region.account_with(json!({"roles": [region.editor()]})).await,
        region.account_with(json!({"roles": [region.reader(), "viewer"]})).await,
    ];
    for account in &stronger {
        let credentials = format!("{}/credentials", account.path());
        let create = region
            .by(&token, "POST", &credentials)
            .json(&json!({"name": "mine"}))
            .send()
            .await;
        assert_eq!(create.problem(403), "beyond-own");
        let rotate = region
            .by(&token, "POST", &format!("{}/rotate", account.credential()))
            .send()
            .await;
        assert_eq!(rotate.problem(403), "beyond-own");
    }
    let equal = region.account().await;
    region
        .by(&token, "POST", &format!("{}/rotate", equal.credential()))
        .send()
        .await
        .is(200);
}

/// A person who was a stronger service account, a stronger person's reach: no way round either.
#[tokio::test]
async fn a_person_limited_to_a_subscription_reaches_nothing_of_the_organization() {
    let region = Region::start().await;
    let (person, token) = region
        .person(json!(["organization_admin"]), Some(region.subscription()))
        .await;
    let facts = &region.running.facts;
    let other = region.account_with(json!({"roles": ["subscription_admin"]})).await;
    let robot = other.management_token(&region).await;
    let user = json!({"name": "x", "email": "x@acme.test", "user_type": "sales"});
    for (method, path, body) in [
        (
            "PATCH",
            format!("/organizations/{}", facts.organization),
            json!({"name": "Mine"}),
        ),
        ("POST", "/users".to_owned(), user),
        ("PATCH", format!("/users/{person}"), json!({"subscription": null})),
        (
            "PATCH",
            format!("/users/{person}"),
            json!({"roles": ["organization_admin"]}),
        ),
        ("DELETE", format!("/users/{person}"), Value::Null),
        ("POST", "/roles".to_owned(), json!({"name": "mine"})),
        ("PATCH", format!("/roles/{}", region.reader()), json!({"name": "mine"})),
        ("DELETE", format!("/roles/{}", region.reader()), Value::Null),
    ] {
        for token in [&token, &robot] {
            let asked = region.by(token, method, &path);
            let asked = if body.is_null() { asked } else { asked.json(&body) };
            beyond(&asked.send().await.problem(403), &format!("{method} {path}"));
        }
    }
    // In its own subscription it is an admin.
    Account::create(&region, &token, json!({"roles": [region.editor()]})).await;
    let settings = json!({"service_account_limit": 30});
    region
        .by(&token, "PATCH", &format!("/subscriptions/{}", region.subscription()))
        .json(&settings)
        .send()
        .await
        .is(200);
}

#[tokio::test]
async fn a_service_account_cannot_raise_itself() {
    let region = Region::start().await;
    let role = region
        .role(
            "robots",
            json!(["service_accounts:manage", "users:manage", "roles:manage"]),
            json!([]),
        )
        .await;
    let robot = region.account_with(json!({"roles": [role]})).await;
    let token = robot.management_token(&region).await;
    for (method, path, body) in [
        ("PATCH", robot.path(), json!({"roles": ["subscription_admin"]})),
        ("PATCH", robot.path(), json!({"roles": [role, region.reader()]})),
        (
            "PATCH",
            format!("/users/{}", robot.id),
            json!({"roles": ["organization_admin"]}),
        ),
        (
            "PATCH",
            format!("/users/{}", robot.id),
            json!({"user_type": "licensed", "confirm_credential_loss": true, "subscription": null}),
        ),
        (
            "PATCH",
            format!("/roles/{role}"),
            json!({"privileges": ["service_accounts:manage", "audit:read"]}),
        ),
    ] {
        let answer = region.by(&token, method, &path).json(&body).send().await;
        beyond(&answer.problem(403), &format!("{method} {path} {body}"));
    }
    // More of the same is no more.
    region
        .by(&token, "POST", &format!("{}/credentials", robot.path()))
        .json(&json!({"name": "2"}))
        .send()
        .await
        .is(201);
}
