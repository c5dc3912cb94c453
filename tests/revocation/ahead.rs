//! Clocks that run ahead: what one process issued, another would refuse as a token of the future.

use regent::app::Clock;
use regent::domain::Seconds;
use serde_json::json;

use super::held::Ground;
use crate::harness::{Account, Apart, Http};

/// Further than clocks are allowed to differ.
const AHEAD: Seconds = Seconds(600);

async fn token(http: &Http, account: &Account) -> String {
    let asked = http.token().basic(&account.client_id, &account.secret);
    let asked = asked.form(&[("grant_type", "client_credentials")]);
    asked.send().await.is(200).text("/access_token")
}

async fn revoke(http: &Http, account: &Account, token: &str) {
    let asked = http.post("/oauth/v1/revoke").basic(&account.client_id, &account.secret);
    asked.form(&[("token", token)]).send().await.is(200);
}

async fn ahead(ground: &Ground) -> Apart {
    let clock = Clock::manual(ground.region.clock.now().plus(AHEAD));
    Apart::at_time(&ground.region, clock).await
}

#[tokio::test]
async fn a_token_of_the_future_is_not_given_out_again_before_its_time() {
    let ground = Ground::new().await;
    let (account, ahead) = (ground.region.account().await, ahead(&ground).await);
    let future = token(&ahead.http, &account).await;
    assert!(!ground.accepted(&future).await);
    let now = account.token(&ground.region).await;
    assert_ne!(now, future);
    assert!(ground.accepted(&now).await);
    // The other process agrees: what is good now is what is given out.
    assert_eq!(token(&ahead.http, &account).await, now);
    ground.region.wait(AHEAD.0 - 60);
    assert!(ground.accepted(&future).await, "in time it is a token like any other");
}

/// A little difference is none: then asking again must yield the same token.
#[tokio::test]
async fn a_token_of_a_minute_ahead_is_accepted_and_given_out_again() {
    let ground = Ground::new().await;
    let account = ground.region.account().await;
    let clock = Clock::manual(ground.region.clock.now().plus(Seconds(59)));
    let ahead = Apart::at_time(&ground.region, clock).await;
    let first = token(&ahead.http, &account).await;
    assert!(ground.accepted(&first).await);
    assert_eq!(account.token(&ground.region).await, first);
}

#[tokio::test]
async fn a_token_of_the_future_that_is_given_up_never_gets_one() {
    let ground = Ground::new().await;
    let (account, ahead) = (ground.region.account().await, ahead(&ground).await);
    let future = token(&ahead.http, &account).await;
    revoke(&ground.region.http, &account, &future).await;
    ground.region.wait(AHEAD.0);
    assert!(!ground.accepted(&future).await);
    assert_ne!(token(&ahead.http, &account).await, future);
}

/// The process that is ahead thinks that the tokens have expired, and may forget that they are dead
/// only when nobody thinks otherwise.
#[tokio::test]
async fn a_process_that_is_ahead_does_not_forget_for_the_others() {
    let ground = Ground::new().await;
    let account = ground.region.account_with(json!({"token_lifetime": 300})).await;
    let first = account.token(&ground.region).await;
    revoke(&ground.region.http, &account, &first).await;
    let second = account.token(&ground.region).await;
    let clock = Clock::manual(ground.region.clock.now().plus(Seconds(330)));
    let ahead = Apart::at_time(&ground.region, clock).await;
    // Its own revocation takes expired ones off the list.
    let third = token(&ahead.http, &account).await;
    revoke(&ahead.http, &account, &third).await;
    assert!(!ground.accepted(&first).await);
    // To whoever is behind, the second has not expired when it is given up there.
    revoke(&ahead.http, &account, &second).await;
    assert!(!ground.accepted(&second).await);
}
