//! The audit trail: who did what to what, when, from where; people and integrations told apart.

use serde_json::{Value, json};

use crate::harness::{Account, Region};

pub(super) async fn events(region: &Region, query: &[(&str, &str)]) -> Vec<Value> {
    let query = [&[("limit", "100")], query].concat();
    let page = region
        .admin("GET", "/audit-events")
        .query(&query)
        .send()
        .await
        .is(200)
        .json();
    assert_eq!(page["next_cursor"], Value::Null);
    page["items"].as_array().unwrap().clone()
}

/// What was done, sorted: the clock stands still, so much of it happened at once.
pub(super) fn actions(events: &[Value]) -> Vec<&str> {
    let mut actions: Vec<&str> = events.iter().map(|event| event["action"].as_str().unwrap()).collect();
    actions.sort_unstable();
    actions
}

#[tokio::test]
async fn an_event_says_who_did_what_to_what_when_and_from_where() {
    let region = Region::start().await;
    let account = region.account_with(json!({"name": "Watched"})).await;
    let found = events(&region, &[("action", "service_account.created")]).await;
    let admin = crate::harness::Parts::of(&region.running.facts.admin.token).claims["sub"].clone();
    assert_eq!(
        found,
        [json!({
            "id": found[0]["id"],
            "organization": region.running.facts.organization,
            "subscription": region.subscription(),
            "at": region.clock.now().to_rfc3339(),
            "actor": {"kind": "person", "id": admin, "name": "admin@acme.test"},
            "action": "service_account.created",
            "target": {"id": account.id, "name": "Watched"},
            "source_ip": "127.0.0.1",
            "request_id": found[0]["request_id"],
            "details": found[0]["details"],
        })]
    );
    assert!(found[0]["id"].as_str().unwrap().starts_with("evt_"));
    assert!(found[0]["request_id"].is_string());
}

#[tokio::test]
async fn every_act_leaves_its_event() {
    let region = Region::start().await;
    let subscription = region.subscription();
    let account = region.account_with(json!({"roles": []})).await;
    let rotate = format!("{}/rotate", account.credential());
    let credentials = format!("{}/credentials", account.path());
    let made = async |path: &str, body: Value| region.admin("POST", path).json(&body).send().await.is(201).text("/id");
    let edited = async |path: &str, body: Value| {
        region.admin("PATCH", path).json(&body).send().await.is(200);
    };
    let deleted = async |path: &str| {
        region.admin("DELETE", path).send().await.is(204);
    };
    edited(&account.path(), json!({"description": "x"})).await;
    let second = made(&credentials, json!({"name": "second"})).await;
    let third = made(&credentials, json!({"name": "third"})).await;
    edited(&account.credential(), json!({"name": "renamed"})).await;
    region.admin("POST", &rotate).send().await.is(200);
    deleted(&format!("{credentials}/{second}")).await;
    let many = json!({"client_ids": [third, account.client_id]});
    region
        .admin("POST", &format!("{credentials}/delete"))
        .json(&many)
        .send()
        .await
        .is(200);
    edited(
        &format!("/users/{}", account.id),
        json!({"user_type": "sales", "confirm_credential_loss": true}),
    )
    .await;
    deleted(&format!("/users/{}", account.id)).await;
    let user = made(
        "/users",
        json!({"name": "u", "email": "u@acme.test", "user_type": "sales"}),
    )
    .await;
    edited(&format!("/users/{user}"), json!({"roles": ["viewer"]})).await;
    deleted(&format!("/users/{user}")).await;
    let role = made("/roles", json!({"name": "r"})).await;
    edited(&format!("/roles/{role}"), json!({"name": "s"})).await;
    deleted(&format!("/roles/{role}")).await;
    let application = made("/applications", json!({"name": "a", "subscription": subscription})).await;
    edited(&format!("/applications/{application}"), json!({"name": "b"})).await;
    deleted(&format!("/applications/{application}")).await;
    let resource =
        json!({"name": "r", "subscription": subscription, "audience": "https://r.test", "scopes": [{"name": "a"}]});
    let resource = made("/resources", resource).await;
    edited(&format!("/resources/{resource}"), json!({"enabled": false})).await;
    deleted(&format!("/resources/{resource}")).await;
    edited(
        &format!("/subscriptions/{subscription}"),
        json!({"service_account_limit": 30}),
    )
    .await;
    edited(
        &format!("/organizations/{}", region.running.facts.organization),
        json!({"name": "Acme 2"}),
    )
    .await;
    let gone = region.account().await;
    deleted(&gone.path()).await;

    let expected = [
        "application.created",
        "application.deleted",
        "application.edited",
        "credential.created",
        "credential.created",
        "credential.deleted",
        "credential.deleted",
        "credential.deleted",
        "credential.edited",
        "credential.rotated",
        "organization.created",
        "organization.edited",
        "resource.created",
        "resource.deleted",
        "resource.edited",
        "role.created",
        "role.deleted",
        "role.edited",
        "service_account.created",
        "service_account.created",
        "service_account.deleted",
        "service_account.edited",
        "subscription.edited",
        "user.created",
        "user.deleted",
        "user.deleted",
        "user.edited",
        "user.type_changed",
    ];
    assert_eq!(actions(&events(&region, &[]).await), expected);
}

#[tokio::test]
async fn people_and_integrations_and_the_first_run_are_told_apart() {
    let region = Region::start().await;
    let robot = region
        .account_with(json!({"name": "robot", "roles": ["subscription_admin"]}))
        .await;
    let token = robot.management_token(&region).await;
    let made = Account::create(&region, &token, json!({"name": "by robot", "roles": []})).await;
    let found = events(&region, &[]).await;
    let of = |target: &str| found.iter().find(|event| event["target"]["id"] == target).unwrap();
    assert_eq!(
        of(&made.id)["actor"],
        json!({"kind": "integration", "id": robot.id, "name": robot.body["email"]})
    );
    assert_eq!(of(&robot.id)["actor"]["kind"], "person");
    let organization = of(&region.running.facts.organization);
    assert_eq!(
        (&organization["actor"]["kind"], &organization["actor"]["id"]),
        (&json!("system"), &Value::Null)
    );
}
