//! The decision at the authorize page: what may this person allow a client?

use super::{
    ApiResource, Ask, Audience, Description, GrantError, Name, Organization, ResourceId, Scope, Scopes, Subscription,
    SubscriptionId, User, UserKind,
};

/// What a person may allow in one subscription.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Its name.
    pub subscription_name: Name<64>,
    /// The API resource.
    pub resource: ResourceId,
    /// Its audience.
    pub audience: Audience,
    /// Its name.
    pub resource_name: Name<64>,
    /// The scopes, each in words.
    pub scopes: Vec<(Scope, Description)>,
}

impl Choice {
    /// What `ask` comes to in a subscription: of the scopes asked for – all if none – those that the
    /// API has and the person holds (RFC 6749 §3.3 lets the server grant less than was asked). The
    /// management API is not for third parties: it is not among a subscription's API resources.
    pub fn of(
        user: &User,
        organization: &Organization,
        subscription: &Subscription,
        ask: &Ask,
    ) -> Result<Self, GrantError> {
        let resource = match subscription.resolve(ask.resource.as_ref(), &ask.scopes) {
            // Clients ask for `offline_access` and the like wherever they are: those are left out.
            Err(GrantError::ScopeNotGranted) => subscription.usual(&ask.scopes).ok_or(GrantError::ScopeNotGranted),
            other => other,
        }?;
        let scopes = user.allowable(organization, resource, &ask.scopes)?;
        Ok(Self {
            subscription: subscription.id,
            subscription_name: subscription.name.clone(),
            resource: resource.id,
            audience: resource.audience.clone(),
            resource_name: resource.name.clone(),
            scopes: resource
                .scopes
                .iter()
                .filter(|(scope, _)| scopes.contains(scope))
                .map(|(scope, words)| (scope.clone(), words.clone()))
                .collect(),
        })
    }

    /// The scopes without their words.
    pub fn scope_set(&self) -> Scopes {
        self.scopes.iter().map(|(scope, _)| scope.clone()).collect()
    }
}

impl Subscription {
    /// The default API resource, if it has any of the scopes asked for.
    fn usual(&self, asked: &Scopes) -> Option<&ApiResource> {
        let default = self.resources.get(&self.default_resource?)?;
        let has_some = !default.scope_set().intersection(asked).is_empty();
        has_some.then_some(default)
    }
}

impl User {
    /// Which of the scopes asked for – all if none – this person may allow at an API resource now.
    pub fn allowable(
        &self,
        organization: &Organization,
        resource: &ApiResource,
        asked: &Scopes,
    ) -> Result<Scopes, GrantError> {
        if !resource.enabled {
            return Err(GrantError::ResourceDisabled);
        }
        if !matches!(self.kind, UserKind::Person(_)) {
            return Err(GrantError::PersonGone);
        }
        let held = self.grants(organization).at(resource);
        let scopes = if asked.is_empty() {
            held
        } else {
            held.intersection(asked)
        };
        if scopes.is_empty() {
            return Err(GrantError::NoScope);
        }
        if !scopes.fit_one_token() {
            return Err(GrantError::ScopesTooLong);
        }
        Ok(scopes)
    }

    /// Whether this person works in a subscription.
    pub fn reaches(&self, organization: &Organization, subscription: SubscriptionId) -> bool {
        organization.subscriptions.contains_key(&subscription)
            && self.subscription().is_none_or(|own| own == subscription)
    }
}
