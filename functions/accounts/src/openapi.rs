//! The OpenAPI document: what all operations share, and where it is served. The operations
//! describe themselves.

use crate::request::{IfMatch, Query};
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use regent::app::App;
use regent::web::{Problem, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::{Response as Described, ResponseBuilder};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Required};
use utoipa::{IntoParams, IntoResponses, OpenApi as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const ABOUT: &str = "The management API of Regent, an OAuth authorization server for service accounts.\n\n\
    Callers send an access token of the same server, whose audience is the URL of this API and whose scopes are \
    management privileges; the console's own pages send their session cookie. What is not the caller's is not found. Errors are problem details (RFC 9457); lists have \
    pages; edits may be guarded by `If-Match`, creations and rotations by an `Idempotency-Key`.";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Regent management API", description = ABOUT),
    components(schemas(Problem)),
    tags(
        (name = "service accounts", description = "Users that are programs."),
        (name = "credentials", description = "Client IDs and secrets of service accounts."),
        (name = "clients", description = "Third-party apps that people connect."),
        (name = "users", description = "People and service accounts as users."),
        (name = "roles", description = "Named sets of privileges and scopes."),
        (name = "organizations"),
        (name = "subscriptions", description = "Data boundaries and their settings."),
        (name = "applications"),
        (name = "resources", description = "APIs: audiences with their scopes."),
        (name = "oauth approvals", description = "Which redirect domains the organization trusts."),
        (name = "audit", description = "Who did what to what."),
    )
)]
struct About;

/// The document without its operations.
pub(crate) fn about() -> OpenApi {
    let mut document = About::openapi();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let words = "A console session. Requests that change something send its token in X-CSRF-Token, too, and come from \
        this server's own pages.";
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description("__Host-regent", words));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    let either = ["bearer", "session"].map(|scheme| SecurityRequirement::new(scheme, [] as [&str; 0]));
    document.security = Some(either.into());
    document
}

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(document))
}

/// This document
#[utoipa::path(get, path = "/openapi.json", operation_id = "read_openapi", security(()), responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
async fn document(State(app): State<App>, Extension(document): Extension<Arc<OpenApi>>) -> Response {
    let server = ServerBuilder::new().url(app.config().issuer.as_str()).build();
    let mut here = OpenApi::clone(&document);
    here.servers = Some(vec![server]);
    json(StatusCode::OK, &here)
}

/// Refusals of a read, of a list, of a creation, of an edit, of a deletion, of an invitation.
pub(crate) struct Reading;
pub(crate) struct Listing;
pub(crate) struct Creating;
pub(crate) struct Editing;
pub(crate) struct Deleting;
pub(crate) struct Inviting;

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
    Inviting: 400 401 403 404 503;
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
