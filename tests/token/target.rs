//! Resources (RFC 8707), and the switches that turn a plan or a resource off.

use serde_json::{Value, json};

use crate::harness::{Organization, Parts, Region};

async fn resource(region: &Region, audience: &str, scopes: &[&str]) -> Value {
    let scopes: Vec<Value> = scopes
        .iter()
        .map(|name| json!({"name": name, "description": "x"}))
        .collect();
    let asked =
        json!({"name": audience, "audience": audience, "scopes": scopes, "subscription": region.subscription()});
    region
        .admin("POST", "/resources")
        .json(&asked)
        .send()
        .await
        .is(201)
        .json()
}

/// A role with scopes at one resource.
async fn role(region: &Region, resource: &Value, scopes: &[&str]) -> String {
    let scopes = json!([{"resource": resource["id"], "scopes": scopes}]);
    let asked = json!({"name": "at another resource", "scopes": scopes});
    region
        .admin("POST", "/roles")
        .json(&asked)
        .send()
        .await
        .is(201)
        .text("/id")
}

#[tokio::test]
async fn a_resource_that_is_not_there_is_an_invalid_target() {
    let region = Region::start().await;
    let account = region.account().await;
    let globex = Organization::found(&region).await;
    let known = region.resource();
    for resource in [
        "https://api.example.com",
        "acme",
        "/acme",
        "\"",
        "é",
        "",
        globex.resource.as_str(),
        region.running.issuer.as_str(),
        &format!("{known}/"),
        &format!("{known}#fragment"),
        &format!("{known}?x"),
        &known.to_uppercase(),
        &known.replace("http://", "http://user@"),
    ] {
        let answer = account.grant(&region, &[("resource", resource)]).await;
        if resource.is_empty() {
            assert_eq!(Parts::of(&answer.is(200).text("/access_token")).claims["aud"], known);
        } else {
            answer.refused(400, "invalid_target");
        }
    }
    // A token is for one API.
    for second in [known, "https://api.example.com"] {
        let answer = account
            .grant(&region, &[("resource", known), ("resource", second)])
            .await;
        answer.refused(400, "invalid_target");
    }
}

#[tokio::test]
async fn the_token_is_for_the_resource_that_was_named_or_meant() {
    let region = Region::start().await;
    let billing = resource(&region, "https://billing.example.com", &["invoices:read", "read:me"]).await;
    let role = role(&region, &billing, &["invoices:read", "read:me"]).await;
    let account = region.account_with(json!({"roles": [region.reader(), role]})).await;
    let acme = region.resource();
    for (fields, audience, scope) in [
        // None named: the default one, if it has the scopes asked for; or the only one that has.
        (vec![], acme, "read:me"),
        (vec![("scope", "read:me")], acme, "read:me"),
        (
            vec![("scope", "invoices:read")],
            "https://billing.example.com",
            "invoices:read",
        ),
        (
            vec![("scope", "invoices:read read:me")],
            "https://billing.example.com",
            "invoices:read read:me",
        ),
        (vec![("resource", acme)], acme, "read:me"),
        (
            vec![("resource", "https://billing.example.com")],
            "https://billing.example.com",
            "invoices:read read:me",
        ),
        // The empty path and `/` are one (RFC 3986 §6.2.3, STANDARDS C15).
        (
            vec![("resource", "https://billing.example.com/")],
            "https://billing.example.com",
            "invoices:read read:me",
        ),
    ] {
        let answer = account.grant(&region, &fields).await.is(200);
        assert_eq!(answer.text("/scope"), scope, "{fields:?}");
        assert_eq!(
            Parts::of(&answer.text("/access_token")).claims["aud"],
            audience,
            "{fields:?}"
        );
    }
    let wrong = [("resource", acme), ("scope", "invoices:read")];
    account.grant(&region, &wrong).await.refused(400, "invalid_scope");
}

#[tokio::test]
async fn of_several_resources_without_a_default_one_must_be_named() {
    let region = Region::start().await;
    let billing = resource(&region, "https://billing.example.com", &["read:me"]).await;
    let role = role(&region, &billing, &["read:me"]).await;
    let account = region.account_with(json!({"roles": [region.reader(), role]})).await;
    let subscription = format!("/subscriptions/{}", region.subscription());
    let default = async |resource: &Value| {
        region
            .admin("PATCH", &subscription)
            .json(&json!({"default_resource": resource}))
            .send()
            .await
            .is(200);
    };
    default(&Value::Null).await;
    for fields in [vec![], vec![("scope", "read:me")]] {
        account.grant(&region, &fields).await.refused(400, "invalid_target");
    }
    account.grant(&region, &[("resource", region.resource())]).await.is(200);
    default(&billing["id"]).await;
    let token = account.token(&region).await;
    assert_eq!(Parts::of(&token).claims["aud"], "https://billing.example.com");
}

#[tokio::test]
async fn a_plan_without_service_accounts_issues_and_accepts_nothing() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    let subscription = format!("/subscriptions/{}", region.subscription());
    let plan = async |enabled: bool| {
        let changes = json!({"service_accounts_enabled": enabled});
        region.admin("PATCH", &subscription).json(&changes).send().await.is(200);
    };
    plan(false).await;
    account.grant(&region, &[]).await.refused(400, "unauthorized_client");
    account
        .grant(&region, &[("scope", "users:read")])
        .await
        .refused(400, "unauthorized_client");
    assert_eq!(region.verified(&token).await, 401);
    let create = json!({"name": "one more", "subscription": region.subscription()});
    let problem = region
        .admin("POST", "/service-accounts")
        .json(&create)
        .send()
        .await
        .problem(403);
    assert_eq!(problem, "plan-disabled");
    plan(true).await;
    account.grant(&region, &[]).await.is(200);
}

#[tokio::test]
async fn a_resource_that_is_switched_off_issues_and_accepts_nothing() {
    let region = Region::start().await;
    let account = region.account_with(json!({"roles": [region.reader(), "viewer"]})).await;
    let token = account.token(&region).await;
    let resources = region.admin("GET", "/resources").send().await.is(200);
    let path = format!("/resources/{}", resources.text("/items/0/id"));
    let switch = async |enabled: bool| {
        region
            .admin("PATCH", &path)
            .json(&json!({"enabled": enabled}))
            .send()
            .await
            .is(200);
    };
    switch(false).await;
    for fields in [
        vec![],
        vec![("scope", "read:me")],
        vec![("resource", region.resource())],
    ] {
        account.grant(&region, &fields).await.refused(400, "invalid_target");
    }
    assert_eq!(region.verified(&token).await, 401);
    // Other resources are not its business.
    account.management_token(&region).await;
    switch(true).await;
    account.grant(&region, &[]).await.is(200);
}
