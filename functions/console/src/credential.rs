//! Credentials of a service account: rotate, delete one or many. Their form is in
//! `credential_form`; their table is on their account's page.

use crate::admin::Admin;
use crate::done::Done;
use crate::errors::Errors;
use crate::once::{Made, make};
use crate::posted::{Posted, new_key};
use crate::query::{Id, Ids, Query};
use crate::refusal::Answer;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use regent::acts::credential::{self, FreshSecret};
use regent::acts::{account, perform};
use regent::app::App;
use regent::domain::{ActError, Credential, CredentialId, Error, Invalid, Privilege, Seconds, User, UserId};
use regent::web::see_other;
use std::collections::BTreeSet;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/console/service-accounts/{id}/credentials/delete",
            get(confirm).post(delete),
        )
        .route(
            "/console/service-accounts/{id}/credentials/{credential}/rotate",
            get(ask).post(rotate),
        )
}

/// A service account, for somebody who may change its credentials: who holds as much.
pub(crate) async fn held(app: &App, admin: &Admin, id: UserId) -> Result<User, Error> {
    admin.caller().may(Privilege::ServiceAccountsManage)?;
    let user = account::read(app, admin.caller(), id).await?;
    admin.caller().cover_user(&user)?;
    Ok(user)
}

/// One of its credentials.
pub(crate) fn of(user: &User, id: CredentialId) -> Result<&Credential, ActError> {
    let account = user.service().ok_or(ActError::NotFound)?;
    account.credentials.get(&id).ok_or(ActError::NotFound)
}

type Path = Ids<UserId, CredentialId>;

async fn ask(State(app): State<App>, admin: Admin, Ids(id, credential): Path) -> Answer {
    let user = held(&app, &admin, id).await?;
    let (credential, key) = (of(&user, credential)?, new_key(&app));
    let nothing = Errors::default();
    Ok(view::credential::rotate(
        &admin,
        &user,
        credential,
        &key,
        &nothing,
        StatusCode::OK,
    ))
}

async fn rotate(State(app): State<App>, admin: Admin, Ids(id, credential): Path, posted: Posted) -> Answer {
    let mut fields = posted.fields();
    let read = |text: &str| text.parse().map_err(|_| Invalid::new("must be a number of seconds"));
    let (status, errors) = match fields.one("overlap_seconds", read) {
        None => (StatusCode::BAD_REQUEST, fields.errors),
        Some(overlap) => {
            let rotation = credential::Rotation {
                account: id,
                fresh: FreshSecret::of(&app, credential),
                overlap: Seconds(overlap),
            };
            match make(&app, &admin, &posted, |made| path::account(made.user.id), &rotation).await {
                Ok(Made::Now(made)) => return Ok(view::reveal::rotated(&app, &admin, &made)?),
                Ok(Made::Before(path)) => return Ok(view::reveal::made_before(&admin, &path)),
                Err(error) => Errors::or_page(error)?,
            }
        }
    };
    let key = posted.key().filter(|_| !errors.key_is_spent).map(str::to_owned);
    let key = key.unwrap_or_else(|| new_key(&app));
    let user = held(&app, &admin, id).await?;
    let credential = of(&user, credential)?;
    Ok(view::credential::rotate(
        &admin, &user, credential, &key, &errors, status,
    ))
}

async fn confirm(State(app): State<App>, admin: Admin, Id(id): Id<UserId>, query: Query) -> Answer {
    let named: BTreeSet<CredentialId> = query.all("credential", CredentialId::parse)?.into_iter().collect();
    let user = held(&app, &admin, id).await?;
    if named.is_empty() {
        return Ok(see_other(&path::account(id)));
    }
    let doomed: Result<Vec<&Credential>, ActError> = named.iter().map(|id| of(&user, *id)).collect();
    Ok(view::credential::delete(&admin, &user, &doomed?))
}

async fn delete(State(app): State<App>, admin: Admin, Id(id): Id<UserId>, posted: Posted) -> Answer {
    let named: Result<BTreeSet<_>, _> = posted.all("credential").map(CredentialId::parse).collect();
    let named = named.map_err(Error::Request)?;
    // Those that are gone already need no deleting: the same form may be sent twice.
    let user = held(&app, &admin, id).await?;
    if named.is_empty() {
        return Ok(see_other(&path::account(id)));
    }
    let left: BTreeSet<CredentialId> = named.iter().copied().filter(|id| of(&user, *id).is_ok()).collect();
    if !left.is_empty() {
        perform(&app, async || credential::delete(&app, admin.caller(), id, &left).await).await?;
    }
    let done = if named.len() == 1 {
        Done::CredentialDeleted
    } else {
        Done::CredentialsDeleted
    };
    Ok(see_other(&done.at(&path::account(id))))
}
