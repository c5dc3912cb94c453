//! The guard alone, before routes that count who comes in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::routing::any;
use regent::app::{Clock, Rng};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, Method, Request};
use serde_json::Value;
use tokio::sync::oneshot;

use super::{Guarded, Scope, sign};
use crate::aws::{Credentials, credentials};

/// A POST as an SDK signs it, now.
pub(crate) fn signed(
    credentials: &Credentials,
    service: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Request {
    signed_at(now(), credentials, service, url, headers, body)
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(Clock::system().now().millis().unsigned_abs())
}

fn signed_at(
    time: SystemTime,
    credentials: &Credentials,
    service: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Request {
    let scope = Scope {
        time,
        region: "eu-central-1",
        service,
    };
    let identity = credentials.clone().into();
    let made = sign(
        &identity,
        scope,
        ("POST", url),
        headers.iter().copied(),
        body.as_bytes(),
    );
    let (instructions, _) = made.unwrap().into_parts();
    let mut request = Request::new(Method::POST, url.parse().unwrap());
    let own = headers.iter().copied();
    for (name, value) in own.chain(instructions.headers()) {
        let name = HeaderName::try_from(name).unwrap();
        request
            .headers_mut()
            .insert(name, HeaderValue::from_str(value).unwrap());
    }
    *request.body_mut() = Some(body.into());
    request
}

/// Sends a request: the status, the kind of error, and whether the answer lets a page read it.
async fn sent(request: Request) -> (u16, Value, bool) {
    let answer = Client::new().execute(request).await.unwrap();
    let status = answer.status().as_u16();
    let mut names = answer.headers().keys();
    let readable = names.any(|name| name.as_str().starts_with("access-control"));
    let kind = answer.headers().get("x-amzn-errortype").cloned();
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
    let kind = kind.map(|kind| kind.to_str().unwrap().to_owned());
    assert_eq!(
        body["__type"].as_str(),
        kind.as_deref(),
        "both protocols are told the same"
    );
    (status, body["__type"].clone(), readable)
}

/// A guarded server, and how often anybody came in.
struct Server {
    url: String,
    credentials: Credentials,
    came: Arc<AtomicU32>,
    _stop: oneshot::Sender<()>,
}

impl Server {
    fn start() -> Self {
        let credentials = credentials(&Rng::system());
        let guarded = Guarded::bind(&credentials).unwrap();
        let (url, came) = (guarded.endpoint(), Arc::new(AtomicU32::new(0)));
        let counted = came.clone();
        let routes = Router::new().route(
            "/",
            any(async move || counted.fetch_add(1, Ordering::SeqCst).to_string()),
        );
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(guarded.serve(routes, stopped));
        Self {
            url,
            credentials,
            came,
            _stop: stop,
        }
    }

    fn request(&self) -> Request {
        self.request_of(&self.credentials, now())
    }

    fn request_of(&self, credentials: &Credentials, time: SystemTime) -> Request {
        let headers = [("x-amz-target", "Some.Operation"), ("content-type", "text/plain")];
        signed_at(time, credentials, "dynamodb", &self.url, &headers, "{}".to_owned())
    }

    fn changed(&self, change: impl FnOnce(&mut Request)) -> Request {
        let mut request = self.request();
        change(&mut request);
        request
    }

    async fn refuses(&self, kind: &str, request: Request) {
        let what = format!("{request:?}");
        assert_eq!(sent(request).await, (403, kind.into(), false), "{what}");
        assert_eq!(self.came.load(Ordering::SeqCst), 0, "{what}");
    }
}

fn set(request: &mut Request, name: &'static str, value: &str) {
    request
        .headers_mut()
        .insert(name, HeaderValue::from_str(value).unwrap());
}

#[tokio::test]
async fn whoever_signs_with_the_credentials_is_answered() {
    let server = Server::start();
    assert_eq!(sent(server.request()).await.0, 200);
    let session = signed(
        &server.credentials,
        "ses",
        &format!("{}/?a=b%20c", server.url),
        &[("x-amz-security-token", "of a role")],
        "é".to_owned(),
    );
    assert_eq!(sent(session).await.0, 200);
    assert_eq!(server.came.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn without_the_credentials_of_this_start_nobody_comes_in() {
    let server = Server::start();
    let strangers = credentials(&Rng::system());
    let (missing, unknown) = ("MissingAuthenticationTokenException", "UnrecognizedClientException");
    let authorized = |value: &str| server.changed(|request| set(request, "authorization", value));
    server
        .refuses(
            missing,
            server.changed(|request| drop(request.headers_mut().remove("authorization"))),
        )
        .await;
    for value in [
        "",
        "Bearer token",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=local/20260312/us-east-1/dynamodb, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=local/20260312/us-east-1/dynamodb/aws4_request",
    ] {
        server.refuses(missing, authorized(value)).await;
    }
    server.refuses(unknown, server.request_of(&strangers, now())).await;
    let half = Credentials::new(server.credentials.access_key_id(), "local", None, None, "test");
    server
        .refuses("InvalidSignatureException", server.request_of(&half, now()))
        .await;
    // Its credentials in a query, as a presigned URL has them.
    let mut presigned = Request::new(Method::POST, server.url.parse().unwrap());
    let id = server.credentials.access_key_id();
    presigned.url_mut().set_query(Some(&format!("X-Amz-Credential={id}")));
    server.refuses(missing, presigned).await;
}

#[tokio::test]
async fn a_signature_is_good_for_what_was_signed_and_for_a_quarter_of_an_hour() {
    let server = Server::start();
    let wrong = "InvalidSignatureException";
    let changes: [fn(&mut Request); 7] = [
        |request| *request.body_mut() = Some("{ }".into()),
        |request| *request.method_mut() = Method::PUT,
        |request| request.url_mut().set_path("/other"),
        |request| request.url_mut().set_query(Some("a=b")),
        |request| set(request, "x-amz-target", "Some.Other"),
        // Not signed at all, and it would say what is asked.
        |request| set(request, "x-amz-security-token", "added"),
        |request| drop(request.headers_mut().remove("x-amz-date")),
    ];
    for change in changes {
        server.refuses(wrong, server.changed(change)).await;
    }
    let minutes = |minutes| Duration::from_mins(minutes);
    for time in [now() - minutes(16), now() + minutes(16)] {
        server
            .refuses(wrong, server.request_of(&server.credentials, time))
            .await;
    }
    let late = server.request_of(&server.credentials, now() - minutes(14));
    assert_eq!(sent(late).await.0, 200);
}

#[tokio::test]
async fn a_page_is_refused_even_if_it_had_the_credentials() {
    let server = Server::start();
    let denied = "AccessDeniedException";
    for origin in ["https://evil.example", "null", &server.url] {
        let request = server.changed(|request| set(request, "origin", origin));
        server.refuses(denied, request).await;
    }
    let port = server.url.rsplit(':').next().unwrap();
    for host in ["evil.example", "localhost", "127.0.0.1", "[::1]"] {
        for host in [host.to_owned(), format!("{host}:{port}")] {
            if !server.url.ends_with(&format!("/{host}")) {
                let named = server.changed(|request| set(request, "host", &host));
                server.refuses(denied, named).await;
            }
        }
    }
    let preflight = server.changed(|request| {
        *request.method_mut() = Method::OPTIONS;
        set(request, "origin", "https://evil.example");
        set(request, "access-control-request-method", "POST");
        set(request, "access-control-request-headers", "x-amz-target, authorization");
    });
    server.refuses(denied, preflight).await;
}

#[test]
fn credentials_are_new_at_each_start_and_their_secret_is_not_printed() {
    let (one, other) = (credentials(&Rng::system()), credentials(&Rng::system()));
    assert_ne!(one.access_key_id(), other.access_key_id());
    assert_ne!(one.secret_access_key(), other.secret_access_key());
    assert_eq!((one.access_key_id().len(), one.secret_access_key().len()), (32, 43));
    assert!(!format!("{one:?}").contains(one.secret_access_key()));
}
