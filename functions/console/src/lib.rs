//! For admins: the console's pages, `/console/**`.
//!
//! A request's way: the gate (`gate`) finds out who is signed in and checks a form's token, path and
//! query become typed (`query`), a form's fields too (`posted`), an act plans and is performed, and
//! a page shows what became of it (`view`). Handlers are one file per noun. What may be done is
//! decided in `regent::acts`, as for the management API; what is refused is said at a form's fields
//! (`errors`) or on a page of its own (`refusal`).
//!
//! Every path that takes a POST shows its form, or its question, to a GET. After a change the
//! browser is sent on (303) with a code of what was done (`done`); only a new secret is shown in
//! the answer to the POST itself, and never again (`once`).

mod account;
mod account_form;
mod admin;
mod approval;
mod audit;
mod client;
mod client_form;
mod connected_app;
mod credential;
mod credential_form;
mod done;
mod errors;
mod gate;
mod once;
mod password;
mod path;
mod posted;
mod query;
mod refusal;
mod revocation;
mod session;
mod settings;
mod user;
mod user_form;
mod view;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use regent::app::App;
use regent::telemetry::Function;
use regent::web::page::{Place, assets};
use regent::web::{observed, see_other};

/// The endpoints.
pub fn router(app: App) -> Router {
    let pages = Router::new()
        .route(path::CONSOLE, get(first_page))
        .route("/console/", get(first_page))
        .merge(account::routes())
        .merge(account_form::routes())
        .merge(credential::routes())
        .merge(credential_form::routes())
        .merge(user::routes())
        .merge(user_form::routes())
        .merge(approval::routes())
        .merge(client::routes())
        .merge(client_form::routes())
        .merge(audit::routes())
        .merge(settings::routes())
        .merge(revocation::routes())
        .merge(connected_app::routes())
        .merge(session::routes())
        .merge(password::routes())
        .fallback(async |_: Request| refusal::Refusal::NoPage)
        .layer(from_fn_with_state(app.clone(), gate::gate))
        .with_state(app.clone());
    // Assets are for everybody: the sign-in page of another function looks the same.
    observed(assets(Place::Console).merge(pages), Function::Console, app)
}

/// Where everybody begins: at the first thing they may see.
async fn first_page(admin: admin::Admin) -> axum::response::Response {
    let first = admin
        .sections()
        .first()
        .map_or(path::ACCOUNTS, |section| section.path());
    see_other(first)
}
