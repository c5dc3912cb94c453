//! The audit trail: written with what it tells of, read newest first.

use super::Store;
use super::item::{Item, expiring, value};
use super::key::Key;
use super::list::{Page, Paging, Range};
use super::write::{Lost, Write};
use crate::domain::{Action, AuditEvent, OrganizationId, Seconds, SubscriptionId, Timestamp, Unavailable};

/// How long an event is kept: 400 days.
const LIFETIME: Seconds = Seconds(400 * 86_400);

/// Which events to list.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Not before.
    pub since: Option<Timestamp>,
    /// Not after.
    pub until: Option<Timestamp>,
    /// By this user id or name.
    pub actor: Option<String>,
    /// To this id or name.
    pub target: Option<String>,
    /// Of this kind.
    pub action: Option<Action>,
    /// In this subscription.
    pub subscription: Option<SubscriptionId>,
}

/// The event of a row as the table's stream shows it.
pub fn audit_event(image: serde_dynamo::Item) -> Result<AuditEvent, Unavailable> {
    value("audit", Item::from(image))
}

impl AuditFilter {
    fn admits(&self, event: &AuditEvent) -> bool {
        let names = |wanted: &Option<String>, id: Option<String>, name: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| Some(wanted) == id.as_ref() || wanted == name)
        };
        names(&self.actor, event.actor.id.map(|id| id.to_string()), &event.actor.name)
            && names(&self.target, Some(event.target.id.clone()), &event.target.name)
            && self.action.is_none_or(|action| action == event.action)
            && self
                .subscription
                .is_none_or(|subscription| event.subscription == Some(subscription))
    }
}

impl Store {
    /// Writes an event with what it tells of.
    pub fn record(&self, event: &AuditEvent) -> Result<Write, Unavailable> {
        let item = expiring(&Key::audit(event), "audit", event, event.at.plus(LIFETIME))?;
        Write::create(self, item, Lost::Changed)
    }

    /// Events of an organization, newest first. A page may be short while a cursor says there is
    /// more: the filter is applied after reading, and a page is not read for without end.
    pub async fn audit_events(
        &self,
        organization: OrganizationId,
        filter: &AuditFilter,
        paging: &Paging,
    ) -> Result<Page<AuditEvent>, Unavailable> {
        let from = Key::audit_from(filter.since.unwrap_or(Timestamp::from_millis(0)));
        let to = filter.until.map_or_else(
            || "~".to_owned(),
            |until| Key::audit_from(Timestamp::from_millis(until.millis() + 1)),
        );
        let range = Range {
            pk: format!("AUDIT#{organization}"),
            from,
            to,
            newest_first: true,
        };
        self.list(&range, paging, "audit", |event: &AuditEvent| filter.admits(event))
            .await
    }
}
