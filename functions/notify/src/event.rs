//! An event as customers get it. `events/emitted/` has its schema and an example.
//!
//! Every event of the audit trail is told: the trail never holds a secret, and customers choose with
//! a rule on the bus. New members may come; what is there keeps its name and meaning as long as
//! `version` stays.

use regent::app::App;
use regent::domain::{Action, Actor, AuditEvent, Target};
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the envelope.
const VERSION: &str = "1";

/// The envelope.
#[derive(Serialize)]
pub(crate) struct Event<'a> {
    version: &'static str,
    /// The same whenever the same event comes again.
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    time: String,
    region: &'a str,
    organization: String,
    subscription: Option<String>,
    actor: &'a Actor,
    target: &'a Target,
    source_ip: Option<&'a str>,
    /// The request it was done with, as `x-request-id` named it.
    request_id: Option<&'a str>,
    /// Where a person sees to it, if somebody should.
    link: Option<String>,
    details: &'a BTreeMap<String, String>,
}

impl<'a> Event<'a> {
    pub(crate) fn of(event: &'a AuditEvent, app: &'a App) -> Self {
        Self {
            version: VERSION,
            id: event.id.to_string(),
            kind: event.action.as_str(),
            time: event.at.to_rfc3339(),
            region: app.config().region.as_str(),
            organization: event.organization.to_string(),
            subscription: event.subscription.map(|id| id.to_string()),
            actor: &event.actor,
            target: &event.target,
            source_ip: event.source_ip.as_deref(),
            request_id: event.request_id.as_deref(),
            link: (event.action == Action::ApprovalRequested).then(|| approval_link(app, &event.target)),
            details: &event.details,
        }
    }
}

/// The row of a request in the console: a page to sign in to, never a decision.
pub(crate) fn approval_link(app: &App, target: &Target) -> String {
    let page = app.config().issuer.at("/console/oauth-approvals");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if target.id.chars().all(is_plain) {
        format!("{page}#{}", target.id)
    } else {
        page
    }
}
