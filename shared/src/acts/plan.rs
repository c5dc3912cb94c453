//! Plans: what an act decided and what it wants written, all or nothing. Planning reads and
//! decides; performing writes, and plans again when the ground has shifted meanwhile.

use super::Caller;
use crate::app::App;
use crate::domain::{ActError, Error, Unavailable, UserId};
use crate::store::{Lost, Replay, Write};
use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};

/// What an act decided.
#[derive(Debug)]
pub struct Plan<T> {
    /// What the caller gets to see.
    pub value: T,
    /// What must be written for that to be true.
    pub writes: Vec<Write>,
}

/// What became of an act with an `Idempotency-Key`.
#[derive(Debug)]
pub enum Outcome<T> {
    /// It was done now.
    Done(T),
    /// It was done before; this was the answer.
    Replayed(Replay),
}

/// An `Idempotency-Key` and the request it came with.
#[derive(Clone, Debug)]
pub struct Once {
    /// Whose key.
    pub caller: UserId,
    /// A digest of the key.
    pub key: String,
    /// A digest of the request.
    pub fingerprint: String,
}

/// How often an act is planned before it gives up on a moving target.
const ATTEMPTS: u32 = 8;

/// Performs an act.
pub async fn perform<T, F>(app: &App, plan: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<Plan<T>, Error>>,
{
    match perform_once(app, None, |_, _| None, plan).await? {
        Outcome::Done(value) => Ok(value),
        Outcome::Replayed(_) => Err(Unavailable("a replay without a key".to_owned()).into()),
    }
}

/// Performs an act at most once for a key: the answer is remembered in the same transaction.
/// `answer` makes what is remembered; it must hold no secret.
pub async fn perform_once<T, F>(
    app: &App,
    once: Option<&Once>,
    answer: impl Fn(&T, &Once) -> Option<Replay>,
    plan: impl Fn() -> F,
) -> Result<Outcome<T>, Error>
where
    F: Future<Output = Result<Plan<T>, Error>>,
{
    for _ in 0..ATTEMPTS {
        if let Some(once) = once
            && let Some(replay) = app.store().replay(once.caller, &once.key, app.now()).await?
        {
            return if replay.fingerprint == once.fingerprint {
                Ok(Outcome::Replayed(replay))
            } else {
                Err(ActError::IdempotencyMismatch.into())
            };
        }
        let Plan { value, mut writes } = plan().await?;
        if let Some(once) = once
            && let Some(replay) = answer(&value, once)
        {
            writes.push(app.store().remember(once.caller, &once.key, &replay, app.now())?);
        }
        match app.store().commit(&writes).await? {
            Ok(()) => return Ok(Outcome::Done(value)),
            Err(Lost::NameTaken) => return Err(ActError::NameTaken.into()),
            Err(Lost::EmailTaken) => return Err(ActError::EmailTaken.into()),
            Err(Lost::AudienceTaken) => return Err(ActError::AudienceTaken.into()),
            Err(Lost::LastAdmin) => return Err(ActError::LastAdmin.into()),
            // What was read is no longer so. Reading again tells what is.
            Err(Lost::Changed | Lost::LimitReached | Lost::KeyUsed) => {}
        }
    }
    Err(Unavailable("the object keeps changing".to_owned()).into())
}

/// Refuses an edit of something that is not what the caller saw (`If-Match`, RFC 9110 §13.1.1).
pub(super) fn check_version(if_match: Option<u64>, version: u64) -> Result<(), ActError> {
    if if_match.is_none_or(|expected| expected == version) {
        Ok(())
    } else {
        Err(ActError::VersionMismatch)
    }
}

impl Caller {
    /// A key of this caller's for a request. What is kept of both are digests.
    pub fn once(&self, key: &str, method: &str, path: &str, body: &[u8]) -> Once {
        // Neither a method nor a path has a NUL.
        let request = [method.as_bytes(), b"\0", path.as_bytes(), b"\0", body].concat();
        Once {
            caller: self.user().id,
            key: sha256(key.as_bytes()),
            fingerprint: sha256(&request),
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    BASE64URL.encode(digest::digest(&digest::SHA256, bytes))
}
