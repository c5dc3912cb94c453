//! Refusals as pages. A failure is logged once, here, with its reason.

use crate::view;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
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

impl axum::response::IntoResponse for Refusal {
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
        let mut response = view::unavailable().status(StatusCode::SERVICE_UNAVAILABLE).respond();
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        Self(Box::new(response))
    }
}

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
        .layer(from_fn(explain_method))
}

async fn explain_method(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let mut explained = nothing_here(StatusCode::METHOD_NOT_ALLOWED);
    if let Some(allow) = response.headers().get(ALLOW) {
        explained.headers_mut().insert(ALLOW, allow.clone());
    }
    explained
}

fn nothing_here(status: StatusCode) -> Response {
    view::nothing_here().status(status).respond()
}
