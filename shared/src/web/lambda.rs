//! The way from API Gateway's events to a router: the only place beside the `main.rs`es that knows
//! Lambda.

use super::SourceIp;
use crate::config::variable;
use axum::Router;
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Adapter, Error, LambdaEvent, RequestExt, Service, service_fn};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::borrow::Cow;
use tower::ServiceExt;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Logs as JSON lines at the level `RUST_LOG` or Lambda's configuration says.
pub fn init_tracing() {
    let level = variable("RUST_LOG")
        .or_else(|| variable("AWS_LAMBDA_LOG_LEVEL"))
        .unwrap_or_else(|| "info".to_owned());
    let filter: Targets = level
        .parse()
        .unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .with_ansi(false)
        .with_target(false);
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
}

/// Serves a router until Lambda ends the process.
pub async fn serve(router: Router) -> Result<(), Error> {
    let http = Adapter::from(router.map_request(with_source));
    let handler = service_fn(move |LambdaEvent { payload, context }: LambdaEvent<LambdaRequest>| {
        http.clone().call(LambdaEvent::new(with_sound_query(payload), context))
    });
    lambda_http::lambda_runtime::run(handler).await
}

/// What no query has unencoded (RFC 3986 §3.4), and `http::Uri` refuses.
const UNSOUND: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The event with a query that a URI can hold, whatever API Gateway passes on: `lambda_http` ends
/// the process at a `<` in it, and one such request would cost everybody a cold start.
pub fn with_sound_query(mut event: LambdaRequest) -> LambdaRequest {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event
        && let Some(query) = &mut request.raw_query_string
        && let Cow::Owned(sound) = Cow::from(utf8_percent_encode(query, UNSOUND))
    {
        *query = sound;
    }
    event
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
