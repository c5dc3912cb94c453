//! Tokens asked about (RFC 7662).

use serde_json::{Value, json};

use crate::harness::{Account, Organization, Parts, Region, pair};

async fn introspect(region: &Region, account: &Account, token: &str) -> Value {
    let asked = account.ask(region, "/oauth/v1/introspect", &[("token", token)]);
    let answer = asked.send().await.is(200).not_kept();
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()
}

#[tokio::test]
async fn a_good_token_is_explained() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    let now = region.clock.now().seconds();
    let answer = introspect(&region, &account, &token).await;
    assert_eq!(
        answer,
        json!({
            "active": true,
            "token_type": "Bearer",
            "username": account.body["email"],
            "iss": region.running.facts.issuer,
            "sub": account.client_id,
            "aud": region.resource(),
            "exp": now + 86_400,
            "iat": now,
            "jti": Parts::of(&token).claims["jti"],
            "client_id": account.client_id,
            "scope": "read:me",
            "organization": region.running.facts.organization,
            "subscription": region.subscription(),
            "gen": 1,
            "epo": 0,
        })
    );
}

#[tokio::test]
async fn a_colleague_may_ask_and_a_stranger_may_not() {
    let region = Region::start().await;
    let (account, colleague) = (region.account().await, region.account().await);
    let stranger = Account::create_in(&region, &Organization::found(&region).await).await;
    let token = account.token(&region).await;
    assert_eq!(introspect(&region, &colleague, &token).await["active"], true);
    assert_eq!(introspect(&region, &stranger, &token).await, json!({"active": false}));
    let theirs = stranger.token(&region).await;
    assert_eq!(introspect(&region, &account, &theirs).await, json!({"active": false}));
    assert_eq!(introspect(&region, &stranger, &theirs).await["active"], true);
}

#[tokio::test]
async fn every_other_token_is_inactive_and_nothing_more() {
    let (region, eu) = pair().await;
    let account = region.account_with(json!({"token_lifetime": 300})).await;
    let abroad = eu.account().await.token(&eu).await;
    let revoked = account.token(&region).await;
    account
        .ask(&region, "/oauth/v1/revoke", &[("token", &revoked)])
        .send()
        .await
        .is(200);
    let expired = account.token(&region).await;
    region.wait(300);
    for token in [
        &revoked,
        &expired,
        &abroad,
        &region.running.facts.admin.token,
        "x",
        "a.b.c",
    ] {
        assert_eq!(
            introspect(&region, &account, token).await,
            json!({"active": false}),
            "{token}"
        );
    }
}

#[tokio::test]
async fn the_hint_is_a_hint() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    for hint in ["access_token", "refresh_token", "", "é"] {
        let fields = [("token", token.as_str()), ("token_type_hint", hint)];
        let answer = account
            .ask(&region, "/oauth/v1/introspect", &fields)
            .send()
            .await
            .is(200);
        assert_eq!(answer.json()["active"], true, "{hint}");
    }
}

#[tokio::test]
async fn a_token_is_active_exactly_as_long_as_an_api_accepts_it() {
    let region = Region::start().await;
    let (account, other) = (region.account().await, region.account().await);
    let token = account.token(&region).await;
    let subscription = format!("/subscriptions/{}", region.subscription());
    let active = async || introspect(&region, &other, &token).await["active"] == true;
    assert!(active().await);
    let resource = region
        .admin("GET", "/resources")
        .send()
        .await
        .is(200)
        .text("/items/0/id");
    let resource = format!("/resources/{resource}");
    for (path, off, on) in [(&resource, json!({"enabled": false}), json!({"enabled": true}))] {
        region.admin("PATCH", path).json(&off).send().await.is(200);
        assert!(!active().await);
        assert_eq!(region.verified(&token).await, 401);
        region.admin("PATCH", path).json(&on).send().await.is(200);
    }
    // The asker's own plan is off with it: it still may ask, as it may give up tokens.
    region
        .admin("PATCH", &subscription)
        .json(&json!({"service_accounts_enabled": false}))
        .send()
        .await
        .is(200);
    assert!(!active().await);
    region
        .admin("PATCH", &subscription)
        .json(&json!({"service_accounts_enabled": true}))
        .send()
        .await
        .is(200);
    region.admin("DELETE", &account.path()).send().await.is(204);
    assert!(!active().await);
}
