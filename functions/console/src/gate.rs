//! What every page of the console passes: who is at the browser, and whether a form is one that
//! this session was given. No handler sees a request without a signed-in person, or a form without
//! its token checked; and what a handler refuses becomes a page here.

use crate::admin::Admin;
use crate::posted::Posted;
use crate::refusal::{Refusal, Told};
use crate::view;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next as Handler;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use regent::acts::Caller;
use regent::app::App;
use regent::domain::Error;
use regent::oauth::Form;
use regent::web::{Next, Visitor, log, see_other, source};

/// The most bytes of a form.
const FORM_LIMIT: usize = 64 * 1024;

/// Lets the requests of signed-in people through.
pub(crate) async fn gate(State(app): State<App>, request: Request, handler: Handler) -> Response {
    let visitor = match Visitor::of(&app, request.headers()).await {
        Ok(visitor) => visitor,
        Err(error) => {
            log(&error);
            return outage(request).await;
        }
    };
    let Some(signed_in) = visitor.signed_in() else {
        return visitor.set_cookies(to_sign_in(&request));
    };
    let caller = Caller::of_session(signed_in, source(request.extensions()));
    let admin = Admin::new(visitor, caller, request.uri());
    let (posted, answer) = match admitted(&app, &admin, request).await {
        Ok(request) => (
            request.extensions().get::<Posted>().cloned(),
            handler.run(request).await,
        ),
        Err(refusal) => (None, refusal.into_response()),
    };
    explained(&admin, posted.as_ref(), answer)
}

/// The page for somebody who cannot be recognised right now: the way back to the page, or the form
/// that was sent, to be sent again. Its token is held against the session when it comes again.
async fn outage(request: Request) -> Response {
    let again = Next::of(request.uri());
    let (parts, body) = request.into_parts();
    let posted = match (parts.method == Method::POST, to_bytes(body, FORM_LIMIT).await) {
        (true, Ok(body)) => read(&parts, &body).ok(),
        _ => None,
    };
    view::outage(again.as_str(), posted.as_ref())
}

fn read(parts: &Parts, body: &[u8]) -> Result<Posted, Error> {
    let form = Form::parse(&parts.headers, body).map_err(Error::Request)?;
    Ok(Posted::new(form, parts.uri.path().to_owned(), body.to_vec()))
}

/// The sign-in page, which leads back: to what was looked at, or to the page of the form. A form
/// itself is not sent again.
fn to_sign_in(request: &Request) -> Response {
    let next = if request.method() == Method::POST {
        Next::parse(request.uri().path())
    } else {
        Next::of(request.uri())
    };
    see_other(&next.sign_in())
}

/// The request with what the gate knows; a form only after its token was checked.
async fn admitted(app: &App, admin: &Admin, request: Request) -> Result<Request, Refusal> {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(admin.clone());
    if parts.method != Method::POST {
        return Ok(Request::from_parts(parts, body));
    }
    let body = to_bytes(body, FORM_LIMIT).await.map_err(|_| Refusal::TooLong)?;
    let posted = read(&parts, &body)?;
    admin
        .visitor()
        .check_form(posted.path(), &parts.headers, posted.text("csrf"), app)
        .map_err(Refusal::Form)?;
    parts.extensions.insert(posted);
    Ok(Request::from_parts(parts, Body::empty()))
}

/// The answer as it is, or a page in place of a bare refusal.
fn explained(admin: &Admin, posted: Option<&Posted>, answer: Response) -> Response {
    let refused = answer.extensions().get::<Told>().cloned();
    let told = match answer.status() {
        StatusCode::METHOD_NOT_ALLOWED => Some(Refusal::NoMethod.told()),
        _ => refused,
    };
    let Some(told) = told else { return answer };
    let mut page = view::refused(admin, &told, posted);
    if let Some(allow) = answer.headers().get(ALLOW) {
        page.headers_mut().insert(ALLOW, allow.clone());
    }
    if told.status == StatusCode::SERVICE_UNAVAILABLE {
        page.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    page
}
