//! `/subscriptions`: those the caller reaches, and their settings.

use crate::answer::{Answer, List, list, one};
use crate::endpoints::Endpoints;
use crate::openapi::{Editing, Listing, Reading};
use crate::request::{Bearer, Edit, Id, IfMatch, Query, given};
use crate::view::SubscriptionView;
use axum::extract::State;
use regent::acts::perform;
use regent::acts::subscription::{self, SubscriptionChanges};
use regent::app::App;
use regent::domain::{Name, ResourceId, SubscriptionId};
use serde::Deserialize;
use utoipa::ToSchema;

pub(crate) fn endpoints<E: Endpoints>(listed: E) -> E {
    listed
        .with(__path_find, find)
        .with(__path_read, read)
        .with(__path_edit, edit)
}

/// List subscriptions
#[utoipa::path(get, path = "/subscriptions", operation_id = "list_subscriptions", tag = "subscriptions", params(Query),
    responses((status = 200, description = "A page", body = List<SubscriptionView>), Listing))]
async fn find(State(app): State<App>, Bearer(caller): Bearer, query: Query) -> Answer {
    let paging = query.paging()?;
    let page = paging.page(subscription::list(&app, &caller).await?, |one| one.id.to_string());
    Ok(list(page, |one| SubscriptionView::from(&one)))
}

/// Read a subscription
#[utoipa::path(get, path = "/subscriptions/{id}", operation_id = "read_subscription", tag = "subscriptions", params(("id" = String, Path)),
    responses((status = 200, description = "As it is now", body = SubscriptionView, headers(("ETag" = String))), Reading))]
async fn read(State(app): State<App>, Bearer(caller): Bearer, Id(id): Id<SubscriptionId>) -> Answer {
    let found = subscription::read(&app, &caller, id).await?;
    Ok(one(&SubscriptionView::from(&found)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditSubscription {
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    #[serde(default, deserialize_with = "given")]
    name: Option<Name<64>>,
    /// Whether service accounts are part of the plan. Off: no token is issued or accepted.
    #[schema(value_type = bool)]
    #[serde(default, deserialize_with = "given")]
    service_accounts_enabled: Option<bool>,
    /// The most service accounts it may have. Fewer than there are keeps those that are there.
    #[schema(value_type = u32, minimum = 1, maximum = 10_000)]
    #[serde(default, deserialize_with = "given")]
    service_account_limit: Option<u32>,
    /// The API resource that a token is for when the request names none; null for none.
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "given")]
    #[expect(clippy::option_option, reason = "left out, null and a value are three things")]
    default_resource: Option<Option<ResourceId>>,
}

/// Change a subscription's settings
///
/// Needs `settings:manage`.
#[utoipa::path(patch, path = "/subscriptions/{id}", operation_id = "edit_subscription", tag = "subscriptions", params(("id" = String, Path), IfMatch),
    request_body = EditSubscription,
    responses((status = 200, description = "As it is now", body = SubscriptionView, headers(("ETag" = String))), Editing))]
async fn edit(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<SubscriptionId>,
    IfMatch(version): IfMatch,
    Edit(body): Edit<EditSubscription>,
) -> Answer {
    let changes = SubscriptionChanges {
        name: body.name,
        service_accounts_enabled: body.service_accounts_enabled,
        service_account_limit: body.service_account_limit,
        default_resource: body.default_resource,
    };
    let edited = perform(&app, async || {
        subscription::edit(&app, &caller, id, &changes, version).await
    })
    .await?;
    Ok(one(&SubscriptionView::from(&edited)))
}
