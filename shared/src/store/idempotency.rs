//! Answers remembered for an `Idempotency-Key`, for a day.

use super::Store;
use super::item::expiring;
use super::key::Key;
use super::write::{Lost, Write};
use crate::domain::{Seconds, Timestamp, Unavailable, UserId};
use serde::{Deserialize, Serialize};

/// How long an answer is remembered.
const LIFETIME: Seconds = Seconds(86_400);

/// The first answer to a request. Never holds a secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Replay {
    /// A digest of method, path and body: the same key with another request is a mistake.
    pub fingerprint: String,
    /// The status.
    pub status: u16,
    /// The body, secrets masked.
    pub body: String,
    /// `Location`, if there was one.
    pub location: Option<String>,
    ends_at: Timestamp,
}

impl Replay {
    /// An answer to remember from `now` on.
    pub fn new(fingerprint: String, status: u16, body: String, location: Option<String>, now: Timestamp) -> Self {
        Self {
            fingerprint,
            status,
            body,
            location,
            ends_at: now.plus(LIFETIME),
        }
    }
}

impl Store {
    /// The answer remembered for a caller's key; `digest` is of the key.
    pub async fn replay(&self, caller: UserId, digest: &str, now: Timestamp) -> Result<Option<Replay>, Unavailable> {
        let key = Key::idempotency(caller, digest);
        let replay: Option<Replay> = self.rows(&[&key]).await?.take("idempotency", &key)?;
        Ok(replay.filter(|replay| now < replay.ends_at))
    }

    /// Remembers an answer together with what it answers.
    pub fn remember(
        &self,
        caller: UserId,
        digest: &str,
        replay: &Replay,
        now: Timestamp,
    ) -> Result<Write, Unavailable> {
        let item = expiring(&Key::idempotency(caller, digest), "idempotency", replay, replay.ends_at)?;
        Write::renew(self, item, now.seconds(), Lost::KeyUsed)
    }
}
