//! The rotation of the signing keys, as the function takes its steps.

use std::collections::BTreeMap;

use regent_rotate::Rotate;
use serde_json::{Value, json};

use super::check::{Check, check};
use super::ground::{Ground, ROTATION};
use super::signing::{kid, published};

const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];
const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";
/// The lead of a rotation's key, in seconds.
const LEAD: u32 = 600;

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "a rotation begins with a pending version without a value",
            a_rotation_begins_with_a_pending_version,
        ),
        check("one rotation is refused while another is unfinished", one_at_a_time),
        check(
            "a finished rotation does not stop the next",
            a_finished_one_stops_nobody,
        ),
        check("four steps make a key that signs in time", four_steps_make_a_key),
        check("every step may be taken twice", every_step_may_be_taken_twice),
        check("an overtaken rotation is refused", an_overtaken_rotation_is_refused),
        check("an emergency ends a rotation", an_emergency_ends_a_rotation),
    ]
}

/// Whether it was accepted is seen by the labels: moto knows no such function, and says so after it
/// has begun.
async fn rotate_secret(ground: &Ground, version: &str) {
    let rotate = ground.secrets.rotate_secret().secret_id(ground.name());
    let asked = rotate.client_request_token(version).rotation_lambda_arn(ROTATION);
    drop(asked.send().await);
}

/// Has a version begun, in whatever way an implementation offers.
async fn begin(ground: &Ground, version: &str) {
    let put = ground.secrets.put_secret_value().secret_id(ground.name());
    // ministack takes it; its RotateSecret does something else.
    let bare = put.client_request_token(version).version_stages("AWSPENDING");
    if bare.send().await.is_err() {
        rotate_secret(ground, version).await;
    }
    assert_eq!(
        labels(ground).await.get("AWSPENDING").map(String::as_str),
        Some(version)
    );
}

/// The version that each label is on.
async fn labels(ground: &Ground) -> BTreeMap<String, String> {
    let described = ground.secrets.describe_secret().secret_id(ground.name());
    let versions = described.send().await.unwrap().version_ids_to_stages.unwrap();
    let pairs = versions
        .into_iter()
        .flat_map(|(version, labels)| labels.into_iter().map(move |label| (label, version.clone())));
    pairs.collect()
}

async fn handle(ground: &Ground, event: Value) -> Result<Value, String> {
    let rotate = Rotate::new(ground.app.clone());
    rotate.handle(event).await.map_err(|error| error.to_string())
}

async fn step(ground: &Ground, step: &str, version: &str) -> Result<(), String> {
    let event = json!({ "Step": step, "SecretId": ground.name(), "ClientRequestToken": version });
    handle(ground, event).await.map(drop)
}

async fn steps(ground: &Ground, version: &str) -> Result<(), String> {
    for one in STEPS {
        step(ground, one, version).await?;
    }
    Ok(())
}

/// No rotation is left half done.
fn is_whole(labels: &BTreeMap<String, String>) {
    let pending = labels.get("AWSPENDING");
    assert!(pending.is_none() || pending == labels.get("AWSCURRENT"), "{labels:?}");
}

async fn a_rotation_begins_with_a_pending_version(ground: Ground) {
    let before = labels(&ground).await["AWSCURRENT"].clone();
    rotate_secret(&ground, ONE).await;
    let after = labels(&ground).await;
    assert_eq!(
        (after["AWSCURRENT"].as_str(), after["AWSPENDING"].as_str()),
        (before.as_str(), ONE)
    );
    let read = ground
        .secrets
        .get_secret_value()
        .secret_id(ground.name())
        .version_id(ONE);
    let value = read.send().await.ok().and_then(|read| read.secret_string);
    assert_eq!(value.as_deref().unwrap_or_default(), "");
}

async fn one_at_a_time(ground: Ground) {
    rotate_secret(&ground, ONE).await;
    rotate_secret(&ground, TWO).await;
    assert_eq!(labels(&ground).await["AWSPENDING"], ONE);
}

async fn a_finished_one_stops_nobody(ground: Ground) {
    begin(&ground, ONE).await;
    steps(&ground, ONE).await.unwrap();
    rotate_secret(&ground, TWO).await;
    let after = labels(&ground).await;
    assert_eq!((after["AWSCURRENT"].as_str(), after["AWSPENDING"].as_str()), (ONE, TWO));
}

async fn four_steps_make_a_key(ground: Ground) {
    let old = (kid(&ground.app).await, labels(&ground).await["AWSCURRENT"].clone());
    begin(&ground, ONE).await;
    for one in STEPS {
        assert_eq!(
            (kid(&ground.app).await, kid(&ground.cold()).await),
            (old.0.clone(), old.0.clone())
        );
        step(&ground, one, ONE).await.unwrap();
    }
    let after = labels(&ground).await;
    is_whole(&after);
    assert_eq!((after["AWSCURRENT"].as_str(), &after["AWSPREVIOUS"]), (ONE, &old.1));
    let keys = published(&ground.app).await;
    assert_eq!((keys.len(), &keys[0]), (2, &old.0));
    ground.wait(LEAD - 1);
    assert_eq!(
        (kid(&ground.app).await, kid(&ground.cold()).await),
        (old.0.clone(), old.0)
    );
    ground.wait(1);
    assert_eq!(
        (kid(&ground.app).await, kid(&ground.cold()).await),
        (keys[1].clone(), keys[1].clone())
    );
}

async fn every_step_may_be_taken_twice(ground: Ground) {
    begin(&ground, ONE).await;
    for one in STEPS {
        step(&ground, one, ONE).await.unwrap();
        step(&ground, one, ONE).await.unwrap();
    }
    steps(&ground, ONE).await.unwrap();
    is_whole(&labels(&ground).await);
    assert_eq!(published(&ground.app).await.len(), 2);
}

async fn an_overtaken_rotation_is_refused(ground: Ground) {
    begin(&ground, ONE).await;
    for one in &STEPS[..3] {
        step(&ground, one, ONE).await.unwrap();
    }
    let leave = ground.secrets.update_secret_version_stage().secret_id(ground.name());
    let leave = leave.version_stage("AWSPENDING").remove_from_version_id(ONE);
    leave.send().await.unwrap();
    begin(&ground, TWO).await;
    step(&ground, "finishSecret", ONE).await.expect_err("it is not pending");
    steps(&ground, TWO).await.unwrap();
    for one in STEPS {
        step(&ground, one, ONE).await.expect_err(one);
    }
    assert_eq!(labels(&ground).await["AWSCURRENT"], TWO);
    is_whole(&labels(&ground).await);
}

async fn an_emergency_ends_a_rotation(ground: Ground) {
    let old = kid(&ground.app).await;
    begin(&ground, ONE).await;
    for one in &STEPS[..2] {
        step(&ground, one, ONE).await.unwrap();
    }
    let dropped = handle(&ground, json!({ "Emergency": { "drop": "all" } }))
        .await
        .unwrap();
    let signing = dropped["signing"].as_str().unwrap();
    assert_eq!(published(&ground.app).await, [signing]);
    assert_eq!(
        (kid(&ground.app).await.as_str(), kid(&ground.cold()).await.as_str()),
        (signing, signing)
    );
    assert_ne!(signing, old);
    for one in STEPS {
        step(&ground, one, ONE).await.expect_err(one);
    }
    is_whole(&labels(&ground).await);
}
