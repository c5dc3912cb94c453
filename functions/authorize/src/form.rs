//! Forms that come back from a browser.

use crate::answer::Refusal;
use crate::view::{self, ForgottenProblem, SignInProblem};
use crate::{forgotten, password, sign_in, sign_out};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use http::request::Parts;
use regent::acts::session::Browser;
use regent::app::App;
use regent::domain::{BrowserSecret, Error, Invalid};
use regent::oauth::Form;
use regent::web::{Next, Visitor, browser};

/// A form that this server gave to this very browser, for the path (and query) it was posted to.
pub(crate) struct Posted {
    /// Its fields.
    pub(crate) form: Form,
    /// Who sent it.
    pub(crate) visitor: Visitor,
    /// What it was sent with.
    pub(crate) browser: Browser,
    /// Where it was posted to, with the query.
    path: String,
}

impl Posted {
    /// Holds a form that was read against the browser it came from.
    pub(crate) async fn check(app: &App, parts: &Parts, form: Form) -> Result<Self, Refusal> {
        let purpose = parts.uri.path_and_query().map_or("", |asked| asked.as_str());
        let visitor = Visitor::of(app, &parts.headers).await;
        let visitor = visitor.map_err(|error| refused(error, purpose, &form))?;
        let csrf = form.one("csrf").map_err(Error::Request)?.unwrap_or_default();
        visitor
            .check_form(purpose, &parts.headers, csrf, app)
            .map_err(|refusal| Refusal::form(refusal, &again(purpose, &form)))?;
        Ok(Self {
            browser: browser(parts),
            path: purpose.to_owned(),
            form,
            visitor,
        })
    }

    /// Why it was not acted on.
    pub(crate) fn refused(&self, error: Error) -> Refusal {
        refused(error, &self.path, &self.form)
    }

    /// A field; empty if it was left out.
    pub(crate) fn field(&self, name: &'static str) -> Result<&str, Error> {
        Ok(self.form.one(name).map_err(Error::Request)?.unwrap_or_default())
    }
}

/// Why a form was not acted on. An outage costs nothing that was typed but secrets: the form is shown
/// again as it was sent, under the token it came with, which is held against the browser when it
/// comes again.
pub(crate) fn refused(error: Error, path: &str, form: &Form) -> Refusal {
    if !matches!(error, Error::Unavailable(_)) {
        return error.into();
    }
    let field = |name| form.all(name).next().unwrap_or_default();
    let (csrf, email) = (field("csrf"), field("email"));
    let page = match path {
        sign_in::PATH => {
            let next = Next::parse(field("next"));
            view::sign_in(csrf, &next, email, Some(SignInProblem::Unavailable))
        }
        forgotten::PATH => view::forgot_password(csrf, email, Some(ForgottenProblem::Unavailable)),
        sign_out::PATH => view::still_signed_in(csrf, field("next")),
        _ => view::unavailable(&again(path, form)),
    };
    Refusal::outage(&error, page)
}

/// Where a form is given out: at the path it is posted to, and a link's with the link's token.
fn again(purpose: &str, form: &Form) -> String {
    match form.one("token").map(|token| token.map(BrowserSecret::parse)) {
        Ok(Some(Ok(token))) if purpose == password::PATH => format!("{purpose}?token={}", token.expose()),
        _ => purpose.to_owned(),
    }
}

impl FromRequest<App> for Posted {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let (parts, form) = read(request, app).await?;
        Self::check(app, &parts, form).await
    }
}

/// Reads a form; whose it is has not been looked at.
pub(crate) async fn read(request: Request, app: &App) -> Result<(Parts, Form), Refusal> {
    let (parts, body) = request.into_parts();
    let body = Bytes::from_request(Request::from_parts(parts.clone(), body), app).await;
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::malformed(StatusCode::PAYLOAD_TOO_LARGE),
        _ => Error::Request(Invalid::new("the body cannot be read")).into(),
    })?;
    let form = Form::parse(&parts.headers, &body).map_err(Error::Request)?;
    Ok((parts, form))
}
