//! Forms that make something exactly once: sent twice, reloaded, or lost on the way back. What is
//! remembered of the first answer is where to go; its secret is gone with it.

use crate::admin::Admin;
use crate::posted::Posted;
use regent::acts::{Act, Once, Outcome, perform_once};
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
pub(crate) async fn make<A: Act>(
    app: &App,
    admin: &Admin,
    posted: &Posted,
    path: impl Fn(&A::Made) -> String,
    act: &A,
) -> Result<Made<A::Made>, Error> {
    let keyless = || Error::Request(Invalid::new("the form has lost its key"));
    let once = posted.once(admin).ok_or_else(keyless)?;
    let remember = |made: &A::Made, once: &Once| {
        let print = once.fingerprint.clone();
        Some(Replay::new(print, 200, String::new(), Some(path(made)), app.now()))
    };
    match perform_once(app, admin.caller(), Some(&once), act, remember).await? {
        Outcome::Done(made) => Ok(Made::Now(made)),
        Outcome::Replayed(replay) => Ok(Made::Before(replay.location.unwrap_or_default())),
    }
}
