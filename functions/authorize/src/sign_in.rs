//! `GET|POST /sign-in`: address and password, and then on to where the person was going.

use crate::answer::{Answer, in_words, throttled};
use crate::form::Posted;
use crate::view::{self, SignIn};
use axum::extract::State;
use axum::response::Response;
use http::request::Parts;
use http::{StatusCode, Uri};
use regent::acts::{SignInRefusal, sign_in};
use regent::app::App;
use regent::domain::{Error, Password};
use regent::oauth::Form;
use regent::web::page::Page;
use regent::web::{Next, Visitor, begin_session, see_other};

/// The path, and what its form is for.
const PATH: &str = "/sign-in";

/// Shows the form, or goes on if somebody is signed in already.
pub(crate) async fn page(State(app): State<App>, parts: Parts) -> Answer {
    let next = next(&parts.uri)?;
    let visitor = Visitor::of(&app, &parts.headers).await?;
    if visitor.signed_in().is_some() {
        return Ok(see_other(next.as_str()));
    }
    Ok(visitor.set_cookies(form(&visitor, &next, "", None).respond()))
}

/// Signs in.
pub(crate) async fn handle(State(app): State<App>, posted: Posted) -> Answer {
    let next = Next::parse(posted.field("next")?);
    let address = posted.field("email")?;
    let password = Password::presented(posted.field("password")?);
    let outcome = sign_in(&app, (address, &password), &posted.browser, posted.visitor.signed_in());
    let again = |error: &str| form(&posted.visitor, &next, address, Some(error));
    let response: Response = match outcome.await? {
        Ok(token) => return Ok(begin_session(see_other(next.as_str()), &token)),
        Err(SignInRefusal::Wrong) => again("The e-mail address or the password is wrong.")
            .status(StatusCode::UNPROCESSABLE_ENTITY)
            .respond(),
        Err(SignInRefusal::Throttled(until)) => {
            let says = format!("There were too many attempts to sign in. {}", in_words(until));
            throttled(again(&says), until)
        }
    };
    Ok(posted.visitor.set_cookies(response))
}

fn form(visitor: &Visitor, next: &Next, email: &str, error: Option<&str>) -> Page {
    view::sign_in(SignIn {
        csrf: &visitor.csrf(PATH),
        next: next.as_str(),
        email,
        error,
        notice: None,
    })
}

fn next(uri: &Uri) -> Result<Next, Error> {
    let query = Form::pairs(uri.query().unwrap_or_default()).map_err(Error::Request)?;
    let next = query.one("next").map_err(Error::Request)?;
    Ok(next.map_or_else(Next::default, Next::parse))
}
