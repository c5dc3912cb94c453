//! What programs send: types, unknown fields, bounds, and what is fixed at creation.

use serde_json::{Value, json};

use crate::harness::{Answer, Region};

async fn create(region: &Region, fields: Value) -> Answer {
    let mut asked = json!({"name": "x", "subscription": region.subscription()});
    for (name, value) in fields.as_object().unwrap() {
        asked[name] = value.clone();
    }
    region.admin("POST", "/service-accounts").json(&asked).send().await
}

#[track_caller]
pub(super) fn points_to(answer: Answer, pointer: &str) {
    let answer = answer.is(400);
    assert_eq!(answer.text("/errors/0/pointer"), pointer, "{answer:?}");
    assert_eq!(answer.problem(400), "invalid-fields");
}

#[tokio::test]
async fn what_is_refused_is_pointed_at_and_nothing_is_made() {
    let region = Region::start().await;
    for (field, value, pointer) in [
        ("name", json!(5), "/name"),
        ("name", Value::Null, "/name"),
        ("name", json!(["x"]), "/name"),
        ("description", json!(5), "/description"),
        ("subscription", json!("x"), "/subscription"),
        ("subscription", Value::Null, "/subscription"),
        (
            "subscription",
            json!(region.running.facts.organization),
            "/subscription",
        ),
        ("applications", json!("x"), "/applications"),
        ("applications", json!(["x"]), "/applications/0"),
        ("applications", json!(["app_000000000000"]), "/applications"),
        ("roles", json!("viewer"), "/roles"),
        ("roles", json!({}), "/roles"),
        ("roles", json!(["viewer", "king"]), "/roles/1"),
        ("roles", json!(["rol_000000000000"]), "/roles"),
        ("roles", json!([["viewer"]]), "/roles/0"),
        ("token_lifetime", json!("3600"), "/token_lifetime"),
        ("token_lifetime", json!(3600.5), "/token_lifetime"),
        ("token_lifetime", json!(true), "/token_lifetime"),
        ("token_lifetime", json!(-300), "/token_lifetime"),
        ("lifetime", json!(300), "/lifetime"),
        ("id", json!("usr_000000000000"), "/id"),
        ("client_secret", json!("mine"), "/client_secret"),
        ("Name", json!("x"), "/Name"),
        ("__proto__", json!({}), "/__proto__"),
    ] {
        points_to(create(&region, json!({field: value})).await, pointer);
    }
    let listed = region.admin("GET", "/service-accounts").send().await.is(200).json();
    assert_eq!(listed, json!({"items": [], "next_cursor": null}));
}

#[tokio::test]
async fn a_lifetime_is_five_minutes_to_thirty_days_and_fixed() {
    let region = Region::start().await;
    for lifetime in [0, 1, 299, 2_592_001, u32::MAX] {
        points_to(
            create(&region, json!({"token_lifetime": lifetime})).await,
            "/token_lifetime",
        );
    }
    points_to(
        create(&region, json!({"token_lifetime": 4_294_967_296_u64 + 300})).await,
        "/token_lifetime",
    );
    assert_eq!(
        create(&region, json!({"name": "default"})).await.is(201).json()["token_lifetime"],
        86_400
    );
    for lifetime in [300, 2_592_000] {
        let made = create(
            &region,
            json!({"name": lifetime.to_string(), "token_lifetime": lifetime}),
        )
        .await
        .is(201);
        assert_eq!(made.json()["token_lifetime"], lifetime);
        let path = format!("/service-accounts/{}", made.text("/id"));
        for fixed in ["token_lifetime", "name", "subscription", "email", "id", "version"] {
            let same = made.json()[fixed].clone();
            points_to(
                region.admin("PATCH", &path).json(&json!({fixed: same})).send().await,
                &format!("/{fixed}"),
            );
        }
        let read = region.admin("GET", &path).send().await.is(200).json();
        assert_eq!(
            (&read["token_lifetime"], &read["version"]),
            (&json!(lifetime), &json!(1))
        );
    }
}

#[tokio::test]
async fn an_unknown_field_is_refused_everywhere() {
    let region = Region::start().await;
    let account = region.account().await;
    let facts = &region.running.facts;
    for (method, path) in [
        ("POST", "/service-accounts".to_owned()),
        ("PATCH", account.path()),
        ("POST", format!("{}/credentials", account.path())),
        ("PATCH", account.credential()),
        ("POST", format!("{}/rotate", account.credential())),
        ("POST", format!("{}/credentials/delete", account.path())),
        ("POST", "/users".to_owned()),
        ("PATCH", format!("/users/{}", account.id)),
        ("POST", "/roles".to_owned()),
        ("PATCH", format!("/roles/{}", region.reader())),
        ("POST", "/applications".to_owned()),
        ("PATCH", format!("/applications/{}", facts.applications[0])),
        ("POST", "/resources".to_owned()),
        ("PATCH", format!("/resources/{}", region.resource_id().await)),
        ("PATCH", format!("/subscriptions/{}", region.subscription())),
        ("PATCH", format!("/organizations/{}", facts.organization)),
        ("POST", "/clients".to_owned()),
        ("PATCH", "/clients/cli_us_000000000000".to_owned()),
        ("POST", "/clients/cli_us_000000000000/rotate".to_owned()),
    ] {
        let asked = region.admin(method, &path).json(&json!({"no such/field~": 1}));
        points_to(asked.send().await, "/no such~1field~0");
    }
}
