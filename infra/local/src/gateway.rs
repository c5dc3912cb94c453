//! What API Gateway does in the cloud: a path leads to a function, and the function learns who called.
//!
//! The functions' own routers answer; the gateway adds the caller's address and three things of its
//! own: it demands the issuer's host, has an index at `/`, and API Gateway's answer to a path that
//! nobody has.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::any;
use regent::domain::Issuer;
use regent::web::SourceIp;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::own_host;

/// How long running requests may take to end once the region stops.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

/// The functions behind the gateway.
#[derive(Clone)]
pub(crate) struct Functions {
    pub(crate) token: Router,
    pub(crate) accounts: Router,
    pub(crate) verify: Router,
    pub(crate) authorize: Router,
    pub(crate) console: Router,
    /// The sample API.
    pub(crate) acme: Router,
    /// What was sent out.
    pub(crate) mailbox: Router,
    /// New signing keys.
    pub(crate) rotation: Router,
    /// Whose host it is.
    pub(crate) issuer: Issuer,
}

impl Functions {
    fn at(&self, path: &str) -> Option<&Router> {
        let below = |parent: &str| {
            path.strip_prefix(parent)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let of_a_person = [
            "/oauth/v1/authorize",
            "/sign-in",
            "/sign-out",
            "/forgot-password",
            "/password",
        ];
        match path {
            _ if of_a_person.contains(&path) || below("/oauth/v1/assets") => Some(&self.authorize),
            _ if below("/oauth/v1") || below("/.well-known") => Some(&self.token),
            _ if below("/api/v1") => Some(&self.accounts),
            _ if below("/console") => Some(&self.console),
            "/health" => Some(&self.token),
            "/verify" => Some(&self.verify),
            "/acme/me" => Some(&self.acme),
            "/_local/rotate" => Some(&self.rotation),
            _ if below("/_local") => Some(&self.mailbox),
            _ => None,
        }
    }
}

impl Functions {
    /// Where a page is that somebody asked for under this machine's other name: cookies and forms
    /// belong to the issuer's own host.
    fn home(&self, request: &Request) -> Option<String> {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let other_name = header(header::HOST)?.starts_with("localhost:");
        let by_a_person = request.method() == Method::GET && header(header::ACCEPT)?.contains("text/html");
        let asked = request.uri().path_and_query()?;
        (other_name && by_a_person).then(|| format!("{}{asked}", self.issuer))
    }
}

/// The index: what a person who opens the issuer in a browser should try next.
fn index(issuer: &Issuer) -> Value {
    json!({
        "issuer": issuer.as_str(),
        "metadata": issuer.at("/.well-known/oauth-authorization-server"),
        "jwks": issuer.at("/.well-known/jwks.json"),
        "token": issuer.at("/oauth/v1/token"),
        "api": issuer.at("/api/v1"),
        "openapi": issuer.at("/api/v1/openapi.json"),
        "verify": issuer.at("/verify"),
        "sample_api": issuer.at("/acme/me"),
        "health": issuer.at("/health"),
        "mail": issuer.at("/_local/mail"),
        "rotate": issuer.at("/_local/rotate"),
    })
}

/// A gateway that answers.
#[derive(Debug)]
pub(crate) struct Gateway {
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Gateway {
    /// Takes a port of this machine; 0 is any free one.
    pub(crate) async fn bind(port: u16) -> std::io::Result<TcpListener> {
        TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
    }

    /// Serves the functions on a bound port.
    pub(crate) fn serve(listener: TcpListener, functions: Functions) -> Self {
        let routes = Router::new().fallback(any(route)).with_state(functions);
        let service = routes.into_make_service_with_connect_info::<SocketAddr>();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let serving = axum::serve(listener, service).with_graceful_shutdown(async move { drop(stopped.await) });
            if let Err(error) = serving.await {
                tracing::error!(%error, "the gateway stopped");
            }
        });
        Self { stop, server }
    }

    /// Takes no more requests and lets the running ones end, if they end soon.
    pub(crate) async fn close(mut self) {
        drop(self.stop);
        if tokio::time::timeout(LAST_REQUESTS, &mut self.server).await.is_err() {
            tracing::warn!("requests that would not end were cut off");
            self.server.abort();
        }
    }
}

async fn route(
    State(functions): State<Functions>,
    ConnectInfo(caller): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Response {
    if let Some(refused) = own_host::misdirected(&functions.issuer, &request) {
        return refused;
    }
    let path = request.uri().path();
    if path == "/" {
        return json_answer(StatusCode::OK, &index(&functions.issuer));
    }
    if let Some(home) = functions.home(&request) {
        return Redirect::temporary(&home).into_response();
    }
    let Some(function) = functions.at(path).cloned() else {
        return not_found();
    };
    request.extensions_mut().insert(SourceIp(caller.ip().to_string()));
    match function.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// API Gateway's answer to a path or method without a route.
pub(crate) fn not_found() -> Response {
    json_answer(StatusCode::NOT_FOUND, &json!({ "message": "Not Found" }))
}

pub(crate) fn json_answer(status: StatusCode, content: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        content.to_string(),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &'static str) -> Router {
        Router::new().fallback(any(async move |request: Request| {
            let caller = request.extensions().get::<SourceIp>().map(|ip| ip.0.clone());
            format!("{name} {}", caller.unwrap_or_default())
        }))
    }

    fn functions() -> Functions {
        Functions {
            token: named("token"),
            accounts: named("accounts"),
            verify: named("verify"),
            authorize: named("authorize"),
            console: named("console"),
            acme: named("acme"),
            mailbox: named("mailbox"),
            rotation: named("rotation"),
            issuer: Issuer::parse("http://127.0.0.1:8787").unwrap(),
        }
    }

    async fn answer(path: &str) -> (StatusCode, String) {
        answer_of(path, &["127.0.0.1:8787"]).await
    }

    async fn answer_of(path: &str, hosts: &[&str]) -> (StatusCode, String) {
        let functions = functions();
        let caller = ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9)));
        let asked = Request::builder().uri(path);
        let asked = hosts.iter().fold(asked, |asked, host| asked.header("host", *host));
        let request = asked.body(axum::body::Body::empty()).unwrap();
        let response = route(State(functions), caller, request).await;
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_path_leads_to_its_function_which_learns_the_caller() {
        for (path, function) in [
            ("/oauth/v1/token", "token"),
            ("/oauth/v1/nothing", "token"),
            ("/.well-known/jwks.json", "token"),
            ("/api/v1/service-accounts?limit=2", "accounts"),
            ("/api/v1", "accounts"),
            ("/verify?resource=x", "verify"),
            ("/acme/me", "acme"),
            ("/health", "token"),
            ("/_local/mail/1", "mailbox"),
            ("/_local/rotate?drop=all", "rotation"),
            ("/_local/rotate/1", "mailbox"),
            ("/oauth/v1/authorize?client_id=x", "authorize"),
            ("/oauth/v1/assets/regent.css", "authorize"),
            ("/sign-in?next=/console", "authorize"),
            ("/password?token=x", "authorize"),
            ("/console", "console"),
            ("/console/users/new?done=x", "console"),
        ] {
            assert_eq!(
                answer(path).await,
                (StatusCode::OK, format!("{function} 127.0.0.1")),
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn a_page_asked_for_by_the_other_name_is_at_the_issuers() {
        let functions = functions();
        for (host, accept, home) in [
            ("localhost:8787", "text/html", Some("http://127.0.0.1:8787/console?x=1")),
            ("127.0.0.1:8787", "text/html", None),
            ("localhost:8787", "application/json", None),
        ] {
            let request = Request::get("/console?x=1")
                .header("host", host)
                .header("accept", accept);
            let request = request.body(axum::body::Body::empty()).unwrap();
            assert_eq!(functions.home(&request).as_deref(), home, "{host} {accept}");
        }
    }

    #[tokio::test]
    async fn a_path_that_nobody_has_is_not_found() {
        for path in [
            "/oauth/v10/token",
            "/api/v2",
            "/verify/",
            "/acme",
            "/Verify",
            "//verify",
            "/api/v1x",
        ] {
            assert_eq!(answer(path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(answer("/").await.0, StatusCode::OK);
    }

    /// DNS rebinding: a page of another site under a name that leads here.
    #[tokio::test]
    async fn only_what_anybody_may_ask_is_answered_under_another_hosts_name() {
        let strange: [&[&str]; 7] = [
            &["evil.test:8787"],
            &["evil.test"],
            &["127.0.0.1"],
            &["127.0.0.1:8788"],
            &["[::1]:8787"],
            &[],
            &["127.0.0.1:8787", "evil.test:8787"],
        ];
        for (path, public) in [
            ("/", false),
            ("/nothing", false),
            ("/health", false),
            ("/sign-in", false),
            ("/forgot-password", false),
            ("/console/users", false),
            ("/api/v1/users", false),
            ("/oauth/v1/authorize", false),
            ("/acme/me", false),
            ("/_local/mail", false),
            ("/_local/events", false),
            ("/_local/rotate?drop=all", false),
            ("/oauth/v1/token", true),
            ("/oauth/v1/revoke", true),
            ("/oauth/v1/introspect", true),
            ("/oauth/v1/register", true),
            ("/.well-known/jwks.json", true),
            ("/verify?resource=x", true),
        ] {
            for hosts in strange {
                let status = answer_of(path, hosts).await.0;
                let misdirected = status == StatusCode::MISDIRECTED_REQUEST;
                assert_eq!(misdirected, !public, "{path} {hosts:?}: {status}");
            }
            let status = answer_of(path, &["localhost:8787"]).await.0;
            assert_ne!(
                status,
                StatusCode::MISDIRECTED_REQUEST,
                "{path}: the machine's other name"
            );
        }
    }
}
