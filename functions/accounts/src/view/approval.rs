//! Decisions about redirect domains as callers see them.

use crate::answer::View;
use regent::acts::approval::Decided;
use regent::domain::{Approval, Decision, Requester, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// A redirect domain, who asked for it, and what was decided.
#[derive(Serialize, ToSchema)]
#[schema(as = OauthApproval)]
pub(crate) struct ApprovalView {
    #[schema(example = "apr_aHR0cHM6Ly9hcHAuZXhhbXBsZS5jb20")]
    id: String,
    /// Scheme, host and port: what is decided about.
    #[schema(example = "https://app.example.com")]
    origin: String,
    /// The redirect URI of the first request, without its query.
    #[schema(example = "https://app.example.com/oauth/callback")]
    redirect_uri: String,
    /// `pending`, `approved` or `rejected`.
    #[schema(example = "pending")]
    status: &'static str,
    /// The client that asked first.
    client: ClientView,
    #[schema(format = DateTime)]
    requested_at: String,
    /// Who asked first.
    requested_by: Option<PersonView>,
    /// Everybody who asked, first one first; at most 20.
    requesters: Vec<RequesterView>,
    #[schema(format = DateTime)]
    reviewed_at: Option<String>,
    reviewed_by: Option<PersonView>,
    /// Why it was decided so, if the reviewer said.
    reason: Option<String>,
    /// Every decision, oldest first; the last 20.
    history: Vec<DecisionView>,
    /// Counts its decisions; the `ETag` is made from it.
    version: u64,
}

/// What a client called itself.
#[derive(Serialize, ToSchema)]
#[schema(as = RequestingClient)]
struct ClientView {
    client_id: String,
    name: String,
}

/// A user, who may be gone by now.
#[derive(Serialize, ToSchema)]
#[schema(as = Person)]
struct PersonView {
    #[schema(value_type = String)]
    id: UserId,
    email: String,
}

/// Somebody who asked.
#[derive(Serialize, ToSchema)]
#[schema(as = Requester)]
struct RequesterView {
    #[serde(flatten)]
    person: PersonView,
    #[schema(format = DateTime)]
    at: String,
}

/// A decision.
#[derive(Serialize, ToSchema)]
#[schema(as = Decision)]
struct DecisionView {
    /// `approved` or `rejected`.
    status: &'static str,
    by: PersonView,
    #[schema(format = DateTime)]
    at: String,
    reason: Option<String>,
}

/// A redirect domain after a decision.
#[derive(Serialize, ToSchema)]
#[schema(as = DecidedOauthApproval)]
pub(crate) struct DecidedView {
    #[serde(flatten)]
    approval: ApprovalView,
    /// How many live grants the decision ended; they are counted up to 1,000.
    ended_grants: usize,
    /// Whether it ended more than were counted.
    more_grants_ended: bool,
}

impl From<&Approval> for ApprovalView {
    fn from(approval: &Approval) -> Self {
        let decision = approval.decision();
        Self {
            id: approval.id().to_string(),
            origin: approval.origin.to_string(),
            redirect_uri: approval.redirect_uri.clone(),
            status: approval.status.as_str(),
            client: ClientView {
                client_id: approval.client_id.clone(),
                name: approval.client_name.clone(),
            },
            requested_at: approval.created_at.to_rfc3339(),
            requested_by: approval.requesters.first().map(person_of),
            requesters: approval.requesters.iter().map(RequesterView::from).collect(),
            reviewed_at: decision.map(|decision| decision.at.to_rfc3339()),
            reviewed_by: decision.map(reviewer_of),
            reason: decision.and_then(|decision| decision.reason.clone()),
            history: approval.decisions.iter().map(DecisionView::from).collect(),
            version: approval.version,
        }
    }
}

fn person_of(requester: &Requester) -> PersonView {
    PersonView {
        id: requester.user,
        email: requester.email.clone(),
    }
}

fn reviewer_of(decision: &Decision) -> PersonView {
    PersonView {
        id: decision.user,
        email: decision.email.clone(),
    }
}

impl From<&Requester> for RequesterView {
    fn from(requester: &Requester) -> Self {
        Self {
            person: person_of(requester),
            at: requester.at.to_rfc3339(),
        }
    }
}

impl From<&Decision> for DecisionView {
    fn from(decision: &Decision) -> Self {
        Self {
            status: decision.status.as_str(),
            by: reviewer_of(decision),
            at: decision.at.to_rfc3339(),
            reason: decision.reason.clone(),
        }
    }
}

impl From<&Decided> for DecidedView {
    fn from(decided: &Decided) -> Self {
        Self {
            approval: ApprovalView::from(&decided.approval),
            ended_grants: decided.ended_grants.number,
            more_grants_ended: decided.ended_grants.more,
        }
    }
}

impl View for ApprovalView {
    fn version(&self) -> u64 {
        self.version
    }
}

impl View for DecidedView {
    fn version(&self) -> u64 {
        self.approval.version
    }
}
