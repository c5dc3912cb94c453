//! `/organizations`: there is one, the caller's.

use crate::answer::{Answer, List, list, one};
use crate::endpoints::Endpoints;
use crate::openapi::{Editing, Listing, Reading};
use crate::request::{Bearer, Edit, Id, IfMatch, Query, given};
use crate::view::OrganizationView;
use axum::extract::State;
use http::StatusCode;
use regent::acts::organization::{self, OrganizationChanges};
use regent::acts::{perform, revoke_everything};
use regent::app::App;
use regent::domain::{Name, OrganizationId};
use regent::web::json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) fn endpoints<E: Endpoints>(listed: E) -> E {
    listed
        .with(__path_find, find)
        .with(__path_read, read)
        .with(__path_edit, edit)
        .with(__path_revoke, revoke)
}

/// List the caller's organization
#[utoipa::path(get, path = "/organizations", operation_id = "list_organizations", tag = "organizations", params(Query),
    responses((status = 200, description = "A page", body = List<OrganizationView>), Listing))]
async fn find(Bearer(caller): Bearer, query: Query) -> Answer {
    let page = query
        .paging()?
        .page(vec![caller.organization()], |own| own.id.to_string());
    Ok(list(page, OrganizationView::from))
}

/// Read the caller's organization
#[utoipa::path(get, path = "/organizations/{id}", operation_id = "read_organization", tag = "organizations", params(("id" = String, Path)),
    responses((status = 200, description = "As it is now", body = OrganizationView, headers(("ETag" = String))), Reading))]
async fn read(Bearer(caller): Bearer, Id(id): Id<OrganizationId>) -> Answer {
    Ok(one(&OrganizationView::from(organization::read(&caller, id)?)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditOrganization {
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    #[serde(default, deserialize_with = "given")]
    name: Option<Name<64>>,
    /// Whether its people may use apps that registered themselves (RFC 7591). Off: none of them gets a code or a token any more.
    #[schema(value_type = bool)]
    #[serde(default, deserialize_with = "given")]
    dynamic_registration_enabled: Option<bool>,
    /// Whether its people may use apps that publish a Client ID Metadata Document. Off: none of them gets a code or a token any more.
    #[schema(value_type = bool)]
    #[serde(default, deserialize_with = "given")]
    metadata_documents_enabled: Option<bool>,
}

/// Change the caller's organization
///
/// Needs `settings:manage` in the whole organization.
#[utoipa::path(patch, path = "/organizations/{id}", operation_id = "edit_organization", tag = "organizations", params(("id" = String, Path), IfMatch),
    request_body = EditOrganization,
    responses((status = 200, description = "As it is now", body = OrganizationView, headers(("ETag" = String))), Editing))]
async fn edit(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<OrganizationId>,
    IfMatch(version): IfMatch,
    Edit(body): Edit<EditOrganization>,
) -> Answer {
    let changes = OrganizationChanges {
        name: body.name,
        dynamic_registration_enabled: body.dynamic_registration_enabled,
        metadata_documents_enabled: body.metadata_documents_enabled,
    };
    let edited = perform(&app, async || {
        organization::edit(&app, &caller, id, &changes, version).await
    })
    .await?;
    Ok(one(&OrganizationView::from(&edited)))
}

#[derive(Serialize, ToSchema)]
struct RevokedView {
    /// People and service accounts whose tokens, sessions and connected apps have ended.
    users: usize,
}

/// Revoke every token, session and grant of the organization
///
/// The caller's own included. Secrets and passwords stay. Safe to repeat. Needs `settings:manage`,
/// `users:manage` and `service_accounts:manage` in the whole organization, and everything else that an
/// organization admin holds.
#[utoipa::path(post, path = "/organizations/{id}/revoke", operation_id = "revoke_organization", tag = "organizations", params(("id" = String, Path)),
    responses((status = 200, description = "What was revoked", body = RevokedView), Reading))]
async fn revoke(State(app): State<App>, Bearer(caller): Bearer, Id(id): Id<OrganizationId>) -> Answer {
    let users = revoke_everything(&app, &caller, id).await?;
    Ok(json(StatusCode::OK, &RevokedView { users }))
}
