//! The audit trail: list; and the events of whoever runs the region.

use super::Caller;
use crate::app::App;
use crate::domain::{Action, Actor, ActorKind, AuditEvent, Error, EventId, OrganizationId, Privilege, Target};
use crate::store::{AuditFilter, Page, Paging};
use std::collections::BTreeMap;

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

/// Something that whoever runs the region did, without an account in it, to a target: its id and name.
pub(super) fn by_operator(
    app: &App,
    organization: OrganizationId,
    action: Action,
    (id, name): (String, &str),
) -> AuditEvent {
    AuditEvent {
        id: EventId::from_random(app.random()),
        organization,
        subscription: None,
        at: app.now(),
        actor: Actor {
            kind: ActorKind::System,
            id: None,
            name: "operator".to_owned(),
        },
        action,
        target: Target {
            id,
            name: name.to_owned(),
        },
        source_ip: None,
        request_id: None,
        details: BTreeMap::new(),
    }
}
