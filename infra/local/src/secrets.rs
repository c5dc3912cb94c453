//! A small AWS Secrets Manager: the real JSON 1.1 protocol on a loopback port, kept in one SQLite file.
//!
//! Staging labels move as in AWS: a label is on one version at a time, and the version that loses
//! `AWSCURRENT` gets `AWSPREVIOUS`. Not here: rotation, replication, resource policies, signatures.
//!
//! ```text
//! asked     what a request says            wire      each operation: asked → answer
//! secret    one secret's rules, pure       vault     the file
//! fault     errors as AWS writes them
//! ```

mod asked;
mod fault;
mod secret;
mod vault;
mod wire;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

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
}

/// A running Secrets Manager. Dropping it stops it.
#[derive(Debug)]
pub struct Secrets {
    endpoint: String,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Secrets {
    /// Opens or creates `file` and serves it on a free loopback port.
    pub async fn open(file: &Path) -> Result<Self, SecretsError> {
        let vault = Vault::open(file).map_err(|error| SecretsError::File {
            file: file.to_owned(),
            why: error.to_string(),
        })?;
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let routes = Router::new()
            .route("/", post(answer))
            .with_state(Arc::new(Mutex::new(vault)));
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let serving = axum::serve(listener, routes).with_graceful_shutdown(async move { drop(stopped.await) });
            if let Err(error) = serving.await {
                tracing::error!(%error, "the secrets stopped");
            }
        });
        Ok(Self { endpoint, stop, server })
    }

    /// Where the AWS SDK finds it.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Stops taking requests, finishes the running ones and closes the file.
    pub async fn close(self) {
        drop(self.stop);
        if let Err(error) = self.server.await {
            tracing::error!(%error, "the secrets ended badly");
        }
    }
}

async fn answer(State(vault): State<Arc<Mutex<Vault>>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .unwrap_or_default();
    let operation = target.strip_prefix(TARGET_PREFIX).unwrap_or_default();
    // A panic in a transaction rolls it back: what the lock protects is whole.
    let vault = vault.lock().unwrap_or_else(PoisonError::into_inner);
    let (status, content) = match wire::perform(&vault, operation, &body) {
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
