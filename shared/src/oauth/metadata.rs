//! Metadata: of the authorization server (RFC 8414 §2) and of APIs (RFC 9728 §2). Everything advertised works, everything that works
//! is advertised.

use crate::domain::{Audience, Issuer, Privilege, Scope, Scopes};
use serde::Serialize;

/// The document at `/.well-known/oauth-authorization-server`.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the members are named by RFC 8414 §2")]
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub registration_endpoint: String,
    pub token_endpoint: String,
    pub revocation_endpoint: String,
    pub introspection_endpoint: String,
    pub jwks_uri: String,
    /// The scopes of the management API, which service accounts may have. Those of other APIs are
    /// listed by each API's own document (RFC 9728), where clients of people look first.
    pub scopes_supported: Vec<&'static str>,
    pub grant_types_supported: [&'static str; 3],
    pub response_types_supported: [&'static str; 1],
    pub response_modes_supported: [&'static str; 1],
    /// RFC 7636: MCP clients go no further without it.
    pub code_challenge_methods_supported: [&'static str; 1],
    pub token_endpoint_auth_methods_supported: [&'static str; 3],
    pub revocation_endpoint_auth_methods_supported: [&'static str; 3],
    /// Only who can prove itself is told about a token.
    pub introspection_endpoint_auth_methods_supported: [&'static str; 2],
    /// RFC 9207: `iss` comes with every code and every error.
    pub authorization_response_iss_parameter_supported: bool,
    pub client_id_metadata_document_supported: bool,
}

/// Of clients with a secret.
const CONFIDENTIAL: [&str; 2] = ["client_secret_basic", "client_secret_post"];
/// Of all clients.
const AUTH_METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

/// The document of a protected resource (RFC 9728 §2), `/.well-known/oauth-protected-resource…`.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the members are named by RFC 9728 §2")]
pub struct ProtectedResource {
    pub resource: Audience,
    pub authorization_servers: [String; 1],
    pub scopes_supported: Vec<Scope>,
    /// Tokens are read from the header only, never from the body or the URL.
    pub bearer_methods_supported: [&'static str; 1],
}

impl ProtectedResource {
    /// The document of an API with these scopes.
    pub fn of(issuer: &Issuer, resource: Audience, scopes: &Scopes) -> Self {
        Self {
            resource,
            authorization_servers: [issuer.to_string()],
            scopes_supported: scopes.iter().cloned().collect(),
            bearer_methods_supported: ["header"],
        }
    }
}

impl Metadata {
    /// The document of an issuer.
    pub fn of(issuer: &Issuer) -> Self {
        Self {
            issuer: issuer.to_string(),
            authorization_endpoint: issuer.at("/oauth/v1/authorize"),
            registration_endpoint: issuer.at("/oauth/v1/register"),
            token_endpoint: issuer.at("/oauth/v1/token"),
            revocation_endpoint: issuer.at("/oauth/v1/revoke"),
            introspection_endpoint: issuer.at("/oauth/v1/introspect"),
            jwks_uri: issuer.at("/.well-known/jwks.json"),
            scopes_supported: Privilege::ALL.iter().map(|privilege| privilege.as_str()).collect(),
            grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            code_challenge_methods_supported: ["S256"],
            token_endpoint_auth_methods_supported: AUTH_METHODS,
            revocation_endpoint_auth_methods_supported: AUTH_METHODS,
            introspection_endpoint_auth_methods_supported: CONFIDENTIAL,
            authorization_response_iss_parameter_supported: true,
            client_id_metadata_document_supported: true,
        }
    }
}
