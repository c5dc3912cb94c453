//! Who may do what: every operation needs its privilege, and no other helps.

use regent::domain::Privilege;
use serde_json::{Value, json};

use crate::harness::{Asked, Region};

/// An operation and the privilege it needs; none if any caller may look.
struct Operation {
    method: &'static str,
    path: String,
    body: Value,
    needs: Option<&'static str>,
}

/// All of them. What they name is not there, so that none does anything: with the privilege, they
/// are refused for another reason.
fn operations(region: &Region) -> Vec<Operation> {
    let operation = |method, path: &str, body, needs| Operation {
        method,
        path: path.to_owned(),
        body,
        needs,
    };
    let (subscription, organization) = (region.subscription(), region.running.facts.organization.as_str());
    let account = "/service-accounts/usr_000000000000";
    let credential = format!("{account}/credentials/crd_000000000000");
    let elsewhere = json!({"name": "x", "subscription": "sub_000000000000"});
    let read = Some("service_accounts:read");
    let manage = Some("service_accounts:manage");
    let settings = Some("settings:manage");
    let clients = Some("clients:manage");
    let client = "/clients/cli_us_000000000000";
    let resource = json!({"name": "x", "subscription": "sub_000000000000", "audience": "https://x.test", "scopes": [{"name": "a"}]});
    vec![
        operation("GET", "/service-accounts", Value::Null, read),
        operation("GET", account, Value::Null, read),
        operation("GET", &format!("{account}/credentials"), Value::Null, read),
        operation("GET", &credential, Value::Null, read),
        operation("POST", "/service-accounts", elsewhere.clone(), manage),
        operation("PATCH", account, json!({}), manage),
        operation("DELETE", account, Value::Null, manage),
        operation("POST", &format!("{account}/credentials"), json!({"name": "x"}), manage),
        operation("PATCH", &credential, json!({}), manage),
        operation("POST", &format!("{credential}/rotate"), json!({}), manage),
        operation("DELETE", &credential, Value::Null, manage),
        operation(
            "POST",
            &format!("{account}/credentials/delete"),
            json!({"client_ids": ["crd_000000000000"]}),
            manage,
        ),
        operation("GET", "/users", Value::Null, Some("users:read")),
        operation("GET", "/users/usr_000000000000", Value::Null, Some("users:read")),
        operation(
            "POST",
            "/users",
            json!({"name": "x", "email": "x@127.0.0.1", "user_type": "sales"}),
            Some("users:manage"),
        ),
        operation("PATCH", "/users/usr_000000000000", json!({}), Some("users:manage")),
        operation("DELETE", "/users/usr_000000000000", Value::Null, Some("users:manage")),
        operation("POST", "/roles", json!({"name": "Viewer"}), Some("roles:manage")),
        operation("PATCH", "/roles/rol_000000000000", json!({}), Some("roles:manage")),
        operation("DELETE", "/roles/rol_000000000000", Value::Null, Some("roles:manage")),
        operation("POST", "/applications", elsewhere, settings),
        operation("PATCH", "/applications/app_000000000000", json!({}), settings),
        operation("DELETE", "/applications/app_000000000000", Value::Null, settings),
        operation("POST", "/resources", resource, settings),
        operation("PATCH", "/resources/res_000000000000", json!({}), settings),
        operation("DELETE", "/resources/res_000000000000", Value::Null, settings),
        operation("PATCH", &format!("/subscriptions/{subscription}"), json!({}), settings),
        operation("PATCH", &format!("/organizations/{organization}"), json!({}), settings),
        operation("GET", "/clients", Value::Null, clients),
        operation("GET", client, Value::Null, clients),
        operation(
            "POST",
            "/clients",
            json!({"name": "x", "redirect_uris": ["https://x.test/"]}),
            clients,
        ),
        operation("PATCH", client, json!({}), clients),
        operation("POST", &format!("{client}/rotate"), json!({}), clients),
        operation("DELETE", client, Value::Null, clients),
        operation("GET", "/audit-events", Value::Null, Some("audit:read")),
        operation("GET", "/roles", Value::Null, None),
        operation("GET", "/roles/viewer", Value::Null, None),
        operation("GET", "/applications", Value::Null, None),
        operation("GET", "/resources", Value::Null, None),
        operation("GET", "/subscriptions", Value::Null, None),
        operation("GET", &format!("/subscriptions/{subscription}"), Value::Null, None),
        operation("GET", "/organizations", Value::Null, None),
        operation("GET", &format!("/organizations/{organization}"), Value::Null, None),
    ]
}

impl Operation {
    fn ask(&self, region: &Region, token: &str) -> Asked {
        let asked = region.by(token, self.method, &self.path);
        if self.body.is_null() {
            asked
        } else {
            asked.json(&self.body)
        }
    }
}

#[tokio::test]
async fn every_operation_needs_its_privilege_and_no_other_helps() {
    let region = Region::start().await;
    for privilege in Privilege::ALL {
        let role = region
            .role(privilege.as_str(), json!([privilege.as_str()]), json!([]))
            .await;
        let (_, token) = region.person(json!([role]), None).await;
        for operation in operations(&region) {
            let Operation {
                method, path, needs, ..
            } = &operation;
            let answer = operation.ask(&region, &token).send().await;
            if needs.is_none_or(|needed| needed == privilege.as_str()) {
                assert!(
                    ![401, 403, 500, 503].contains(&answer.status.as_u16()),
                    "{method} {path} with {privilege:?}: {answer:?}"
                );
            } else {
                let needed = needs.unwrap();
                assert_eq!(
                    answer.text("/detail"),
                    format!("This needs the privilege {needed}."),
                    "{method} {path}"
                );
                assert_eq!(answer.problem(403), "forbidden", "{method} {path} with {privilege:?}");
            }
        }
    }
}

#[tokio::test]
async fn nobody_is_served_without_a_token() {
    let region = Region::start().await;
    for operation in operations(&region) {
        let asked = region.http.ask(operation.method, &format!("/api/v1{}", operation.path));
        let asked = if operation.body.is_null() {
            asked
        } else {
            asked.json(&operation.body)
        };
        let answer = asked.send().await;
        let issuer = &region.running.facts.issuer;
        let pointer = format!("{issuer}/.well-known/oauth-protected-resource/api/v1");
        assert_eq!(
            answer.header("www-authenticate"),
            Some(format!(r#"Bearer realm="regent", resource_metadata="{pointer}""#).as_str()),
            "{}",
            operation.path
        );
        answer.problem(401);
    }
}

#[tokio::test]
async fn a_viewer_looks_and_touches_nothing() {
    let region = Region::start().await;
    let (_, viewer) = region.person(json!(["viewer"]), None).await;
    let account = region.account_with(json!({"roles": ["viewer"]})).await;
    let robot = account.management_token(&region).await;
    for operation in operations(&region) {
        for token in [&viewer, &robot] {
            let status = operation.ask(&region, token).send().await.status;
            // Clients have no privilege of looking alone.
            if operation.method == "GET" && operation.needs != Some("clients:manage") {
                assert!([200, 404].contains(&status.as_u16()), "{}: {status}", operation.path);
            } else {
                assert_eq!(status, 403, "{} {}", operation.method, operation.path);
            }
        }
    }
}

#[tokio::test]
async fn somebody_without_roles_sees_where_they_are_and_nothing_else() {
    let region = Region::start().await;
    let (_, token) = region.person(json!([]), None).await;
    for operation in operations(&region) {
        let status = operation.ask(&region, &token).send().await.status.as_u16();
        assert_eq!(
            status,
            if operation.needs.is_some() { 403 } else { 200 },
            "{} {}",
            operation.method,
            operation.path
        );
    }
}

/// A token says less than its holder may: then it is good for less (RFC 6749 §3.3).
#[tokio::test]
async fn a_token_is_good_for_its_scopes_only() {
    let region = Region::start().await;
    let account = region.account_with(json!({"roles": ["subscription_admin"]})).await;
    let token = account
        .grant(&region, &[("scope", "service_accounts:read")])
        .await
        .is(200)
        .text("/access_token");
    region.by(&token, "GET", "/service-accounts").send().await.is(200);
    for (method, path) in [
        ("DELETE", account.path()),
        ("GET", "/users".to_owned()),
        ("GET", "/audit-events".to_owned()),
    ] {
        assert_eq!(
            region.by(&token, method, &path).send().await.problem(403),
            "forbidden",
            "{path}"
        );
    }
    // Nor does it hand out what it was not given.
    let manage = account
        .grant(&region, &[("scope", "service_accounts:manage")])
        .await
        .is(200)
        .text("/access_token");
    for roles in [json!(["viewer"]), json!(["subscription_admin"])] {
        let body = json!({"name": "more", "subscription": region.subscription(), "roles": roles});
        assert_eq!(
            region
                .by(&manage, "POST", "/service-accounts")
                .json(&body)
                .send()
                .await
                .problem(403),
            "beyond-own"
        );
    }
}
