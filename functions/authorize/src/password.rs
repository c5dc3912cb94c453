//! `GET|POST /password`: sets a password with the link of an invitation or of a mail to whoever
//! forgot it. Looking at the link changes nothing; using it signs the person in.

use crate::answer::{Answer, Refusal};
use crate::form::Posted;
use crate::view;
use axum::extract::State;
use axum::response::Response;
use http::request::Parts;
use http::{StatusCode, Uri};
use regent::acts::password::{PasswordRefusal, linked, set};
use regent::app::App;
use regent::domain::{BrowserSecret, Error, Invalid, LinkPurpose};
use regent::oauth::Form;
use regent::telemetry::{Fact, note};
use regent::web::{Next, Visitor, begin_session, see_other};

/// The path, and what its form is for.
pub(crate) const PATH: &str = "/password";

/// Shows the form.
pub(crate) async fn page(State(app): State<App>, parts: Parts) -> Answer {
    let visitor = Visitor::of(&app, &parts.headers).await?;
    Ok(form(&app, &visitor, token(&parts.uri)?, None).await?)
}

/// Sets the password.
pub(crate) async fn handle(State(app): State<App>, posted: Posted) -> Answer {
    let Ok(token) = BrowserSecret::parse(posted.field("token")?) else {
        return Ok(void());
    };
    let new = posted.field("password")?;
    let done = set(&app, &token, new, &posted.browser, posted.visitor.signed_in()).await;
    let done = done.map_err(|error| posted.refused(error))?;
    if let Err(refusal) = &done {
        note(Fact::Reason, refusal);
    }
    match done {
        Ok(begun) => Ok(begin_session(see_other(Next::default().as_str()), &begun)),
        Err(PasswordRefusal::New(why)) => {
            let again = form(&app, &posted.visitor, Some(token), Some(&why)).await;
            again.map_err(|error| posted.refused(error))
        }
        Err(PasswordRefusal::Link | PasswordRefusal::Present | PasswordRefusal::Throttled(_)) => Ok(void()),
    }
}

async fn form(
    app: &App,
    visitor: &Visitor,
    token: Option<BrowserSecret>,
    why: Option<&Invalid>,
) -> Result<Response, Error> {
    let Some(token) = token else { return Ok(void()) };
    let Some((link, person)) = linked(app, &token).await? else {
        return Ok(void());
    };
    let csrf = visitor.csrf(PATH);
    let invited = link.purpose == LinkPurpose::Invitation;
    let error = why.map(|why| format!("The password {why}."));
    let page = view::set_password(&csrf, token.expose(), person.email.as_str(), invited, error.as_deref());
    let status = if why.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok(visitor.set_cookies(page.status(status).respond()))
}

/// The page about a link that does not work: 410, whatever the reason.
fn void() -> Response {
    note(Fact::Reason, PasswordRefusal::Link);
    view::link_is_void().status(StatusCode::GONE).respond()
}

fn token(uri: &Uri) -> Result<Option<BrowserSecret>, Refusal> {
    let query = Form::pairs(uri.query().unwrap_or_default()).map_err(Error::Request)?;
    let token = query.one("token").map_err(Error::Request)?;
    Ok(token.and_then(|token| BrowserSecret::parse(token).ok()))
}
