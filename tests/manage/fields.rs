//! What programs send: types, unknown fields, bounds, what is fixed at creation, and what is no JSON.

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
fn points_to(answer: Answer, pointer: &str) {
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
    ] {
        let asked = region.admin(method, &path).json(&json!({"no such/field~": 1}));
        points_to(asked.send().await, "/no such~1field~0");
    }
}

#[tokio::test]
async fn what_is_no_json_object_is_refused_whole() {
    let region = Region::start().await;
    let account = region.account().await;
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    for body in [
        b"".as_slice(),
        b" ",
        b"{",
        b"x",
        b"null",
        b"[]",
        b"5",
        b"\"x\"",
        b"{\"description\":\"a\"",
        b"{} {}",
        b"{\"description\":}",
        b"{'description':'a'}",
        b"{\"description\":\"\xff\"}",
        b"\xef\xbb\xbf{}",
        deep.as_bytes(),
        b"{\"description\":\"\x00\"}",
    ] {
        let answer = region
            .admin("PATCH", &account.path())
            .body("application/json", body)
            .send()
            .await;
        assert_eq!(
            answer.problem(400),
            "about:blank",
            "{:?}",
            String::from_utf8_lossy(&body[..body.len().min(40)])
        );
    }
    let twice = region
        .admin("PATCH", &account.path())
        .body("application/json", r#"{"description":"a","description":"b"}"#);
    points_to(twice.send().await, "/description");
}

#[tokio::test]
async fn another_media_type_or_a_long_body_is_refused_by_its_status() {
    let region = Region::start().await;
    let body = format!(r#"{{"name":"x","subscription":"{}"}}"#, region.subscription());
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "application/json, text/plain",
        "multipart/form-data",
    ] {
        region
            .admin("POST", "/service-accounts")
            .body(content_type, body.clone())
            .send()
            .await
            .problem(415);
    }
    for length in [64 * 1024 + 1, 1024 * 1024] {
        let long = format!("{body}{}", " ".repeat(length - body.len()));
        region
            .admin("POST", "/service-accounts")
            .body("application/json", long)
            .send()
            .await
            .problem(413);
    }
    for (index, content_type) in ["application/json", "Application/JSON; charset=utf-8"]
        .into_iter()
        .enumerate()
    {
        let body = body.replace("\"x\"", &format!("\"x{index}\""));
        region
            .admin("POST", "/service-accounts")
            .body(content_type, body)
            .send()
            .await
            .is(201);
    }
}

#[tokio::test]
async fn methods_and_paths_that_are_not_there() {
    let region = Region::start().await;
    for (method, path, allow) in [
        ("DELETE", "/service-accounts", "GET,HEAD,POST"),
        ("PUT", "/service-accounts/x", "GET,HEAD,PATCH,DELETE"),
        ("POST", "/audit-events", "GET,HEAD"),
        ("POST", "/organizations", "GET,HEAD"),
        ("DELETE", "/subscriptions/x", "GET,HEAD,PATCH"),
    ] {
        let answer = region.admin(method, path).send().await;
        let sorted = |list: &str| {
            let mut list: Vec<String> = list.split(',').map(|method| method.trim().to_owned()).collect();
            list.sort();
            list
        };
        assert_eq!(
            sorted(answer.header("allow").unwrap()),
            sorted(allow),
            "{method} {path}"
        );
        answer.problem(405);
    }
    for path in [
        "",
        "/",
        "/nothing",
        "/service-accounts/",
        "/service-accounts/x/y",
        "/../users",
        "/users/x/y/z",
    ] {
        region.admin("GET", path).send().await.problem(404);
    }
    for id in [
        "x",
        "usr_000000000000",
        "usr_",
        "USR_000000000000",
        "%00",
        "%2e%2e",
        "usr_00000000000%C3%A9",
        "a b",
        "crd_000000000000",
    ] {
        region
            .admin("GET", &format!("/service-accounts/{id}"))
            .send()
            .await
            .problem(404);
    }
}
