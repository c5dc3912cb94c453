//! Answers. Why a request fails is noted once, here, for its line in the log; the caller sees what
//! the maps say.

use crate::domain::{Audience, Error, Scopes, TokenError};
use crate::oauth::{challenge, pointing, wire};
use crate::telemetry;
use axum::body::Body;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

/// JSON that nobody may keep (RFC 6749 §5.1): every answer with tokens, credentials or errors.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    let Ok(body) = serde_json::to_vec(body) else {
        tracing::error!("answer does not become JSON");
        return empty(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// No body.
pub(super) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A refusal at an OAuth endpoint (RFC 6749 §5.2).
pub fn oauth_refusal(error: &Error) -> Response<Body> {
    log(error);
    let answer = wire::answer(error);
    let mut response = json(answer.status, &answer.body);
    if answer.challenge {
        let basic = HeaderValue::from_static(r#"Basic realm="regent", charset="UTF-8""#);
        response.headers_mut().insert(WWW_AUTHENTICATE, basic);
    }
    if let Some(seconds) = answer.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// A refusal of a bearer token (RFC 6750 §3.1), without a body: whoever asks needs the status.
pub fn bearer_refusal(error: &Error) -> Response<Body> {
    log(error);
    match error {
        Error::Token(error) => {
            let insufficient = matches!(error, TokenError::InsufficientScope(_));
            let mut response = empty(if insufficient {
                StatusCode::FORBIDDEN
            } else {
                StatusCode::UNAUTHORIZED
            });
            if let Ok(value) = HeaderValue::from_str(&challenge(error)) {
                response.headers_mut().insert(WWW_AUTHENTICATE, value);
            }
            response
        }
        Error::Request(_) | Error::Client(_) | Error::Grant(_) | Error::Act(_) => {
            let answer = wire::answer(error);
            json(StatusCode::BAD_REQUEST, &answer.body)
        }
        Error::Unavailable(_) => {
            let mut response = empty(StatusCode::SERVICE_UNAVAILABLE);
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
    }
}

/// Makes the challenge of a refusal point to the API's metadata and name the scopes it demands.
pub fn point(response: &mut Response<Body>, resource: &Audience, demanded: &Scopes) {
    let headers = response.headers_mut();
    let challenge = headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
    let pointed = challenge
        .filter(|challenge| challenge.starts_with("Bearer"))
        .and_then(|challenge| HeaderValue::from_str(&pointing(challenge, resource, demanded)).ok());
    if let Some(pointed) = pointed {
        headers.insert(WWW_AUTHENTICATE, pointed);
    }
}

/// Says why a request is not served: once, where it is answered.
pub fn log(error: &Error) {
    telemetry::refused(error);
}
