//! `/service-accounts`: users that are programs.

use crate::answer::{Answer, List, gone, list, make, one};
use crate::endpoints::Endpoints;
use crate::openapi::{Creating, Deleting, Editing, IdempotencyKey, Listing, Reading};
use crate::request::{Bearer, Edit, Id, IfMatch, New, Query, given};
use crate::view::{AccountView, CreatedAccountView};
use axum::extract::State;
use regent::acts::account::{self, AccountChanges, NewAccount};
use regent::acts::credential::FreshSecret;
use regent::acts::perform;
use regent::app::App;
use regent::domain::{AccountName, ApplicationId, Description, RoleRef, SubscriptionId, TokenLifetime, UserId};
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
}

/// List the service accounts of a subscription, by name
///
/// Needs `service_accounts:read`.
#[utoipa::path(get, path = "/service-accounts", operation_id = "list_service_accounts", tag = "service accounts",
    params(("subscription" = Option<String>, Query, description = "Which one; may be left out where there is only one."), Query),
    responses((status = 200, description = "A page", body = List<AccountView>), Listing))]
async fn find(State(app): State<App>, Bearer(caller): Bearer, query: Query) -> Answer {
    let subscription = query.one("subscription", SubscriptionId::parse)?;
    let mut page = account::list(&app, &caller, subscription, &query.paging()?).await?;
    page.items.retain(|user| user.service().is_some());
    Ok(list(page, |user| AccountView::of(&user).ok()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateServiceAccount {
    /// Unique in the subscription without regard to case; the account's address is made from it.
    #[schema(value_type = String, min_length = 1, max_length = 20, example = "nightly-export")]
    name: AccountName,
    #[schema(value_type = Option<String>, max_length = 140)]
    description: Option<Description>,
    #[schema(value_type = String)]
    subscription: SubscriptionId,
    /// The applications it may see.
    #[schema(value_type = Vec<String>, max_items = 50)]
    #[serde(default)]
    applications: BTreeSet<ApplicationId>,
    #[schema(value_type = Vec<String>, max_items = 20)]
    #[serde(default)]
    roles: BTreeSet<RoleRef>,
    /// How many seconds its tokens live: 5 minutes to 30 days. Never changed after.
    #[schema(value_type = Option<u32>, minimum = 300, maximum = 2_592_000, default = 86_400)]
    token_lifetime: Option<TokenLifetime>,
}

/// Create a service account with its first credential
///
/// Needs `service_accounts:manage`, and everything that the roles hold. Client ID and secret are
/// shown in full this once.
#[utoipa::path(post, path = "/service-accounts", operation_id = "create_service_account", tag = "service accounts", params(IdempotencyKey),
    request_body = CreateServiceAccount,
    responses((status = 201, description = "Created", body = CreatedAccountView, headers(("ETag" = String), ("Location" = String))), Creating))]
async fn create(State(app): State<App>, Bearer(caller): Bearer, request: New<CreateServiceAccount>) -> Answer {
    let once = request.once(&caller);
    let body = request.body;
    let new = NewAccount {
        name: body.name,
        description: body.description.unwrap_or_default(),
        subscription: body.subscription,
        applications: body.applications,
        roles: body.roles,
        token_lifetime: body.token_lifetime.unwrap_or(TokenLifetime::DEFAULT),
    };
    let view = |made: &_| CreatedAccountView::of(&app, made);
    let fresh = FreshSecret::of_new_credential(&app);
    make(&app, &caller, once, view, &account::Creation { new, fresh }).await
}

/// Read a service account
///
/// Needs `service_accounts:read`.
#[utoipa::path(get, path = "/service-accounts/{id}", operation_id = "read_service_account", tag = "service accounts", params(("id" = String, Path)),
    responses((status = 200, description = "As it is now", body = AccountView, headers(("ETag" = String))), Reading))]
async fn read(State(app): State<App>, Bearer(caller): Bearer, Id(id): Id<UserId>) -> Answer {
    let found = account::read(&app, &caller, id).await?;
    Ok(one(&AccountView::of(&found)?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditServiceAccount {
    #[schema(value_type = String, max_length = 140)]
    #[serde(default, deserialize_with = "given")]
    description: Option<Description>,
    /// All of the applications it may see.
    #[schema(value_type = Vec<String>, max_items = 50)]
    #[serde(default, deserialize_with = "given")]
    applications: Option<BTreeSet<ApplicationId>>,
    /// All of its roles.
    #[schema(value_type = Vec<String>, max_items = 20)]
    #[serde(default, deserialize_with = "given")]
    roles: Option<BTreeSet<RoleRef>>,
}

/// Change a service account's description, applications or roles
///
/// Needs `service_accounts:manage`, and everything that the account holds and is handed out. If something is taken away,
/// its tokens are dead at once. Name and token lifetime are fixed.
#[utoipa::path(patch, path = "/service-accounts/{id}", operation_id = "edit_service_account", tag = "service accounts", params(("id" = String, Path), IfMatch),
    request_body = EditServiceAccount,
    responses((status = 200, description = "As it is now", body = AccountView, headers(("ETag" = String))), Editing))]
async fn edit(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<UserId>,
    IfMatch(version): IfMatch,
    Edit(body): Edit<EditServiceAccount>,
) -> Answer {
    let changes = AccountChanges {
        description: body.description,
        applications: body.applications,
        roles: body.roles,
    };
    let edited = perform(&app, async || account::edit(&app, &caller, id, &changes, version).await).await?;
    Ok(one(&AccountView::of(&edited)?))
}

/// Delete a service account
///
/// Needs `service_accounts:manage`, and everything that the account's roles hold. For good; every credential and token is dead at once.
#[utoipa::path(delete, path = "/service-accounts/{id}", operation_id = "delete_service_account", tag = "service accounts", params(("id" = String, Path), IfMatch),
    responses((status = 204, description = "Deleted"), Deleting))]
async fn delete(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<UserId>,
    IfMatch(version): IfMatch,
) -> Answer {
    perform(&app, async || account::delete(&app, &caller, id, version).await).await?;
    Ok(gone())
}
