//! Roles: list, read, create, edit, delete. Built-in roles are the same everywhere.

use super::holder;
use super::plan::{Act, check_version};
use super::{Caller, Plan, perform, subscription};
use crate::app::App;
use crate::domain::{
    ActError, Action, BuiltinRole, Error, Grants, Invalid, Name, Organization, Privilege, ResourceId, Role, RoleId,
    RoleRef, Scope, Scopes, UserId,
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

/// Changes a role that holds no more than the caller does, neither before nor after. If that takes something away, the tokens of whoever holds it are dead when this
/// returns: those of the first ninety with the change itself, the others right after.
/// Should that be cut short, the same edit again ends all of them once more, from the beginning: a
/// request has seconds for some ten thousand holders.
pub async fn edit(
    app: &App,
    caller: &Caller,
    role: RoleRef,
    changes: &RoleChanges,
    if_match: Option<u64>,
) -> Result<Role, Error> {
    check_caller(caller)?;
    let id = custom(role)?;
    let (after, ended) = perform(app, async || {
        let organization = caller.organization_now(app).await?;
        let before = organization.roles.get(&id).ok_or(ActError::NotFound)?.clone();
        caller.cover(&Grants::from(&before))?;
        check_version(if_match, before.version)?;
        let after = changed(app, caller, &before, changes).await?;
        let ended = losers(app, caller, &before, &after, changes).await?;
        let mut writes = put(app, caller, Action::RoleEdited, organization, &after)?;
        writes.extend(holder::endings(app, ended.iter().flatten())?);
        Ok(Plan {
            value: (after, ended),
            writes,
        })
    })
    .await?;
    if let Some(ended) = ended {
        // Those who did not fit, and those who got the role while it was still what it was.
        let holders = holder::of(app, caller.organization().id, id).await?;
        holder::end_tokens(app, holders.difference(&ended)).await?;
    }
    Ok(after)
}

/// The first of those who lose something; `None` if nobody does. An edit that changes nothing may
/// be one that was cut short: where the holders are too many for one transaction, it goes on.
async fn losers(
    app: &App,
    caller: &Caller,
    before: &Role,
    after: &Role,
    changes: &RoleChanges,
) -> Result<Option<BTreeSet<UserId>>, Error> {
    let (was, is) = (Grants::from(before), Grants::from(after));
    let again = is == was && (changes.privileges.is_some() || changes.scopes.is_some());
    if is.cover(&was) && !again {
        return Ok(None);
    }
    let holders = holder::of(app, caller.organization().id, before.id).await?;
    if again && holders.len() <= holder::AT_ONCE {
        return Ok(None);
    }
    Ok(Some(holders.into_iter().take(holder::AT_ONCE).collect()))
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
