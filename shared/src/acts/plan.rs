//! Plans: what an act decided and what it wants written, all or nothing. Planning reads and
//! decides; performing writes, and plans again when the ground has shifted meanwhile.

use super::Caller;
use crate::app::App;
use crate::domain::{ActError, Error, Unavailable, UserId};
use crate::keys::digest::sha256;
use crate::store::{Lost, Replay, Write};

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
        if let Some(replay) = remembered(app, once).await? {
            return Ok(Outcome::Replayed(replay));
        }
        match attempt(app, once, &answer, &plan).await {
            Ok(Ok(value)) => return Ok(Outcome::Done(value)),
            Ok(Err(lost)) => match lost_for_good(lost) {
                // What was read is no longer so. Reading again tells what is.
                None => {}
                Some(error) => return otherwise(app, once, error.into()).await,
            },
            Err(error) => return otherwise(app, once, error).await,
        }
    }
    Err(Unavailable("the object keeps changing".to_owned()).into())
}

async fn attempt<T, F>(
    app: &App,
    once: Option<&Once>,
    answer: impl Fn(&T, &Once) -> Option<Replay>,
    plan: impl Fn() -> F,
) -> Result<Result<T, Lost>, Error>
where
    F: Future<Output = Result<Plan<T>, Error>>,
{
    let Plan { value, mut writes } = plan().await?;
    if let Some(once) = once
        && let Some(replay) = answer(&value, once)
    {
        writes.push(app.store().remember(once.caller, &once.key, &replay, app.now())?);
    }
    Ok(app.store().commit(&writes).await?.map(|()| value))
}

/// The answer that was given to the request before, if it was.
async fn remembered(app: &App, once: Option<&Once>) -> Result<Option<Replay>, Error> {
    let Some(once) = once else { return Ok(None) };
    match app.store().replay(once.caller, &once.key, app.now()).await? {
        Some(replay) if replay.fingerprint != once.fingerprint => Err(ActError::IdempotencyMismatch.into()),
        found => Ok(found),
    }
}

/// What a request is refused for, unless the same one was faster: then that is why.
async fn otherwise<T>(app: &App, once: Option<&Once>, error: Error) -> Result<Outcome<T>, Error> {
    match remembered(app, once).await? {
        Some(replay) => Ok(Outcome::Replayed(replay)),
        None => Err(error),
    }
}

fn lost_for_good(lost: Lost) -> Option<ActError> {
    match lost {
        Lost::NameTaken => Some(ActError::NameTaken),
        Lost::EmailTaken => Some(ActError::EmailTaken),
        Lost::AudienceTaken => Some(ActError::AudienceTaken),
        Lost::LastAdmin => Some(ActError::LastAdmin),
        Lost::Changed | Lost::LimitReached | Lost::KeyUsed => None,
    }
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
