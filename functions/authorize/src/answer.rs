//! Refusals as pages. A failure is logged once, here, with its reason.

use crate::view;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use regent::domain::{Error, Throttled};
use regent::telemetry::{Fact, note};
use regent::web::page::Page;
use regent::web::{FormRefusal, log};

/// What a handler answers.
pub(crate) type Answer = Result<Response, Refusal>;

/// Why a request is not served.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Response>);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        let error = error.into();
        log(&error);
        if !matches!(error, Error::Unavailable(_)) {
            return Self::malformed(StatusCode::BAD_REQUEST);
        }
        // The page is made where the request's address is known (`explain`).
        let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
        response.extensions_mut().insert(Outage);
        Self(Box::new(response))
    }
}

/// In an answer: a dependency does not answer, and the handler has no page of its own to say so.
#[derive(Clone, Copy)]
struct Outage;

impl Refusal {
    /// A form that is not this browser's; `path` is where it gets a new one.
    pub(crate) fn form(refusal: FormRefusal, path: &str) -> Self {
        note(Fact::Reason, refusal);
        let page = match refusal {
            FormRefusal::CrossSite => view::cross_site(),
            FormRefusal::Stale => view::stale(path),
        };
        Self(Box::new(page.status(StatusCode::FORBIDDEN).respond()))
    }

    /// A dependency does not answer; the page keeps what the person had.
    pub(crate) fn outage(error: &Error, page: Page) -> Self {
        log(error);
        Self(Box::new(page.status(StatusCode::SERVICE_UNAVAILABLE).respond()))
    }

    /// A request that cannot be read.
    pub(crate) fn malformed(status: StatusCode) -> Self {
        Self(Box::new(view::unreadable().status(status).respond()))
    }
}

/// A page for somebody who has to wait: 429 (RFC 6585 §4).
pub(crate) fn throttled(page: Page, throttled: Throttled) -> Response {
    let mut response = page.status(StatusCode::TOO_MANY_REQUESTS).respond();
    let seconds = HeaderValue::from(throttled.retry_after.0);
    response.headers_mut().insert(RETRY_AFTER, seconds);
    response
}

/// The router with pages for unknown paths and for methods that a path does not answer to.
pub(crate) fn with_fallback_pages(router: Router) -> Router {
    router
        .fallback(async || nothing_here(StatusCode::NOT_FOUND))
        .layer(from_fn(explain))
}

/// Makes pages of bare refusals. Of an outage, too: the way to try again is the request's own address,
/// which only a path of ours can be here.
async fn explain(request: Request, next: Next) -> Response {
    let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
    let asked = asked.to_owned();
    let mut response = next.run(request).await;
    if response.extensions().get::<Outage>().is_some() {
        response = view::unavailable(&asked).respond();
    }
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => {
            let mut explained = nothing_here(StatusCode::METHOD_NOT_ALLOWED);
            if let Some(allow) = response.headers().get(ALLOW) {
                explained.headers_mut().insert(ALLOW, allow.clone());
            }
            explained
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
        _ => response,
    }
}

fn nothing_here(status: StatusCode) -> Response {
    view::nothing_here().status(status).respond()
}
