//! For the programs of admins: the management API, `/api/v1/**`.
//!
//! A request's way: the bearer token is verified and its privileges are looked up, path, query and
//! body become typed (junk is refused here), the act plans and is performed, and its outcome is
//! shown. Handlers are one file per noun; `request` reads, `view` shows, `answer` puts an outcome
//! into a response, `openapi` describes; `endpoints` is how they are listed. What may be done is decided in `regent::acts`.

mod account;
mod answer;
mod application;
mod approval;
mod client;
mod credential;
#[cfg(test)]
mod described;
mod endpoints;
mod event;
mod openapi;
mod organization;
mod request;
mod resource;
mod role;
mod subscription;
mod user;
mod view;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use axum::response::Response;
use endpoints::Endpoints;
use regent::app::App;
use regent::domain::Scopes;
use regent::telemetry::Function;
use regent::web::{observed, point, with_fallbacks};

/// The most bytes of a request's body.
const BODY_LIMIT: usize = 64 * 1024;

/// Where all of it is.
const BASE: &str = "/api/v1";

/// The endpoints.
pub fn router(app: App) -> Router {
    let api = app.management().clone();
    let router = Router::new()
        .nest(BASE, endpoints(Router::new()))
        .layer(map_response(move |mut response: Response| {
            point(&mut response, &api, &Scopes::default());
            std::future::ready(response)
        }))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(app.clone());
    observed(with_fallbacks(router), Function::Accounts, app)
}

/// All of them.
fn endpoints<E: Endpoints>(listed: E) -> E {
    let listed = openapi::endpoints(listed);
    let listed = organization::endpoints(listed);
    let listed = subscription::endpoints(listed);
    let listed = application::endpoints(listed);
    let listed = resource::endpoints(listed);
    let listed = role::endpoints(listed);
    let listed = user::endpoints(listed);
    let listed = account::endpoints(listed);
    let listed = credential::endpoints(listed);
    let listed = client::endpoints(listed);
    let listed = approval::endpoints(listed);
    event::endpoints(listed)
}
