//! The way from API Gateway's events to a router: the only place beside the `main.rs`es that knows
//! Lambda.

mod event;

pub(super) use event::Unsound;

use super::{Origin, SourceIp};
use crate::config::variable;
use crate::telemetry::{self, Events, Function, Stream, Trace};
use axum::Router;
use event::{Arrived, Content};
use lambda_http::request::RequestContext;
use lambda_http::{Adapter, Context, Error, LambdaEvent, RequestExt, Service, service_fn};
use serde_json::value::{RawValue, to_raw_value};
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
    let handler = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let router = router.clone();
        async move { answer(router, &event.payload, event.context).await }
    });
    lambda_http::lambda_runtime::run(handler).await
}

/// Lets a router answer an event of API Gateway's. What is no request is answered as well: by 400.
pub async fn answer(router: Router, event: &RawValue, context: Context) -> Result<Box<RawValue>, Error> {
    let Arrived { shell, content } = event::read(event.get());
    let mut once = Some(content);
    let filled = router.map_request(move |shell| {
        let asked = once.take().unwrap_or(Err(Unsound::Event));
        with_source(with_content(shell, asked))
    });
    let response = Adapter::from(filled).call(LambdaEvent::new(shell, context)).await?;
    Ok(to_raw_value(&response)?)
}

/// The request that an event asks for; what is none says so.
fn with_content(mut request: lambda_http::Request, content: Result<Content, Unsound>) -> lambda_http::Request {
    match content {
        Ok(Content { uri, body }) => {
            *request.uri_mut() = uri;
            *request.body_mut() = body;
        }
        Err(why) => {
            request.extensions_mut().insert(why);
        }
    }
    request
}

/// The request with the caller's address as API Gateway knows it, and the ids that it goes by.
fn with_source(mut request: lambda_http::Request) -> lambda_http::Request {
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
