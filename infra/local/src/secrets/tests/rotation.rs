//! Rotations, by functions that do what AWS's template does.

use std::path::Path;
use std::sync::{Arc, Mutex};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::RotationRulesType;
use serde_json::Value;

use super::super::{Function, Secrets};
use super::{ONE, THREE, TWO, code, current, move_stage, put, staged, with_secret};

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:rotate";

/// What a function was called for, in order, with the step at which it fails.
#[derive(Default)]
struct Calls {
    steps: Mutex<Vec<String>>,
    failing: Mutex<Option<&'static str>>,
}

impl Calls {
    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.steps.lock().unwrap())
    }

    fn fails_at(&self, step: Option<&'static str>) {
        *self.failing.lock().unwrap() = step;
    }
}

fn function(client: Client, calls: Arc<Calls>) -> Function {
    Arc::new(move |event| {
        let (client, calls) = (client.clone(), calls.clone());
        Box::pin(async move {
            let text = |name: &str| event[name].as_str().unwrap().to_owned();
            let (step, secret, version) = (text("Step"), text("SecretId"), text("ClientRequestToken"));
            assert!(secret.starts_with("arn:aws:secretsmanager:"), "{secret}");
            calls.steps.lock().unwrap().push(step.clone());
            if *calls.failing.lock().unwrap() == Some(step.as_str()) {
                return Err("told to".to_owned());
            }
            act(&client, &step, &version).await;
            Ok(())
        })
    })
}

async fn act(client: &Client, step: &str, version: &str) {
    match step {
        "createSecret" => {
            assert_eq!(
                staged(client, "AWSPENDING").await.unwrap_err(),
                "ResourceNotFoundException",
                "a rotation begins without a value"
            );
            put(client, version, "new", Some(vec!["AWSPENDING".to_owned()]))
                .await
                .unwrap();
        }
        "finishSecret" => {
            let before = client.get_secret_value().secret_id("k").send().await.unwrap();
            move_stage(client, "AWSCURRENT", before.version_id(), Some(version))
                .await
                .unwrap();
        }
        _ => {}
    }
}

/// The secret `k`, rotated by a function that notes its calls.
async fn rotated(file: &Path) -> (Secrets, Client, Arc<Calls>) {
    let (secrets, client) = with_secret(file).await;
    let calls = Arc::new(Calls::default());
    secrets.rotations().serve(ARN, function(client.clone(), calls.clone()));
    secrets.rotations().configure("k", ARN).unwrap();
    (secrets, client, calls)
}

async fn rotate(client: &Client, version: &str) -> Result<(), (String, String)> {
    let rotate = client.rotate_secret().secret_id("k").client_request_token(version);
    let outcome = rotate.send().await;
    outcome
        .map(drop)
        .map_err(|error| (code(&error), error.message().unwrap_or_default().to_owned()))
}

async fn described(client: &Client) -> DescribeSecretOutput {
    client.describe_secret().secret_id("k").send().await.unwrap()
}

async fn stages(client: &Client, version: &str) -> Vec<String> {
    let mut stages = described(client)
        .await
        .version_ids_to_stages
        .unwrap()
        .remove(version)
        .unwrap_or_default();
    stages.sort_unstable();
    stages
}

const ALL: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

#[tokio::test]
async fn the_function_is_called_for_each_step_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let (secrets, client, calls) = rotated(&dir.path().join("s")).await;
    assert!(described(&client).await.last_rotated_date().is_none());
    rotate(&client, TWO).await.unwrap();
    assert_eq!(secrets.rotations().ended(TWO).await, Ok(()));
    assert_eq!(calls.taken(), ALL);
    assert_eq!(
        (
            current(&client).await.as_str(),
            staged(&client, "AWSPREVIOUS").await.unwrap().as_str()
        ),
        ("new", "a")
    );
    assert_eq!(stages(&client, TWO).await, ["AWSCURRENT", "AWSPENDING"]);
    assert!(described(&client).await.last_rotated_date().is_some());

    rotate(&client, TWO).await.unwrap();
    assert_eq!(calls.taken(), [""; 0], "the same request again is the same rotation");
    rotate(&client, THREE).await.unwrap();
    assert_eq!(secrets.rotations().ended(THREE).await, Ok(()));
    assert_eq!(stages(&client, TWO).await, ["AWSPREVIOUS"]);
}

#[tokio::test]
async fn a_failing_step_stops_the_rotation_which_is_then_taken_up_again() {
    let dir = tempfile::tempdir().unwrap();
    let (secrets, client, calls) = rotated(&dir.path().join("s")).await;
    calls.fails_at(Some("setSecret"));
    rotate(&client, TWO).await.unwrap();
    assert_eq!(
        secrets.rotations().ended(TWO).await,
        Err("setSecret: told to".to_owned())
    );
    assert_eq!(calls.taken(), ALL[..2]);
    assert_eq!(stages(&client, TWO).await, ["AWSPENDING"]);
    assert_eq!(current(&client).await, "a");

    // What it already did is no mistake now: this function does not look.
    move_stage(&client, "AWSPENDING", Some(TWO), None).await.unwrap();
    calls.fails_at(Some("createSecret"));
    rotate(&client, THREE).await.unwrap();
    assert!(secrets.rotations().ended(THREE).await.is_err());
    calls.taken();
    calls.fails_at(None);
    let (kind, words) = rotate(&client, "44444444-4444-4444-4444-444444444444")
        .await
        .unwrap_err();
    assert_eq!(kind, "InvalidRequestException");
    assert!(words.starts_with("A previous rotation isn't complete."), "{words}");
    assert_eq!(secrets.rotations().ended(THREE).await, Ok(()));
    assert_eq!(
        (calls.taken().as_slice(), current(&client).await.as_str()),
        (&ALL.map(str::to_owned)[..], "new")
    );
}

#[tokio::test]
async fn a_panic_or_a_function_that_moves_nothing_is_a_failure() {
    let dir = tempfile::tempdir().unwrap();
    let (secrets, client) = with_secret(&dir.path().join("s")).await;
    let idle: Function = Arc::new(|_: Value| Box::pin(async { Ok(()) }));
    let broken: Function = Arc::new(|_: Value| Box::pin(async { panic!("no") }));
    for (function, version, part) in [(idle, TWO, "finishSecret left"), (broken, THREE, "createSecret: ")] {
        secrets.rotations().serve(ARN, function);
        let rotate = client.rotate_secret().secret_id("k").client_request_token(version);
        rotate.rotation_lambda_arn(ARN).send().await.unwrap();
        let why = secrets.rotations().ended(version).await.unwrap_err();
        assert!(why.contains(part), "{why}");
        move_stage(&client, "AWSPENDING", Some(version), None).await.unwrap();
    }
    assert!(secrets.rotations().ended("never begun").await.is_err());
}

#[tokio::test]
async fn what_cannot_rotate_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let (secrets, client) = with_secret(&dir.path().join("s")).await;
    let (kind, words) = rotate(&client, TWO).await.unwrap_err();
    assert_eq!(
        (kind.as_str(), words.as_str()),
        (
            "InvalidRequestException",
            "No Lambda rotation function ARN is associated with this secret."
        )
    );
    let with = |days: Option<i64>, rate: Option<&str>| {
        let rules = RotationRulesType::builder().set_automatically_after_days(days);
        let rules = rules.set_schedule_expression(rate.map(str::to_owned)).build();
        let rotate = client.rotate_secret().secret_id("k").client_request_token(TWO);
        rotate.rotation_lambda_arn(ARN).rotation_rules(rules).send()
    };
    assert_eq!(code(&with(Some(1), None).await.unwrap_err()), "AccessDeniedException");
    secrets.rotations().serve(ARN, Arc::new(|_| Box::pin(async { Ok(()) })));
    for (days, rate) in [(Some(0), None), (Some(1001), None), (Some(1), Some("rate(1 day)"))] {
        assert_eq!(code(&with(days, rate).await.unwrap_err()), "InvalidParameterException");
    }
    let cancel = client.cancel_rotate_secret().secret_id("k").send().await.unwrap_err();
    assert_eq!(code(&cancel), "InvalidRequestException");
    assert_eq!(stages(&client, ONE).await, ["AWSCURRENT"]);
    assert_eq!(described(&client).await.rotation_enabled(), None);
}

#[tokio::test]
async fn the_rules_are_kept_and_a_trial_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let (secrets, client, calls) = rotated(&dir.path().join("s")).await;
    let rules = RotationRulesType::builder()
        .schedule_expression("rate(10 days)")
        .duration("3h")
        .build();
    let trial = client.rotate_secret().secret_id("k").client_request_token(TWO);
    trial
        .rotation_rules(rules)
        .rotate_immediately(false)
        .send()
        .await
        .unwrap();
    secrets.rotations().ended(TWO).await.unwrap();
    assert_eq!(calls.taken(), ["testSecret"]);
    let kept = described(&client).await;
    assert_eq!(
        (kept.rotation_enabled(), kept.rotation_lambda_arn()),
        (Some(true), Some(ARN))
    );
    assert_eq!(
        kept.rotation_rules().unwrap().schedule_expression(),
        Some("rate(10 days)")
    );
    let days = (kept.next_rotation_date().unwrap().secs() - kept.created_date().unwrap().secs()) / 86_400;
    assert_eq!((days, kept.last_rotated_date()), (10, None));
    assert_eq!(kept.version_ids_to_stages().unwrap().len(), 1);

    calls.fails_at(Some("testSecret"));
    rotate(&client, TWO).await.unwrap();
    secrets.rotations().ended(TWO).await.unwrap_err();
    let cancelled = client.cancel_rotate_secret().secret_id("k").send().await.unwrap();
    assert_eq!(cancelled.version_id(), Some(TWO));
    let off = described(&client).await;
    assert_eq!((off.rotation_enabled(), off.next_rotation_date()), (Some(false), None));
    calls.taken();
    assert!(rotate(&client, THREE).await.is_err(), "AWSPENDING is still there");
    assert_eq!(calls.taken(), [""; 0], "what was cancelled is not taken up again");
}
