//! What a user is and may do is changed; whoever loses access by it loses every session and token.

use super::{check_email, count_admins, held, record, type_of};
use crate::acts::account::loses_access;
use crate::acts::plan::check_version;
use crate::acts::{Caller, Plan};
use crate::app::App;
use crate::domain::{
    ActError, Action, Email, Error, Invalid, Name, Person, Privilege, RoleRef, ServiceAccount, SubscriptionId, User,
    UserId, UserKind, UserType,
};
use std::collections::BTreeSet;

/// What of a user is to change; an inner `None` lifts the limit to one subscription.
#[derive(Clone, Debug, Default)]
pub struct UserChanges {
    /// The name, of a person.
    pub name: Option<Name<64>>,
    /// The address, of a person: with another one, sessions and links sent before are void.
    pub email: Option<Email>,
    /// What kind of user.
    pub user_type: Option<UserType>,
    /// That the credentials of a service account may be destroyed.
    pub confirm_credential_loss: bool,
    /// The roles.
    pub roles: Option<BTreeSet<RoleRef>>,
    /// The subscription the roles are limited to.
    pub subscription: Option<Option<SubscriptionId>>,
}

/// Plans a change of somebody who holds no more than the caller does, neither before nor after. Whoever
/// loses access loses its tokens with it.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: UserId,
    changes: &UserChanges,
    if_match: Option<u64>,
) -> Result<Plan<User>, Error> {
    let before = held(app, caller, id).await?;
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
    rename(app, changes, &before, &mut after)?;
    let former = before.service();
    let moved = before.email != after.email;
    if former.is_some() || moved || loses_access(&before, &after, caller.organization()) || loses_reach(&before, &after)
    {
        after.epoch += 1;
    }
    after.version += 1;
    after.updated_at = app.now();
    let mut writes = vec![app.store().replace_user(&after)?];
    if moved {
        writes.extend(app.store().move_email(&before, &after.email)?);
    }
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
        ("email", after.email.to_string()),
    ];
    writes.push(record(app, caller, action, &after, details)?);
    Ok(Plan { value: after, writes })
}

/// Gives a person another name or address. Whoever has the address gets a new password sent to it,
/// and with it everything that the person holds: the caller holds as much.
fn rename(app: &App, changes: &UserChanges, before: &User, after: &mut User) -> Result<(), ActError> {
    if let Some(name) = &changes.name {
        after.name.clone_from(name);
    }
    if let Some(email) = changes.email.as_ref().filter(|email| **email != before.email) {
        check_email(app, email)?;
        after.email.clone_from(email);
    }
    Ok(())
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
    if changes.name.is_some() || changes.email.is_some() {
        let why = Invalid::new("must be changed at service-accounts: this user is a service account");
        let field = if changes.name.is_some() { "name" } else { "email" };
        ActError::field(field, why)
    } else if changes.roles.is_some() {
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
