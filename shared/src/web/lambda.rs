//! The way from API Gateway's events to a router: the only place beside the `main.rs`es that knows
//! Lambda.

use super::{Origin, SourceIp};
use crate::config::variable;
use crate::telemetry::{self, Events, Function, Stream, Trace};
use axum::Router;
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Adapter, Context, Error, LambdaEvent, RequestExt, Service, service_fn};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::borrow::Cow;
use tower::ServiceExt;
use tracing_subscriber::prelude::*;

/// Logs as lines of JSON: a line for every request, and what else happens at the level `RUST_LOG` or
/// Lambda's configuration says.
pub fn init_tracing(function: Function) {
    let levels = variable("RUST_LOG").or_else(|| variable("AWS_LAMBDA_LOG_LEVEL"));
    let events = Events::of(function.as_str(), variable("REGENT_REGION").unwrap_or_default());
    telemetry::write_to(Stream::Stdout);
    let filter = telemetry::filter(&levels.unwrap_or_default());
    tracing_subscriber::registry().with(events.with_filter(filter)).init();
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

/// The request with the caller's address as API Gateway knows it, and the ids that it goes by.
pub fn with_source(mut request: lambda_http::Request) -> lambda_http::Request {
    let (source, request_id) = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => (context.http.source_ip.clone(), context.request_id.clone()),
        Some(RequestContext::ApiGatewayV1(context)) => (context.identity.source_ip.clone(), context.request_id.clone()),
        _ => (None, None),
    };
    let origin = Origin {
        request_id,
        ..request.lambda_context_ref().map(origin).unwrap_or_default()
    };
    request.extensions_mut().insert(origin);
    if let Some(source) = source {
        request.extensions_mut().insert(SourceIp(source));
    }
    request
}

/// What Lambda says of an invocation.
pub fn origin(context: &Context) -> Origin {
    let trace = context.xray_trace_id.as_deref();
    Origin {
        request_id: None,
        invocation_id: Some(context.request_id.clone()),
        trace: trace.and_then(Trace::parse),
    }
}
