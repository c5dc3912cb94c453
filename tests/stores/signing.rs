//! The signing keys as the token function reads them.

use std::sync::Arc;

use regent::acts::ensure_signing_key;
use regent::app::App;
use regent::domain::{SigningAlgorithm, Unavailable};
use regent::keys::{CURRENT, PrivateKey};
use tokio::task::JoinSet;

use super::check::{Check, check};
use super::ground::Ground;

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
        check(
            "a deleted secret stops only those that start",
            a_deleted_secret_stops_those_that_start,
        ),
    ]
}

/// The key that this process signs with.
async fn key(app: &App) -> Result<Arc<PrivateKey>, Unavailable> {
    let (published, now) = (app.store().keyset().await?.keys, app.now());
    let candidates: Vec<_> = published.signing(now).cloned().collect();
    app.signer()?.key(&candidates, now).await
}

pub(super) async fn kid(app: &App) -> String {
    key(app).await.unwrap().kid().to_owned()
}

/// The published key ids.
pub(super) async fn published(app: &App) -> Vec<String> {
    app.store()
        .keyset()
        .await
        .unwrap()
        .keys
        .iter()
        .map(|key| key.jwk.kid.clone())
        .collect()
}

fn elsewhere(ground: &Ground, secret: &str) -> App {
    ground.with(|config| config.signing_secret = Some(secret.to_owned()))
}

async fn no_secret_is_no_key(ground: Ground) {
    let app = elsewhere(&ground, "never/made");
    let versions = app.signer().unwrap().versions();
    assert!(versions.labelled(CURRENT).await.unwrap().is_none());
    assert!(key(&app).await.is_err());
}

/// CloudFormation makes it so.
async fn a_secret_without_a_value_gets_its_first(ground: Ground) {
    let name = format!("{}/bare", ground.name());
    ground.secrets.create_secret().name(&name).send().await.unwrap();
    let app = elsewhere(&ground, &name);
    let versions = app.signer().unwrap().versions();
    assert!(versions.labelled(CURRENT).await.unwrap().is_none());
    ensure_signing_key(&app).await.unwrap();
    assert_eq!(Some(&kid(&app).await), published(&app).await.last());
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
        let jwk = key(&app).await.unwrap().jwk();
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
    assert!(key(&ground.cold()).await.is_err());
}
