//! The signing key as the token function reads it.

use aws_sdk_secretsmanager::Client;
use regent::acts::ensure_signing_key;
use regent::app::App;
use regent::domain::SigningAlgorithm;
use regent::keys::PrivateKey;
use tokio::task::JoinSet;

use super::check::{Check, check};
use super::ground::Ground;

/// The versions of a rotation.
const NEXT: &str = "22222222-2222-2222-2222-222222222222";

pub(super) fn checks() -> Vec<Check> {
    vec![
        check("no secret is no key", no_secret_is_no_key),
        check(
            "a secret without a value gets its first",
            a_secret_without_a_value_gets_its_first,
        ),
        check("the signing key is made once", the_signing_key_is_made_once),
        check("eight first runs at once make one key", eight_first_runs_make_one_key),
        check("keys of every algorithm are kept", keys_of_every_algorithm_are_kept),
        check("the ARN is as good as the name", the_arn_is_as_good_as_the_name),
        check("a pending key does not sign", a_pending_key_does_not_sign),
        check(
            "a current key signs within five minutes",
            a_current_key_signs_within_five_minutes,
        ),
        check(
            "a deleted secret stops only those that start",
            a_deleted_secret_stops_those_that_start,
        ),
    ]
}

async fn kid(app: &App) -> String {
    app.signer().unwrap().key(app.now()).await.unwrap().jwk().kid
}

fn new_key(kid: &str) -> String {
    PrivateKey::generate(SigningAlgorithm::Es256, kid)
        .unwrap()
        .1
        .to_string()
}

/// The published key ids.
async fn published(app: &App) -> Vec<String> {
    app.store()
        .keyset()
        .await
        .unwrap()
        .keys
        .into_iter()
        .map(|key| key.jwk.kid)
        .collect()
}

fn elsewhere(ground: &Ground, secret: &str) -> App {
    ground.with(|config| config.signing_secret = Some(secret.to_owned()))
}

async fn no_secret_is_no_key(ground: Ground) {
    let app = elsewhere(&ground, "never/made");
    assert!(app.signer().unwrap().read().await.unwrap().is_none());
    assert!(app.signer().unwrap().key(app.now()).await.is_err());
}

/// CloudFormation makes it so.
async fn a_secret_without_a_value_gets_its_first(ground: Ground) {
    let name = format!("{}/bare", ground.name());
    ground.secrets.create_secret().name(&name).send().await.unwrap();
    let app = elsewhere(&ground, &name);
    let signer = app.signer().unwrap();
    assert!(signer.read().await.unwrap().is_none());
    signer.write_first(&new_key("first")).await.unwrap();
    assert_eq!(kid(&app).await, "first");
}

async fn the_signing_key_is_made_once(ground: Ground) {
    let before = (kid(&ground.app).await, published(&ground.app).await);
    assert_eq!(before.1, std::slice::from_ref(&before.0));
    let restarted = ground.cold();
    ensure_signing_key(&restarted).await.unwrap();
    assert_eq!((kid(&restarted).await, published(&restarted).await), before);
}

async fn eight_first_runs_make_one_key(ground: Ground) {
    let secret = format!("{}/raced", ground.name());
    let mut race = JoinSet::new();
    for _ in 0..8 {
        let app = elsewhere(&ground, &secret);
        race.spawn_local(async move { ensure_signing_key(&app).await.map_err(|error| error.to_string()) });
    }
    for outcome in race.join_all().await {
        assert_eq!(outcome, Ok(()));
    }
    let app = elsewhere(&ground, &secret);
    assert!(published(&app).await.contains(&kid(&app).await));
}

async fn keys_of_every_algorithm_are_kept(ground: Ground) {
    for algorithm in [
        SigningAlgorithm::Es256,
        SigningAlgorithm::Rs256,
        SigningAlgorithm::EdDsa,
    ] {
        let app = ground.with(|config| {
            config.algorithm = algorithm;
            config.signing_secret = Some(format!("{}/{}", config.table, algorithm.as_str()));
        });
        ensure_signing_key(&app).await.unwrap();
        let jwk = app.signer().unwrap().key(app.now()).await.unwrap().jwk();
        assert_eq!(jwk.alg, algorithm);
        assert!(
            app.store()
                .keyset()
                .await
                .unwrap()
                .keys
                .iter()
                .any(|key| key.jwk == jwk)
        );
    }
}

async fn the_arn_is_as_good_as_the_name(ground: Ground) {
    let described = ground
        .secrets
        .describe_secret()
        .secret_id(ground.name())
        .send()
        .await
        .unwrap();
    let app = elsewhere(&ground, described.arn().unwrap());
    assert_eq!(kid(&app).await, kid(&ground.app).await);
}

/// What a rotation does before its last step.
async fn stage(secrets: &Client, name: &str, value: &str) {
    let put = secrets
        .put_secret_value()
        .secret_id(name)
        .client_request_token(NEXT)
        .secret_string(value);
    put.version_stages("AWSPENDING").send().await.unwrap();
}

/// A rotation's last step.
async fn finish(secrets: &Client, name: &str) {
    let current = secrets
        .get_secret_value()
        .secret_id(name)
        .version_stage("AWSCURRENT")
        .send()
        .await
        .unwrap();
    let step = secrets
        .update_secret_version_stage()
        .secret_id(name)
        .version_stage("AWSCURRENT");
    step.remove_from_version_id(current.version_id().unwrap())
        .move_to_version_id(NEXT)
        .send()
        .await
        .unwrap();
}

async fn a_pending_key_does_not_sign(ground: Ground) {
    let before = kid(&ground.app).await;
    stage(&ground.secrets, &ground.name(), &new_key("pending")).await;
    ground.wait(301);
    assert_eq!(kid(&ground.app).await, before);
    assert_eq!(kid(&ground.cold()).await, before);
}

async fn a_current_key_signs_within_five_minutes(ground: Ground) {
    let before = kid(&ground.app).await;
    stage(&ground.secrets, &ground.name(), &new_key("rotated")).await;
    finish(&ground.secrets, &ground.name()).await;
    ground.wait(299);
    assert_eq!(kid(&ground.app).await, before, "a warm process has its key in memory");
    assert_eq!(kid(&ground.cold()).await, "rotated");
    ground.wait(1);
    assert_eq!(kid(&ground.app).await, "rotated");
}

async fn a_deleted_secret_stops_those_that_start(ground: Ground) {
    let before = kid(&ground.app).await;
    ground
        .secrets
        .delete_secret()
        .secret_id(ground.name())
        .send()
        .await
        .unwrap();
    ground.wait(301);
    assert_eq!(kid(&ground.app).await, before, "a warm process goes on");
    let cold = ground.cold();
    assert!(cold.signer().unwrap().key(cold.now()).await.is_err());
}
