//! Clients: the list, one of them, rotation, deletion. Their form is in `client_form`.

use crate::admin::Admin;
use crate::done::Done;
use crate::errors::Errors;
use crate::once::{Made, make};
use crate::posted::{Posted, new_key};
use crate::query::{Id, Query};
use crate::refusal::Answer;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use regent::acts::client::{self, MadeClient};
use regent::acts::perform;
use regent::app::App;
use regent::domain::{ActError, Client, Error, Invalid, RegisteredClientId, Seconds};
use regent::store::Page;
use regent::web::see_other;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/console/clients", get(list))
        .route("/console/clients/{id}", get(open))
        .route("/console/clients/{id}/rotate", get(ask).post(rotate))
        .route("/console/clients/{id}/delete", get(confirm).post(delete))
}

/// A page of the list.
pub(crate) struct Listed {
    /// The clients.
    pub(crate) page: Page<Client>,
    /// Whether it is not the first page.
    pub(crate) later: bool,
}

type ClientPath = Id<RegisteredClientId>;

async fn list(State(app): State<App>, admin: Admin, query: Query) -> Answer {
    let listed = Listed {
        page: client::list(&app, admin.caller(), &query.paging()?).await?,
        later: query.one("cursor", |_| Ok(()))?.is_some(),
    };
    Ok(view::client::list(&admin, &listed))
}

async fn open(State(app): State<App>, admin: Admin, Id(id): ClientPath) -> Answer {
    let client = client::read(&app, admin.caller(), &id).await?;
    Ok(view::client::one(&app, &admin, &client))
}

async fn ask(State(app): State<App>, admin: Admin, Id(id): ClientPath) -> Answer {
    let client = client::read(&app, admin.caller(), &id).await?;
    let (key, nothing) = (new_key(&app), Errors::default());
    Ok(view::client::rotate(&admin, &client, &key, &nothing, StatusCode::OK))
}

async fn rotate(State(app): State<App>, admin: Admin, Id(id): ClientPath, posted: Posted) -> Answer {
    let mut fields = posted.fields();
    let read = |text: &str| text.parse().map_err(|_| Invalid::new("must be a number of seconds"));
    let (status, errors) = match fields.one("overlap_seconds", read) {
        None => (StatusCode::BAD_REQUEST, fields.errors),
        Some(overlap) => {
            let rotation = client::Rotation {
                client: id.clone(),
                overlap: Seconds(overlap),
                fresh: client::fresh_secret(&app, admin.caller(), &id).await?,
            };
            let path = |made: &MadeClient| path::client(&made.client.client_id);
            match make(&app, &admin, &posted, path, &rotation).await {
                Ok(Made::Now(made)) => return Ok(view::client::reveal(&app, &admin, &made, "The secret is rotated")),
                Ok(Made::Before(path)) => return Ok(view::client::made_before(&admin, &path)),
                Err(error) => Errors::or_page(error)?,
            }
        }
    };
    let key = posted.key().filter(|_| !errors.key_is_spent).map(str::to_owned);
    let key = key.unwrap_or_else(|| new_key(&app));
    let client = client::read(&app, admin.caller(), &id).await?;
    Ok(view::client::rotate(&admin, &client, &key, &errors, status))
}

async fn confirm(State(app): State<App>, admin: Admin, Id(id): ClientPath) -> Answer {
    let client = client::read(&app, admin.caller(), &id).await?;
    Ok(view::client::delete(&admin, &client))
}

async fn delete(State(app): State<App>, admin: Admin, Id(id): ClientPath, posted: Posted) -> Answer {
    let version = posted.version();
    let deleted = perform(&app, async || client::delete(&app, admin.caller(), &id, version).await).await;
    match deleted {
        // Gone already: the same form was sent twice.
        Ok(()) | Err(Error::Act(ActError::NotFound)) => Ok(see_other(&Done::ClientDeleted.at(path::CLIENTS))),
        Err(error) => Err(error.into()),
    }
}
