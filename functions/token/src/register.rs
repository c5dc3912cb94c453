//! `POST /oauth/v1/register` (RFC 7591): an app registers itself, for people only. What it says of
//! itself is its own claim; whether people may use it is their organization's setting, and where it
//! may send them is their admins' decision.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request, State};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Response, StatusCode};
use regent::acts::client::{MadeClient, RegistrationRefusal, register};
use regent::app::App;
use regent::domain::{ClientId, Error, Invalid, RedirectUri};
use regent::oauth::{ClientMetadata, MetadataError, wire};
use regent::telemetry::{Fact, note};
use regent::web::{json, log, oauth_refusal, source};
use serde::Serialize;

/// Answers a registration.
pub(crate) async fn handle(State(app): State<App>, request: Request) -> Response<Body> {
    let source = source(request.extensions());
    let metadata = match read(request).await {
        Ok(metadata) => metadata,
        Err(refusal) => return refusal,
    };
    match register(&app, &metadata, &source).await {
        Ok(Ok(made)) => json(StatusCode::CREATED, &Registered::of(&made, &metadata)),
        Ok(Err(refusal)) => too_many(refusal),
        Err(error) => oauth_refusal(&error),
    }
}

async fn read(request: Request) -> Result<ClientMetadata, Response<Body>> {
    let is_json = is_json(request.headers());
    let body = Bytes::from_request(request, &()).await.map_err(|rejection| {
        let why = Error::Request(Invalid::new("the body is too long or cannot be read"));
        log(&why);
        json(rejection.status(), &wire::answer(&why).body)
    })?;
    if !is_json {
        return Err(refused(
            "invalid_client_metadata",
            "the body must be application/json, and Content-Type must say so",
        ));
    }
    ClientMetadata::of_registration(&body).map_err(|error| {
        let code = match error.member {
            MetadataError::REDIRECT_URIS => "invalid_redirect_uri",
            _ => "invalid_client_metadata",
        };
        refused(code, &error.to_string())
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let media_type = types.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    types.next().is_none() && essence.eq_ignore_ascii_case("application/json")
}

/// A refusal of what was said (RFC 7591 §3.2.2).
fn refused(code: &'static str, why: &str) -> Response<Body> {
    log(&Error::Request(Invalid::because(why.to_owned())));
    json(StatusCode::BAD_REQUEST, &wire::body(code, why))
}

fn too_many(refusal: RegistrationRefusal) -> Response<Body> {
    note(Fact::Reason, refusal);
    let (why, until) = match refusal {
        RegistrationRefusal::Source(until) => (
            "too many registrations from this address; keep the client ID you have, or wait",
            until,
        ),
        RegistrationRefusal::Region(until) => (
            "too many registrations in this region; keep the client ID you have, use a client ID metadata document, or wait",
            until,
        ),
    };
    let mut response = json(
        StatusCode::TOO_MANY_REQUESTS,
        &wire::body("temporarily_unavailable", why),
    );
    response.headers_mut().insert(RETRY_AFTER, until.retry_after.0.into());
    response
}

/// The answer (RFC 7591 §3.2.1): what was registered, which may be less than what was asked for.
#[derive(Serialize)]
struct Registered<'a> {
    client_id: &'a ClientId,
    client_id_issued_at: i64,
    #[serde(flatten)]
    secret: Option<Secret<'a>>,
    client_name: &'a str,
    redirect_uris: &'a [RedirectUri],
    grant_types: &'static [&'static str],
    response_types: [&'static str; 1],
    token_endpoint_auth_method: &'static str,
}

/// The secret of a confidential client, shown this once.
#[derive(Serialize)]
struct Secret<'a> {
    client_secret: &'a str,
    /// Never.
    client_secret_expires_at: i64,
}

impl<'a> Registered<'a> {
    fn of(made: &'a MadeClient, metadata: &ClientMetadata) -> Self {
        let MadeClient { client, secret } = made;
        Self {
            client_id: &client.client_id,
            client_id_issued_at: client.created_at.seconds(),
            secret: secret.as_ref().map(|secret| Secret {
                client_secret: secret.expose(),
                client_secret_expires_at: 0,
            }),
            client_name: client.name.as_str(),
            redirect_uris: &client.redirect_uris,
            grant_types: metadata.grant_types(),
            response_types: ["code"],
            token_endpoint_auth_method: client.authentication.method(),
        }
    }
}
