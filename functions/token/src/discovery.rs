//! `GET /.well-known/*`: metadata (RFC 8414, RFC 9728) and the JWK set (RFC 7517 §5).

use axum::body::Body;
use axum::extract::State;
use http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, PRAGMA};
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use regent::acts::{live_keys, offered_scopes};
use regent::app::App;
use regent::domain::{Audience, Error, Jwk, Scopes};
use regent::oauth::{Metadata, ProtectedResource};
use regent::web::{Problem, json, oauth_refusal};
use serde::Serialize;

/// The metadata.
pub(crate) async fn metadata(State(app): State<App>, headers: HeaderMap) -> Response<Body> {
    document(&headers, &Metadata::of(&app.config().issuer))
}

/// The metadata of an API at this host (RFC 9728 §3): the management API, or one that an
/// organization has registered here. All others serve their own.
pub(crate) async fn resource(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Response<Body> {
    let issuer = &app.config().issuer;
    match described(&app, &uri).await {
        Ok(Some((resource, scopes))) => document(&headers, &ProtectedResource::of(issuer, resource, &scopes)),
        Ok(None) => Problem::plain(StatusCode::NOT_FOUND, "There is no API with this path here.").into(),
        Err(error) => oauth_refusal(&error),
    }
}

/// The API that a well-known URL is about, with its scopes.
async fn described(app: &App, uri: &Uri) -> Result<Option<(Audience, Scopes)>, Error> {
    let rest = uri.path_and_query().map_or("", |path| path.as_str());
    let rest = rest.strip_prefix(Audience::WELL_KNOWN).unwrap_or_default();
    let Ok(resource) = Audience::parse(&format!("{}{rest}", app.config().issuer.origin())) else {
        return Ok(None);
    };
    let scopes = offered_scopes(app, &resource).await?;
    Ok(scopes.map(|scopes| (resource, scopes)))
}

/// The public keys: those that sign or soon will, and those whose tokens may still live.
pub(crate) async fn jwks(State(app): State<App>, headers: HeaderMap) -> Response<Body> {
    match live_keys(&app).await {
        Ok(keys) => document(&headers, &JwkSet { keys }),
        Err(error) => oauth_refusal(&Error::Unavailable(error)),
    }
}

#[derive(Serialize)]
struct JwkSet {
    keys: Vec<Jwk>,
}

/// A public document, good for five minutes, with an `ETag`.
fn document(headers: &HeaderMap, body: &impl Serialize) -> Response<Body> {
    let mut response = json(StatusCode::OK, body);
    let tag = serde_json::to_string(body)
        .map(|text| format!("\"{:08x}\"", crc32fast::hash(text.as_bytes())))
        .unwrap_or_default();
    if has_seen(headers, &tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
    }
    let answer = response.headers_mut();
    answer.remove(PRAGMA);
    answer.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.insert(ETAG, tag);
    }
    response
}

/// Whether `If-None-Match` names the tag: any of a list, compared weakly (RFC 9110 §13.1.2).
fn has_seen(headers: &HeaderMap, tag: &str) -> bool {
    let lists = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|list| list.to_str().ok());
    let mut seen = lists.flat_map(|list| list.split(',')).map(str::trim);
    seen.any(|seen| seen == "*" || seen.strip_prefix("W/").unwrap_or(seen) == tag)
}
