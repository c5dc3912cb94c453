//! `/audit-events`: who did what to what.

use crate::answer::{Answer, List, list};
use crate::endpoints::Endpoints;
use crate::openapi::Listing;
use crate::request::{Bearer, Query};
use crate::view::EventView;
use axum::extract::State;
use regent::acts::trail;
use regent::app::App;
use regent::domain::{Action, Invalid, SubscriptionId, Timestamp};
use regent::store::AuditFilter;

pub(crate) fn endpoints<E: Endpoints>(listed: E) -> E {
    listed.with(__path_find, find)
}

/// List audit events, newest first
///
/// Needs `audit:read`. They are kept for 400 days. A page may be shorter than `limit`, even empty,
/// while `next_cursor` says that there is more: filters are applied after a page is read.
#[utoipa::path(get, path = "/audit-events", operation_id = "list_audit_events", tag = "audit",
    params(
        ("since" = Option<String>, Query, description = "Not before this time (RFC 3339)."),
        ("until" = Option<String>, Query, description = "Not after this time (RFC 3339)."),
        ("actor" = Option<String>, Query, description = "By the user with this id or address."),
        ("target" = Option<String>, Query, description = "To what has this id or name."),
        ("action" = Option<String>, Query, description = "Such as `service_account.created`."),
        ("subscription" = Option<String>, Query, description = "In this subscription."),
        Query),
    responses((status = 200, description = "A page", body = List<EventView>), Listing))]
async fn find(State(app): State<App>, Bearer(caller): Bearer, query: Query) -> Answer {
    let text = |text: &str| Ok(text.to_owned());
    let filter = AuditFilter {
        since: query.one("since", time)?,
        until: query.one("until", time)?,
        actor: query.one("actor", text)?,
        target: query.one("target", text)?,
        action: query.one("action", Action::parse)?,
        subscription: query.one("subscription", SubscriptionId::parse)?,
    };
    let page = trail::list(&app, &caller, filter, &query.paging()?).await?;
    Ok(list(page, EventView::from))
}

/// Reads a time. A `+` that was not encoded has become a space.
fn time(text: &str) -> Result<Timestamp, Invalid> {
    Timestamp::parse_rfc3339(&text.replace(' ', "+"))
}
