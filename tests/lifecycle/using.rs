//! Use: when a credential was last used, and that what was just made works at once.

use serde_json::{Value, json};

use super::Doors;
use crate::harness::{Account, Region};

async fn last_used(region: &Region, account: &Account) -> Value {
    region.admin("GET", &account.credential()).send().await.is(200).json()["last_used_at"].take()
}

/// STANDARDS C2: visible within a minute, without a write per request.
#[tokio::test]
async fn the_last_use_is_known_to_the_minute() {
    let region = Region::start().await;
    let account = region.account().await;
    assert_eq!(last_used(&region, &account).await, Value::Null);
    let mut noted = vec![];
    for _ in 0..20 {
        account.token(&region).await;
        let shown = last_used(&region, &account).await;
        let shown = shown.as_str().unwrap();
        let at = regent::domain::Timestamp::parse_rfc3339(shown).unwrap();
        assert!(region.clock.now().seconds() - at.seconds() < 60, "{shown}");
        noted.push(shown.to_owned());
        region.wait(17);
    }
    noted.dedup();
    assert!(noted.len() < 10, "not with every request: {noted:?}");
}

#[tokio::test]
async fn only_the_credential_that_was_used_was_used() {
    let region = Region::start().await;
    let account = region.account().await;
    let path = format!("{}/credentials", account.path());
    let second = region
        .admin("POST", &path)
        .json(&json!({"name": "second"}))
        .send()
        .await
        .is(201);
    let second = account.through(&second);
    second.token(&region).await;
    assert_eq!(last_used(&region, &account).await, Value::Null);
    assert!(last_used(&region, &second).await.is_string());
    let wrong = Account {
        secret: second.secret.clone(),
        ..account.clone()
    };
    wrong.grant(&region, &[]).await.refused(401, "invalid_client");
    assert_eq!(last_used(&region, &account).await, Value::Null);
}

#[tokio::test]
async fn a_use_is_no_change() {
    let region = Region::start().await;
    let account = region.account().await;
    let before = region.admin("GET", &account.path()).send().await.is(200);
    account.token(&region).await;
    let after = region.admin("GET", &account.path()).send().await.is(200);
    assert_eq!(
        (before.header("etag"), before.json()),
        (after.header("etag"), after.json())
    );
}

/// STANDARDS C9: a token that was just issued is good, in every process.
#[tokio::test]
async fn what_was_just_issued_is_accepted_two_hundred_times() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let account = region.account_with(json!({"token_lifetime": 300})).await;
    let mut last = String::new();
    for _ in 0..200 {
        let token = account.token(&region).await;
        assert_ne!(token, last);
        assert!(doors.open(&token).await);
        let introspected = account
            .ask(&region, "/oauth/v1/introspect", &[("token", &token)])
            .send()
            .await;
        assert_eq!(introspected.is(200).json()["active"], true);
        region.wait(271);
        last = token;
    }
}

#[tokio::test]
async fn what_was_just_created_or_rotated_works() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    for _ in 0..10 {
        let account = region.account().await;
        let at = [("grant_type", "client_credentials")];
        let elsewhere = doors
            .other
            .http
            .token()
            .basic(&account.client_id, &account.secret)
            .form(&at)
            .send()
            .await;
        assert!(doors.open(&elsewhere.is(200).text("/access_token")).await);
        let rotated = region
            .admin("POST", &format!("{}/rotate", account.credential()))
            .send()
            .await
            .is(200);
        let rotated = account.through(&rotated);
        let elsewhere = doors
            .other
            .http
            .token()
            .basic(&rotated.client_id, &rotated.secret)
            .form(&at)
            .send()
            .await;
        assert!(doors.open(&elsewhere.is(200).text("/access_token")).await);
        let old = doors
            .other
            .http
            .token()
            .basic(&account.client_id, &account.secret)
            .form(&at)
            .send()
            .await;
        old.refused(401, "invalid_client");
        region.admin("DELETE", &account.path()).send().await.is(204);
        let gone = doors
            .other
            .http
            .token()
            .basic(&rotated.client_id, &rotated.secret)
            .form(&at)
            .send()
            .await;
        gone.refused(401, "invalid_client");
    }
}
