//! Credentials (PRODUCT §2): several per account, what can be changed of them, and their expiry.

use regent::domain::{Seconds, Timestamp};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Doors;
use crate::harness::{Account, Answer, Region};

async fn create(region: &Region, account: &Account, body: Value) -> Answer {
    region
        .admin("POST", &format!("{}/credentials", account.path()))
        .json(&body)
        .send()
        .await
}

#[tokio::test]
async fn a_credential_is_created_with_these_facts() {
    let region = Region::start().await;
    let account = region.account().await;
    let asked = json!({"name": "Claude", "redirect_uri": "https://claude.example/cb?x=1"});
    let answer = create(&region, &account, asked).await.is(201).not_kept();
    let made = account.through(&answer);
    let id = answer.text("/id");
    let location = format!("{}{}/credentials/{id}", region.running.facts.api, account.path());
    assert_eq!(answer.header("location"), Some(location.as_str()));
    let now = region.clock.now().to_rfc3339();
    assert_eq!(
        answer.json(),
        json!({
            "id": id, "name": "Claude", "client_id": made.client_id, "client_secret": made.secret,
            "redirect_uri": "https://claude.example/cb?x=1", "generation": 1, "created_at": now,
            "last_used_at": null, "expires_at": null, "overlap_ends_at": null,
        })
    );
    assert!(made.client_id.starts_with("svc_us_") && made.secret.starts_with("rgs_"));
    for text in [&made.client_id, &made.secret] {
        assert!(
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
            "needs no encoding"
        );
    }
    assert_eq!(made.secret.len(), 53);
    made.token(&region).await;
}

#[tokio::test]
async fn an_account_has_ten_credentials_at_most_however_fast_one_asks() {
    let region = Region::start().await;
    let account = region.account().await;
    let mut asked = JoinSet::new();
    for index in 0..20 {
        let path = format!("{}/credentials", account.path());
        let request = region
            .admin("POST", &path)
            .json(&json!({"name": format!("credential {index}")}));
        asked.spawn(request.send());
    }
    let answers = asked.join_all().await;
    let made: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
    // A collision may run out of attempts, but what was promised is there and no more.
    let path = format!("{}/credentials?limit=100", account.path());
    let listed = region.admin("GET", &path).send().await.is(200).json();
    let listed = listed["items"].as_array().unwrap().len();
    assert_eq!(listed, made.len() + 1);
    assert!(listed <= 10, "{listed}");
    for answer in made {
        account.through(answer).token(&region).await;
    }
    for answer in &answers {
        assert!([201, 409, 503].contains(&answer.status.as_u16()), "{answer:?}");
    }
    for index in listed..10 {
        create(&region, &account, json!({"name": format!("more {index}")}))
            .await
            .is(201);
    }
    assert_eq!(
        create(&region, &account, json!({"name": "eleventh"}))
            .await
            .problem(409),
        "limit-reached"
    );
}

#[tokio::test]
async fn name_and_redirect_uri_can_be_changed_and_nothing_else() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let account = region.account().await;
    let token = account.token(&region).await;
    let path = account.credential();
    let edit = async |body: Value| region.admin("PATCH", &path).json(&body).send().await;
    for (body, name, uri) in [
        (json!({"name": "Laptop"}), "Laptop", Value::Null),
        (
            json!({"redirect_uri": "http://127.0.0.1:9/cb"}),
            "Laptop",
            json!("http://127.0.0.1:9/cb"),
        ),
        (json!({}), "Laptop", json!("http://127.0.0.1:9/cb")),
        (json!({"name": "Both", "redirect_uri": null}), "Both", Value::Null),
    ] {
        let answer = edit(body).await.is(200).json();
        assert_eq!((&answer["name"], &answer["redirect_uri"]), (&json!(name), &uri));
    }
    for field in [
        "client_id",
        "client_secret",
        "generation",
        "expires_at",
        "last_used_at",
        "id",
        "created_at",
    ] {
        let answer = edit(json!({field: "x"})).await.is(400);
        assert_eq!(answer.text("/errors/0/pointer"), format!("/{field}"));
    }
    for (field, value) in [
        ("name", json!("")),
        ("name", Value::Null),
        ("name", json!("x".repeat(65))),
        ("name", json!("a\u{202e}b")),
        ("redirect_uri", json!("example.com")),
        ("redirect_uri", json!("http://example.com/")),
        ("redirect_uri", json!("javascript:alert(1)")),
        ("redirect_uri", json!("https://user@example.com/")),
        ("redirect_uri", json!("https://example.com/#f")),
        ("redirect_uri", json!("https://example.com\\@evil.test/")),
        (
            "redirect_uri",
            json!(format!("https://example.com/{}", "x".repeat(255))),
        ),
        ("redirect_uri", json!("")),
        ("redirect_uri", json!(["https://example.com/"])),
    ] {
        let answer = edit(json!({field: value})).await.is(400);
        assert_eq!(answer.text("/errors/0/pointer"), format!("/{field}"), "{value}");
    }
    // An edit costs nobody a token.
    assert!(doors.open(&token).await);
    assert_eq!(account.token(&region).await, token);
}

#[tokio::test]
async fn a_credential_and_its_tokens_expire_when_it_was_said() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let account = region.account().await;
    let now = region.clock.now();
    let at = |seconds: u32| {
        json!(
            Timestamp::from_seconds(now.seconds())
                .plus(Seconds(seconds))
                .to_rfc3339()
        )
    };
    let answer = create(&region, &account, json!({"name": "short", "expires_at": at(600)}))
        .await
        .is(201);
    assert_eq!(answer.json()["expires_at"], at(600));
    let short = account.through(&answer);
    let (token, other) = (short.token(&region).await, account.token(&region).await);
    region.wait(599);
    assert!(doors.open(&token).await);
    region.wait(1);
    assert!(!doors.open(&token).await && doors.open(&other).await);
    short.grant(&region, &[]).await.refused(401, "invalid_client");
    for wrong in [
        at(0),
        at(600),
        json!("tomorrow"),
        json!(5),
        json!("2026-02-30T00:00:00Z"),
        json!(""),
    ] {
        let answer = create(&region, &account, json!({"name": "late", "expires_at": wrong}))
            .await
            .is(400);
        assert_eq!(answer.text("/errors/0/pointer"), "/expires_at", "{wrong}");
    }
}
