//! Roles: list, read, create, edit, delete. Built-in roles are the same everywhere.

use super::holder;
use super::plan::{Act, check_version};
use super::{Caller, Plan, perform, subscription};
use crate::app::App;
use crate::domain::{
    ActError, Action, BuiltinRole, Error, Grants, Invalid, Name, Organization, Privilege, ResourceId, Role, RoleId,
    RoleRef, Scope, Scopes, User, UserId,
};
use crate::store::Write;
use std::collections::{BTreeMap, BTreeSet};

/// Scopes by API resource, as they were sent.
pub type RoleScopes = Vec<(ResourceId, Scopes)>;

/// What a new role is to be.
#[derive(Clone, Debug)]
pub struct NewRole {
    /// Its name, unique in the organization without regard to case.
    pub name: Name<64>,
    /// What it may do in the management API.
    pub privileges: BTreeSet<Privilege>,
    /// What it may do at API resources.
    pub scopes: RoleScopes,
}

/// What of a role is to change.
#[derive(Clone, Debug, Default)]
pub struct RoleChanges {
    /// Its name.
    pub name: Option<Name<64>>,
    /// What it may do in the management API.
    pub privileges: Option<BTreeSet<Privilege>>,
    /// What it may do at API resources.
    pub scopes: Option<RoleScopes>,
}

/// A custom role of the caller's organization.
pub fn read(caller: &Caller, id: RoleId) -> Result<&Role, ActError> {
    caller.organization().roles.get(&id).ok_or(ActError::NotFound)
}

fn check_caller(caller: &Caller) -> Result<(), ActError> {
    caller.may(Privilege::RolesManage)?;
    caller.organization_wide()
}

/// The role that a change is about: a custom one.
fn custom(role: RoleRef) -> Result<RoleId, ActError> {
    match role {
        RoleRef::Custom(id) => Ok(id),
        RoleRef::Builtin(_) => Err(ActError::BuiltinRole),
    }
}

impl Act for NewRole {
    type Checked = ();
    type Made = Role;

    async fn check(&self, _: &App, caller: &Caller) -> Result<(), Error> {
        check_caller(caller)?;
        Ok(caller.cover(&Grants::holding(self.privileges.clone(), self.scopes.clone()))?)
    }

    async fn plan(&self, app: &App, caller: &Caller, (): ()) -> Result<Plan<Role>, Error> {
        create(app, caller, self).await
    }
}

/// Plans a role.
async fn create(app: &App, caller: &Caller, new: &NewRole) -> Result<Plan<Role>, Error> {
    let organization = caller.organization_now(app).await?;
    if organization.roles.len() >= Organization::MAX_ROLES {
        return Err(ActError::LimitReached {
            what: "roles",
            limit: Organization::MAX_ROLES as u64,
        }
        .into());
    }
    let role = Role {
        id: RoleId::from_random(app.random()),
        name: new.name.clone(),
        privileges: new.privileges.clone(),
        scopes: check_scopes(app, caller, &new.scopes, &BTreeMap::new()).await?,
        created_at: app.now(),
        version: 1,
    };
    let writes = put(app, caller, Action::RoleCreated, organization, &role)?;
    Ok(Plan { value: role, writes })
}

/// Changes a role that holds no more than the caller does, neither before nor after. Whoever has the role
/// and loses something by it, which their other roles do not grant, has no good token when this returns:
/// the first ninety with the change itself, the others right after. Should that be cut short, the same
/// edit again by whoever holds everything ends the tokens of all who have the role, from the beginning:
/// a request has seconds for some ten thousand of them.
pub async fn edit(
    app: &App,
    caller: &Caller,
    role: RoleRef,
    changes: &RoleChanges,
    if_match: Option<u64>,
) -> Result<Role, Error> {
    check_caller(caller)?;
    let id = custom(role)?;
    let (after, lost) = perform(app, async || {
        let organization = caller.organization_now(app).await?;
        let before = organization.roles.get(&id).ok_or(ActError::NotFound)?.clone();
        caller.cover(&Grants::from(&before))?;
        check_version(if_match, before.version)?;
        let after = changed(app, caller, &before, changes).await?;
        let mut writes = put(app, caller, Action::RoleEdited, organization.clone(), &after)?;
        let lost = Loss::of(caller, organization, &after, changes);
        let first: BTreeSet<UserId> = match &lost {
            Some(lost) => lost.losers(app).await?.into_iter().take(holder::AT_ONCE).collect(),
            None => BTreeSet::new(),
        };
        writes.extend(holder::endings(app, first.iter())?);
        Ok(Plan {
            value: (after, lost.map(|lost| (lost, first))),
            writes,
        })
    })
    .await?;
    if let Some((lost, first)) = lost {
        // Those who did not fit, and those who got the role while it was still what it was.
        let losers = lost.losers(app).await?;
        holder::end_tokens(app, losers.difference(&first)).await?;
    }
    Ok(after)
}

/// What a role loses.
struct Loss {
    role: RoleId,
    before: Organization,
    after: Organization,
    /// Nothing is lost now: an edit that was cut short is done again.
    again: bool,
}

impl Loss {
    /// `None` if nothing is lost. An edit that changes nothing may be one that was cut short; it ends the
    /// tokens of people who lose nothing, so it takes whoever holds as much as all of them.
    fn of(caller: &Caller, before: Organization, role: &Role, changes: &RoleChanges) -> Option<Self> {
        let was = before.roles.get(&role.id).map(Grants::from).unwrap_or_default();
        let is = Grants::from(role);
        let named = changes.privileges.is_some() || changes.scopes.is_some();
        let again = is == was && named && caller.cover_everybody().is_ok();
        let mut after = before.clone();
        after.roles.insert(role.id, role.clone());
        (again || !is.cover(&was)).then_some(Self {
            role: role.id,
            before,
            after,
            again,
        })
    }

    /// Whose tokens must end: what their other roles grant, they do not lose. Where an edit is done again,
    /// so few as fit the change itself were ended with it.
    async fn losers(&self, app: &App) -> Result<BTreeSet<UserId>, Error> {
        let is_one = |user: &User| self.again || !user.grants(&self.after).cover(&user.grants(&self.before));
        let losers = holder::of(app, self.before.id, self.role, is_one).await?;
        if self.again && losers.len() <= holder::AT_ONCE {
            return Ok(BTreeSet::new());
        }
        Ok(losers)
    }
}

async fn changed(app: &App, caller: &Caller, before: &Role, changes: &RoleChanges) -> Result<Role, Error> {
    let mut after = before.clone();
    if let Some(name) = &changes.name {
        after.name = name.clone();
    }
    if let Some(privileges) = &changes.privileges {
        after.privileges.clone_from(privileges);
    }
    if let Some(scopes) = &changes.scopes {
        after.scopes = check_scopes(app, caller, scopes, &before.scopes).await?;
    }
    after.version += 1;
    Ok(after)
}

/// Plans a deletion. A role that users have stays, and so does one that holds more than the caller.
pub async fn delete(app: &App, caller: &Caller, role: RoleRef, if_match: Option<u64>) -> Result<Plan<()>, Error> {
    check_caller(caller)?;
    let id = custom(role)?;
    let mut organization = caller.organization_now(app).await?;
    let gone = organization.roles.remove(&id).ok_or(ActError::NotFound)?;
    caller.cover(&Grants::from(&gone))?;
    check_version(if_match, gone.version)?;
    if holder::is_held(app, organization.id, id).await? {
        return Err(ActError::InUse("users").into());
    }
    let writes = vec![
        app.store().replace_organization(&organization)?,
        record(app, caller, Action::RoleDeleted, &gone)?,
    ];
    Ok(Plan { value: (), writes })
}

/// The organization with the role in it, if the caller may hand out as much and its name is free.
fn put(
    app: &App,
    caller: &Caller,
    action: Action,
    mut organization: Organization,
    role: &Role,
) -> Result<Vec<Write>, Error> {
    caller.cover(&Grants::from(role))?;
    let folded = role.name.folded();
    let others = organization.roles.values().filter(|other| other.id != role.id);
    let builtin = BuiltinRole::ALL.iter().map(|builtin| builtin.title().to_lowercase());
    if others
        .map(|other| other.name.folded())
        .chain(builtin)
        .any(|taken| taken == folded)
    {
        return Err(ActError::NameTaken.into());
    }
    organization.roles.insert(role.id, role.clone());
    Ok(vec![
        app.store().replace_organization(&organization)?,
        record(app, caller, action, role)?,
    ])
}

fn record(app: &App, caller: &Caller, action: Action, role: &Role) -> Result<Write, Error> {
    let privileges: Vec<_> = role.privileges.iter().map(|privilege| privilege.as_str()).collect();
    let scopes: Vec<_> = role
        .scopes
        .iter()
        .map(|(at, scopes)| format!("{at}: {scopes}"))
        .collect();
    let details = [("privileges", privileges.join(" ")), ("scopes", scopes.join("; "))];
    let target: (&dyn std::fmt::Display, &str) = (&role.id, role.name.as_str());
    Ok(app.store().record(&caller.event(app, action, target, None, details))?)
}

/// Refuses scopes that no API resource of the organization offers, except those `held` already:
/// their resource may have stopped offering them since.
async fn check_scopes(
    app: &App,
    caller: &Caller,
    wanted: &RoleScopes,
    held: &BTreeMap<ResourceId, Scopes>,
) -> Result<BTreeMap<ResourceId, Scopes>, Error> {
    let mut resources = BTreeMap::new();
    if !wanted.is_empty() {
        for subscription in subscription::list(app, caller).await? {
            resources.extend(subscription.resources);
        }
    }
    let mut checked = BTreeMap::new();
    for (index, (id, scopes)) in wanted.iter().enumerate() {
        let refused = |field: &str, why| ActError::field(&format!("scopes/{index}/{field}"), Invalid::new(why));
        let Some(resource) = resources.get(id) else {
            return Err(refused("resource", "must be an API resource of this organization").into());
        };
        let kept = held.get(id);
        let known =
            |scope: &Scope| resource.scopes.contains_key(scope) || kept.is_some_and(|kept| kept.contains(scope));
        if !scopes.iter().all(known) {
            return Err(refused("scopes", "must be scopes of this API resource").into());
        }
        if checked.insert(*id, scopes.clone()).is_some() {
            return Err(refused("resource", "must not occur twice").into());
        }
    }
    checked.retain(|_, scopes: &mut Scopes| !scopes.is_empty());
    if checked.values().map(|scopes| scopes.iter().count()).sum::<usize>() > Role::MAX_SCOPES {
        let why = Invalid::because(format!("must be at most {} scopes", Role::MAX_SCOPES));
        return Err(ActError::field("scopes", why).into());
    }
    Ok(checked)
}
