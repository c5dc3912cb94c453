//! Who may ask below `/_local`: there are mails with one-time links, and there keys are rotated.
//!
//! A page of another site can make a browser ask here: under a name of its own (DNS rebinding), or
//! with a form. So the request must name the issuer's own host, and no other site as its origin.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use regent::domain::Issuer;
use serde_json::json;

use crate::gateway::json_answer;

/// Asks for the issuer's own host and origin, and makes the answer one that nobody keeps.
pub(crate) async fn only(State(issuer): State<Issuer>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if named(headers, &header::HOST).as_deref() != Some(issuer.host()) {
        return refused(StatusCode::MISDIRECTED_REQUEST, "Ask the issuer's own host");
    }
    if headers.contains_key(header::ORIGIN) && named(headers, &header::ORIGIN).as_deref() != Some(issuer.as_str()) {
        return refused(StatusCode::FORBIDDEN, "Another site may not ask");
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// This machine's two names are one.
fn named(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.replace("localhost:", "127.0.0.1:"))
}

fn refused(status: StatusCode, message: &str) -> Response {
    json_answer(status, &json!({ "message": message }))
}
