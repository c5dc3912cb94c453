//! Everything the organization holds, revoked: asked first, and the admin signs in again after it.

use crate::admin::Admin;
use crate::done::Done;
use crate::posted::Posted;
use crate::refusal::Answer;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use regent::acts::{may_revoke_everything, revoke_everything};
use regent::app::App;
use regent::domain::Error;
use regent::web::see_other;

pub(crate) fn routes() -> Router<App> {
    Router::new().route(path::REVOKE, get(confirm).post(revoke))
}

async fn confirm(admin: Admin) -> Answer {
    may_revoke_everything(admin.caller()).map_err(Error::from)?;
    Ok(view::settings::revoke(&admin))
}

async fn revoke(State(app): State<App>, admin: Admin, _: Posted) -> Answer {
    let id = admin.caller().organization().id;
    revoke_everything(&app, admin.caller(), id).await?;
    // Through the sign-in page: this session has ended, too.
    Ok(see_other(&Done::EverythingRevoked.at(path::SETTINGS)))
}
