//! The Secrets Manager as AWS's own SDK meets it.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_sdk_secretsmanager::primitives::Blob;
use regent::app::Rng;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::Secrets;
use crate::aws::{credentials, sdk_config};

mod labels;
mod rotation;

const ONE: &str = "11111111-1111-1111-1111-111111111111";
const TWO: &str = "22222222-2222-2222-2222-222222222222";
const THREE: &str = "33333333-3333-3333-3333-333333333333";

async fn start(file: &Path) -> (Secrets, Client) {
    let credentials = credentials(&Rng::system());
    let secrets = Secrets::open(file, &credentials).unwrap();
    let aws = sdk_config(&credentials);
    let config = aws_sdk_secretsmanager::config::Builder::from(&aws)
        .endpoint_url(secrets.endpoint())
        .build();
    (secrets, Client::from_conf(config))
}

/// A server with the secret `k` of the value `a`, version ONE.
async fn with_secret(file: &Path) -> (Secrets, Client) {
    let (secrets, client) = start(file).await;
    client
        .create_secret()
        .name("k")
        .secret_string("a")
        .client_request_token(ONE)
        .send()
        .await
        .unwrap();
    (secrets, client)
}

async fn current(client: &Client) -> String {
    staged(client, "AWSCURRENT").await.unwrap()
}

async fn staged(client: &Client, stage: &str) -> Result<String, String> {
    let got = client
        .get_secret_value()
        .secret_id("k")
        .version_stage(stage)
        .send()
        .await;
    got.map(|got| got.secret_string().unwrap().to_owned())
        .map_err(|error| code(&error))
}

fn code(error: &impl ProvideErrorMetadata) -> String {
    error.code().unwrap_or("no code").to_owned()
}

async fn put(client: &Client, version: &str, value: &str, stages: Option<Vec<String>>) -> Result<(), String> {
    let put = client
        .put_secret_value()
        .secret_id("k")
        .client_request_token(version)
        .secret_string(value);
    put.set_version_stages(stages)
        .send()
        .await
        .map(drop)
        .map_err(|error| code(&error))
}

async fn move_stage(client: &Client, stage: &str, from: Option<&str>, to: Option<&str>) -> Result<(), String> {
    let moved = client.update_secret_version_stage().secret_id("k").version_stage(stage);
    let moved = moved
        .set_remove_from_version_id(from.map(str::to_owned))
        .set_move_to_version_id(to.map(str::to_owned));
    moved.send().await.map(drop).map_err(|error| code(&error))
}

#[tokio::test]
async fn a_secret_is_kept_across_restarts_in_a_private_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("secrets.sqlite");
    let (secrets, client) = with_secret(&file).await;
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{:?}",
            entry.path()
        );
    }
    secrets.close().await;
    let (_secrets, client_again) = start(&file).await;
    assert_eq!(current(&client_again).await, "a");
    drop(client);
}

#[tokio::test]
async fn a_secret_is_found_by_name_arn_and_partial_arn() {
    let dir = tempfile::tempdir().unwrap();
    let (_secrets, client) = with_secret(&dir.path().join("s")).await;
    let arn = client
        .describe_secret()
        .secret_id("k")
        .send()
        .await
        .unwrap()
        .arn()
        .unwrap()
        .to_owned();
    let partial = arn.rsplit_once('-').unwrap().0.to_owned();
    for id in ["k", arn.as_str(), partial.as_str()] {
        let got = client.get_secret_value().secret_id(id).send().await.unwrap();
        assert_eq!(
            (got.name(), got.version_id(), got.secret_string()),
            (Some("k"), Some(ONE), Some("a")),
            "{id}"
        );
        assert_eq!(got.version_stages(), ["AWSCURRENT"]);
    }
}

#[tokio::test]
async fn bytes_come_back_as_they_went_in() {
    let dir = tempfile::tempdir().unwrap();
    let (_secrets, client) = start(&dir.path().join("s")).await;
    client
        .create_secret()
        .name("bytes")
        .secret_binary(Blob::new([0, 255, 7]))
        .send()
        .await
        .unwrap();
    let got = client.get_secret_value().secret_id("bytes").send().await.unwrap();
    assert_eq!(got.secret_binary().unwrap().as_ref(), [0, 255, 7]);
}

#[tokio::test]
async fn a_deleted_secret_answers_nothing_and_its_name_waits() {
    let dir = tempfile::tempdir().unwrap();
    let (_secrets, client) = with_secret(&dir.path().join("s")).await;
    client
        .delete_secret()
        .secret_id("k")
        .recovery_window_in_days(7)
        .send()
        .await
        .unwrap();
    assert_eq!(
        staged(&client, "AWSCURRENT").await.unwrap_err(),
        "InvalidRequestException"
    );
    assert_eq!(
        put(&client, TWO, "b", None).await.unwrap_err(),
        "InvalidRequestException"
    );
    assert!(
        client
            .describe_secret()
            .secret_id("k")
            .send()
            .await
            .unwrap()
            .deleted_date()
            .is_some()
    );
    let again = client
        .create_secret()
        .name("k")
        .secret_string("z")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&again), "InvalidRequestException");

    client
        .create_secret()
        .name("f")
        .secret_string("z")
        .send()
        .await
        .unwrap();
    client
        .delete_secret()
        .secret_id("f")
        .force_delete_without_recovery(true)
        .send()
        .await
        .unwrap();
    let gone = client.describe_secret().secret_id("f").send().await.unwrap_err();
    assert_eq!(code(&gone), "ResourceNotFoundException");
    client
        .create_secret()
        .name("f")
        .secret_string("y")
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn bad_requests_are_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let (_secrets, client) = with_secret(&dir.path().join("s")).await;
    let error = client.get_secret_value().secret_id("nobody").send().await.unwrap_err();
    assert_eq!(code(&error), "ResourceNotFoundException");
    assert_eq!(
        error.message(),
        Some("Secrets Manager can't find the specified secret.")
    );
    let error = client
        .create_secret()
        .name("a b")
        .secret_string("x")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&error), "InvalidParameterException");
    let error = client
        .put_secret_value()
        .secret_id("k")
        .secret_string("x")
        .client_request_token("short")
        .send()
        .await;
    assert_eq!(code(&error.unwrap_err()), "InvalidParameterException");
    let error = client
        .put_secret_value()
        .secret_id("k")
        .secret_string("x".repeat(65_537))
        .send()
        .await;
    assert_eq!(code(&error.unwrap_err()), "InvalidParameterException");
    let error = client.restore_secret().secret_id("k").send().await.unwrap_err();
    assert_eq!(code(&error), "UnknownOperationException");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("s");
    std::fs::write(
        &file,
        "not a database at all, but long enough to look like one".repeat(20),
    )
    .unwrap();
    let error = Secrets::open(&file, &credentials(&Rng::system())).unwrap_err();
    assert!(error.to_string().starts_with("cannot open the secrets file"), "{error}");
}
