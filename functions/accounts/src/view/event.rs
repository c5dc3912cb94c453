//! Audit events as callers see them.

use regent::domain::{ActorKind, AuditEvent, EventId, OrganizationId, SubscriptionId, UserId};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Who did what to what, when, from where.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub(crate) struct EventView {
    #[schema(value_type = String, example = "evt_0123456789ab")]
    id: EventId,
    #[schema(value_type = String)]
    organization: OrganizationId,
    /// The subscription it happened in, if in one.
    #[schema(value_type = Option<String>)]
    subscription: Option<SubscriptionId>,
    #[schema(format = DateTime)]
    at: String,
    actor: ActorView,
    #[schema(example = "service_account.created")]
    action: &'static str,
    target: TargetView,
    /// The address it was done from.
    source_ip: Option<String>,
    /// The request it was done with, as `x-request-id` named it.
    request_id: Option<String>,
    /// More facts; never a secret.
    details: BTreeMap<String, String>,
}

/// Who acted.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditActor)]
struct ActorView {
    /// `person`, `integration` or `system`.
    #[schema(value_type = String, example = "person")]
    kind: ActorKind,
    #[schema(value_type = Option<String>)]
    id: Option<UserId>,
    name: String,
}

/// What was acted upon.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditTarget)]
struct TargetView {
    id: String,
    /// Its name at that time.
    name: String,
}

impl From<AuditEvent> for EventView {
    fn from(event: AuditEvent) -> Self {
        Self {
            id: event.id,
            organization: event.organization,
            subscription: event.subscription,
            at: event.at.to_rfc3339(),
            actor: ActorView {
                kind: event.actor.kind,
                id: event.actor.id,
                name: event.actor.name,
            },
            action: event.action.as_str(),
            target: TargetView {
                id: event.target.id,
                name: event.target.name,
            },
            source_ip: event.source_ip,
            request_id: event.request_id,
            details: event.details,
        }
    }
}
