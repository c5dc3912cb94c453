//! The file: mails and events as they were given, and where the pump is.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS mail (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        at      INTEGER NOT NULL,
        sender  TEXT NOT NULL,
        rcpt    TEXT NOT NULL,
        raw     BLOB NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS event (
        id      TEXT PRIMARY KEY,
        body    TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS place (
        one     INTEGER PRIMARY KEY CHECK (one = 1),
        after   TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS retry (
        sequence TEXT PRIMARY KEY,
        record   TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        due      REAL NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS dead (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        body    TEXT NOT NULL
    ) STRICT;";

/// A mail as SES got it.
pub(crate) struct Posted {
    pub(crate) id: i64,
    /// Seconds since the epoch, by the machine's clock.
    pub(crate) at: i64,
    pub(crate) sender: String,
    pub(crate) recipient: String,
    pub(crate) raw: Vec<u8>,
}

/// A record that failed and is to come again.
pub(crate) struct Retry {
    pub(crate) sequence: String,
    pub(crate) record: Value,
    pub(crate) attempts: u32,
}

/// The open file.
#[derive(Clone, Debug)]
pub(crate) struct Kept(Arc<Mutex<Connection>>);

impl Kept {
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        crate::folder::create_private(path)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        let file = Connection::open(path)?;
        file.busy_timeout(Duration::from_secs(5))?;
        file.execute_batch(SCHEMA)?;
        Ok(Self(Arc::new(Mutex::new(file))))
    }

    fn file(&self) -> MutexGuard<'_, Connection> {
        // A panic in a transaction rolls it back: what the lock protects is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a mail: its number.
    pub(super) fn add_mail(&self, sender: &str, recipient: &str, raw: &[u8]) -> rusqlite::Result<i64> {
        let file = self.file();
        file.execute(
            "INSERT INTO mail (at, sender, rcpt, raw) VALUES (unixepoch(), ?1, ?2, ?3)",
            params![sender, recipient, raw],
        )?;
        Ok(file.last_insert_rowid())
    }

    /// The newest mails, newest first.
    pub(crate) fn mails(&self, most: u32) -> rusqlite::Result<Vec<Posted>> {
        let file = self.file();
        let mut query = file.prepare("SELECT id, at, sender, rcpt, raw FROM mail ORDER BY id DESC LIMIT ?1")?;
        query.query_map([most], posted)?.collect()
    }

    /// A mail.
    pub(crate) fn mail(&self, id: i64) -> rusqlite::Result<Option<Posted>> {
        let file = self.file();
        let mut query = file.prepare("SELECT id, at, sender, rcpt, raw FROM mail WHERE id = ?1")?;
        query.query_row([id], posted).optional()
    }

    /// Keeps an event as a rule's target would get it; `make` gets its new id and the time.
    pub(super) fn add_event(&self, make: impl FnOnce(&str, &str) -> Value) -> rusqlite::Result<String> {
        let file = self.file();
        let (hex, now): (String, String) = file.query_row(
            "SELECT lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%SZ')",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
        let id = [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-");
        let body = make(&id, &now).to_string();
        file.execute("INSERT INTO event (id, body) VALUES (?1, ?2)", params![id, body])?;
        Ok(id)
    }

    /// Every event, oldest first.
    pub(crate) fn events(&self) -> rusqlite::Result<Vec<Value>> {
        self.bodies("SELECT body FROM event ORDER BY rowid")
    }

    /// Records that were given up, oldest first, as Lambda puts them into a dead-letter queue.
    pub(crate) fn dead_letters(&self) -> rusqlite::Result<Vec<Value>> {
        self.bodies("SELECT body FROM dead ORDER BY id")
    }

    fn bodies(&self, query: &str) -> rusqlite::Result<Vec<Value>> {
        let file = self.file();
        let mut query = file.prepare(query)?;
        query.query_map([], |row| json(row, 0))?.collect()
    }

    /// The last record that was delivered.
    pub(crate) fn place(&self) -> rusqlite::Result<Option<String>> {
        let file = self.file();
        file.query_row("SELECT after FROM place", [], |row| row.get(0))
            .optional()
    }

    /// Moves on, keeping what failed to come again: at once.
    pub(crate) fn pass(&self, after: &str, failed: &[(String, Value)]) -> rusqlite::Result<()> {
        let mut file = self.file();
        let all = file.transaction()?;
        all.execute("INSERT OR REPLACE INTO place (one, after) VALUES (1, ?1)", [after])?;
        for (sequence, record) in failed {
            all.execute(
                "INSERT OR IGNORE INTO retry (sequence, record, attempts, due) VALUES (?1, ?2, 1, 0)",
                params![sequence, record.to_string()],
            )?;
        }
        all.commit()
    }

    /// A record whose time has come.
    pub(crate) fn due(&self) -> rusqlite::Result<Option<Retry>> {
        let file = self.file();
        let mut query = file.prepare_cached(
            "SELECT sequence, record, attempts FROM retry WHERE due <= unixepoch('subsec') ORDER BY due LIMIT 1",
        )?;
        query
            .query_row([], |row| {
                Ok(Retry {
                    sequence: row.get(0)?,
                    record: json(row, 1)?,
                    attempts: row.get(2)?,
                })
            })
            .optional()
    }

    /// Whether a record is to come again some time.
    pub(crate) fn waits(&self) -> rusqlite::Result<bool> {
        let file = self.file();
        file.query_row("SELECT EXISTS (SELECT 1 FROM retry)", [], |row| row.get(0))
    }

    /// Lets a record come again after a pause.
    pub(crate) fn again(&self, retry: &Retry, pause: Duration) -> rusqlite::Result<()> {
        self.file().execute(
            "UPDATE retry SET attempts = attempts + 1, due = unixepoch('subsec') + ?2 WHERE sequence = ?1",
            params![retry.sequence, pause.as_secs_f64()],
        )?;
        Ok(())
    }

    /// Takes a record off the list: it was told, or is given up as `letter`.
    pub(crate) fn done(&self, retry: &Retry, letter: Option<&Value>) -> rusqlite::Result<()> {
        let mut file = self.file();
        let all = file.transaction()?;
        all.execute("DELETE FROM retry WHERE sequence = ?1", [&retry.sequence])?;
        if let Some(letter) = letter {
            all.execute("INSERT INTO dead (body) VALUES (?1)", [letter.to_string()])?;
        }
        all.commit()
    }
}

fn posted(row: &Row<'_>) -> rusqlite::Result<Posted> {
    Ok(Posted {
        id: row.get(0)?,
        at: row.get(1)?,
        sender: row.get(2)?,
        recipient: row.get(3)?,
        raw: row.get(4)?,
    })
}

fn json(row: &Row<'_>, column: usize) -> rusqlite::Result<Value> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}
