//! The way from API Gateway's events to a router: the only place beside the `main.rs`es that knows
//! Lambda.

use super::SourceIp;
use crate::config::variable;
use axum::Router;
use lambda_http::request::RequestContext;
use lambda_http::{Error, RequestExt};
use tower::ServiceExt;
use tracing_subscriber::EnvFilter;

/// Logs as JSON lines at the level Lambda's configuration or `RUST_LOG` says.
pub fn init_tracing() {
    let level = variable("RUST_LOG")
        .or_else(|| variable("AWS_LAMBDA_LOG_LEVEL"))
        .unwrap_or_else(|| "info".to_owned());
    let filter = EnvFilter::try_new(&level).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_target(false)
        .init();
}

/// Serves a router until Lambda ends the process.
pub async fn serve(router: Router) -> Result<(), Error> {
    lambda_http::run(router.map_request(with_source)).await
}

/// The request with the caller's address as API Gateway knows it.
pub fn with_source(mut request: lambda_http::Request) -> lambda_http::Request {
    let source = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        Some(RequestContext::ApiGatewayV1(context)) => context.identity.source_ip.clone(),
        _ => None,
    };
    if let Some(source) = source {
        request.extensions_mut().insert(SourceIp(source));
    }
    request
}
