//! The OpenAPI document: where it is served, and what operations share. The operations describe
//! themselves; `described` makes the document of that, ahead of time: built at every start it cost
//! half a megabyte of program and some milliseconds.

use crate::answer::Answer;
use crate::endpoints::Endpoints;
use crate::request::{IfMatch, Query};
use axum::extract::State;
use http::StatusCode;
use regent::app::App;
use regent::domain::Unavailable;
use regent::web::json;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::{Response as Described, ResponseBuilder};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Content, Ref, RefOr, Required};
use utoipa::{IntoParams, IntoResponses};

/// The document without `servers`, a line for each operation and schema; `described` keeps it true.
const DOCUMENT: &str = include_str!("../openapi.json");

pub(crate) fn endpoints<E: Endpoints>(listed: E) -> E {
    listed.with(__path_document, document)
}

/// This document
#[utoipa::path(get, path = "/openapi.json", operation_id = "read_openapi", security(()), responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
async fn document(State(app): State<App>) -> Answer {
    let members = DOCUMENT.strip_prefix('{').unwrap_or_default();
    let here = format!("{{\"servers\":[{{\"url\":\"{}\"}}],{members}", app.config().issuer);
    let here = RawValue::from_string(here).map_err(|error| Unavailable(format!("OpenAPI document: {error}")))?;
    Ok(json(StatusCode::OK, &here))
}

/// Refusals of a read, of a list, of a creation, of an edit, of a deletion, of an invitation of somebody
/// new, of another one.
pub(crate) struct Reading;
pub(crate) struct Listing;
pub(crate) struct Creating;
pub(crate) struct Editing;
pub(crate) struct Deleting;
pub(crate) struct Inviting;
pub(crate) struct InvitingAgain;

macro_rules! refusals {
    ($($name:ty: $($status:literal)*;)*) => {$(
        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Described>> {
                problems(&[$($status),*])
            }
        }
    )*};
}

refusals! {
    Reading: 401 403 404 503;
    Listing: 400 401 403 404 503;
    Creating: 400 401 403 404 409 413 415 422 503;
    Editing: 400 401 403 404 409 412 413 415 503;
    Deleting: 400 401 403 404 409 412 503;
    Inviting: 400 401 403 404 409 413 415 422 429 503;
    InvitingAgain: 400 401 403 404 429 503;
}

fn problems(statuses: &[u16]) -> BTreeMap<String, RefOr<Described>> {
    let problem = |status: &u16| {
        let name = StatusCode::from_u16(*status)
            .ok()
            .and_then(|status| status.canonical_reason());
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        let described = ResponseBuilder::new()
            .description(name.unwrap_or_default())
            .content("application/problem+json", content);
        (status.to_string(), described.build().into())
    };
    statuses.iter().map(problem).collect()
}

fn parameter(name: &str, place: ParameterIn, words: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .description(Some(words))
        .schema(Some(schema.build()))
        .build()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// The `Idempotency-Key` header.
pub(crate) struct IdempotencyKey;

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let words = "A name for this request, remembered for a day. The same request under the same name does nothing \
            more and gets the first answer again, with `Idempotency-Replayed: true` and without secrets.";
        let schema = text().min_length(Some(1)).max_length(Some(255));
        vec![parameter("Idempotency-Key", ParameterIn::Header, words, schema)]
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let words = "The `ETag` of what the caller has seen. If it has changed since, nothing is done.";
        vec![parameter("If-Match", ParameterIn::Header, words, text())]
    }
}

/// `limit` and `cursor`.
impl IntoParams for Query {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let number = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(1))
            .maximum(Some(100))
            .default(Some(50.into()));
        vec![
            parameter("limit", ParameterIn::Query, "The most items of the page.", number),
            parameter(
                "cursor",
                ParameterIn::Query,
                "The `next_cursor` of the page before.",
                text(),
            ),
        ]
    }
}
