//! The rotate function: the steps as Secrets Manager sends them, and emergencies as operators do.

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use serde_json::json;

use crate::lambda::case::{Case, answers, decides, fails};
use crate::lambda::stage::Stage;
use crate::lambda::token::{account, tokens};

const VERSION: &str = "5c0ffee0-0000-4000-8000-000000000000";
/// A function that leaves the rotation where it begins: the events take its steps.
const IDLE: &str = "arn:aws:lambda:us-east-1:000000000000:function:idle";

#[tokio::test]
async fn the_rotate_binary_takes_the_steps_and_drops_keys() {
    let mut stage = Stage::start().await;
    let before = [account(), tokens()];
    stage.plays(before.into_iter().flatten().collect()).await;
    begin(&mut stage).await;
    stage.plays(story()).await;
}

/// Has the region's Secrets Manager begin a rotation.
async fn begin(stage: &mut Stage) {
    let region = stage.region();
    let rotations = region.rotations();
    rotations.serve(
        IDLE,
        Arc::new(|_| Box::pin(async { Err("the test goes on".to_owned()) })),
    );
    let config = aws_sdk_secretsmanager::config::Builder::from(&region.aws());
    let client = Client::from_conf(config.endpoint_url(&region.secrets_endpoint).build());
    let secret = region.app.config().signing_secret.clone().expect("the region signs");
    let rotate = client.rotate_secret().secret_id(secret).client_request_token(VERSION);
    let begun = rotate
        .rotation_lambda_arn(IDLE)
        .send()
        .await
        .expect("a rotation begins");
    rotations.ended(VERSION).await.unwrap_err();
    stage.knows("signing_secret", begun.arn.expect("its ARN"));
    stage.knows("rotation", VERSION.to_owned());
}

/// The events of `events/rotate`, in order, and what becomes of a token meanwhile.
pub(super) fn story() -> Vec<Case> {
    let done = |event, step: &str| decides(event).body("/step", step).body("/kid", "{{new_key}}");
    vec![
        fails(
            "rotate/no-step",
            "the event is neither a step of a rotation nor an emergency",
        ),
        fails(
            "rotate/unknown-step",
            "the step is none of createSecret, setSecret, testSecret and finishSecret",
        ),
        fails(
            "rotate/other-secret",
            "this is not the secret of the region's signing keys",
        ),
        fails(
            "rotate/version-not-pending",
            "the version is neither AWSPENDING nor AWSCURRENT",
        ),
        fails(
            "rotate/emergency-no-key",
            "an emergency drops \"all\" keys, or a list of key ids",
        ),
        fails("rotate/set-secret", "the version has no keys yet"),
        decides("rotate/create-secret").keep("new_key", "/kid"),
        done("rotate/create-secret", "createSecret"),
        fails("rotate/finish-secret", "the version's new key is not published"),
        done("rotate/set-secret", "setSecret"),
        done("rotate/test-secret", "testSecret"),
        done("rotate/finish-secret", "finishSecret"),
        done("rotate/finish-secret", "finishSecret"),
        // Nobody signs with it yet, and nobody ever will.
        decides("rotate/emergency-one-key")
            .body("/dropped/0", "{{new_key}}")
            .body("/dropped/1", json!(null))
            .body("/absent", json!(null))
            .body("/signing", "*"),
        fails(
            "rotate/finish-secret",
            "the version is neither AWSPENDING nor AWSCURRENT",
        ),
        answers("token/introspect", 200).body("/active", true),
        decides("rotate/emergency-all")
            .body("/dropped/1", "*")
            .body("/dropped/2", json!(null)),
        answers("token/introspect", 200).body("", json!({"active": false})),
        answers("token/token-by-body", 200)
            .hides("access_token")
            .keep("access_token", "/access_token"),
        answers("token/introspect", 200).body("/active", true),
    ]
}
