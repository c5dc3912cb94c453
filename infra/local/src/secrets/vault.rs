//! The file behind the secrets: one row per secret, every change one transaction.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::fault::Fault;
use super::secret::Secret;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS secrets (
        name  TEXT PRIMARY KEY,
        arn   TEXT NOT NULL UNIQUE,
        gone  REAL,           -- when a deleted secret's recovery window ends
        body  TEXT NOT NULL
    ) STRICT;
    DELETE FROM secrets WHERE gone <= unixepoch();";

/// By name, by ARN, or by ARN without the six characters that AWS adds.
const FIND: &str = "SELECT body FROM secrets
    WHERE name = ?1 OR arn = ?1 OR substr(arn, 1, length(arn) - 7) = ?1";

pub(super) struct Vault {
    file: Connection,
}

impl Vault {
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        crate::folder::create_private(path)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        let file = Connection::open(path)?;
        file.busy_timeout(Duration::from_secs(5))?;
        file.execute_batch(SCHEMA)?;
        Ok(Self { file })
    }

    /// The time in seconds, and six characters nobody can guess, for an ARN.
    pub(super) fn now_and_suffix(&self) -> Result<(f64, String), Fault> {
        let row = self
            .file
            .query_row("SELECT unixepoch('subsec'), hex(randomblob(3))", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        Ok(row)
    }

    /// A secret by name or ARN.
    pub(super) fn secret(&self, id: &str) -> Result<Option<Secret>, Fault> {
        find(&self.file, id)
    }

    /// Adds a secret that `secret` did not find.
    pub(super) fn create(&self, secret: &Secret) -> Result<(), Fault> {
        let body = serde_json::to_string(secret)?;
        self.file.execute(
            "INSERT INTO secrets (name, arn, body) VALUES (?1, ?2, ?3)",
            params![secret.name, secret.arn, body],
        )?;
        Ok(())
    }

    /// Reads a secret, lets `act` change it, and keeps the change unless it was refused.
    pub(super) fn change(&self, id: &str, act: impl FnOnce(&mut Secret) -> Result<(), Fault>) -> Result<Secret, Fault> {
        let transaction = Transaction::new_unchecked(&self.file, TransactionBehavior::Immediate)?;
        let mut secret = find(&transaction, id)?.ok_or_else(Fault::no_secret)?;
        secret.live()?;
        act(&mut secret)?;
        transaction.execute(
            "UPDATE secrets SET body = ?2, gone = ?3 WHERE name = ?1",
            params![
                secret.name,
                serde_json::to_string(&secret)?,
                secret.deletion.map(|(_, gone)| gone)
            ],
        )?;
        transaction.commit()?;
        Ok(secret)
    }

    /// Takes a secret away at once.
    pub(super) fn remove(&self, name: &str) -> Result<(), Fault> {
        self.file.execute("DELETE FROM secrets WHERE name = ?1", [name])?;
        Ok(())
    }
}

fn find(file: &Connection, id: &str) -> Result<Option<Secret>, Fault> {
    let body: Option<String> = file.query_row(FIND, [id], |row| row.get(0)).optional()?;
    body.map(|body| serde_json::from_str(&body).map_err(Fault::from))
        .transpose()
}
