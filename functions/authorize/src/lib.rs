//! For people: sign-in, passwords, consent, approval requests.
//!
//! A form's way: the body is read and held against the browser's CSRF token (`form`; a forged or
//! stale form goes no further), an act decides, and a page is shown or a redirect (303) answered.
//! `view` builds the pages; nothing but the views knows HTML.

mod answer;
mod authorize;
mod forgotten;
mod form;
mod password;
mod reply;
mod sign_in;
mod sign_out;
mod view;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use regent::app::App;
use regent::telemetry::Function;
use regent::web::observed;
use regent::web::page::{Place, assets};

/// The most bytes of a request's body.
const BODY_LIMIT: usize = 64 * 1024;

/// The endpoints.
pub fn router(app: App) -> Router {
    let router = Router::new()
        .route(authorize::PATH, get(authorize::page).post(authorize::handle))
        .route("/sign-in", get(sign_in::page).post(sign_in::handle))
        .route("/sign-out", post(sign_out::handle))
        .route("/forgot-password", get(forgotten::page).post(forgotten::handle))
        .route("/password", get(password::page).post(password::handle))
        .merge(assets(Place::Authorize))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(app.clone());
    observed(answer::with_fallback_pages(router), Function::Authorize, app)
}
