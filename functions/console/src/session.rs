//! The person's own sessions: list, end one, end all others.

use crate::admin::Admin;
use crate::done::Done;
use crate::posted::Posted;
use crate::refusal::Answer;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::Extensions;
use regent::acts::perform;
use regent::acts::session::{self, SignedIn};
use regent::app::App;
use regent::domain::{ActError, Error, Unavailable};
use regent::web::{see_other, source};

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/console/sessions", get(list).post(end))
}

/// Whoever is signed in; the gate has seen to it.
pub(crate) fn own(admin: &Admin) -> Result<&SignedIn, Error> {
    let signed_in = admin.visitor().signed_in();
    signed_in.ok_or_else(|| Unavailable("a request without a session".to_owned()).into())
}

async fn list(State(app): State<App>, admin: Admin) -> Answer {
    let signed_in = own(&admin)?;
    let sessions = session::list(&app, signed_in).await?;
    Ok(view::session::list(&admin, &sessions, &signed_in.session.digest))
}

async fn end(State(app): State<App>, admin: Admin, extensions: Extensions, posted: Posted) -> Answer {
    let (signed_in, ip) = (own(&admin)?, source(&extensions));
    let done = match posted.text("session") {
        "others" => {
            session::end_others(&app, signed_in, &ip).await?;
            Done::SessionsEnded
        }
        digest => {
            match perform(&app, async || session::end(&app, signed_in, digest, &ip).await).await {
                // Over already: the same form was sent twice, or it has timed out.
                Ok(()) | Err(Error::Act(ActError::NotFound)) => Done::SessionEnded,
                Err(error) => return Err(error.into()),
            }
        }
    };
    Ok(see_other(&done.at(path::SESSIONS)))
}
