//! The region's table: an embedded DynamoDB (dynoxide) over one SQLite file, served on a guarded port.
//!
//! The engine comes with a server of its own, which answers anybody; this one does instead. It has a
//! thread and a runtime of its own, because the engine does its SQLite work on the async threads.
//!
//! ```text
//! wire     DynamoDB's JSON protocol        schema   makes the table
//! tidy     old stream records and expired items go
//! ```

mod schema;
mod tidy;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use dynoxide::Database;
use tokio::sync::oneshot;

use crate::aws::Credentials;
use crate::guard::Guarded;
pub use schema::ensure_table;
pub use tidy::Expiry;

/// Why the embedded table could not start.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file is not a database, is damaged, or cannot be written.
    #[error("cannot open the table file {}: {why}", file.display())]
    File {
        /// The SQLite file.
        file: PathBuf,
        /// What the engine said.
        why: String,
    },
    /// No loopback port, no thread.
    #[error("cannot serve the table: {0}")]
    Serve(#[from] std::io::Error),
    /// The table could not be created in the file.
    #[error("cannot prepare the table: {0}")]
    Prepare(String),
}

/// A running embedded DynamoDB. Dropping it stops it without waiting; `close` waits.
pub struct Table {
    endpoint: String,
    database: Database,
    stop_server: oneshot::Sender<()>,
    stop_tidy: mpsc::Sender<()>,
    server: JoinHandle<()>,
    tidy: JoinHandle<()>,
}

impl Table {
    /// Opens or creates `file` and serves it on a free loopback port to whoever has the credentials.
    pub fn open(file: &Path, expiry: Expiry, credentials: &Credentials) -> Result<Self, TableError> {
        let damaged = |why: String| TableError::File {
            file: file.to_owned(),
            why,
        };
        let path = file
            .to_str()
            .ok_or_else(|| damaged("its path is not UTF-8".to_owned()))?;
        crate::folder::create_private(file).map_err(|error| damaged(error.to_string()))?;
        let database = Database::new(path).map_err(|error| damaged(error.to_string()))?;
        let tidy = tidy::Tidy::open(file, database.clone(), expiry).map_err(|error| damaged(error.to_string()))?;

        let listener = Guarded::bind(credentials)?;
        let endpoint = listener.endpoint();
        let (stop_server, stopped) = oneshot::channel();
        let (stop_tidy, tidy_stopped) = mpsc::channel();
        Ok(Self {
            endpoint,
            database: database.clone(),
            stop_server,
            stop_tidy,
            server: thread::Builder::new()
                .name("table".to_owned())
                .spawn(|| serve(listener, database, stopped))?,
            tidy: thread::Builder::new()
                .name("table-tidy".to_owned())
                .spawn(move || tidy.run(&tidy_stopped))?,
        })
    }

    /// Where the AWS SDK finds it.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The engine itself, for its streams.
    pub(crate) fn database(&self) -> Database {
        self.database.clone()
    }

    /// Stops taking requests, finishes the running ones and closes the file.
    pub async fn close(self) {
        let Self {
            stop_server,
            stop_tidy,
            server,
            tidy,
            ..
        } = self;
        drop(stop_tidy);
        drop(stop_server);
        let joined = tokio::task::spawn_blocking(move || server.join().and(tidy.join())).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("the table's thread ended badly");
        }
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// The body of the table's thread.
fn serve(listener: Guarded, database: Database, stopped: oneshot::Receiver<()>) {
    let served = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .and_then(|runtime| runtime.block_on(listener.serve(wire::router(database), stopped)));
    if let Err(error) = served {
        tracing::error!(%error, "the embedded table stopped");
    }
}

#[cfg(test)]
mod tests;
