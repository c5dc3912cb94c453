//! The audit trail: list.

use super::Caller;
use crate::app::App;
use crate::domain::{AuditEvent, Error, Privilege};
use crate::store::{AuditFilter, Page, Paging};

/// Events of the organization, newest first. A caller limited to one subscription sees that
/// subscription's. A page may be short while it says that there is more.
pub async fn list(app: &App, caller: &Caller, filter: AuditFilter, paging: &Paging) -> Result<Page<AuditEvent>, Error> {
    caller.may(Privilege::AuditRead)?;
    if let Some(named) = filter.subscription {
        caller.reach(named)?;
    }
    let filter = AuditFilter {
        subscription: filter.subscription.or(caller.user().subscription()),
        ..filter
    };
    Ok(app
        .store()
        .audit_events(caller.organization().id, &filter, paging)
        .await?)
}
