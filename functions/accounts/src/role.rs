//! `/roles`: the built-in ones and the organization's own.

use crate::answer::{Answer, List, gone, list, make, one};
use crate::endpoints::Endpoints;
use crate::openapi::{Creating, Deleting, Editing, IdempotencyKey, Listing, Reading};
use crate::request::{Bearer, Edit, Id, IfMatch, New, Query, given};
use crate::view::{RoleScopesView, RoleView};
use axum::extract::State;
use regent::acts::perform;
use regent::acts::role::{self, NewRole, RoleChanges, RoleScopes};
use regent::app::App;
use regent::domain::{BuiltinRole, Name, Privilege, RoleRef};
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

/// List roles
///
/// Built-in roles first.
#[utoipa::path(get, path = "/roles", operation_id = "list_roles", tag = "roles", params(Query),
    responses((status = 200, description = "A page", body = List<RoleView>), Listing))]
async fn find(Bearer(caller): Bearer, query: Query) -> Answer {
    let builtin = BuiltinRole::ALL.into_iter().map(RoleView::from);
    let custom = caller.organization().roles.values().map(RoleView::from);
    let page = query.paging()?.page(builtin.chain(custom).collect(), RoleView::place);
    Ok(list(page, |role| role))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateRole {
    /// Unique in the organization without regard to case.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    name: Name<64>,
    /// What it may do in the management API.
    #[schema(value_type = Vec<String>, example = json!(["service_accounts:read"]))]
    #[serde(default)]
    privileges: BTreeSet<Privilege>,
    /// What it may do at API resources; at most 50 scopes.
    #[serde(default)]
    scopes: Vec<RoleScopesView>,
}

fn by_resource(scopes: Vec<RoleScopesView>) -> RoleScopes {
    let scopes = scopes.into_iter();
    scopes
        .map(|at| (at.resource, at.scopes.into_iter().collect()))
        .collect()
}

/// Create a role
///
/// Needs `roles:manage` in the whole organization, and everything that the role is to hold.
#[utoipa::path(post, path = "/roles", operation_id = "create_role", tag = "roles", params(IdempotencyKey),
    request_body = CreateRole,
    responses((status = 201, description = "Created", body = RoleView, headers(("ETag" = String), ("Location" = String))), Creating))]
async fn create(State(app): State<App>, Bearer(caller): Bearer, request: New<CreateRole>) -> Answer {
    let once = request.once(&caller);
    let new = NewRole {
        name: request.body.name,
        privileges: request.body.privileges,
        scopes: by_resource(request.body.scopes),
    };
    let view = |made: &_| Ok(RoleView::from(made));
    make(&app, &caller, once, view, &new).await
}

/// Read a role
#[utoipa::path(get, path = "/roles/{id}", operation_id = "read_role", tag = "roles", params(("id" = String, Path)),
    responses((status = 200, description = "As it is now", body = RoleView, headers(("ETag" = String))), Reading))]
async fn read(Bearer(caller): Bearer, Id(id): Id<RoleRef>) -> Answer {
    let view = match id {
        RoleRef::Builtin(role) => RoleView::from(role),
        RoleRef::Custom(id) => RoleView::from(role::read(&caller, id)?),
    };
    Ok(one(&view))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditRole {
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    #[serde(default, deserialize_with = "given")]
    name: Option<Name<64>>,
    /// All that it may do in the management API.
    #[schema(value_type = Vec<String>)]
    #[serde(default, deserialize_with = "given")]
    privileges: Option<BTreeSet<Privilege>>,
    /// All that it may do at API resources.
    #[schema(value_type = Vec<RoleScopesView>)]
    #[serde(default, deserialize_with = "given")]
    scopes: Option<Vec<RoleScopesView>>,
}

/// Change a role
///
/// Needs `roles:manage` in the whole organization, and everything that the role holds and is to hold. If
/// something is taken away, the tokens of whoever has the role are dead at once. An answer that
/// did not come is worth another try: the same edit again finishes what was cut short.
#[utoipa::path(patch, path = "/roles/{id}", operation_id = "edit_role", tag = "roles", params(("id" = String, Path), IfMatch),
    request_body = EditRole,
    responses((status = 200, description = "As it is now", body = RoleView, headers(("ETag" = String))), Editing))]
async fn edit(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<RoleRef>,
    IfMatch(version): IfMatch,
    Edit(body): Edit<EditRole>,
) -> Answer {
    let changes = RoleChanges {
        name: body.name,
        privileges: body.privileges,
        scopes: body.scopes.map(by_resource),
    };
    let edited = role::edit(&app, &caller, id, &changes, version).await?;
    Ok(one(&RoleView::from(&edited)))
}

/// Delete a role
///
/// Needs `roles:manage` in the whole organization, and everything that the role holds. One that users have stays: 409.
#[utoipa::path(delete, path = "/roles/{id}", operation_id = "delete_role", tag = "roles", params(("id" = String, Path), IfMatch),
    responses((status = 204, description = "Deleted"), Deleting))]
async fn delete(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<RoleRef>,
    IfMatch(version): IfMatch,
) -> Answer {
    perform(&app, async || role::delete(&app, &caller, id, version).await).await?;
    Ok(gone())
}
