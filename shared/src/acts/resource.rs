//! API resources of a subscription: list, read, create, edit, delete.
//!
//! No token is hunted down here: a verification reads the subscription, and refuses a token whose
//! resource is switched off, or that has lost a scope or the whole resource since it was issued
//! (`Withdrawals`). Switching on again is the only one of these that brings tokens back: a scope that
//! comes back comes back to the roles that still name it, and to new tokens. A resource that roles
//! name is not deleted. Which subscriptions may have the same audience is in `acts::audience`.

use super::plan::{Act, check_version};
use super::{Caller, Plan, audience, subscription};
use crate::app::App;
use crate::domain::{
    ActError, Action, ApiResource, Audience, Description, Error, FieldError, Invalid, Name, Privilege, ResourceId,
    Scope, Subscription, SubscriptionId, Withdrawals,
};
use crate::store::Write;
use std::collections::BTreeMap;

/// Scopes with words for people, as they were sent.
pub type NamedScopes = Vec<(Scope, Description)>;

/// What a new API resource is to be.
#[derive(Clone, Debug)]
pub struct NewResource {
    /// Where.
    pub subscription: SubscriptionId,
    /// Its name.
    pub name: Name<64>,
    /// What its tokens carry as `aud`. Fixed at creation.
    pub audience: Audience,
    /// Its scopes.
    pub scopes: NamedScopes,
    /// Whether tokens for it are issued and accepted.
    pub enabled: bool,
}

/// What of an API resource is to change.
#[derive(Clone, Debug, Default)]
pub struct ResourceChanges {
    /// Its name.
    pub name: Option<Name<64>>,
    /// Its scopes.
    pub scopes: Option<NamedScopes>,
    /// Whether tokens for it are issued and accepted.
    pub enabled: Option<bool>,
}

/// An API resource and where it is.
#[derive(Clone, Debug)]
pub struct Located {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The resource.
    pub resource: ApiResource,
}

/// The API resources of a subscription; the caller's only one unless one is named.
pub async fn list(app: &App, caller: &Caller, subscription: Option<SubscriptionId>) -> Result<Vec<Located>, Error> {
    let found = subscription::read(app, caller, caller.subscription(subscription)?).await?;
    let located = |resource| Located {
        subscription: found.id,
        resource,
    };
    Ok(found.resources.into_values().map(located).collect())
}

/// An API resource that the caller reaches.
pub async fn read(app: &App, caller: &Caller, id: ResourceId) -> Result<Located, Error> {
    let (subscription, resource) = find(app, caller, id).await?;
    Ok(Located {
        subscription: subscription.id,
        resource,
    })
}

async fn find(app: &App, caller: &Caller, id: ResourceId) -> Result<(Subscription, ApiResource), Error> {
    let mut reached = subscription::list(app, caller).await?.into_iter();
    let found = reached.find_map(|subscription| {
        let resource = subscription.resources.get(&id).cloned()?;
        Some((subscription, resource))
    });
    found.ok_or_else(|| ActError::NotFound.into())
}

impl Act for NewResource {
    type Checked = ();
    type Made = Located;

    async fn check(&self, _: &App, caller: &Caller) -> Result<(), Error> {
        caller.may(Privilege::SettingsManage)?;
        Ok(caller.reach(self.subscription)?)
    }

    async fn plan(&self, app: &App, caller: &Caller, (): ()) -> Result<Plan<Located>, Error> {
        create(app, caller, self).await
    }
}

/// Plans an API resource. The first one of a subscription becomes its default.
async fn create(app: &App, caller: &Caller, new: &NewResource) -> Result<Plan<Located>, Error> {
    let mut subscription = subscription::read(app, caller, new.subscription).await?;
    check_audience(app, &new.audience)?;
    if subscription.resource(&new.audience).is_some() {
        return Err(ActError::AudienceTaken.into());
    }
    if subscription.resources.len() >= Subscription::MAX_RESOURCES {
        return Err(ActError::LimitReached {
            what: "API resources",
            limit: Subscription::MAX_RESOURCES as u64,
        }
        .into());
    }
    let resource = ApiResource {
        id: ResourceId::from_random(app.random()),
        name: new.name.clone(),
        audience: new.audience.clone(),
        scopes: check_scopes(&new.scopes)?,
        enabled: new.enabled,
        withdrawals: Withdrawals::starting_at(subscription.withdrawals_base),
        created_at: app.now(),
        version: 1,
    };
    if subscription.resources.is_empty() {
        subscription.default_resource = Some(resource.id);
        subscription.version += 1;
    }
    let claim = audience::claim(app, caller, subscription.id, &resource.audience, &new.scopes).await?;
    let mut plan = put(app, caller, Action::ResourceCreated, subscription, resource)?;
    plan.writes.extend(claim);
    Ok(plan)
}

/// The region's own audiences are nobody's: a token for one of them would be believed there.
fn check_audience(app: &App, audience: &Audience) -> Result<(), ActError> {
    let issuer = app.config().issuer.as_str().to_ascii_lowercase();
    let audience = audience.as_str().to_ascii_lowercase();
    let own = audience
        .strip_prefix(&issuer)
        .is_some_and(|path| path.is_empty() || path.starts_with("/api/v1") || path.starts_with("/oauth"));
    if own {
        let why = Invalid::new("must not be an address of this authorization server");
        Err(ActError::field("audience", why))
    } else {
        Ok(())
    }
}

fn check_scopes(named: &NamedScopes) -> Result<BTreeMap<Scope, Description>, ActError> {
    let mut scopes = BTreeMap::new();
    for (index, (scope, words)) in named.iter().enumerate() {
        let refused = |why| {
            Err(ActError::Fields(vec![FieldError {
                pointer: format!("/scopes/{index}/name"),
                why,
            }]))
        };
        // Which API is meant would be unclear where a token request names none.
        if Privilege::parse(scope.as_str()).is_ok() {
            return refused(Invalid::new("must not be the name of a management privilege"));
        }
        if scopes.insert(scope.clone(), words.clone()).is_some() {
            return refused(Invalid::new("must not occur twice"));
        }
    }
    ApiResource::check_scopes(&scopes).map_err(|why| ActError::field("scopes", why))?;
    Ok(scopes)
}

/// Plans a change. Tokens with a scope that is left out are dead at once.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: ResourceId,
    changes: &ResourceChanges,
    if_match: Option<u64>,
) -> Result<Plan<Located>, Error> {
    caller.may(Privilege::SettingsManage)?;
    let (subscription, mut resource) = find(app, caller, id).await?;
    check_version(if_match, resource.version)?;
    if let Some(name) = &changes.name {
        resource.name = name.clone();
    }
    if let Some(scopes) = &changes.scopes {
        let (wanted, held) = (check_scopes(scopes)?, resource.scope_set());
        audience::check_scopes(app, caller, subscription.id, &resource.audience, scopes, &held).await?;
        resource.replace_scopes(wanted);
    }
    if let Some(enabled) = changes.enabled {
        resource.enabled = enabled;
    }
    resource.version += 1;
    put(app, caller, Action::ResourceEdited, subscription, resource)
}

/// Plans a deletion: its tokens are dead with it. One that custom roles name stays.
pub async fn delete(app: &App, caller: &Caller, id: ResourceId, if_match: Option<u64>) -> Result<Plan<()>, Error> {
    caller.may(Privilege::SettingsManage)?;
    let (mut subscription, resource) = find(app, caller, id).await?;
    check_version(if_match, resource.version)?;
    let organization = caller.organization_now(app).await?;
    if organization.roles.values().any(|role| role.scopes.contains_key(&id)) {
        return Err(ActError::InUse("roles").into());
    }
    subscription.remove_resource(id);
    let writes = vec![
        app.store().replace_subscription(&subscription)?,
        record(app, caller, Action::ResourceDeleted, &subscription, &resource)?,
    ];
    Ok(Plan { value: (), writes })
}

fn put(
    app: &App,
    caller: &Caller,
    action: Action,
    mut subscription: Subscription,
    resource: ApiResource,
) -> Result<Plan<Located>, Error> {
    subscription.resources.insert(resource.id, resource.clone());
    let scopes = subscription.resources.values().map(|resource| resource.scopes.len());
    if scopes.sum::<usize>() > Subscription::MAX_SCOPES {
        return Err(ActError::LimitReached {
            what: "scopes in the subscription",
            limit: Subscription::MAX_SCOPES as u64,
        }
        .into());
    }
    let writes = vec![
        app.store().replace_subscription(&subscription)?,
        record(app, caller, action, &subscription, &resource)?,
    ];
    let value = Located {
        subscription: subscription.id,
        resource,
    };
    Ok(Plan { value, writes })
}

fn record(
    app: &App,
    caller: &Caller,
    action: Action,
    subscription: &Subscription,
    resource: &ApiResource,
) -> Result<Write, Error> {
    let details = [
        ("audience", resource.audience.to_string()),
        ("enabled", resource.enabled.to_string()),
        ("scopes", resource.scope_set().to_string()),
    ];
    let target: (&dyn std::fmt::Display, &str) = (&resource.id, resource.name.as_str());
    let event = caller.event(app, action, target, Some(subscription.id), details);
    Ok(app.store().record(&event)?)
}
