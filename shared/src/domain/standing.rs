//! The decision at the token endpoint: may this account have that token?

use super::{
    ApiResource, Audience, ClientError, Credential, GrantError, Grants, IssuedToken, Organization, Privilege, Scopes,
    Seconds, ServiceAccount, ServiceClientId, StoredSecret, Subscription, Timestamp, User, verdict::is_of_the_future,
};

/// What a token request asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ask {
    /// The scopes named; empty if none were, which asks for all that are granted.
    pub scopes: Scopes,
    /// The API resource named.
    pub resource: Option<Audience>,
}

/// What is granted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Granted {
    /// The API resource.
    pub audience: Audience,
    /// The scopes.
    pub scopes: Scopes,
    /// How long a new token lives.
    pub lifetime: Seconds,
    /// How often such tokens have lost their access: the `epo` of a new one.
    pub epoch: u32,
}

/// A client as the table knows it: the parts belong together.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The organization, with its roles.
    pub organization: Organization,
    /// The subscription, with its API resources.
    pub subscription: Subscription,
    /// The service account's user.
    pub user: User,
    client_id: ServiceClientId,
}

impl Standing {
    /// Puts together what was found under a client ID. A client ID that mixes the ids of others
    /// finds rows that do not belong together, and is unknown.
    pub fn of(
        client_id: ServiceClientId,
        organization: Option<Organization>,
        subscription: Option<Subscription>,
        user: Option<User>,
    ) -> Result<Self, ClientError> {
        let (Some(organization), Some(subscription), Some(user)) = (organization, subscription, user) else {
            return Err(ClientError::Unknown);
        };
        let belongs = user.organization == organization.id
            && subscription.organization == organization.id
            && user.service().is_some_and(|account| {
                account.subscription == subscription.id && account.credentials.contains_key(&client_id.credential)
            });
        if belongs {
            Ok(Self {
                organization,
                subscription,
                user,
                client_id,
            })
        } else {
            Err(ClientError::Unknown)
        }
    }

    /// The client ID.
    pub fn client_id(&self) -> &ServiceClientId {
        &self.client_id
    }

    /// The service account and the credential.
    pub fn account(&self) -> Result<(&ServiceAccount, &Credential), ClientError> {
        let account = self.user.service().ok_or(ClientError::Unknown)?;
        let credential = account
            .credentials
            .get(&self.client_id.credential)
            .ok_or(ClientError::Unknown)?;
        Ok((account, credential))
    }

    /// Decides. `management` is the audience of the management API, whose scopes are privileges.
    pub fn grant(&self, ask: &Ask, management: &Audience) -> Result<Granted, GrantError> {
        let (account, _) = self.account().map_err(|_| GrantError::PlanDisabled)?;
        if !self.subscription.service_accounts_enabled {
            return Err(GrantError::PlanDisabled);
        }
        let held = self.user.grants(&self.organization);
        let target = self.target(ask, management)?;
        let offered = target.scopes(&held);
        let scopes = if ask.scopes.is_empty() {
            offered
        } else if ask.scopes.is_subset(&offered) {
            ask.scopes.clone()
        } else {
            return Err(GrantError::ScopeNotGranted);
        };
        if scopes.is_empty() {
            return Err(GrantError::NoScope);
        }
        if !scopes.fit_one_token() {
            return Err(GrantError::ScopesTooLong);
        }
        Ok(Granted {
            audience: target.audience().clone(),
            epoch: self.epoch(target.audience(), &scopes),
            scopes,
            lifetime: account.token_lifetime.seconds(),
        })
    }

    /// How often tokens of this credential for an audience with these scopes have lost their access.
    pub fn epoch(&self, audience: &Audience, scopes: &Scopes) -> u32 {
        let credential = self.account().ok().map(|(_, credential)| credential);
        let lost = self.subscription.withdrawals(audience, scopes);
        self.user.epoch(credential).saturating_add(lost)
    }

    fn target<'a>(&'a self, ask: &Ask, management: &'a Audience) -> Result<Target<'a>, GrantError> {
        let wants_management = match &ask.resource {
            Some(audience) => audience == management,
            None => !ask.scopes.is_empty() && ask.scopes.iter().all(|scope| Privilege::parse(scope.as_str()).is_ok()),
        };
        if wants_management {
            return Ok(Target::Management(management));
        }
        let resource = self.subscription.resolve(ask.resource.as_ref(), &ask.scopes)?;
        if resource.enabled {
            Ok(Target::Resource(resource))
        } else {
            Err(GrantError::ResourceDisabled)
        }
    }
}

/// What a token is for.
enum Target<'a> {
    Management(&'a Audience),
    Resource(&'a ApiResource),
}

impl Target<'_> {
    fn audience(&self) -> &Audience {
        match self {
            Self::Management(audience) => audience,
            Self::Resource(resource) => &resource.audience,
        }
    }

    fn scopes(&self, held: &Grants) -> Scopes {
        match self {
            Self::Management(_) => Privilege::scopes(held.privileges.iter().copied()),
            Self::Resource(resource) => held.at(resource),
        }
    }
}

impl IssuedToken {
    /// Whether asking again yields this token: it is what would be granted now, to this secret,
    /// nobody has revoked it, a verification would accept it now, and more than `margin` of its life
    /// is left.
    pub fn is_reusable(
        &self,
        grant: &Granted,
        standing: &Standing,
        secret: &StoredSecret,
        margin: Seconds,
        now: Timestamp,
    ) -> bool {
        let Ok((_, credential)) = standing.account() else {
            return false;
        };
        !credential.revoked.contains_key(&self.id)
            && self.generation == secret.generation
            && self.epoch == grant.epoch
            && self.scopes == grant.scopes
            && self.audience == grant.audience
            && !is_of_the_future(self.expires_at.minus(grant.lifetime), now)
            && now.plus(margin) < self.expires_at
    }
}
