//! `POST /_local/rotate`: new signing keys, as an operator makes them. Only a local region has it.
//!
//! ```text
//! POST /_local/rotate              rotates through Secrets Manager; answers once the new key signs
//! POST /_local/rotate?drop=all     an emergency: every key goes at once, and its tokens with it
//! POST /_local/rotate?drop={kid}   the same for some keys; the parameter may be repeated
//! ```
//! The answer names the key that signs, and from when on; after an emergency also the keys that were
//! `dropped`, and those that were `absent`: not published, or not any more. With a test's own clock
//! nothing is waited for: the test moves it. A rotation that was left half done is finished first.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{DisplayErrorContext, ProvideErrorMetadata};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use regent::app::{App, SdkConfig};
use regent::domain::PublishedKey;
use regent::telemetry::invoked;
use regent::web::Origin;
use regent_rotate::Rotate;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::aws::{ACCOUNT, REGION};
use crate::gateway::{json_answer, own_host};
use crate::secrets::{Function, Rotations, Secrets, SecretsError};

/// The rotation of one region's signing keys.
#[derive(Clone)]
pub(crate) struct Rotation {
    app: App,
    function: Rotate,
    secret: String,
    secrets: Client,
    rotations: Rotations,
    /// Whether time passes by itself.
    waits: bool,
    underway: Arc<Mutex<()>>,
}

/// Why there is no new key.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("a rotation is under way")]
    UnderWay,
    #[error("ask with drop=all, drop={{kid}}, or nothing")]
    Query,
    #[error("{0}")]
    Failed(String),
}

impl Rotation {
    /// Has Secrets Manager rotate the signing secret with the function.
    pub(crate) fn configured(
        app: App,
        secret: String,
        secrets: &Secrets,
        aws: &SdkConfig,
        waits: bool,
    ) -> Result<Self, SecretsError> {
        let arn = format!(
            "arn:aws:lambda:{REGION}:{ACCOUNT}:function:regent-{}-rotate",
            app.config().region
        );
        let function = Rotate::new(app.clone());
        secrets.rotations().serve(&arn, called(function.clone()));
        secrets.rotations().configure(&secret, &arn)?;
        let config = aws_sdk_secretsmanager::config::Builder::from(aws);
        Ok(Self {
            app,
            function,
            secret,
            secrets: Client::from_conf(config.endpoint_url(secrets.endpoint()).build()),
            rotations: secrets.rotations().clone(),
            waits,
            underway: Arc::default(),
        })
    }

    /// Rotates through Secrets Manager. One at a time.
    async fn rotate(&self) -> Result<Value, Failure> {
        let _held = self.underway.try_lock().map_err(|_| Failure::UnderWay)?;
        let version = self.begin().await?;
        self.rotations.ended(&version).await.map_err(Failure::Failed)?;
        let keys = self.keys().await?;
        let newest = keys
            .last()
            .ok_or_else(|| Failure::Failed("no key is published".to_owned()))?;
        self.signs(newest).await;
        Ok(described(newest))
    }

    /// The version of the rotation that has begun, or of the one that is now taken up again.
    async fn begin(&self) -> Result<String, Failure> {
        let rotate = self.secrets.rotate_secret().secret_id(&self.secret);
        let refused = match rotate.send().await {
            Ok(begun) => return begun.version_id.ok_or_else(|| Failure::Failed("no version".to_owned())),
            Err(error) => error,
        };
        let described = self.secrets.describe_secret().secret_id(&self.secret).send().await;
        let stages = described
            .ok()
            .and_then(|secret| secret.version_ids_to_stages)
            .unwrap_or_default();
        let holds = |stages: &[String], stage: &str| stages.iter().any(|held| held == stage);
        let mut unfinished = stages
            .into_iter()
            .filter(|(_, stages)| holds(stages, "AWSPENDING") && !holds(stages, "AWSCURRENT"));
        match unfinished.next() {
            Some((version, _)) if refused.code() == Some("InvalidRequestException") => Ok(version),
            _ => Err(Failure::Failed(DisplayErrorContext(&refused).to_string())),
        }
    }

    /// Drops keys, as `aws lambda invoke` of the function does.
    async fn drop_keys(&self, kids: Vec<String>) -> Result<Value, Failure> {
        let drop = if kids == ["all"] { json!("all") } else { json!(kids) };
        // A task of its own: it goes on when whoever asked hangs up.
        let call = tokio::spawn(invoke(self.function.clone(), json!({ "Emergency": { "drop": drop } })));
        let outcome = call.await.unwrap_or_else(|error| Err(error.to_string()));
        let dropped = outcome.map_err(Failure::Failed)?;
        let keys = self.keys().await?;
        let signing = keys.iter().find(|key| dropped["signing"] == *key.jwk.kid);
        let mut answer = signing.map_or_else(|| json!({ "kid": dropped["signing"] }), described);
        for what in ["dropped", "absent"] {
            if let Some(kids) = dropped.get(what) {
                answer[what] = kids.clone();
            }
        }
        Ok(answer)
    }

    async fn keys(&self) -> Result<Vec<PublishedKey>, Failure> {
        let keyset = self.app.store().keyset().await;
        Ok(keyset
            .map_err(|error| Failure::Failed(error.to_string()))?
            .keys
            .to_vec())
    }

    /// Waits until every process signs with a key.
    async fn signs(&self, key: &PublishedKey) {
        let everywhere = key.signs_from.plus(PublishedKey::LEASE);
        let left = everywhere.millis() - self.app.now().millis();
        if self.waits && left > 0 {
            tokio::time::sleep(Duration::from_millis(left.unsigned_abs())).await;
        }
    }
}

/// The function as Secrets Manager calls it.
fn called(function: Rotate) -> Function {
    Arc::new(move |event| {
        let function = function.clone();
        Box::pin(async move { invoke(function, event).await.map(drop) })
    })
}

/// The function as Lambda runs it.
async fn invoke(function: Rotate, event: Value) -> Result<Value, String> {
    let done = invoked(function.ledger(Origin::default()), function.handle(event)).await;
    done.map_err(|error| error.to_string())
}

fn described(key: &PublishedKey) -> Value {
    json!({ "kid": key.jwk.kid, "signs_from": key.signs_from.to_rfc3339() })
}

/// `/_local/rotate`.
pub(crate) fn router(rotation: Rotation) -> Router {
    let issuer = rotation.app.config().issuer.clone();
    let other_method = async || {
        let refused = json_answer(StatusCode::METHOD_NOT_ALLOWED, &json!({ "message": "Ask with POST" }));
        ([(header::ALLOW, "POST")], refused).into_response()
    };
    Router::new()
        .route("/_local/rotate", post(answer).fallback(other_method))
        .layer(from_fn_with_state(issuer, own_host::only))
        .with_state(rotation)
}

async fn answer(State(rotation): State<Rotation>, Query(query): Query<Vec<(String, String)>>) -> Response {
    let outcome = if query.iter().any(|(name, value)| name != "drop" || value.is_empty()) {
        Err(Failure::Query)
    } else if query.is_empty() {
        rotation.rotate().await
    } else {
        rotation
            .drop_keys(query.into_iter().map(|(_, kid)| kid).collect())
            .await
    };
    let (status, failure) = match outcome {
        Ok(key) => return json_answer(StatusCode::OK, &key),
        Err(failure @ Failure::UnderWay) => (StatusCode::CONFLICT, failure),
        Err(failure @ Failure::Query) => (StatusCode::BAD_REQUEST, failure),
        Err(failure @ Failure::Failed(_)) => (StatusCode::INTERNAL_SERVER_ERROR, failure),
    };
    json_answer(status, &json!({ "message": failure.to_string() }))
}
