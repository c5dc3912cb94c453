//! `Idempotency-Key`: a repetition does nothing more, and reveals nothing more.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Account, Answer, Apart, Region};

fn keyed(region: &Region, path: &str, key: &str, body: &Value) -> crate::harness::Asked {
    region.admin("POST", path).header("idempotency-key", key).json(body)
}

/// The body without what is shown once.
fn masked(answer: &Answer, at: &str) -> Value {
    let mut body = answer.json();
    let secrets = body.pointer_mut(at).unwrap();
    for name in ["client_id", "client_secret"] {
        let text = secrets[name].as_str().unwrap();
        secrets[name] = json!(format!("••••••{}", &text[text.len() - 4..]));
    }
    body
}

#[tokio::test]
async fn a_repetition_gets_the_first_answer_without_the_secret() {
    let region = Region::start().await;
    let body = json!({"name": "once", "subscription": region.subscription(), "roles": [region.reader()]});
    let first = keyed(&region, "/service-accounts", "key-1", &body).send().await.is(201);
    let account = Account::of(&first);
    assert_eq!(first.header("idempotency-replayed"), None);
    for _ in 0..2 {
        let again = keyed(&region, "/service-accounts", "key-1", &body)
            .send()
            .await
            .is(201)
            .not_kept();
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(again.json(), masked(&first, "/credential"));
    }
    account.token(&region).await;
    assert_eq!(
        region.admin("GET", "/service-accounts").send().await.is(200).json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // Also after what it made has changed, or is gone.
    region.admin("DELETE", &account.path()).send().await.is(204);
    let again = keyed(&region, "/service-accounts", "key-1", &body).send().await.is(201);
    assert_eq!(again.json(), masked(&first, "/credential"));
    assert_eq!(
        region.admin("GET", "/service-accounts").send().await.is(200).json()["items"],
        json!([])
    );
}

#[tokio::test]
async fn a_rotation_is_not_repeated() {
    let region = Region::start().await;
    let account = region.account().await;
    let path = format!("{}/rotate", account.credential());
    let first = keyed(&region, &path, "key-1", &json!({})).send().await.is(200);
    let rotated = account.through(&first);
    let again = keyed(&region, &path, "key-1", &json!({})).send().await.is(200);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.json(), masked(&first, ""));
    rotated.token(&region).await;
    let next = account.through(&keyed(&region, &path, "key-2", &json!({})).send().await.is(200));
    rotated.grant(&region, &[]).await.refused(401, "invalid_client");
    next.token(&region).await;
}

#[tokio::test]
async fn every_creation_can_be_repeated() {
    let region = Region::start().await;
    let account = region.account().await;
    let subscription = region.subscription();
    let credentials = format!("{}/credentials", account.path());
    for (index, (path, body)) in [
        (credentials.as_str(), json!({"name": "c"})),
        ("/applications", json!({"name": "b", "subscription": subscription})),
        ("/roles", json!({"name": "s", "privileges": ["users:read"]})),
        (
            "/users",
            json!({"name": "u", "email": "u@acme.test", "user_type": "sales"}),
        ),
        (
            "/resources",
            json!({"name": "r", "subscription": subscription, "audience": "https://r.test", "scopes": [{"name": "a"}]}),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("own-key-{index}");
        let first = keyed(&region, path, &key, &body).send().await.is(201);
        let again = keyed(&region, path, &key, &body).send().await.is(201);
        let expected = if path == credentials {
            masked(&first, "")
        } else {
            first.json()
        };
        assert_eq!(
            (again.json(), again.header("idempotency-replayed")),
            (expected, Some("true")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_request_of_one_caller() {
    let region = Region::start().await;
    let account = region.account().await;
    let body = json!({"name": "first", "subscription": region.subscription()});
    keyed(&region, "/service-accounts", "key-1", &body).send().await.is(201);
    let other = json!({"name": "other", "subscription": region.subscription()});
    let spaced = format!(" {body}");
    for asked in [
        keyed(&region, "/service-accounts", "key-1", &other),
        keyed(
            &region,
            &format!("{}/credentials", account.path()),
            "key-1",
            &json!({"name": "first"}),
        ),
        region
            .admin("POST", "/service-accounts")
            .header("idempotency-key", "key-1")
            .body("application/json", spaced),
    ] {
        assert_eq!(asked.send().await.problem(422), "idempotency-mismatch");
    }
    let (_, somebody) = region.person(json!(["organization_admin"]), None).await;
    let theirs = region
        .by(&somebody, "POST", "/service-accounts")
        .header("idempotency-key", "key-1")
        .json(&other);
    assert_eq!(theirs.send().await.is(201).header("idempotency-replayed"), None);
}

#[tokio::test]
async fn what_failed_is_not_remembered() {
    let region = Region::start().await;
    let body = json!({"name": "second try", "subscription": region.subscription(), "roles": ["rol_000000000000"]});
    keyed(&region, "/service-accounts", "key-1", &body)
        .send()
        .await
        .problem(400);
    let better = json!({"name": "second try", "subscription": region.subscription()});
    let made = keyed(&region, "/service-accounts", "key-1", &better)
        .send()
        .await
        .is(201);
    assert_eq!(made.header("idempotency-replayed"), None);
}

#[tokio::test]
async fn of_twenty_with_one_key_one_makes_an_account_and_sees_its_secret() {
    let region = Region::start().await;
    let other = Apart::with(&region, |_| ()).await;
    let body = json!({"name": "impatient", "subscription": region.subscription()});
    let mut asked = JoinSet::new();
    for index in 0..20 {
        let http = if index % 2 == 0 { &region.http } else { &other.http };
        let request = http
            .post("/api/v1/service-accounts")
            .bearer(&region.running.facts.admin.token);
        asked.spawn(request.header("idempotency-key", "key-1").json(&body).send());
    }
    let answers = asked.join_all().await;
    let (first, repeated): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .map(|answer| answer.is(201))
        .partition(|answer| answer.header("idempotency-replayed").is_none());
    let [first] = first.as_slice() else {
        panic!("not one first answer: {first:#?}");
    };
    for again in &repeated {
        assert_eq!(again.json(), masked(first, "/credential"));
    }
    let listed = region.admin("GET", "/service-accounts").send().await.is(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let region = Region::start().await;
    let body = json!({"name": "daily", "subscription": region.subscription()});
    let first = Account::of(&keyed(&region, "/service-accounts", "key-1", &body).send().await.is(201));
    region.admin("DELETE", &first.path()).send().await.is(204);
    let admin = crate::harness::Parts::of(&region.running.facts.admin.token).claims["sub"]
        .as_str()
        .unwrap()
        .to_owned();
    region.wait(86_400);
    let token = region.token_of(&admin).await;
    let asked = region
        .by(&token, "POST", "/service-accounts")
        .header("idempotency-key", "key-1")
        .json(&body);
    let second = asked.send().await.is(201);
    assert_eq!(second.header("idempotency-replayed"), None);
    assert_ne!(Account::of(&second).id, first.id);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let region = Region::start().await;
    let body = json!({"name": "keyless", "subscription": region.subscription()});
    for key in ["", " ", "a b", "é", &"k".repeat(256)] {
        keyed(&region, "/service-accounts", key, &body)
            .send()
            .await
            .problem(400);
    }
    keyed(&region, "/service-accounts", "a", &body)
        .header("idempotency-key", "a")
        .send()
        .await
        .problem(400);
    keyed(&region, "/service-accounts", &"k".repeat(255), &body)
        .send()
        .await
        .is(201);
}
