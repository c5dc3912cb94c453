//! The same token while it is valid (PRODUCT §3, STANDARDS C7).

use std::collections::BTreeSet;

use regent::domain::{Issuer, Seconds};
use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Account, Answer, Apart, Http, Region};

/// The token and the seconds it has left.
fn token(answer: &Answer) -> (String, i64) {
    (
        answer.text("/access_token"),
        answer.json()["expires_in"].as_i64().unwrap(),
    )
}

async fn ask(region: &Region, account: &Account) -> (String, i64) {
    token(&account.grant(region, &[]).await.is(200))
}

#[tokio::test]
async fn asking_again_yields_the_same_token_until_the_reuse_margin() {
    let region = Region::start().await;
    let account = region.account_with(json!({"token_lifetime": 300})).await;
    let (first, expires_in) = ask(&region, &account).await;
    assert_eq!(expires_in, 300);
    for (wait, left) in [(1, 299), (99, 200), (100, 100), (69, 31)] {
        region.wait(wait);
        assert_eq!(ask(&region, &account).await, (first.clone(), left));
    }
    region.wait(1);
    let (second, expires_in) = ask(&region, &account).await;
    assert_ne!(second, first);
    assert_eq!(expires_in, 300);
    // The old one lives to its end.
    assert_eq!(
        [region.verified(&first).await, region.verified(&second).await],
        [200, 200]
    );
    region.wait(30);
    assert_eq!(
        [region.verified(&first).await, region.verified(&second).await],
        [401, 200]
    );
    assert_eq!(ask(&region, &account).await, (second, 270));
}

#[tokio::test]
async fn the_reuse_margin_is_a_setting() {
    let region = Region::start().await;
    let account = region.account_with(json!({"token_lifetime": 300})).await;
    let strict = Apart::with(&region, |config| config.reuse_margin = Seconds(299)).await;
    let loose = Apart::with(&region, |config| config.reuse_margin = Seconds(0)).await;
    let at = async |http: &Http| {
        let own = [
            ("grant_type", "client_credentials"),
            ("client_id", &account.client_id),
            ("client_secret", &account.secret),
        ];
        token(&http.token().form(&own).send().await.is(200))
    };
    let (first, _) = at(&strict.http).await;
    assert_eq!(at(&loose.http).await.0, first);
    region.wait(1);
    let (second, _) = at(&strict.http).await;
    assert_ne!(second, first);
    region.wait(299);
    assert_eq!(at(&loose.http).await, (second.clone(), 1));
    region.wait(1);
    let (third, left) = at(&loose.http).await;
    assert_ne!(third, second);
    assert_eq!(left, 300);
}

#[tokio::test]
async fn a_process_that_has_never_seen_the_client_answers_the_same_token() {
    let region = Region::start().await;
    let account = region.account().await;
    let (first, _) = ask(&region, &account).await;
    let other = Apart::with(&region, |_| ()).await;
    let answer = other.http.token().basic(&account.client_id, &account.secret);
    let answer = answer.form(&[("grant_type", "client_credentials")]).send().await;
    assert_eq!(token(&answer.is(200)).0, first);
}

/// Asks many times at once, of two processes, and returns the different answers.
async fn at_once(region: &Region, account: &Account, times: usize) -> BTreeSet<(String, i64)> {
    let other = Apart::with(region, |_| ()).await;
    let mut asked = JoinSet::new();
    for index in 0..times {
        let http = if index % 2 == 0 {
            region.http.clone()
        } else {
            other.http.clone()
        };
        let request = http.token().basic(&account.client_id, &account.secret);
        let request = request.form(&[("grant_type", "client_credentials")]);
        asked.spawn(async move { token(&request.send().await.is(200)) });
    }
    asked.join_all().await.into_iter().collect()
}

#[tokio::test]
async fn a_hundred_requests_at_once_get_one_token() {
    let region = Region::start().await;
    let account = region.account_with(json!({"token_lifetime": 300})).await;
    let first = at_once(&region, &account, 100).await;
    assert_eq!(first.len(), 1, "{first:?}");
    // Also where there was one before.
    region.wait(280);
    let second = at_once(&region, &account, 100).await;
    assert_eq!(second.len(), 1, "{second:?}");
    assert_ne!(first, second);
    for (token, _) in first.iter().chain(&second) {
        assert_eq!(region.verified(token).await, 200);
    }
}

#[tokio::test]
async fn identical_requests_do_not_pile_anything_up() {
    let region = Region::start().await;
    let account = region.account_with(json!({"token_lifetime": 300})).await;
    ask(&region, &account).await;
    region.notified().await;
    let before = region.rows().await.len();
    for _ in 0..10 {
        for _ in 0..20 {
            ask(&region, &account).await;
        }
        region.wait(300);
    }
    assert_eq!(region.rows().await.len(), before);
}

#[tokio::test]
async fn another_scope_resource_or_credential_is_another_token() {
    let region = Region::start().await;
    let account = region.account_with(json!({"roles": [region.editor()]})).await;
    let second = region
        .admin("POST", &format!("{}/credentials", account.path()))
        .json(&json!({"name": "second"}));
    let second = account.through(&second.send().await.is(201));
    let ask = async |account: &Account, fields: &[(&str, &str)]| token(&account.grant(&region, fields).await.is(200)).0;
    let mut tokens = BTreeSet::new();
    for account in [&account, &second] {
        for fields in [
            vec![],
            vec![("scope", "read:me")],
            vec![("scope", "write:me")],
            vec![("resource", region.resource())],
        ] {
            let token = ask(account, &fields).await;
            assert_eq!(ask(account, &fields).await, token);
            assert!(tokens.insert(token), "{fields:?}");
        }
    }
    for token in &tokens {
        let at_api = region
            .http
            .get("/verify")
            .query(&[("resource", region.resource())])
            .bearer(token);
        at_api.send().await.is(200);
    }
}

#[tokio::test]
async fn a_region_with_a_new_issuer_gives_out_no_token_of_the_old() {
    let region = Region::start().await;
    let account = region.account().await;
    let old = account.token(&region).await;
    let moved = Apart::with(&region, |config| {
        config.issuer = Issuer::parse("https://moved.example").unwrap();
    })
    .await;
    let own = [
        ("client_id", account.client_id.as_str()),
        ("client_secret", &account.secret),
    ];
    let grant = [&own[..], &[("grant_type", "client_credentials")]].concat();
    let new = moved
        .http
        .token()
        .form(&grant)
        .send()
        .await
        .is(200)
        .text("/access_token");
    let active = async |token: &str| {
        let asked = [&own[..], &[("token", token)]].concat();
        moved
            .http
            .post("/oauth/v1/introspect")
            .form(&asked)
            .send()
            .await
            .is(200)
            .json()["active"]
            .clone()
    };
    assert_eq!([active(&old).await, active(&new).await], [json!(false), json!(true)]);
}
