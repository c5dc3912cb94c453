//! Who rotates a region's keys step by step, and looks at what became of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use regent::app::{App, Rng};
use regent::keys::SigningKeys;
use regent_local::secrets::Function;
use regent_rotate::Rotate;
use serde_json::{Value, json};

use crate::harness::{Parts, Region};

pub(super) const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// A function that leaves every rotation where it begins, so that the test takes its steps.
pub(super) const IDLE: &str = "arn:aws:lambda:us-east-1:000000000000:function:idle";

/// The version of the nth rotation.
pub(super) fn version(n: usize) -> String {
    format!("{n:08}-0000-4000-8000-000000000000")
}

pub(super) struct Operator<'a> {
    region: &'a Region,
    rotate: Rotate,
    pub(super) secrets: Client,
    pub(super) secret: String,
}

impl<'a> Operator<'a> {
    pub(super) fn of(region: &'a Region) -> Self {
        let running = &region.running;
        Self::through(
            region,
            &running.dynamodb_endpoint,
            &running.secrets_endpoint,
            &running.aws(),
        )
    }

    /// With another way to the table and the secrets.
    pub(super) fn through(region: &'a Region, dynamodb: &str, secrets: &str, aws: &SdkConfig) -> Self {
        let mut config = region.running.app.config().clone();
        let secret = config.signing_secret.clone().unwrap();
        config.dynamodb_endpoint = Some(dynamodb.to_owned());
        config.secrets_endpoint = Some(secrets.to_owned());
        let app = App::new(config, aws, region.clock.clone(), Rng::system()).unwrap();
        let direct = aws_sdk_secretsmanager::config::Builder::from(&region.running.aws());
        let direct = direct.endpoint_url(&region.running.secrets_endpoint);
        Self {
            region,
            rotate: Rotate::new(app),
            secrets: Client::from_conf(direct.build()),
            secret,
        }
    }

    /// Has Secrets Manager begin a rotation, which goes no further by itself.
    pub(super) async fn begin(&self, version: &str) {
        let rotations = self.region.running.rotations();
        rotations.serve(
            IDLE,
            Arc::new(|_| Box::pin(async { Err("the test goes on".to_owned()) })),
        );
        let rotate = self
            .secrets
            .rotate_secret()
            .secret_id(&self.secret)
            .client_request_token(version);
        rotate.rotation_lambda_arn(IDLE).send().await.unwrap();
        rotations.ended(version).await.unwrap_err();
    }

    /// The function that takes the steps here, as Secrets Manager calls it.
    pub(super) fn as_function(&self) -> Function {
        let rotate = self.rotate.clone();
        Arc::new(move |event| {
            let rotate = rotate.clone();
            Box::pin(async move { rotate.handle(event).await.map(drop).map_err(|error| error.to_string()) })
        })
    }

    /// Takes a step as Secrets Manager does.
    pub(super) async fn step(&self, step: &str, version: &str) -> Result<(), String> {
        let described = self
            .secrets
            .describe_secret()
            .secret_id(&self.secret)
            .send()
            .await
            .unwrap();
        let event = json!({ "Step": step, "SecretId": described.arn(), "ClientRequestToken": version });
        self.handle(event).await.map(drop)
    }

    /// Takes all of them, until one fails.
    pub(super) async fn steps(&self, version: &str) -> Result<(), String> {
        for step in STEPS {
            self.step(step, version).await?;
        }
        Ok(())
    }

    /// Drops keys at once.
    pub(super) async fn emergency(&self, drop: Value) -> Result<Value, String> {
        self.handle(json!({ "Emergency": { "drop": drop } })).await
    }

    async fn handle(&self, event: Value) -> Result<Value, String> {
        self.rotate.handle(event).await.map_err(|error| error.to_string())
    }

    /// Moves or takes off `AWSPENDING`, as an operator may.
    pub(super) async fn pending_leaves(&self, version: &str) {
        let step = self.secrets.update_secret_version_stage().secret_id(&self.secret);
        let step = step.version_stage("AWSPENDING").remove_from_version_id(version);
        step.send().await.unwrap();
    }

    /// The version each label is on.
    pub(super) async fn labels(&self) -> BTreeMap<String, String> {
        let described = self
            .secrets
            .describe_secret()
            .secret_id(&self.secret)
            .send()
            .await
            .unwrap();
        let versions = described.version_ids_to_stages.unwrap();
        let pairs = versions
            .into_iter()
            .flat_map(|(version, labels)| labels.into_iter().map(move |label| (label, version.clone())));
        pairs.collect()
    }

    /// The ids of the keys that whoever signs now reads.
    pub(super) async fn kept(&self) -> Vec<String> {
        let get = self
            .secrets
            .get_secret_value()
            .secret_id(&self.secret)
            .version_stage("AWSCURRENT");
        let value = get.send().await.unwrap().secret_string.unwrap();
        let keys = SigningKeys::parse(&value).unwrap();
        keys.iter().map(|key| key.jwk().kid).collect()
    }

    /// The ids of the published keys, as the table has them.
    pub(super) async fn published(&self) -> Vec<String> {
        let keyset = self.region.running.app.store().keyset().await.unwrap();
        keyset.keys.iter().map(|key| key.jwk.kid.clone()).collect()
    }

    /// Demands what must be true whenever nobody is rotating: no rotation is left half done, the keys
    /// that sign are published, and the newest one signs once its time has come.
    pub(super) async fn is_whole(&self) {
        let labels = self.labels().await;
        let pending = labels.get("AWSPENDING");
        assert!(pending.is_none() || pending == labels.get("AWSCURRENT"), "{labels:?}");
        let (kept, published) = (self.kept().await, self.published().await);
        assert!(kept.iter().all(|kid| published.contains(kid)), "{kept:?} {published:?}");
        assert_eq!(kept.last(), published.last(), "{kept:?} {published:?}");
    }
}

/// The key that a token says it was signed with.
pub(super) fn kid(token: &str) -> String {
    Parts::of(token).header["kid"].as_str().unwrap().to_owned()
}

/// The ids in the JWK set of a region.
pub(super) async fn jwks(region: &Region) -> Vec<String> {
    let set = region.http.get("/.well-known/jwks.json").send().await.is(200).json();
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}
