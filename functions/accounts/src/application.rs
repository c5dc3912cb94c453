//! `/applications`: what service accounts may be allowed to see.

use crate::answer::{Answer, List, gone, list, make, one};
use crate::endpoints::Endpoints;
use crate::openapi::{Creating, Deleting, Editing, IdempotencyKey, Listing, Reading};
use crate::request::{Bearer, Edit, Id, IfMatch, New, Query, given};
use crate::view::ApplicationView;
use axum::extract::State;
use regent::acts::application::{self, ApplicationChanges, NewApplication};
use regent::acts::perform;
use regent::app::App;
use regent::domain::{ApplicationId, Name, SubscriptionId};
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

/// List the applications of a subscription
#[utoipa::path(get, path = "/applications", operation_id = "list_applications", tag = "applications",
    params(("subscription" = Option<String>, Query, description = "Which one; may be left out where there is only one."), Query),
    responses((status = 200, description = "A page", body = List<ApplicationView>), Listing))]
async fn find(State(app): State<App>, Bearer(caller): Bearer, query: Query) -> Answer {
    let subscription = query.one("subscription", SubscriptionId::parse)?;
    let page = application::list(&app, &caller, subscription, &query.paging()?).await?;
    Ok(list(page, |one| ApplicationView::from(&one)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateApplication {
    /// Unique in the subscription without regard to case.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    name: Name<64>,
    #[schema(value_type = String)]
    subscription: SubscriptionId,
}

/// Create an application
///
/// Needs `settings:manage`.
#[utoipa::path(post, path = "/applications", operation_id = "create_application", tag = "applications", params(IdempotencyKey),
    request_body = CreateApplication,
    responses((status = 201, description = "Created", body = ApplicationView, headers(("ETag" = String), ("Location" = String))), Creating))]
async fn create(State(app): State<App>, Bearer(caller): Bearer, request: New<CreateApplication>) -> Answer {
    let once = request.once(&caller);
    let new = NewApplication {
        name: request.body.name,
        subscription: request.body.subscription,
    };
    let view = |made: &_| Ok(ApplicationView::from(made));
    make(&app, &caller, once, view, &new).await
}

/// Read an application
#[utoipa::path(get, path = "/applications/{id}", operation_id = "read_application", tag = "applications", params(("id" = String, Path)),
    responses((status = 200, description = "As it is now", body = ApplicationView, headers(("ETag" = String))), Reading))]
async fn read(State(app): State<App>, Bearer(caller): Bearer, Id(id): Id<ApplicationId>) -> Answer {
    let found = application::read(&app, &caller, id).await?;
    Ok(one(&ApplicationView::from(&found)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditApplication {
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    #[serde(default, deserialize_with = "given")]
    name: Option<Name<64>>,
}

/// Rename an application
///
/// Needs `settings:manage`.
#[utoipa::path(patch, path = "/applications/{id}", operation_id = "edit_application", tag = "applications", params(("id" = String, Path), IfMatch),
    request_body = EditApplication,
    responses((status = 200, description = "As it is now", body = ApplicationView, headers(("ETag" = String))), Editing))]
async fn edit(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<ApplicationId>,
    IfMatch(version): IfMatch,
    Edit(body): Edit<EditApplication>,
) -> Answer {
    let changes = ApplicationChanges { name: body.name };
    let edited = perform(&app, async || {
        application::edit(&app, &caller, id, &changes, version).await
    })
    .await?;
    Ok(one(&ApplicationView::from(&edited)))
}

/// Delete an application
///
/// Needs `settings:manage`. One that service accounts list stays: 409.
#[utoipa::path(delete, path = "/applications/{id}", operation_id = "delete_application", tag = "applications", params(("id" = String, Path), IfMatch),
    responses((status = 204, description = "Deleted"), Deleting))]
async fn delete(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<ApplicationId>,
    IfMatch(version): IfMatch,
) -> Answer {
    perform(&app, async || application::delete(&app, &caller, id, version).await).await?;
    Ok(gone())
}
