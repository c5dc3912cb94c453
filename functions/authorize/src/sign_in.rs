//! `GET|POST /sign-in`: address and password, and then on to where the person was going.

use crate::answer::{Answer, throttled};
use crate::form::Posted;
use crate::view::{self, SignInProblem};
use axum::extract::State;
use axum::response::Response;
use http::request::Parts;
use http::{StatusCode, Uri};
use regent::acts::{SignInRefusal, sign_in};
use regent::app::App;
use regent::domain::{Error, Password};
use regent::oauth::Form;
use regent::telemetry::{Fact, note};
use regent::web::{Next, Visitor, begin_session, see_other};

/// The path, and what its form is for.
pub(crate) const PATH: &str = "/sign-in";

/// Shows the form, or goes on if somebody is signed in already.
pub(crate) async fn page(State(app): State<App>, parts: Parts) -> Answer {
    let next = next(&parts.uri)?;
    let visitor = Visitor::of(&app, &parts.headers).await?;
    if visitor.signed_in().is_some() {
        return Ok(see_other(next.as_str()));
    }
    Ok(visitor.set_cookies(view::sign_in(&visitor.csrf(PATH), &next, "", None).respond()))
}

/// Signs in.
pub(crate) async fn handle(State(app): State<App>, posted: Posted) -> Answer {
    let next = Next::parse(posted.field("next")?);
    let address = posted.field("email")?;
    let password = Password::presented(posted.field("password")?);
    let before = posted.visitor.signed_in();
    let outcome = sign_in(&app, (address, &password), &posted.browser, before);
    let again = |problem| view::sign_in(&posted.visitor.csrf(PATH), &next, address, Some(problem));
    let outcome = outcome.await.map_err(|error| posted.refused(error))?;
    if let Err(refusal) = &outcome {
        note(Fact::Reason, refusal);
    }
    let response: Response = match outcome {
        Ok(begun) => return Ok(begin_session(see_other(next.as_str()), &begun)),
        Err(SignInRefusal::Wrong) => again(SignInProblem::Wrong)
            .status(StatusCode::UNPROCESSABLE_ENTITY)
            .respond(),
        Err(SignInRefusal::Throttled(until)) => throttled(again(SignInProblem::Wait(until)), until),
    };
    Ok(posted.visitor.set_cookies(response))
}

fn next(uri: &Uri) -> Result<Next, Error> {
    let query = Form::pairs(uri.query().unwrap_or_default()).map_err(Error::Request)?;
    let next = query.one("next").map_err(Error::Request)?;
    Ok(next.map_or_else(Next::default, Next::parse))
}
