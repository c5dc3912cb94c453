//! Whoever holds a role, and what becomes of their tokens when the role loses something.

use crate::app::App;
use crate::domain::{OrganizationId, RoleId, RoleRef, Unavailable, User, UserId};
use crate::store::{Paging, Write};
use std::collections::BTreeSet;

/// How many holders' tokens end in the transaction of the change itself. DynamoDB takes 100 writes.
pub(super) const AT_ONCE: usize = 90;

/// The users with a role of whom something is so.
pub(super) async fn of(
    app: &App,
    organization: OrganizationId,
    role: RoleId,
    is_so: impl Fn(&User) -> bool,
) -> Result<BTreeSet<UserId>, Unavailable> {
    let role = RoleRef::Custom(role);
    let mut holders = BTreeSet::new();
    let mut paging = Some(Paging::FIRST);
    while let Some(this) = paging {
        let page = app.store().members(organization, &this).await?;
        let holding = page
            .items
            .iter()
            .filter(|user| user.roles.contains(&role) && is_so(user));
        holders.extend(holding.map(|user| user.id));
        paging = Paging::next(&page);
    }
    Ok(holders)
}

/// Whether anybody has a role. Reads until somebody does.
pub(super) async fn is_held(app: &App, organization: OrganizationId, role: RoleId) -> Result<bool, Unavailable> {
    let role = RoleRef::Custom(role);
    let mut paging = Some(Paging::FIRST);
    while let Some(this) = paging {
        let page = app.store().members(organization, &this).await?;
        if page.items.iter().any(|user| user.roles.contains(&role)) {
            return Ok(true);
        }
        paging = Paging::next(&page);
    }
    Ok(false)
}

/// The writes that end users' tokens.
pub(super) fn endings<'a>(app: &App, users: impl Iterator<Item = &'a UserId>) -> Result<Vec<Write>, Unavailable> {
    users.map(|id| app.store().end_tokens(*id)).collect()
}

/// Ends users' tokens, many at a time. A user who is gone has none left.
pub(super) async fn end_tokens(app: &App, users: impl Iterator<Item = &UserId>) -> Result<(), Unavailable> {
    for writes in endings(app, users)?.chunks(AT_ONCE) {
        if app.store().commit(writes).await?.is_err() {
            // One of them is gone, and the others were left alone with it.
            for write in writes {
                app.store().commit(std::slice::from_ref(write)).await?.ok();
            }
        }
    }
    Ok(())
}
