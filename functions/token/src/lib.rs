//! For OAuth clients: `POST /oauth/v1/{token,revoke,introspect}` and discovery.
//!
//! A token request's way: the form and the client authentication are read (junk is refused here,
//! without a read), one batch read of the table brings the client, its subscription, its roles and
//! the token it may already have; the secret is proved; the domain decides; the token is answered,
//! or a new one signed and kept by one conditional write.

mod discovery;
mod health;
mod introspect;
mod register;
mod request;
mod revoke;
mod token;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use regent::app::App;
use regent::telemetry::Function;
use regent::web::{observed, with_fallbacks};

/// The most bytes of a request's body.
const BODY_LIMIT: usize = 64 * 1024;

/// The endpoints.
pub fn router(app: App) -> Router {
    let router = Router::new()
        .route("/oauth/v1/token", post(token::handle))
        .route("/oauth/v1/revoke", post(revoke::handle))
        .route("/oauth/v1/introspect", post(introspect::handle))
        .route("/oauth/v1/register", post(register::handle))
        .route("/.well-known/oauth-authorization-server", get(discovery::metadata))
        // MCP clients look for the same document under OpenID Connect's name, too.
        .route("/.well-known/openid-configuration", get(discovery::metadata))
        .route("/health", get(health::handle))
        .route("/.well-known/jwks.json", get(discovery::jwks))
        .route("/.well-known/oauth-protected-resource", get(discovery::resource))
        .route(
            "/.well-known/oauth-protected-resource/{*path}",
            get(discovery::resource),
        )
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(app.clone());
    observed(with_fallbacks(router), Function::Token, app)
}
