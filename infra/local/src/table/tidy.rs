//! What DynamoDB does behind the scenes: stream records go after 24 hours, expired items some time after their hour.
//!
//! Also the index that dynoxide 3.2.0 lacks: each write to a table with a stream looks for the
//! highest sequence number, and without an index that is a scan of every record kept so far.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use dynoxide::Database;
use rusqlite::{Connection, params};

const INDEX: &str = "CREATE INDEX IF NOT EXISTS regent_stream_sequence
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// Everything before the first young record, and never the newest: the next sequence number follows from it.
const PRUNE: &str = "DELETE FROM _stream_records WHERE id IN (
    SELECT id FROM _stream_records
    WHERE id < COALESCE(
        (SELECT id FROM _stream_records WHERE created_at >= unixepoch() - ?1 ORDER BY id LIMIT 1),
        (SELECT MAX(id) FROM _stream_records))
    ORDER BY id LIMIT ?2)";

/// How long DynamoDB keeps stream records.
const KEPT_SECONDS: i64 = 24 * 60 * 60;
/// Records removed under one hold of the file's write lock.
const BATCH: usize = 500;
/// Longer than dynoxide ever holds the lock.
const BUSY: Duration = Duration::from_secs(30);
const FIRST_PASS: Duration = Duration::from_mins(1);
const PASS_EVERY: Duration = Duration::from_mins(10);

/// Whether items are collected once `expires_at` has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Collect them, by the machine's clock.
    Collect,
    /// Leave them: a test moves its own clock, and nothing may depend on collection.
    Keep,
}

pub(super) struct Tidy {
    file: Connection,
    database: Database,
    expiry: Expiry,
}

impl Tidy {
    /// Our own connection to the engine's file.
    pub(super) fn open(path: &Path, database: Database, expiry: Expiry) -> rusqlite::Result<Self> {
        let file = Connection::open(path)?;
        file.busy_timeout(BUSY)?;
        file.execute_batch(INDEX)?;
        Ok(Self { file, database, expiry })
    }

    /// Tidies now and then until `stopped` is told or dropped.
    pub(super) fn run(self, stopped: &Receiver<()>) {
        let mut wait = FIRST_PASS;
        while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            wait = PASS_EVERY;
            if let Err(error) = prune(&self.file) {
                tracing::warn!(%error, "old stream records were left for the next pass");
            }
            if self.expiry == Expiry::Collect
                && let Err(error) = self.database.sweep_ttl()
            {
                tracing::warn!(%error, "expired items were left for the next pass");
            }
        }
    }
}

/// Removes the stream records nobody may read any more.
pub(super) fn prune(file: &Connection) -> rusqlite::Result<usize> {
    let mut removed = 0;
    loop {
        match file.execute(PRUNE, params![KEPT_SECONDS, BATCH])? {
            0 => return Ok(removed),
            batch => removed += batch,
        }
    }
}
