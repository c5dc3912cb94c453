//! What the person has allowed apps: list, and take back.

use crate::admin::Admin;
use crate::done::Done;
use crate::posted::Posted;
use crate::refusal::Answer;
use crate::session::own;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::Extensions;
use regent::acts::grant;
use regent::app::App;
use regent::domain::{ActError, Error, GrantId};
use regent::web::{see_other, source};

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/console/connected-apps", get(list).post(take_back))
}

async fn list(State(app): State<App>, admin: Admin) -> Answer {
    let grants = grant::list(&app, own(&admin)?).await?;
    Ok(view::connected_app::list(&admin, &grants))
}

async fn take_back(State(app): State<App>, admin: Admin, extensions: Extensions, posted: Posted) -> Answer {
    let id = GrantId::parse(posted.text("grant")).map_err(Error::Request)?;
    match grant::take_back(&app, own(&admin)?, id, &source(&extensions)).await {
        // Over already: the same form was sent twice, or the app has given it back.
        Ok(_) | Err(Error::Act(ActError::NotFound)) => Ok(see_other(&Done::AppDisconnected.at(path::CONNECTED_APPS))),
        Err(error) => Err(error.into()),
    }
}
