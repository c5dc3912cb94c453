//! The one way to what stands in for AWS: a loopback listener that answers whoever signs with the
//! credentials of this start (AWS Signature Version 4, body included), and nobody else.
//!
//! Other users of the machine have no credentials. A page in the developer's browser has none either,
//! and is refused before that: by its origin, or by the host name that it made lead here.

mod signature;

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use aws_smithy_runtime_api::client::identity::Identity;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use regent::keys::digest::same;
use serde_json::json;
use tokio::sync::oneshot;

use crate::aws::Credentials;
use signature::Signed;
pub use signature::{Scope, sign};

/// The largest body that DynamoDB takes.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// A loopback listener for those who have the credentials.
#[derive(Debug)]
pub(crate) struct Guarded {
    listener: TcpListener,
    guard: Guard,
}

/// Whom a listener answers.
#[derive(Clone, Debug)]
struct Guard {
    /// The address that it was given out as.
    host: Arc<str>,
    access_key: Arc<str>,
    identity: Identity,
}

/// Why a request is not answered, in the words of AWS where it has any.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum Refusal {
    #[error("Ask at the address that this listener was given out as")]
    Host,
    #[error("No page may ask here")]
    Origin,
    #[error("Request is missing Authentication Token")]
    Unsigned,
    #[error("The security token included in the request is invalid.")]
    Unknown,
    #[error("The request signature we calculated does not match the signature you provided.")]
    Signature,
    #[error("The body is larger than 16 MB")]
    Body,
}

impl Guarded {
    /// Takes a free loopback port.
    pub(crate) fn bind(credentials: &Credentials) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let guard = Guard {
            host: listener.local_addr()?.to_string().into(),
            access_key: credentials.access_key_id().into(),
            identity: credentials.clone().into(),
        };
        Ok(Self { listener, guard })
    }

    /// Where the AWS SDK finds it.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.guard.host)
    }

    /// Serves until the other end of `stopped` is gone, and lets the running requests end.
    pub(crate) async fn serve(self, routes: Router, stopped: oneshot::Receiver<()>) -> std::io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let routes = routes
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn_with_state(self.guard, admit));
        axum::serve(listener, routes)
            // A dropped sender is a stop as well.
            .with_graceful_shutdown(async move { drop(stopped.await) })
            .await
    }
}

async fn admit(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.checked(request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

impl Guard {
    /// The request, if it comes from whoever has the credentials. A body is read for nobody who does
    /// not at least know the access key.
    async fn checked(&self, request: Request) -> Result<Request, Refusal> {
        let headers = request.headers();
        let mut hosts = headers.get_all(header::HOST).iter();
        if (hosts.next().map(HeaderValue::as_bytes), hosts.next()) != (Some(self.host.as_bytes()), None) {
            return Err(Refusal::Host);
        }
        if headers.contains_key(header::ORIGIN) {
            return Err(Refusal::Origin);
        }
        let authorization = headers.get(header::AUTHORIZATION).ok_or(Refusal::Unsigned)?.clone();
        let signed = authorization.to_str().ok().and_then(Signed::parse);
        let signed = signed.ok_or(Refusal::Unsigned)?;
        if !same(signed.access_key, &self.access_key) {
            return Err(Refusal::Unknown);
        }
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| Refusal::Body)?;
        let expected = signed.expected(&self.identity, &self.host, &parts, &body);
        if expected.is_none_or(|expected| !same(signed.signature, &expected)) {
            return Err(Refusal::Signature);
        }
        Ok(Request::from_parts(parts, Body::from(body)))
    }
}

impl IntoResponse for Refusal {
    /// In the JSON and the REST JSON protocols at once: SDKs read the name here or there.
    fn into_response(self) -> Response {
        let (status, kind) = match self {
            Self::Host | Self::Origin => (StatusCode::FORBIDDEN, "AccessDeniedException"),
            Self::Unsigned => (StatusCode::FORBIDDEN, "MissingAuthenticationTokenException"),
            Self::Unknown => (StatusCode::FORBIDDEN, "UnrecognizedClientException"),
            Self::Signature => (StatusCode::FORBIDDEN, "InvalidSignatureException"),
            Self::Body => (StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException"),
        };
        let headers = [
            (header::CONTENT_TYPE, "application/x-amz-json-1.0"),
            (HeaderName::from_static("x-amzn-errortype"), kind),
        ];
        let body = json!({ "__type": kind, "message": self.to_string() });
        (status, headers, body.to_string()).into_response()
    }
}

#[cfg(test)]
pub(crate) mod tests;
