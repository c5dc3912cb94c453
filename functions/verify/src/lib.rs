//! For API owners: is this bearer token good, here and now? Two faces, one decision:
//!
//! - a Lambda authorizer for HTTP APIs (payload 2.0, simple response) and REST APIs (1.0, policy);
//! - `/verify?resource=…&scope=…`, forward authentication for nginx, Envoy and Traefik.
//!
//! Holds no private key and no right to read one. If the table cannot be read, nothing is
//! accepted. Does not decide what a caller may do beyond the scopes that the API demands.

mod authorizer;
mod demand;
mod event;
mod forward;
mod identity;
mod policy;
mod route;
mod scopes;

pub use authorizer::{Authorizer, AuthorizerError};
pub use demand::Settings;
pub use event::AuthorizerEvent;

use axum::Router;
use axum::routing::any;
use regent::app::App;
use regent::telemetry::Function;
use regent::web::{observed, with_fallbacks};

/// The forward-authentication endpoint. Any method: proxies repeat the one of the request.
pub fn router(app: App) -> Router {
    let router = Router::new().route("/verify", any(forward::handle));
    observed(with_fallbacks(router.with_state(app.clone())), Function::Verify, app)
}
