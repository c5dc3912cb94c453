//! Everything that an organization's people and programs hold, revoked: for the day on which
//! something leaked and nobody knows what.

use super::Caller;
use super::trail::by_operator;
use crate::app::App;
use crate::domain::{ActError, Action, AuditEvent, Error, GrantEnd, OrganizationId, Privilege, User};
use crate::store::{Paging, Write};

/// What was revoked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Revoked {
    /// People and service accounts: all their tokens, all their sessions.
    pub users: usize,
    /// What people had allowed apps: refresh tokens, too.
    pub grants: usize,
}

/// Revokes every token, session and grant of the caller's organization, the caller's own included.
/// Secrets and passwords stay: whoever holds one can begin anew. Not one write, but safe to repeat;
/// what is issued while it runs may outlive it, so repeat it once the leak is closed.
pub async fn revoke_everything(app: &App, caller: &Caller, id: OrganizationId) -> Result<Revoked, Error> {
    may_revoke_everything(caller)?;
    let own = super::organization::read(caller, id)?;
    let event = caller.event(app, Action::OrganizationRevoked, (&id, own.name.as_str()), None, []);
    revoke(app, id, &event).await
}

/// Refuses a caller who could not end each of these things by itself.
pub fn may_revoke_everything(caller: &Caller) -> Result<(), ActError> {
    caller.may(Privilege::SettingsManage)?;
    caller.may(Privilege::UsersManage)?;
    caller.may(Privilege::ServiceAccountsManage)?;
    caller.organization_wide()
}

/// Revokes the same by the hand of whoever runs the region.
pub async fn revoke_as_operator(app: &App, id: OrganizationId) -> Result<Revoked, Error> {
    let organization = app.store().organization(id).await?.ok_or(ActError::NotFound)?;
    let target = (id.to_string(), organization.name.as_str());
    let event = by_operator(app, id, Action::OrganizationRevoked, target);
    revoke(app, id, &event).await
}

async fn revoke(app: &App, id: OrganizationId, event: &AuditEvent) -> Result<Revoked, Error> {
    // First, so that a revocation that was cut off has left its trace.
    let trace = app.store().record(event)?;
    app.store().commit(&[trace]).await?.ok();
    let mut revoked = Revoked::default();
    let mut paging = Some(Paging::FIRST);
    while let Some(page) = paging {
        let members = app.store().members(id, &page).await?;
        paging = Paging::next(&members);
        // The tokens first: codes die with them, and none can become a grant that was not seen.
        revoked.users += end_tokens(app, &members.items).await?;
        for user in &members.items {
            revoked.grants += end_grants(app, user).await?;
        }
    }
    Ok(revoked)
}

/// How many of a page there were whose tokens could end. All in one transaction, because there may be
/// thousands and a function has seconds; one by one if somebody was deleted meanwhile.
async fn end_tokens(app: &App, users: &[User]) -> Result<usize, Error> {
    let writes: Result<Vec<Write>, _> = users.iter().map(|user| app.store().end_tokens(user.id)).collect();
    let writes = writes?;
    if app.store().commit(&writes).await?.is_ok() {
        return Ok(writes.len());
    }
    let mut ended = 0;
    for write in writes {
        ended += usize::from(app.store().commit(&[write]).await?.is_ok());
    }
    Ok(ended)
}

async fn end_grants(app: &App, user: &User) -> Result<usize, Error> {
    let (mut ended, mut paging) = (0, user.service().is_none().then_some(Paging::FIRST));
    while let Some(page) = paging {
        let grants = app.store().grants(user.id, &page).await?;
        paging = Paging::next(&grants);
        for grant in grants.items.iter().filter(|grant| grant.is_live(app.now())) {
            let writes = app.store().end_grant(grant, GrantEnd::Revoked)?;
            ended += usize::from(app.store().commit(&writes).await?.is_ok());
        }
    }
    Ok(ended)
}
