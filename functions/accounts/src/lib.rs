//! For the programs of admins: the management API, `/api/v1/**`.
//!
//! A request's way: the bearer token is verified and its privileges are looked up, path, query and
//! body become typed (junk is refused here), the act plans and is performed, and its outcome is
//! shown. Handlers are one file per noun; `request` reads, `view` shows, `answer` puts an outcome
//! into a response, `openapi` describes. What may be done is decided in `regent::acts`.

mod account;
mod answer;
mod application;
mod approval;
mod client;
mod credential;
mod event;
mod openapi;
mod organization;
mod request;
mod resource;
mod role;
mod subscription;
mod user;
mod view;

use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use axum::response::Response;
use axum::{Extension, Router};
use regent::app::App;
use regent::domain::Scopes;
use regent::web::point;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// The most bytes of a request's body.
const BODY_LIMIT: usize = 64 * 1024;

/// Where all of it is.
const BASE: &str = "/api/v1";

/// The endpoints.
pub fn router(app: App) -> Router {
    let (router, document) = endpoints().split_for_parts();
    let api = app.management().clone();
    let router = router
        .layer(map_response(move |mut response: Response| {
            point(&mut response, &api, &Scopes::default());
            std::future::ready(response)
        }))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(Extension(Arc::new(document)))
        .with_state(app);
    regent::web::with_fallbacks(router)
}

fn endpoints() -> OpenApiRouter<App> {
    let nouns = OpenApiRouter::new()
        .merge(openapi::routes())
        .merge(organization::routes())
        .merge(subscription::routes())
        .merge(application::routes())
        .merge(resource::routes())
        .merge(role::routes())
        .merge(user::routes())
        .merge(account::routes())
        .merge(credential::routes())
        .merge(client::routes())
        .merge(approval::routes())
        .merge(event::routes());
    OpenApiRouter::with_openapi(openapi::about()).nest(BASE, nouns)
}
