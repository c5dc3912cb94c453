//! Everything that an organization's people and programs hold, revoked: for the day on which
//! something leaked and nobody knows what.

use super::Caller;
use super::trail::by_operator;
use crate::app::App;
use crate::domain::{ActError, Action, AuditEvent, Error, OrganizationId, Privilege, UserId};
use crate::store::{Paging, Write};

/// Revokes every token, session and grant of the caller's organization, the caller's own included, and
/// says how many people and service accounts that were. Secrets and passwords stay: whoever holds one
/// can begin anew. Not one write, but two calls of the table for a hundred users, so that some ten
/// thousands fit a request. One that was cut off is repeated from the beginning; whoever runs the region
/// has no limit. What is issued while it runs may outlive it, so repeat it once the leak is closed.
pub async fn revoke_everything(app: &App, caller: &Caller, id: OrganizationId) -> Result<usize, Error> {
    may_revoke_everything(caller)?;
    let own = super::organization::read(caller, id)?;
    let event = caller.event(app, Action::OrganizationRevoked, (&id, own.name.as_str()), None, []);
    revoke(app, id, &event).await
}

/// Refuses a caller who could not end each of these things by itself: it ends what organization admins
/// hold, too.
pub fn may_revoke_everything(caller: &Caller) -> Result<(), ActError> {
    caller.may(Privilege::SettingsManage)?;
    caller.may(Privilege::UsersManage)?;
    caller.may(Privilege::ServiceAccountsManage)?;
    caller.cover_everybody()
}

/// Revokes the same by the hand of whoever runs the region.
pub async fn revoke_as_operator(app: &App, id: OrganizationId) -> Result<usize, Error> {
    let organization = app.store().organization(id).await?.ok_or(ActError::NotFound)?;
    let target = (id.to_string(), organization.name.as_str());
    let event = by_operator(app, id, Action::OrganizationRevoked, target);
    revoke(app, id, &event).await
}

/// A page of members at a time, each in one transaction that reads none of them. Nothing is done to a
/// single grant: all of a person's hang on the person.
async fn revoke(app: &App, id: OrganizationId, event: &AuditEvent) -> Result<usize, Error> {
    // First, so that a revocation that was cut off has left its trace.
    let trace = app.store().record(event)?;
    app.store().commit(&[trace]).await?.ok();
    let (mut revoked, mut paging) = (0, Some(Paging::FIRST));
    while let Some(page) = paging {
        let members = app.store().member_ids(id, &page).await?;
        paging = Paging::next(&members);
        revoked += end_everything(app, &members.items).await?;
    }
    Ok(revoked)
}

/// How many of a page there were whose tokens and grants could end. One by one if somebody was deleted
/// meanwhile.
async fn end_everything(app: &App, users: &[UserId]) -> Result<usize, Error> {
    let writes: Result<Vec<Write>, _> = users.iter().map(|id| app.store().end_everything(*id)).collect();
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
