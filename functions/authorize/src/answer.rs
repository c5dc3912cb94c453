//! Refusals as pages. A failure is logged once, here, with its reason.

use crate::view::{self, Problem};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::header::{ALLOW, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use regent::domain::{Error, Throttled};
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
        let mut response = said(
            StatusCode::SERVICE_UNAVAILABLE,
            "Regent cannot answer right now",
            "Nothing was done.",
            "Wait a moment, then try again.",
        );
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        Self(Box::new(response))
    }
}

impl Refusal {
    /// A form that is not this browser's.
    pub(crate) fn form(refusal: FormRefusal) -> Self {
        let (title, what, advice) = match refusal {
            FormRefusal::CrossSite => (
                "This came from another site",
                "Another site tried to send a form in your name. Nothing was done.",
                "If you did not expect this, close the other site.",
            ),
            FormRefusal::Stale => (
                "This page was open for too long",
                "Nothing was done.",
                "Go back, reload the page, and try again. Cookies must be allowed.",
            ),
        };
        Self(Box::new(said(StatusCode::FORBIDDEN, title, what, advice)))
    }

    /// A request that cannot be read.
    pub(crate) fn malformed(status: StatusCode) -> Self {
        let what = "It is incomplete, too long, or not a form of this server.";
        let advice = "Go back and try again. If a link led you here, open the whole link.";
        Self(Box::new(said(status, "This request cannot be read", what, advice)))
    }
}

fn said(status: StatusCode, title: &str, what: &str, advice: &str) -> Response {
    let problem = Problem {
        status,
        title,
        what,
        advice,
        detail: None,
        return_url: None,
        signed_in: None,
    };
    view::problem(problem).respond()
}

/// A page for somebody who has to wait: 429 (RFC 6585 §4).
pub(crate) fn throttled(page: Page, throttled: Throttled) -> Response {
    let mut response = page.status(StatusCode::TOO_MANY_REQUESTS).respond();
    let seconds = HeaderValue::from(throttled.retry_after.0);
    response.headers_mut().insert(RETRY_AFTER, seconds);
    response
}

/// How long to wait, in words.
pub(crate) fn in_words(throttled: Throttled) -> String {
    match throttled.retry_after.0 {
        0..=90 => "Try again in a minute.".to_owned(),
        seconds => format!("Try again in {} minutes.", seconds.div_ceil(60)),
    }
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
    let what = "The address is wrong, or the page is reached another way.";
    said(status, "There is no such page", what, "Go back, or open the console.")
}
