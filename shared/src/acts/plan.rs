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

/// Something that may come with an `Idempotency-Key`. Its check is what a repetition meets, too: the
/// answer of the first time is for who may do the same now.
pub trait Act {
    /// What the check has read, for the plan.
    type Checked;
    /// What is made.
    type Made;

    /// Refuses a caller without the privilege, the reach, or as much as the act hands out or touches.
    /// Draws no secret and hashes none.
    fn check(&self, app: &App, caller: &Caller) -> impl Future<Output = Result<Self::Checked, Error>> + Send;

    /// Plans it for a caller who was not refused.
    fn plan(
        &self,
        app: &App,
        caller: &Caller,
        checked: Self::Checked,
    ) -> impl Future<Output = Result<Plan<Self::Made>, Error>> + Send;
}

/// How often an act is planned before it gives up on a moving target.
const ATTEMPTS: u32 = 8;

/// Performs what is planned.
pub async fn perform<T, F>(app: &App, plan: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<Plan<T>, Error>>,
{
    for _ in 0..ATTEMPTS {
        let Plan { value, writes } = plan().await?;
        match app.store().commit(&writes).await?.map_err(lost_for_good) {
            Ok(()) => return Ok(value),
            Err(Some(error)) => return Err(error.into()),
            // What was read is no longer so. Reading again tells what is.
            Err(None) => {}
        }
    }
    Err(moving())
}

/// Performs an act, at most once for a key where there is one: the answer is remembered in the same
/// transaction. `answer` makes what is remembered; it must hold no secret.
pub async fn perform_once<A: Act>(
    app: &App,
    caller: &Caller,
    once: Option<&Once>,
    act: &A,
    answer: impl Fn(&A::Made, &Once) -> Option<Replay>,
) -> Result<Outcome<A::Made>, Error> {
    for _ in 0..ATTEMPTS {
        let checked = act.check(app, caller).await?;
        if let Some(replay) = remembered(app, once).await? {
            return Ok(Outcome::Replayed(replay));
        }
        let done = match act.plan(app, caller, checked).await {
            Ok(plan) => commit(app, once, plan, &answer).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(Ok(value)) => return Ok(Outcome::Done(value)),
            Ok(Err(lost)) => match lost_for_good(lost) {
                None => {}
                Some(error) => return otherwise(app, once, error.into()).await,
            },
            Err(error) => return otherwise(app, once, error).await,
        }
    }
    Err(moving())
}

async fn commit<T>(
    app: &App,
    once: Option<&Once>,
    Plan { value, mut writes }: Plan<T>,
    answer: impl Fn(&T, &Once) -> Option<Replay>,
) -> Result<Result<T, Lost>, Error> {
    if let Some(once) = once
        && let Some(replay) = answer(&value, once)
    {
        writes.push(app.store().remember(once.caller, &once.key, &replay, app.now())?);
    }
    Ok(app.store().commit(&writes).await?.map(|()| value))
}

fn moving() -> Error {
    Unavailable("the object keeps changing".to_owned()).into()
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
