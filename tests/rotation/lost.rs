//! Answers that do not arrive, at every call of a rotation: the call was made, and whoever made it
//! does not know.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use serde_json::json;

use super::operator::{Operator, jwks, version};
use crate::harness::{Fault, Region, Relay};

/// Far more calls than a rotation makes.
const MANY: usize = 60;

/// Rotates again and again, each time with another call's answer lost, until there is none left to
/// lose: how often that was.
async fn rotations(region: &Region, retries: RetryConfig) -> usize {
    let running = &region.running;
    let relay = Relay::before(running).await;
    let aws = running.aws().into_builder().retry_config(retries).build();
    let operator = Operator::through(region, &relay.endpoint, &relay.endpoint, &aws);
    for n in 0..MANY {
        let (one, before) = (version(n), operator.published().await);
        operator.begin(&one).await;
        relay.fail_after(n, Fault::AnswerLost);
        if let Err(why) = operator.steps(&one).await {
            // Secrets Manager begins again.
            operator
                .steps(&one)
                .await
                .unwrap_or_else(|again| panic!("{n}: {why}, then {again}"));
        }
        operator.is_whole().await;
        assert_eq!(operator.labels().await["AWSCURRENT"], one, "{n}");
        let after = operator.published().await;
        assert_eq!(after[..before.len()], before, "{n}: nobody lost a key");
        assert_eq!(after.len(), before.len() + 1, "{n}: and there is one more");
        if relay.still_waits() {
            return n;
        }
        region.wait(3);
    }
    panic!("a rotation makes more than {MANY} calls")
}

#[tokio::test]
async fn an_answer_that_is_lost_for_good_is_made_up_for_by_the_next_attempt() {
    let lost = rotations(&Region::start().await, RetryConfig::disabled()).await;
    assert!(lost > 10, "{lost} calls");
}

#[tokio::test]
async fn an_answer_that_is_lost_once_is_asked_for_again() {
    let quick = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let lost = rotations(&Region::start().await, quick).await;
    assert!(lost > 10, "{lost} calls");
}

#[tokio::test]
async fn an_emergency_that_is_cut_off_anywhere_is_repeated_and_done() {
    let region = Region::start().await;
    let running = &region.running;
    let relay = Relay::before(running).await;
    let aws = running
        .aws()
        .into_builder()
        .retry_config(RetryConfig::disabled())
        .build();
    let operator = Operator::through(&region, &relay.endpoint, &relay.endpoint, &aws);
    let account = region.account().await;
    for n in 0..MANY {
        let (token, before) = (account.token(&region).await, operator.published().await);
        relay.fail_after(n, Fault::AnswerLost);
        let first = operator.emergency(json!(before)).await;
        let done = !relay.still_waits();
        if first.is_err() {
            operator.emergency(json!(before)).await.unwrap();
        }
        operator.is_whole().await;
        let left = jwks(&region).await;
        assert!(left.len() == 1 && !before.contains(&left[0]), "{n}: {left:?}");
        assert_eq!(operator.kept().await, left, "{n}: the secret has nothing else");
        assert_eq!(region.verified(&token).await, 401, "{n}");
        let fresh = account.token(&region).await;
        assert_eq!(region.verified(&fresh).await, 200, "{n}");
        if !done {
            assert!(n > 5, "{n} calls");
            return;
        }
    }
    panic!("an emergency makes more than {MANY} calls")
}
