//! Authorization server metadata (RFC 8414 §2). Everything advertised works, everything that works
//! is advertised.

use crate::domain::{Issuer, Privilege};
use serde::Serialize;

/// The document at `/.well-known/oauth-authorization-server`.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the members are named by RFC 8414 §2")]
pub struct Metadata {
    pub issuer: String,
    pub token_endpoint: String,
    pub revocation_endpoint: String,
    pub introspection_endpoint: String,
    pub jwks_uri: String,
    /// The scopes of the management API. Those of other API resources are their subscriptions' own.
    pub scopes_supported: Vec<&'static str>,
    pub grant_types_supported: [&'static str; 1],
    /// Required by the RFC; empty as long as there is no authorization endpoint.
    pub response_types_supported: [&'static str; 0],
    pub token_endpoint_auth_methods_supported: [&'static str; 2],
    pub revocation_endpoint_auth_methods_supported: [&'static str; 2],
    pub introspection_endpoint_auth_methods_supported: [&'static str; 2],
}

const AUTH_METHODS: [&str; 2] = ["client_secret_basic", "client_secret_post"];

impl Metadata {
    /// The document of an issuer.
    pub fn of(issuer: &Issuer) -> Self {
        Self {
            issuer: issuer.to_string(),
            token_endpoint: issuer.at("/oauth/v1/token"),
            revocation_endpoint: issuer.at("/oauth/v1/revoke"),
            introspection_endpoint: issuer.at("/oauth/v1/introspect"),
            jwks_uri: issuer.at("/.well-known/jwks.json"),
            scopes_supported: Privilege::ALL.iter().map(|privilege| privilege.as_str()).collect(),
            grant_types_supported: ["client_credentials"],
            response_types_supported: [],
            token_endpoint_auth_methods_supported: AUTH_METHODS,
            revocation_endpoint_auth_methods_supported: AUTH_METHODS,
            introspection_endpoint_auth_methods_supported: AUTH_METHODS,
        }
    }
}
