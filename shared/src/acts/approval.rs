//! Approvals of redirect origins: people ask, admins decide.

use super::plan::check_version;
use super::{Caller, Plan, perform};
use crate::app::App;
use crate::domain::{
    ActError, Action, Approval, ApprovalId, ApprovalStatus, Client, Decision, Error, Gate, Invalid, Name,
    OrganizationId, Origin, Privilege, RedirectUri, Requester,
};
use crate::store::{Counted, Page, Paging};

/// The most requests of one person that may wait.
const PENDING_OF_ONE: usize = 10;
/// The most requests of an organization that may wait.
const PENDING: usize = 200;
/// The most origins an organization decides about.
const ORIGINS: usize = 1000;

/// A decision to make.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Approved or rejected; nothing becomes pending again.
    pub status: ApprovalStatus,
    /// Why, for the history.
    pub reason: Option<Name<500>>,
}

/// A decision that was made.
#[derive(Clone, Debug)]
pub struct Decided {
    /// As it is now.
    pub approval: Approval,
    /// How many live grants it ended, as far as they were counted.
    pub ended_grants: Counted,
}

/// How the organization stands to the origin of a redirect URI, now.
pub async fn gate(app: &App, organization: OrganizationId, origin: &Origin) -> Result<Gate, Error> {
    let approval = app.store().approval(organization, origin).await?;
    Ok(Gate::of(origin, approval.as_ref()))
}

/// A person asks for an origin. Of many requests for the same one the first is recorded and mailed,
/// the others join it, and a request for a decided one changes nothing.
pub async fn request(app: &App, caller: &Caller, client: &Client, uri: &RedirectUri) -> Result<Gate, Error> {
    let approval = perform(app, async || plan_request(app, caller, client, uri).await).await?;
    Ok(Gate::of(&uri.origin(), approval.as_ref()))
}

async fn plan_request(
    app: &App,
    caller: &Caller,
    client: &Client,
    uri: &RedirectUri,
) -> Result<Plan<Option<Approval>>, Error> {
    let (organization, origin) = (caller.organization().id, uri.origin());
    if !origin.is_approvable() {
        return Ok(Plan {
            value: None,
            writes: Vec::new(),
        });
    }
    let requester = Requester {
        user: caller.user().id,
        email: caller.user().email.to_string(),
        at: app.now(),
    };
    if let Some(mut approval) = app.store().approval(organization, &origin).await? {
        let mut writes = Vec::new();
        if approval.status == ApprovalStatus::Pending && approval.join(requester) {
            writes.push(app.store().replace_approval(&approval)?);
            writes.push(record(app, caller, Action::ApprovalJoined, &approval, [])?);
            writes.extend(app.store().keep_client(client, app.now())?);
        }
        return Ok(Plan {
            value: Some(approval),
            writes,
        });
    }
    check_room(&app.store().approvals(organization).await?, caller)?;
    let approval = Approval {
        organization,
        origin,
        redirect_uri: uri.without_query().to_owned(),
        client_name: client.name.to_string(),
        client_id: client.client_id.to_string(),
        status: ApprovalStatus::Pending,
        requesters: vec![requester],
        decisions: Vec::new(),
        epoch: 0,
        created_at: app.now(),
        version: 1,
        revision: 1,
    };
    let event = record(app, caller, Action::ApprovalRequested, &approval, [])?;
    let mut writes = vec![app.store().create_approval(&approval)?, event];
    // It waits for a decision, for longer than it would be kept unused.
    writes.extend(app.store().keep_client(client, app.now())?);
    Ok(Plan {
        value: Some(approval),
        writes,
    })
}

fn check_room(others: &[Approval], caller: &Caller) -> Result<(), ActError> {
    let pending = || {
        others
            .iter()
            .filter(|approval| approval.status == ApprovalStatus::Pending)
    };
    let own = pending()
        .filter(|approval| approval.was_requested_by(caller.user().id))
        .count();
    for (count, limit, what) in [
        (own, PENDING_OF_ONE, "requests of yours that wait for a decision"),
        (pending().count(), PENDING, "requests that wait for a decision"),
        (others.len(), ORIGINS, "redirect domains"),
    ] {
        if count >= limit {
            let limit = limit as u64;
            return Err(ActError::LimitReached { what, limit });
        }
    }
    Ok(())
}

/// The decisions of the caller's organization, those that wait first, the latest request first.
pub async fn list(
    app: &App,
    caller: &Caller,
    status: Option<ApprovalStatus>,
    paging: &Paging,
) -> Result<Page<Approval>, Error> {
    caller.may(Privilege::OauthApprovalsRead)?;
    caller.organization_wide()?;
    let mut all = app.store().approvals(caller.organization().id).await?;
    all.retain(|approval| status.is_none_or(|status| approval.status == status));
    let place = |approval: &Approval| {
        let decided = u8::from(approval.status != ApprovalStatus::Pending);
        let latest_first = i64::MAX - approval.created_at.millis();
        format!("{decided}{latest_first:019}{}", approval.origin)
    };
    Ok(paging.page(all, place))
}

/// One decision.
pub async fn read(app: &App, caller: &Caller, id: &ApprovalId) -> Result<Approval, Error> {
    caller.may(Privilege::OauthApprovalsRead)?;
    caller.organization_wide()?;
    of(app, caller, id).await
}

async fn of(app: &App, caller: &Caller, id: &ApprovalId) -> Result<Approval, Error> {
    let found = app.store().approval(caller.organization().id, &id.0).await?;
    found.ok_or_else(|| ActError::NotFound.into())
}

/// Decides. Of two that decide at once the second is told ([`ActError::VersionMismatch`]). Taking
/// an approval back ends every grant made through it with the same write, however many there are:
/// each hangs on the approval's epoch, and nothing is left to be done about them but to wait until
/// they are collected. They are counted afterwards, up to a limit.
pub async fn decide(
    app: &App,
    caller: &Caller,
    id: &ApprovalId,
    verdict: &Verdict,
    if_match: Option<u64>,
) -> Result<Decided, Error> {
    caller.may(Privilege::OauthApprovalsManage)?;
    caller.organization_wide()?;
    let seen = of(app, caller, id).await?;
    check_version(if_match, seen.version)?;
    let approval = perform(app, async || {
        plan_decision(app, caller, id, verdict, seen.version).await
    })
    .await?;
    let ended_grants = if approval.epoch == seen.epoch {
        Counted::default()
    } else {
        count(app, &approval, seen.epoch).await
    };
    Ok(Decided { approval, ended_grants })
}

/// How many grants a decision ended. The decision is made, and answered, whether or not that can be told.
async fn count(app: &App, approval: &Approval, epoch: u32) -> Counted {
    let store = app.store();
    let counted = store.grants_through(approval.organization, &approval.origin, epoch, app.now());
    counted.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the grants that ended are not counted");
        Counted { number: 0, more: true }
    })
}

async fn plan_decision(
    app: &App,
    caller: &Caller,
    id: &ApprovalId,
    verdict: &Verdict,
    seen: u64,
) -> Result<Plan<Approval>, Error> {
    let mut approval = of(app, caller, id).await?;
    check_version(Some(seen), approval.version)?;
    check_verdict(&approval, verdict)?;
    if approval.status == verdict.status && verdict.reason.is_none() {
        return Ok(Plan {
            value: approval,
            writes: Vec::new(),
        });
    }
    approval.decide(Decision {
        status: verdict.status,
        user: caller.user().id,
        email: caller.user().email.to_string(),
        at: app.now(),
        reason: verdict.reason.as_ref().map(ToString::to_string),
    });
    let action = match verdict.status {
        ApprovalStatus::Approved => Action::ApprovalApproved,
        ApprovalStatus::Rejected | ApprovalStatus::Pending => Action::ApprovalRejected,
    };
    let reason = verdict.reason.as_ref().map(|reason| ("reason", reason.to_string()));
    let recorded = record(app, caller, action, &approval, reason)?;
    let writes = vec![app.store().replace_approval(&approval)?, recorded];
    Ok(Plan {
        value: approval,
        writes,
    })
}

fn check_verdict(approval: &Approval, verdict: &Verdict) -> Result<(), ActError> {
    let refused = |why| Err(ActError::field("status", Invalid::new(why)));
    match verdict.status {
        ApprovalStatus::Pending => refused("must be approved or rejected"),
        ApprovalStatus::Approved if !approval.origin.is_approvable() => {
            refused("must not be approved: this domain is a public suffix, below which anybody gets a name")
        }
        ApprovalStatus::Approved | ApprovalStatus::Rejected => Ok(()),
    }
}

fn record(
    app: &App,
    caller: &Caller,
    action: Action,
    approval: &Approval,
    more: impl IntoIterator<Item = (&'static str, String)>,
) -> Result<crate::store::Write, Error> {
    let origin = approval.origin.to_string();
    let mut event = caller.event(app, action, (&approval.id(), &origin), None, []);
    let requester = approval.requesters.first().map(|first| first.email.clone());
    let facts = [
        ("origin", origin),
        ("redirect_uri", approval.redirect_uri.clone()),
        ("client_name", approval.client_name.clone()),
        ("client_id", approval.client_id.clone()),
        ("requester", requester.unwrap_or_default()),
    ];
    let details = facts.into_iter().chain(more);
    event
        .details
        .extend(details.map(|(name, value)| (name.to_owned(), value)));
    Ok(app.store().record(&event)?)
}
