//! Forms that make something exactly once: sent twice, reloaded, or lost on the way back. What is
//! remembered of the first answer is where to go; its secret is gone with it.

use crate::admin::Admin;
use crate::posted::Posted;
use regent::acts::{Once, Outcome, Plan, perform_once};
use regent::app::App;
use regent::domain::{Error, Invalid};
use regent::store::Replay;

/// What became of such a form.
pub(crate) enum Made<T> {
    /// It was done now.
    Now(T),
    /// It was done before; what it made is at this path.
    Before(String),
}

/// Performs an act at most once for a form's key. `path` is where that which it makes is shown.
pub(crate) async fn make<T, F>(
    app: &App,
    admin: &Admin,
    posted: &Posted,
    path: impl Fn(&T) -> String,
    plan: impl Fn() -> F,
) -> Result<Made<T>, Error>
where
    F: Future<Output = Result<Plan<T>, Error>>,
{
    let keyless = || Error::Request(Invalid::new("the form has lost its key"));
    let once = posted.once(admin).ok_or_else(keyless)?;
    let remember = |made: &T, once: &Once| {
        let print = once.fingerprint.clone();
        Some(Replay::new(print, 200, String::new(), Some(path(made)), app.now()))
    };
    match perform_once(app, Some(&once), remember, plan).await? {
        Outcome::Done(made) => Ok(Made::Now(made)),
        Outcome::Replayed(replay) => Ok(Made::Before(replay.location.unwrap_or_default())),
    }
}
