//! Subscriptions: list, read, change their settings.

use super::plan::check_version;
use super::{Caller, Plan};
use crate::app::App;
use crate::domain::{ActError, Action, Error, Invalid, Name, Privilege, ResourceId, Subscription, SubscriptionId};

/// What of a subscription is to change; an inner `None` leaves it without a default resource.
#[derive(Clone, Debug, Default)]
pub struct SubscriptionChanges {
    /// Its name.
    pub name: Option<Name<64>>,
    /// Whether the plan includes service accounts. Off: no token is issued or accepted.
    pub service_accounts_enabled: Option<bool>,
    /// The most service accounts it may have: 1 to [`Subscription::MAX_SERVICE_ACCOUNTS`]. Less
    /// than there are keeps those that are there.
    pub service_account_limit: Option<u32>,
    /// What a token is for when the request names no resource.
    pub default_resource: Option<Option<ResourceId>>,
}

/// The subscriptions that the caller reaches.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Subscription>, Error> {
    let mut found = Vec::new();
    for ids in caller.subscriptions().chunks(100) {
        found.extend(app.store().subscriptions(ids).await?);
    }
    Ok(found)
}

/// A subscription that the caller reaches.
pub async fn read(app: &App, caller: &Caller, id: SubscriptionId) -> Result<Subscription, Error> {
    caller.reach(id)?;
    let found = app.store().subscription(id).await?;
    found.ok_or_else(|| ActError::NotFound.into())
}

/// Plans a change.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: SubscriptionId,
    changes: &SubscriptionChanges,
    if_match: Option<u64>,
) -> Result<Plan<Subscription>, Error> {
    caller.may(Privilege::SettingsManage)?;
    let before = read(app, caller, id).await?;
    check_version(if_match, before.version)?;
    let after = changed(&before, changes)?;
    let event = caller.event(
        app,
        Action::SubscriptionEdited,
        (&id, after.name.as_str()),
        Some(id),
        [
            ("service_accounts_enabled", after.service_accounts_enabled.to_string()),
            ("service_account_limit", after.service_account_limit.to_string()),
        ],
    );
    let mut writes = vec![app.store().replace_subscription(&after)?, app.store().record(&event)?];
    if after.name != before.name {
        // The organization knows its subscriptions by name.
        let mut organization = caller.organization_now(app).await?;
        organization.subscriptions.insert(id, after.name.clone());
        writes.push(app.store().replace_organization(&organization)?);
    }
    Ok(Plan { value: after, writes })
}

fn changed(before: &Subscription, changes: &SubscriptionChanges) -> Result<Subscription, ActError> {
    let mut after = before.clone();
    if let Some(name) = &changes.name {
        after.name = name.clone();
    }
    if let Some(enabled) = changes.service_accounts_enabled {
        after.service_accounts_enabled = enabled;
    }
    if let Some(limit) = changes.service_account_limit {
        let most = Subscription::MAX_SERVICE_ACCOUNTS;
        if !(1..=most).contains(&limit) {
            let why = Invalid::because(format!("must be 1 to {most}"));
            return Err(ActError::field("service_account_limit", why));
        }
        after.service_account_limit = limit;
    }
    if let Some(resource) = changes.default_resource {
        if resource.is_some_and(|id| !after.resources.contains_key(&id)) {
            let why = Invalid::new("must be an API resource of this subscription");
            return Err(ActError::field("default_resource", why));
        }
        after.default_resource = resource;
    }
    after.version += 1;
    Ok(after)
}
