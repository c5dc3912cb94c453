//! What API Gateway does in the cloud: a path leads to a function, and the function learns who called.
//!
//! The functions' own routers answer; the gateway adds the caller's address and three things of its
//! own: it demands the issuer's host, has an index at `/`, and API Gateway's answer to a path that
//! nobody has.

pub(crate) mod own_host;

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
    if let Some(refused) = own_host::refused(&functions.issuer, caller, &request) {
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
mod tests;
