//! Users: list, read, create people, change what a user is and may do, delete.
//!
//! Service accounts are users, too. They are created and given roles in `acts::account`; what is
//! here makes a person of one, which destroys its credentials (`edit`).

mod edit;

pub use edit::{UserChanges, edit};

use super::plan::{Act, check_version};
use super::{Caller, Plan, account, throttle};
use crate::app::App;
use crate::domain::{
    ActError, Action, Email, Error, Invalid, Name, Person, Privilege, RoleRef, SubscriptionId, User, UserId, UserKind,
    UserType,
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

/// A user that the caller may change: they hold no more than the caller does.
async fn held(app: &App, caller: &Caller, id: UserId) -> Result<User, Error> {
    check_caller(caller)?;
    let user = caller.user_of(app, id).await?;
    caller.cover_user(&user)?;
    Ok(user)
}

impl Act for NewPerson {
    type Checked = ();
    type Made = User;

    async fn check(&self, _: &App, caller: &Caller) -> Result<(), Error> {
        check_caller(caller)?;
        self.subscription.map_or(Ok(()), |id| caller.reach(id))?;
        Ok(caller.cover_roles(&self.roles)?)
    }

    async fn plan(&self, app: &App, caller: &Caller, (): ()) -> Result<Plan<User>, Error> {
        create(app, caller, self).await
    }
}

/// Plans a person, who is mailed an invitation. Signing in takes a password, which only the person sets.
async fn create(app: &App, caller: &Caller, new: &NewPerson) -> Result<Plan<User>, Error> {
    let seat = new.user_type.seat().ok_or_else(|| {
        let why =
            Invalid::new("must be licensed, sales or view_only; service accounts are created at service-accounts");
        ActError::field("user_type", why)
    })?;
    check_email(app, &new.email)?;
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
        grants_epoch: 0,
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
    writes.extend(throttle::invitation(app, user.organization, &user.email).await?);
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

/// Plans an invitation to somebody who has not set a password yet; the mail follows from the event.
/// Links that were sent before are void.
pub async fn invite(app: &App, caller: &Caller, id: UserId) -> Result<Plan<User>, Error> {
    let mut user = held(app, caller, id).await?;
    let why = match &user.kind {
        UserKind::Person(person) if person.password.is_none() => None,
        UserKind::Person(_) => {
            Some("must be of somebody who has no password yet; whoever has one can ask for a new one")
        }
        UserKind::Service(_) => Some("must be of a person: a service account does not sign in"),
    };
    if let Some(why) = why {
        return Err(ActError::field("id", Invalid::new(why)).into());
    }
    user.epoch += 1;
    let mut writes = vec![
        app.store().replace_user(&user)?,
        record(
            app,
            caller,
            Action::UserInvited,
            &user,
            [("email", user.email.to_string())],
        )?,
    ];
    writes.extend(throttle::invitation(app, user.organization, &user.email).await?);
    Ok(Plan { value: user, writes })
}

/// Plans a deletion: permanent, and every session and token is dead with it. Deleting a service
/// account here takes the privilege that it takes there.
pub async fn delete(app: &App, caller: &Caller, id: UserId, if_match: Option<u64>) -> Result<Plan<()>, Error> {
    let user = held(app, caller, id).await?;
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
