//! Who may ask at the gateway. A page of another site can make a browser ask here under a name of its
//! own (DNS rebinding). So every request names the issuer's own host, but for those endpoints that
//! anybody on the Internet may ask and that no cookie opens.
//!
//! Below `/_local` are mails with one-time links, and there keys are rotated. That is for the user who
//! started the region, and for no page of another site: not with a form, nor as an image.

use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use regent::domain::Issuer;
use serde_json::json;

use crate::gateway::json_answer;
use crate::sockets;

/// The answer to whoever may not ask.
pub(crate) fn refused(issuer: &Issuer, caller: SocketAddr, request: &Request) -> Option<Response> {
    let path = request.uri().path();
    if !is_public(path) && !names_host(issuer, request.headers()) {
        return Some(refusal(StatusCode::MISDIRECTED_REQUEST, "Ask the issuer's own host"));
    }
    let own = issuer.host().parse();
    let is_users_own = || own.is_ok_and(|own| !sockets::is_of_another_user(caller, own));
    let stranger = path.starts_with("/_local") && !is_users_own();
    stranger.then(|| refusal(StatusCode::FORBIDDEN, "Another user of this machine may not ask"))
}

/// Endpoints of programs, which show a secret, a token or a code, or only read what is published.
/// Proxies that stand before an API ask `/verify` under their own name.
fn is_public(path: &str) -> bool {
    let endpoints = [
        "/oauth/v1/token",
        "/oauth/v1/revoke",
        "/oauth/v1/introspect",
        "/oauth/v1/register",
        "/verify",
    ];
    endpoints.contains(&path) || path.starts_with("/.well-known/")
}

/// Whether a request's one `Host` is the issuer's.
fn names_host(issuer: &Issuer, headers: &HeaderMap) -> bool {
    headers.get_all(header::HOST).iter().count() == 1 && named(headers, &header::HOST).as_deref() == Some(issuer.host())
}

/// Demands that no other site asks, and makes the answer one that nobody keeps or embeds.
pub(crate) async fn only(State(issuer): State<Issuer>, request: Request, next: Next) -> Response {
    if is_of_another_site(&issuer, &request) {
        return refusal(StatusCode::FORBIDDEN, "Another site may not ask");
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    response
}

/// Browsers say where a request comes from: all of them by `Origin` in a POST, most by Fetch Metadata
/// in any. A link that a person follows is none of another site's business, wherever it was.
fn is_of_another_site(issuer: &Issuer, request: &Request) -> bool {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) && named(headers, &header::ORIGIN).as_deref() != Some(issuer.as_str()) {
        return true;
    }
    let told = |name: &'static str| headers.get(name).map_or("", |value| value.to_str().unwrap_or_default());
    let from_here = matches!(told("sec-fetch-site"), "" | "none" | "same-origin");
    !from_here && (request.method() != Method::GET || told("sec-fetch-dest") != "document")
}

/// This machine's two names are one.
fn named(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.replace("localhost:", "127.0.0.1:"))
}

fn refusal(status: StatusCode, message: &str) -> Response {
    json_answer(status, &json!({ "message": message }))
}
