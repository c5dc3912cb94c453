//! JSON bodies, at most 64 KiB.

use super::field;
use super::key::idempotency_key;
use crate::answer::Refusal;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use regent::acts::{Caller, Once};
use regent::domain::{Error, Invalid};
use serde::de::DeserializeOwned;

/// A request for something new. Without a body, or with null, it asks for the defaults.
pub(crate) struct New<T> {
    /// What is asked for.
    pub(crate) body: T,
    key: Option<String>,
    parts: Parts,
    bytes: Bytes,
}

impl<T> New<T> {
    /// What makes a repetition of the request recognisable, if the caller wants that.
    pub(crate) fn once(&self, caller: &Caller) -> Option<Once> {
        let (method, path) = (self.parts.method.as_str(), self.parts.uri.path());
        let key = self.key.as_deref()?;
        Some(caller.once(key, method, path, &self.bytes))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for New<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (parts, bytes) = read(request, state).await?;
        let key = idempotency_key(&parts.headers)?;
        let body = match bytes.as_ref() {
            b"" | b"null" => field::read(b"{}")?,
            bytes => json(&parts.headers, bytes)?,
        };
        Ok(Self {
            body,
            key,
            parts,
            bytes,
        })
    }
}

/// What of something is to change.
pub(crate) struct Edit<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Edit<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (parts, bytes) = read(request, state).await?;
        json(&parts.headers, &bytes).map(Self)
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<(Parts, Bytes), Refusal> {
    let (parts, body) = request.into_parts();
    let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await;
    let bytes = bytes.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::Status(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The body is too long; it may have 64 KiB.",
        ),
        _ => Error::Request(Invalid::new("the body cannot be read")).into(),
    })?;
    Ok((parts, bytes))
}

fn json<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Refusal> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let media_type = types.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if types.next().is_some() || !essence.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::Status(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body must be JSON, and Content-Type must say so: application/json.",
        ));
    }
    Ok(field::read(bytes)?)
}
