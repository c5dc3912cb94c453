//! `/oauth-approvals`: the organization's decisions about redirect domains.

use crate::answer::{Answer, List, list, one};
use crate::endpoints::Endpoints;
use crate::openapi::{Editing, Listing, Reading};
use crate::request::{Bearer, Edit, Id, IfMatch, Query, given};
use crate::view::{ApprovalView, DecidedView};
use axum::extract::State;
use regent::acts::approval::{self, Verdict};
use regent::app::App;
use regent::domain::{ApprovalId, ApprovalStatus, Name};
use serde::Deserialize;
use utoipa::ToSchema;

pub(crate) fn endpoints<E: Endpoints>(listed: E) -> E {
    listed
        .with(__path_find, find)
        .with(__path_read, read)
        .with(__path_decide, decide)
}

/// List redirect domains, those that wait for a decision first
///
/// Needs `oauth_approvals:read` in the whole organization.
#[utoipa::path(get, path = "/oauth-approvals", operation_id = "list_oauth_approvals", tag = "oauth approvals",
    params(("status" = Option<String>, Query, description = "`pending`, `approved` or `rejected`; all of them if left out."), Query),
    responses((status = 200, description = "A page", body = List<ApprovalView>), Listing))]
async fn find(State(app): State<App>, Bearer(caller): Bearer, query: Query) -> Answer {
    let status = query.one("status", ApprovalStatus::parse)?;
    let page = approval::list(&app, &caller, status, &query.paging()?).await?;
    Ok(list(page, |one| ApprovalView::from(&one)))
}

/// Read the decision about a redirect domain
///
/// Needs `oauth_approvals:read` in the whole organization.
#[utoipa::path(get, path = "/oauth-approvals/{id}", operation_id = "read_oauth_approval", tag = "oauth approvals", params(("id" = String, Path)),
    responses((status = 200, description = "As it is now", body = ApprovalView, headers(("ETag" = String))), Reading))]
async fn read(State(app): State<App>, Bearer(caller): Bearer, Id(id): Id<ApprovalId>) -> Answer {
    let found = approval::read(&app, &caller, &id).await?;
    Ok(one(&ApprovalView::from(&found)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decide {
    /// `approved` or `rejected`; earlier decisions can be changed.
    #[schema(value_type = String, example = "approved")]
    status: ApprovalStatus,
    /// Why, for the history.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    #[serde(default, deserialize_with = "given")]
    reason: Option<Name<500>>,
}

/// Approve or reject a redirect domain
///
/// Needs `oauth_approvals:manage` in the whole organization. Approved: every redirect URI of exactly
/// this origin is accepted, for any client of the organization. Rejecting an approved one ends every
/// grant made through it at once and for good, however many; `ended_grants` says how many, up to 1,000,
/// and `more_grants_ended` whether there were more. Of two decisions at the same time one is made and
/// the other gets 412.
#[utoipa::path(patch, path = "/oauth-approvals/{id}", operation_id = "decide_oauth_approval", tag = "oauth approvals", params(("id" = String, Path), IfMatch),
    request_body = Decide,
    responses((status = 200, description = "As it is now", body = DecidedView, headers(("ETag" = String))), Editing))]
async fn decide(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<ApprovalId>,
    IfMatch(version): IfMatch,
    Edit(body): Edit<Decide>,
) -> Answer {
    let verdict = Verdict {
        status: body.status,
        reason: body.reason,
    };
    let decided = approval::decide(&app, &caller, &id, &verdict, version).await?;
    Ok(one(&DecidedView::from(&decided)))
}
