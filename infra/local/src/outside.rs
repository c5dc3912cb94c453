//! What lies outside of Regent: small stand-ins of Amazon SES and EventBridge on one guarded port,
//! speaking the real protocols, and everything they were given in one SQLite file.
//!
//! ```text
//! ses    SES v2: SendEmail with a raw message        kept   the file, which the pump keeps its place in, too
//! bus    EventBridge: PutEvents
//! ```
//! Not here: quotas, templates, rules on the bus.

mod bus;
pub(crate) mod kept;
mod ses;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::routing::post;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::aws::Credentials;
use crate::guard::Guarded;
use kept::Kept;

/// Why the stand-ins cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// The file is not a database, is damaged, or cannot be written.
    #[error("cannot open the mail file {}: {why}", file.display())]
    File {
        /// The SQLite file.
        file: std::path::PathBuf,
        /// What SQLite said.
        why: String,
    },
    /// No loopback port.
    #[error("cannot serve mail and events: {0}")]
    Serve(#[from] std::io::Error),
}

/// Running stand-ins. Dropping them stops them.
#[derive(Debug)]
pub struct Outside {
    endpoint: String,
    kept: Kept,
    faults: Faults,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

/// What the stand-ins do wrong when a test wants it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Arc<AtomicU32>);

impl Faults {
    /// Whether the next mail is to be refused.
    fn refuses(&self) -> bool {
        let one_less = |left: u32| left.checked_sub(1);
        self.0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
            .is_ok()
    }
}

#[derive(Clone)]
struct Desk {
    kept: Kept,
    faults: Faults,
}

impl Outside {
    /// Opens or creates `file` and serves on a free loopback port to whoever has the credentials.
    pub fn open(file: &Path, credentials: &Credentials) -> Result<Self, OutsideError> {
        let kept = Kept::open(file).map_err(|error| OutsideError::File {
            file: file.to_owned(),
            why: error.to_string(),
        })?;
        let listener = Guarded::bind(credentials)?;
        let endpoint = listener.endpoint();
        let faults = Faults::default();
        let routes = Router::new()
            .route("/v2/email/outbound-emails", post(ses::send_email))
            .route("/", post(bus::answer))
            .with_state(Desk {
                kept: kept.clone(),
                faults: faults.clone(),
            });
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            if let Err(error) = listener.serve(routes, stopped).await {
                tracing::error!(%error, "mail and events stopped");
            }
        });
        Ok(Self {
            endpoint,
            kept,
            faults,
            stop,
            server,
        })
    }

    /// Where the AWS SDK finds SES and EventBridge.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The next `times` mails are refused, as SES does when they are too many.
    pub fn refuse_mails(&self, times: u32) {
        self.faults.0.store(times, Ordering::SeqCst);
    }

    /// The file.
    pub(crate) fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Stops taking requests and finishes the running ones.
    pub async fn close(self) {
        drop(self.stop);
        if let Err(error) = self.server.await {
            tracing::error!(%error, "mail and events ended badly");
        }
    }
}

#[cfg(test)]
mod tests;
