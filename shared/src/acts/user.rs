//! Users: list, read, create people, change what a user is and may do, delete.
//!
//! Service accounts are users, too. They are created and given roles in `acts::account`; what is
//! here makes a person of one, which destroys its credentials.

use super::account::loses_access;
use super::plan::check_version;
use super::{Caller, Plan, account};
use crate::app::App;
use crate::domain::{
    ActError, Action, Email, Error, Invalid, Name, Person, Privilege, RoleRef, ServiceAccount, SubscriptionId, User,
    UserId, UserKind, UserType,
};
use crate::store::{Page, Paging, Write};
use std::collections::BTreeSet;

/// What a new person is to be.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The name.
    pub name: Name<64>,
    /// The address; unique in the region.
    pub email: Email,
    /// What kind of user.
    pub user_type: UserType,
    /// The roles.
    pub roles: BTreeSet<RoleRef>,
    /// The subscription the roles are limited to; all of them if none.
    pub subscription: Option<SubscriptionId>,
}

/// What of a user is to change; an inner `None` lifts the limit to one subscription.
#[derive(Clone, Debug, Default)]
pub struct UserChanges {
    /// What kind of user.
    pub user_type: Option<UserType>,
    /// That the credentials of a service account may be destroyed.
    pub confirm_credential_loss: bool,
    /// The roles.
    pub roles: Option<BTreeSet<RoleRef>>,
    /// The subscription the roles are limited to.
    pub subscription: Option<Option<SubscriptionId>>,
}

/// Users of the organization that the caller reaches. A page may be short while it says that there
/// is more.
pub async fn list(app: &App, caller: &Caller, paging: &Paging) -> Result<Page<User>, Error> {
    caller.may(Privilege::UsersRead)?;
    let mut page = app.store().members(caller.organization().id, paging).await?;
    page.items
        .retain(|user| user.subscription().is_none_or(|id| caller.reach(id).is_ok()));
    Ok(page)
}

/// A user that the caller reaches.
pub async fn read(app: &App, caller: &Caller, id: UserId) -> Result<User, Error> {
    caller.may(Privilege::UsersRead)?;
    caller.user_of(app, id).await
}

fn check_caller(caller: &Caller) -> Result<(), ActError> {
    caller.may(Privilege::UsersManage)?;
    caller.organization_wide()
}

/// Plans a person. Signing in takes a password, which only the person sets.
pub fn create(app: &App, caller: &Caller, new: &NewPerson) -> Result<Plan<User>, Error> {
    check_caller(caller)?;
    let seat = new.user_type.seat().ok_or_else(|| {
        let why =
            Invalid::new("must be licensed, sales or view_only; service accounts are created at service-accounts");
        ActError::field("user_type", why)
    })?;
    check_email(app, &new.email)?;
    new.subscription.map_or(Ok(()), |id| caller.reach(id))?;
    caller.hand_out(&new.roles, &BTreeSet::new())?;
    let person = Person {
        seat,
        subscription: new.subscription,
        password: None,
    };
    let user = User {
        id: UserId::from_random(app.random()),
        organization: caller.organization().id,
        name: new.name.clone(),
        email: new.email.clone(),
        roles: new.roles.clone(),
        kind: UserKind::Person(person),
        epoch: 0,
        created_at: app.now(),
        updated_at: app.now(),
        version: 1,
        revision: 1,
    };
    let mut writes = app.store().create_user(&user)?;
    writes.extend(count_admins(app, false, &user)?);
    writes.push(record(
        app,
        caller,
        Action::UserCreated,
        &user,
        [("user_type", type_of(&user))],
    )?);
    Ok(Plan { value: user, writes })
}

/// Addresses of this region's host are for service accounts, of whatever organization.
fn check_email(app: &App, email: &Email) -> Result<(), ActError> {
    let host = app.config().issuer.host();
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let domain = email.as_str().split_once('@').map_or("", |(_, domain)| domain);
    if domain == host || domain.ends_with(&format!(".{host}")) {
        let why = Invalid::new("must not be an address of this region's service accounts");
        Err(ActError::field("email", why))
    } else {
        Ok(())
    }
}

/// Plans a change. Whoever loses access loses its tokens with it.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: UserId,
    changes: &UserChanges,
    if_match: Option<u64>,
) -> Result<Plan<User>, Error> {
    check_caller(caller)?;
    let before = caller.user_of(app, id).await?;
    check_version(if_match, before.version)?;
    let mut after = before.clone();
    after.kind = match &before.kind {
        UserKind::Person(person) => of_person(person, changes)?,
        UserKind::Service(account) => of_service_account(caller, account, changes)?,
    };
    if let Some(roles) = &changes.roles {
        after.roles.clone_from(roles);
    }
    check_handing_out(caller, &before, &after)?;
    let former = before.service();
    if former.is_some() || loses_access(&before, &after, caller.organization()) || loses_reach(&before, &after) {
        after.epoch += 1;
    }
    after.version += 1;
    after.updated_at = app.now();
    let mut writes = vec![app.store().replace_user(&after)?];
    if let Some(account) = former {
        writes.extend(app.store().release_account(&before, account.subscription)?);
    }
    writes.extend(count_admins(app, before.is_organization_admin(), &after)?);
    let action = if before.user_type() == after.user_type() {
        Action::UserEdited
    } else {
        Action::UserTypeChanged
    };
    let roles: Vec<_> = after.roles.iter().map(ToString::to_string).collect();
    let details = [
        ("from", type_of(&before)),
        ("to", type_of(&after)),
        ("roles", roles.join(" ")),
    ];
    writes.push(record(app, caller, action, &after, details)?);
    Ok(Plan { value: after, writes })
}

fn of_person(person: &Person, changes: &UserChanges) -> Result<UserKind, ActError> {
    let seat = match changes.user_type {
        None => person.seat,
        Some(wanted) => wanted.seat().ok_or_else(|| {
            let why = Invalid::new(
                "must not be service: a person does not become a service account; create one at service-accounts",
            );
            ActError::field("user_type", why)
        })?,
    };
    Ok(UserKind::Person(Person {
        seat,
        subscription: changes.subscription.unwrap_or(person.subscription),
        password: person.password.clone(),
    }))
}

/// Makes a person of a service account: its credentials are gone with it, at once and for good.
fn of_service_account(caller: &Caller, account: &ServiceAccount, changes: &UserChanges) -> Result<UserKind, ActError> {
    let Some(seat) = changes.user_type.and_then(UserType::seat) else {
        return Err(untouched(changes));
    };
    caller.may(Privilege::ServiceAccountsManage)?;
    if !changes.confirm_credential_loss {
        return Err(ActError::ConfirmationNeeded(account.credentials.len()));
    }
    Ok(UserKind::Person(Person {
        seat,
        subscription: changes.subscription.unwrap_or(Some(account.subscription)),
        password: None,
    }))
}

/// Why a service account that stays one is not changed here.
fn untouched(changes: &UserChanges) -> ActError {
    if changes.roles.is_some() {
        let why = Invalid::new("must be changed at service-accounts: this user is a service account");
        ActError::field("roles", why)
    } else if changes.subscription.is_some() {
        let why = Invalid::new("must not change: a service account stays in its subscription");
        ActError::field("subscription", why)
    } else {
        let why = Invalid::new("must be licensed, sales or view_only: this user is a service account");
        ActError::field("user_type", why)
    }
}

/// New roles are handed out; with a wider or another reach, all of them are.
fn check_handing_out(caller: &Caller, before: &User, after: &User) -> Result<(), ActError> {
    let moved = before.subscription() != after.subscription();
    if let Some(subscription) = after.subscription().filter(|_| moved) {
        caller.reach(subscription)?;
    }
    let held = if moved && before.subscription().is_some() {
        BTreeSet::new()
    } else {
        before.roles.clone()
    };
    caller.hand_out(&after.roles, &held)
}

fn loses_reach(before: &User, after: &User) -> bool {
    after.subscription().is_some() && before.subscription() != after.subscription()
}

/// Plans a deletion: permanent, and every session and token is dead with it. Deleting a service
/// account here takes the privilege that it takes there.
pub async fn delete(app: &App, caller: &Caller, id: UserId, if_match: Option<u64>) -> Result<Plan<()>, Error> {
    check_caller(caller)?;
    let user = caller.user_of(app, id).await?;
    if user.service().is_some() {
        return account::delete(app, caller, id, if_match).await;
    }
    check_version(if_match, user.version)?;
    let mut writes = app.store().delete_user(&user)?;
    if user.is_organization_admin() {
        writes.push(app.store().count_admin(user.organization, -1)?);
    }
    writes.push(record(
        app,
        caller,
        Action::UserDeleted,
        &user,
        [("user_type", type_of(&user))],
    )?);
    Ok(Plan { value: (), writes })
}

/// Counts a user who became an organization admin, or is none any more.
fn count_admins(app: &App, was: bool, after: &User) -> Result<Option<Write>, Error> {
    let by = match (was, after.is_organization_admin()) {
        (false, true) => 1,
        (true, false) => -1,
        (true, true) | (false, false) => return Ok(None),
    };
    Ok(Some(app.store().count_admin(after.organization, by)?))
}

fn type_of(user: &User) -> String {
    user.user_type().as_str().to_owned()
}

fn record<const N: usize>(
    app: &App,
    caller: &Caller,
    action: Action,
    user: &User,
    details: [(&str, String); N],
) -> Result<Write, Error> {
    let target: (&dyn std::fmt::Display, &str) = (&user.id, user.name.as_str());
    let event = caller.event(app, action, target, user.subscription(), details);
    Ok(app.store().record(&event)?)
}
