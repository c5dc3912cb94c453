//! `/users`: people, and service accounts as users.

use crate::answer::{Answer, List, accepted, gone, list, make, one};
use crate::endpoints::Endpoints;
use crate::openapi::{Deleting, Editing, IdempotencyKey, Inviting, InvitingAgain, Listing, Reading};
use crate::request::{Bearer, Edit, Id, IfMatch, New, Query, given};
use crate::view::UserView;
use axum::extract::State;
use regent::acts::perform;
use regent::acts::user::{self, NewPerson, UserChanges};
use regent::app::App;
use regent::domain::{Email, Name, RoleRef, SubscriptionId, UserId, UserType};
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

pub(crate) fn endpoints<E: Endpoints>(listed: E) -> E {
    listed
        .with(__path_find, find)
        .with(__path_create, create)
        .with(__path_read, read)
        .with(__path_edit, edit)
        .with(__path_delete, delete)
        .with(__path_invite, invite)
}

/// List users
///
/// Needs `users:read`.
#[utoipa::path(get, path = "/users", operation_id = "list_users", tag = "users", params(Query),
    responses((status = 200, description = "A page", body = List<UserView>), Listing))]
async fn find(State(app): State<App>, Bearer(caller): Bearer, query: Query) -> Answer {
    let page = user::list(&app, &caller, &query.paging()?).await?;
    Ok(list(page, |one| UserView::from(&one)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateUser {
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    name: Name<64>,
    /// Unique in the region.
    #[schema(value_type = String, format = Email)]
    email: Email,
    /// `licensed`, `sales` or `view_only`. Service accounts are created at `/service-accounts`.
    #[schema(value_type = String, example = "licensed")]
    user_type: UserType,
    #[schema(value_type = Vec<String>, max_items = 20, example = json!(["viewer"]))]
    #[serde(default)]
    roles: BTreeSet<RoleRef>,
    /// The subscription that the roles are limited to; to none if left out.
    #[schema(value_type = Option<String>)]
    subscription: Option<SubscriptionId>,
}

/// Create a person
///
/// Needs `users:manage` in the whole organization, and everything that the roles hold. The person is
/// mailed an invitation; to one address, and of one organization, there are only so many (429).
#[utoipa::path(post, path = "/users", operation_id = "create_user", tag = "users", params(IdempotencyKey),
    request_body = CreateUser,
    responses((status = 201, description = "Created", body = UserView, headers(("ETag" = String), ("Location" = String))), Inviting))]
async fn create(State(app): State<App>, Bearer(caller): Bearer, request: New<CreateUser>) -> Answer {
    let once = request.once(&caller);
    let body = request.body;
    let new = NewPerson {
        name: body.name,
        email: body.email,
        user_type: body.user_type,
        roles: body.roles,
        subscription: body.subscription,
    };
    let view = |made: &_| Ok(UserView::from(made));
    make(&app, &caller, once, view, &new).await
}

/// Read a user
///
/// Needs `users:read`.
#[utoipa::path(get, path = "/users/{id}", operation_id = "read_user", tag = "users", params(("id" = String, Path)),
    responses((status = 200, description = "As it is now", body = UserView, headers(("ETag" = String))), Reading))]
async fn read(State(app): State<App>, Bearer(caller): Bearer, Id(id): Id<UserId>) -> Answer {
    let found = user::read(&app, &caller, id).await?;
    Ok(one(&UserView::from(&found)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditUser {
    /// Of a person.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    #[serde(default, deserialize_with = "given")]
    name: Option<Name<64>>,
    /// Of a person; unique in the region.
    #[schema(value_type = String, format = Email)]
    #[serde(default, deserialize_with = "given")]
    email: Option<Email>,
    /// `licensed`, `sales` or `view_only`. A service account becomes a person by it, which destroys its credentials.
    #[schema(value_type = String, example = "licensed")]
    #[serde(default, deserialize_with = "given")]
    user_type: Option<UserType>,
    /// That the credentials of a service account may be destroyed.
    #[serde(default)]
    confirm_credential_loss: bool,
    /// All of its roles. Those of a service account are changed at `/service-accounts`.
    #[schema(value_type = Vec<String>, max_items = 20)]
    #[serde(default, deserialize_with = "given")]
    roles: Option<BTreeSet<RoleRef>>,
    /// The subscription that the roles are limited to; null for none.
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "given")]
    #[expect(clippy::option_option, reason = "left out, null and a value are three things")]
    subscription: Option<Option<SubscriptionId>>,
}

/// Change a user's name, address, type, roles or reach
///
/// Needs `users:manage` in the whole organization, and everything that the user holds and is handed
/// out. Whoever loses access loses its tokens at once. Making a person of a service account needs
/// `service_accounts:manage`, too, and `confirm_credential_loss: true`: its credentials are
/// destroyed and its tokens revoked, at once and for good. The last organization admin stays one.
/// Another name or address needs everything that the person holds, and a new address ends the
/// person's sessions: with it comes the way to a new password.
#[utoipa::path(patch, path = "/users/{id}", operation_id = "edit_user", tag = "users", params(("id" = String, Path), IfMatch),
    request_body = EditUser,
    responses((status = 200, description = "As it is now", body = UserView, headers(("ETag" = String))), Editing))]
async fn edit(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<UserId>,
    IfMatch(version): IfMatch,
    Edit(body): Edit<EditUser>,
) -> Answer {
    let changes = UserChanges {
        name: body.name,
        email: body.email,
        user_type: body.user_type,
        confirm_credential_loss: body.confirm_credential_loss,
        roles: body.roles,
        subscription: body.subscription,
    };
    let edited = perform(&app, async || user::edit(&app, &caller, id, &changes, version).await).await?;
    Ok(one(&UserView::from(&edited)))
}

/// Delete a user
///
/// Needs `users:manage` in the whole organization, everything that the user holds, and
/// `service_accounts:manage` for a service account. Sessions, credentials and tokens are dead at once. The last organization admin stays.
#[utoipa::path(delete, path = "/users/{id}", operation_id = "delete_user", tag = "users", params(("id" = String, Path), IfMatch),
    responses((status = 204, description = "Deleted"), Deleting))]
async fn delete(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<UserId>,
    IfMatch(version): IfMatch,
) -> Answer {
    perform(&app, async || user::delete(&app, &caller, id, version).await).await?;
    Ok(gone())
}

/// Invite a person again
///
/// Needs `users:manage` in the whole organization, and everything that the user holds. For people who have not set a password yet: they
/// get a mail with a new link, good for 48 hours, and links that were sent before are void. To one
/// address, and of one organization, there are only so many (429); what was sent before is good then.
#[utoipa::path(post, path = "/users/{id}/invitation", operation_id = "invite_user", tag = "users", params(("id" = String, Path)),
    responses((status = 202, description = "The mail is on its way"), InvitingAgain))]
async fn invite(State(app): State<App>, Bearer(caller): Bearer, Id(id): Id<UserId>) -> Answer {
    perform(&app, async || user::invite(&app, &caller, id).await).await?;
    Ok(accepted())
}
