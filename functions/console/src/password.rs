//! A person's own password, changed by whoever knows the present one. It ends every other session,
//! and this one goes on under another secret.

use crate::admin::Admin;
use crate::done::Done;
use crate::errors::Errors;
use crate::posted::Posted;
use crate::refusal::Answer;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use http::header::RETRY_AFTER;
use http::request::Parts;
use regent::acts::password::{PasswordRefusal, change_own};
use regent::app::App;
use regent::domain::{ActError, Error, Password, Seconds};
use regent::web::{begin_session, browser, see_other};

pub(crate) fn routes() -> Router<App> {
    Router::new().route(path::PASSWORD, get(open).post(save))
}

async fn open(admin: Admin) -> Answer {
    Ok(view::password::show(&admin, &Errors::default(), StatusCode::OK))
}

async fn save(State(app): State<App>, admin: Admin, posted: Posted, parts: Parts) -> Answer {
    let signed_in = admin.visitor().signed_in().ok_or(ActError::NotFound)?;
    let present = Password::presented(posted.text("present"));
    let given = (&present, posted.text("password"));
    let refusal = match change_own(&app, signed_in, given, &browser(&parts)).await? {
        Ok(begun) => {
            let done = see_other(&Done::PasswordChanged.at(path::PASSWORD));
            return Ok(begin_session(done, &begun));
        }
        Err(refusal) => refusal,
    };
    let (status, errors) = match &refusal {
        PasswordRefusal::New(why) => {
            let mut errors = Errors::default();
            errors.note("password", why);
            (StatusCode::BAD_REQUEST, errors)
        }
        PasswordRefusal::Present => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Errors::field("present", "This is not your present password."),
        ),
        PasswordRefusal::Throttled(until) => (StatusCode::TOO_MANY_REQUESTS, Errors::whole(wait(until.retry_after))),
        PasswordRefusal::Link => return Err(Error::from(ActError::NotFound).into()),
    };
    let mut response = view::password::show(&admin, &errors, status);
    if let PasswordRefusal::Throttled(until) = refusal {
        response.headers_mut().insert(RETRY_AFTER, until.retry_after.0.into());
    }
    Ok(response)
}

fn wait(pause: Seconds) -> String {
    match pause.0 {
        0..=60 => "Too many attempts. Wait a minute, then try again.".to_owned(),
        seconds => format!(
            "Too many attempts. Wait {} minutes, then try again.",
            seconds.div_ceil(60)
        ),
    }
}
