//! A small AWS Secrets Manager: the real JSON 1.1 protocol on a guarded port, kept in one SQLite file.
//!
//! Staging labels move as in AWS: a label is on one version at a time, and the version that loses
//! `AWSCURRENT` gets `AWSPREVIOUS`. `RotateSecret` calls a function of this process. Not here: a
//! schedule of rotations, replication, resource policies.
//!
//! ```text
//! asked     what a request says            wire      each operation: asked → answer
//! secret    one secret's rules, pure       vault     the file
//! rotation  the same for its rotation      rotate    the rotations that run
//! fault     errors as AWS writes them
//! ```

mod asked;
mod fault;
mod rotate;
mod rotation;
mod secret;
mod vault;
mod wire;

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::aws::Credentials;
use crate::guard::Guarded;
use rotate::locked;
pub use rotate::{Function, Rotations};
use vault::Vault;

const TARGET_PREFIX: &str = "secretsmanager.";

/// Why the secrets could not be served.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The file is not a database, is damaged, or cannot be written.
    #[error("cannot open the secrets file {}: {why}", file.display())]
    File {
        /// The SQLite file.
        file: std::path::PathBuf,
        /// What SQLite said.
        why: String,
    },
    /// No loopback port.
    #[error("cannot serve the secrets: {0}")]
    Serve(#[from] std::io::Error),
    /// The signing secret cannot be rotated.
    #[error("cannot turn rotation on: {0}")]
    Rotation(String),
}

/// A running Secrets Manager. Dropping it stops it.
#[derive(Debug)]
pub struct Secrets {
    endpoint: String,
    rotations: Rotations,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Served {
    vault: Arc<Mutex<Vault>>,
    rotations: Rotations,
}

impl Secrets {
    /// Opens or creates `file` and serves it on a free loopback port to whoever has the credentials.
    pub fn open(file: &Path, credentials: &Credentials) -> Result<Self, SecretsError> {
        let vault = Vault::open(file).map_err(|error| SecretsError::File {
            file: file.to_owned(),
            why: error.to_string(),
        })?;
        let listener = Guarded::bind(credentials)?;
        let endpoint = listener.endpoint();
        let vault = Arc::new(Mutex::new(vault));
        let rotations = Rotations::new(vault.clone());
        let state = Served {
            vault,
            rotations: rotations.clone(),
        };
        let routes = Router::new().route("/", post(answer)).with_state(state);
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            if let Err(error) = listener.serve(routes, stopped).await {
                tracing::error!(%error, "the secrets stopped");
            }
        });
        Ok(Self {
            endpoint,
            rotations,
            stop,
            server,
        })
    }

    /// Where the AWS SDK finds it.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Its rotations, which need a function before there can be any.
    pub fn rotations(&self) -> &Rotations {
        &self.rotations
    }

    /// Stops taking requests, finishes the running ones, cuts off rotations and closes the file.
    pub async fn close(self) {
        drop(self.stop);
        self.rotations.close().await;
        if let Err(error) = self.server.await {
            tracing::error!(%error, "the secrets ended badly");
        }
    }
}

async fn answer(State(served): State<Served>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .unwrap_or_default();
    let operation = target.strip_prefix(TARGET_PREFIX).unwrap_or_default();
    let performed = match operation {
        "RotateSecret" => served.rotations.rotate(&body),
        _ => wire::perform(&locked(&served.vault), operation, &body),
    };
    let (status, content) = match performed {
        Ok(content) => (StatusCode::OK, content),
        Err(fault) => fault.answer(),
    };
    (
        status,
        [(header::CONTENT_TYPE, "application/x-amz-json-1.1")],
        content.to_string(),
    )
        .into_response()
}

#[cfg(test)]
mod tests;
