//! `/resources`: APIs, each an audience with its scopes.

use crate::answer::{Answer, List, gone, list, make, one};
use crate::endpoints::Endpoints;
use crate::openapi::{Creating, Deleting, Editing, IdempotencyKey, Listing, Reading};
use crate::request::{Bearer, Edit, Id, IfMatch, New, Query, given};
use crate::view::{ResourceView, ScopeView};
use axum::extract::State;
use regent::acts::perform;
use regent::acts::resource::{self, NamedScopes, NewResource, ResourceChanges};
use regent::app::App;
use regent::domain::{Audience, Name, ResourceId, SubscriptionId};
use serde::Deserialize;
use utoipa::ToSchema;

pub(crate) fn endpoints<E: Endpoints>(listed: E) -> E {
    listed
        .with(__path_find, find)
        .with(__path_create, create)
        .with(__path_read, read)
        .with(__path_edit, edit)
        .with(__path_delete, delete)
}

/// List the API resources of a subscription
#[utoipa::path(get, path = "/resources", operation_id = "list_resources", tag = "resources",
    params(("subscription" = Option<String>, Query, description = "Which one; may be left out where there is only one."), Query),
    responses((status = 200, description = "A page", body = List<ResourceView>), Listing))]
async fn find(State(app): State<App>, Bearer(caller): Bearer, query: Query) -> Answer {
    let subscription = query.one("subscription", SubscriptionId::parse)?;
    let paging = query.paging()?;
    let found = resource::list(&app, &caller, subscription).await?;
    let page = paging.page(found, |located| located.resource.id.to_string());
    Ok(list(page, |one| ResourceView::from(&one)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateResource {
    #[schema(value_type = String)]
    subscription: SubscriptionId,
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    name: Name<64>,
    /// What its tokens carry as `aud`: an absolute URI without fragment. Fixed at creation. It belongs to the organization for good.
    #[schema(value_type = String, format = "uri", max_length = 255)]
    audience: Audience,
    /// Their names have at most 2048 characters together, with a space between two: one token carries them all.
    #[schema(min_items = 1, max_items = 50)]
    scopes: Vec<ScopeView>,
    /// Whether tokens for it are issued and accepted.
    #[schema(default = true)]
    enabled: Option<bool>,
}

fn named(scopes: Vec<ScopeView>) -> NamedScopes {
    scopes
        .into_iter()
        .map(|scope| (scope.name, scope.description))
        .collect()
}

/// Create an API resource
///
/// Needs `settings:manage`. An audience that another subscription of the organization has or had is
/// only for a caller who is not limited to one subscription, and the scopes are then at most those that
/// are registered there. The first one of a subscription becomes its default.
#[utoipa::path(post, path = "/resources", operation_id = "create_resource", tag = "resources", params(IdempotencyKey),
    request_body = CreateResource,
    responses((status = 201, description = "Created", body = ResourceView, headers(("ETag" = String), ("Location" = String))), Creating))]
async fn create(State(app): State<App>, Bearer(caller): Bearer, request: New<CreateResource>) -> Answer {
    let once = request.once(&caller);
    let body = request.body;
    let new = NewResource {
        subscription: body.subscription,
        name: body.name,
        audience: body.audience,
        scopes: named(body.scopes),
        enabled: body.enabled.unwrap_or(true),
    };
    let view = |made: &_| Ok(ResourceView::from(made));
    make(&app, &caller, once, view, &new).await
}

/// Read an API resource
#[utoipa::path(get, path = "/resources/{id}", operation_id = "read_resource", tag = "resources", params(("id" = String, Path)),
    responses((status = 200, description = "As it is now", body = ResourceView, headers(("ETag" = String))), Reading))]
async fn read(State(app): State<App>, Bearer(caller): Bearer, Id(id): Id<ResourceId>) -> Answer {
    let found = resource::read(&app, &caller, id).await?;
    Ok(one(&ResourceView::from(&found)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditResource {
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    #[serde(default, deserialize_with = "given")]
    name: Option<Name<64>>,
    /// All of its scopes; their names have at most 2048 characters together. Tokens with one that is left out are dead at once.
    #[schema(value_type = Vec<ScopeView>, min_items = 1, max_items = 50)]
    #[serde(default, deserialize_with = "given")]
    scopes: Option<Vec<ScopeView>>,
    /// Whether tokens for it are issued and accepted.
    #[schema(value_type = bool)]
    #[serde(default, deserialize_with = "given")]
    enabled: Option<bool>,
}

/// Change an API resource
///
/// Needs `settings:manage`. Where another subscription had the audience first, the scopes are at most
/// those that are registered there.
#[utoipa::path(patch, path = "/resources/{id}", operation_id = "edit_resource", tag = "resources", params(("id" = String, Path), IfMatch),
    request_body = EditResource,
    responses((status = 200, description = "As it is now", body = ResourceView, headers(("ETag" = String))), Editing))]
async fn edit(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<ResourceId>,
    IfMatch(version): IfMatch,
    Edit(body): Edit<EditResource>,
) -> Answer {
    let changes = ResourceChanges {
        name: body.name,
        scopes: body.scopes.map(named),
        enabled: body.enabled,
    };
    let edited = perform(&app, async || {
        resource::edit(&app, &caller, id, &changes, version).await
    })
    .await?;
    Ok(one(&ResourceView::from(&edited)))
}

/// Delete an API resource
///
/// Needs `settings:manage`. Its tokens are dead at once. One that custom roles name stays: 409.
#[utoipa::path(delete, path = "/resources/{id}", operation_id = "delete_resource", tag = "resources", params(("id" = String, Path), IfMatch),
    responses((status = 204, description = "Deleted"), Deleting))]
async fn delete(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<ResourceId>,
    IfMatch(version): IfMatch,
) -> Answer {
    perform(&app, async || resource::delete(&app, &caller, id, version).await).await?;
    Ok(gone())
}
