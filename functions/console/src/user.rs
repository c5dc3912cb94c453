//! Users: the list, deletion, invitations. Their form is in `user_form`.

use crate::admin::Admin;
use crate::done::Done;
use crate::errors::Errors;
use crate::posted::Posted;
use crate::query::{Id, Query};
use crate::refusal::Answer;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use regent::acts::{perform, user};
use regent::app::App;
use regent::domain::{ActError, Error, User, UserId};
use regent::store::Page;
use regent::web::see_other;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/console/users", get(list))
        .route("/console/users/{id}/delete", get(confirm).post(delete))
        .route("/console/users/{id}/invitation", get(ask).post(invite))
}

/// A page of the list.
pub(crate) struct Listed {
    /// The users.
    pub(crate) page: Page<User>,
    /// Whether it is not the first page.
    pub(crate) later: bool,
}

async fn list(State(app): State<App>, admin: Admin, query: Query) -> Answer {
    let listed = Listed {
        page: user::list(&app, admin.caller(), &query.paging()?).await?,
        later: query.one("cursor", |_| Ok(()))?.is_some(),
    };
    Ok(view::user::list(&admin, &listed))
}

/// A user, for somebody who may change it: who holds as much.
pub(crate) async fn held(app: &App, admin: &Admin, id: UserId) -> Result<User, Error> {
    admin.caller().may(regent::domain::Privilege::UsersManage)?;
    admin.caller().organization_wide()?;
    let user = user::read(app, admin.caller(), id).await?;
    admin.caller().cover_user(&user)?;
    Ok(user)
}

async fn confirm(State(app): State<App>, admin: Admin, Id(id): Id<UserId>) -> Answer {
    let user = held(&app, &admin, id).await?;
    if user.service().is_some() {
        return Ok(see_other(&format!("{}?account={id}", path::DELETE_ACCOUNTS)));
    }
    Ok(view::user::delete(&admin, &user, &Errors::default(), StatusCode::OK))
}

async fn delete(State(app): State<App>, admin: Admin, Id(id): Id<UserId>, posted: Posted) -> Answer {
    let version = posted.version();
    let deleted = perform(&app, async || user::delete(&app, admin.caller(), id, version).await).await;
    match deleted {
        // Gone already: the same form was sent twice.
        Ok(()) | Err(Error::Act(ActError::NotFound)) => Ok(see_other(&Done::UserDeleted.at(path::USERS))),
        Err(error) => {
            let (status, errors) = Errors::or_page(error)?;
            let user = held(&app, &admin, id).await?;
            Ok(view::user::delete(&admin, &user, &errors, status))
        }
    }
}

async fn ask(State(app): State<App>, admin: Admin, Id(id): Id<UserId>) -> Answer {
    let user = held(&app, &admin, id).await?;
    Ok(view::user::invite(&admin, &user, &Errors::default(), StatusCode::OK))
}

async fn invite(State(app): State<App>, admin: Admin, Id(id): Id<UserId>, _: Posted) -> Answer {
    let invited = perform(&app, async || user::invite(&app, admin.caller(), id).await).await;
    match invited {
        Ok(_) => Ok(see_other(&Done::InvitationSent.at(&path::user(id)))),
        Err(Error::Act(ActError::Fields(_))) => {
            let user = held(&app, &admin, id).await?;
            let says = "They have set a password meanwhile: there is nothing to invite them to.";
            Ok(view::user::invite(
                &admin,
                &user,
                &Errors::whole(says),
                StatusCode::CONFLICT,
            ))
        }
        Err(error) => {
            let (status, errors) = Errors::or_page(error)?;
            let user = held(&app, &admin, id).await?;
            Ok(view::user::invite(&admin, &user, &errors, status))
        }
    }
}
