//! Steps in another order than theirs: repeated, too early, of a rotation that another one overtook.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::operator::{Operator, STEPS, jwks, kid, version};
use crate::harness::{Fault, Region, Relay};

#[tokio::test]
async fn every_step_may_be_taken_again() {
    let region = Region::start().await;
    let operator = Operator::of(&region);
    let one = version(1);
    operator.begin(&one).await;
    for step in STEPS {
        for _ in 0..3 {
            operator.step(step, &one).await.unwrap();
        }
    }
    let (kept, published) = (operator.kept().await, operator.published().await);
    assert_eq!((kept.len(), published.len()), (2, 2), "one new key, however often");
    operator.steps(&one).await.unwrap();
    operator.step("finishSecret", &one).await.unwrap();
    assert_eq!((operator.kept().await, operator.published().await), (kept, published));
    operator.is_whole().await;
}

#[tokio::test]
async fn a_step_before_its_time_is_refused_and_spoils_nothing() {
    let region = Region::start().await;
    let operator = Operator::of(&region);
    let before = (operator.kept().await, jwks(&region).await);
    let one = version(1);
    for step in STEPS {
        operator.step(step, &one).await.expect_err("nobody began it");
    }
    operator.begin(&one).await;
    for step in ["setSecret", "finishSecret"] {
        operator.step(step, &one).await.expect_err("there is no key yet");
    }
    operator.step("createSecret", &one).await.unwrap();
    for step in ["testSecret", "finishSecret"] {
        operator.step(step, &one).await.expect_err("the key is not published");
        assert_eq!((operator.kept().await, jwks(&region).await), before, "{step}");
    }
    operator.step("setSecret", &one).await.unwrap();
    operator.steps(&one).await.unwrap();
    operator.is_whole().await;
    operator.step("startSecret", &one).await.expect_err("no such step");
}

/// As often as anybody configures the rotation of the stack without asking for one.
#[tokio::test]
async fn a_trial_of_the_configuration_goes_well_and_changes_nothing() {
    let region = Region::start().await;
    let operator = Operator::of(&region);
    let before = (operator.labels().await, operator.published().await);
    let one = version(1);
    let trial = operator.secrets.rotate_secret().secret_id(&operator.secret);
    let trial = trial.client_request_token(&one).rotate_immediately(false);
    trial.send().await.unwrap();
    assert_eq!(region.running.rotations().ended(&one).await, Ok(()));
    assert_eq!((operator.labels().await, operator.published().await), before);
}

#[tokio::test]
async fn a_rotation_that_another_one_overtook_ends_there() {
    let region = Region::start().await;
    let operator = Operator::of(&region);
    for taken in 0..STEPS.len() {
        let (old, new) = (version(2 * taken), version(2 * taken + 1));
        operator.begin(&old).await;
        for step in &STEPS[..taken] {
            operator.step(step, &old).await.unwrap();
        }
        operator.pending_leaves(&old).await;
        operator.begin(&new).await;
        operator.step("createSecret", &new).await.unwrap();
        for step in &STEPS[taken..] {
            operator.step(step, &old).await.expect_err(step);
        }
        operator.steps(&new).await.unwrap();
        for step in STEPS {
            operator.step(step, &old).await.expect_err(step);
        }
        operator.is_whole().await;
        assert_eq!(operator.labels().await["AWSCURRENT"], new);
        region.wait(3);
        let signing = kid(&region.account().await.token(&region).await);
        assert_eq!(Some(&signing), operator.published().await.last());
    }
}

#[tokio::test]
async fn the_same_rotation_twice_at_once_makes_one_key() {
    let region = Region::start().await;
    let operator = Operator::of(&region);
    for n in 1..=5 {
        let before = operator.published().await.len();
        operator.begin(&version(n)).await;
        let one = version(n);
        let (a, b) = tokio::join!(operator.steps(&one), operator.steps(&one));
        if a.is_err() || b.is_err() {
            operator.steps(&one).await.unwrap();
        }
        operator.is_whole().await;
        assert_eq!(operator.published().await.len(), before + 1, "{a:?} {b:?}");
    }
}

/// The last call of a rotation is slow, and meanwhile another one finishes.
#[tokio::test]
async fn a_late_finish_does_not_undo_a_newer_one() {
    let region = Region::start().await;
    let operator = Operator::of(&region);
    let running = &region.running;
    let relay = Relay::before(running).await;
    let aws = running.aws();
    let slow = Operator::through(&region, &relay.endpoint, &relay.endpoint, &aws);
    let (old, new) = (version(1), version(2));
    operator.begin(&old).await;
    for step in &STEPS[..3] {
        operator.step(step, &old).await.unwrap();
    }
    relay.fail("UpdateSecretVersionStage", Fault::Held, 1);
    let newer = async {
        timeout(Duration::from_secs(30), relay.holds()).await.unwrap();
        operator.pending_leaves(&old).await;
        operator.begin(&new).await;
        operator.steps(&new).await.unwrap();
    };
    // The SDK asks once more when it got no answer; by then AWSCURRENT is elsewhere.
    let (late, ()) = tokio::join!(slow.step("finishSecret", &old), newer);
    late.expect_err("it is too late");
    assert_eq!(operator.labels().await["AWSCURRENT"], new);
    operator.is_whole().await;
}

#[tokio::test]
async fn an_emergency_overtakes_a_rotation_at_every_step() {
    let region = Region::start().await;
    let (operator, account) = (Operator::of(&region), region.account().await);
    for taken in 0..=STEPS.len() {
        let one = version(taken);
        operator.begin(&one).await;
        for step in &STEPS[..taken] {
            operator.step(step, &one).await.unwrap();
        }
        let token = account.token(&region).await;
        let before = operator.published().await;
        let dropped = operator.emergency(json!("all")).await.unwrap();
        let mut gone: Vec<_> = dropped["dropped"]
            .as_array()
            .unwrap()
            .iter()
            .map(Value::to_string)
            .collect();
        gone.sort_unstable();
        let mut known: Vec<_> = before.iter().map(|kid| json!(kid).to_string()).collect();
        known.sort_unstable();
        assert_eq!(gone, known, "{taken} steps");
        for step in STEPS {
            operator.step(step, &one).await.expect_err(step);
        }
        operator.is_whole().await;
        let only = [dropped["signing"].as_str().unwrap().to_owned()];
        assert_eq!(
            (operator.kept().await, jwks(&region).await),
            (only.to_vec(), only.to_vec())
        );
        assert_eq!(region.verified(&token).await, 401);
        assert_eq!(kid(&account.token(&region).await), only[0]);
    }
    operator.begin(&version(9)).await;
    operator
        .steps(&version(9))
        .await
        .expect("and then keys are rotated as ever");
    operator.is_whole().await;
}
