//! The decision at every verification: is this token good, here and now?

use super::{
    Approval, Audience, Claims, Client, ClientId, Credential, Grant, GrantId, Scopes, Seconds, ServiceClientId,
    StoredSecret, Subject, Subscription, SubscriptionId, Timestamp, TokenError, User,
};
use std::collections::BTreeSet;

/// What the API demands of a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Demand {
    /// The API's own audience.
    pub audience: Audience,
    /// The subscriptions whose tokens it takes; those of all that have the audience if none is named.
    pub subscriptions: BTreeSet<SubscriptionId>,
    /// The scopes the request needs.
    pub scopes: Scopes,
}

impl Demand {
    /// Whether tokens of a subscription, or of none, are taken.
    fn admits(&self, subscription: Option<SubscriptionId>) -> bool {
        self.subscriptions.is_empty() || subscription.is_some_and(|own| self.subscriptions.contains(&own))
    }
}

/// How far clocks may differ where a token claims to come from the future, or to be over.
pub(super) const LEEWAY: Seconds = Seconds(60);

/// Whether something that was made at `made_at` was made by a clock that runs ahead.
pub(super) fn is_of_the_future(made_at: Timestamp, now: Timestamp) -> bool {
    now.plus(LEEWAY) < made_at
}

/// What was found under the ids a token names.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The user.
    pub user: Option<User>,
    /// The subscription the token is limited to.
    pub subscription: Option<Subscription>,
    /// What a person's grant needs, for a client that a person allowed.
    pub grant: Option<Grant>,
    /// The organization's decision about the origin it was made through.
    pub approval: Option<Approval>,
    /// The client, if it is a registered one.
    pub client: Option<Client>,
}

impl Claims {
    /// Checks that need no read: issuer and times.
    pub fn check(&self, issuer: &str, now: Timestamp) -> Result<(), TokenError> {
        if self.iss != issuer {
            Err(TokenError::WrongIssuer)
        } else if self.expires_at() <= now {
            Err(TokenError::Expired)
        } else if is_of_the_future(Timestamp::from_seconds(self.iat.max(self.nbf.unwrap_or(self.iat))), now) {
            Err(TokenError::NotYetValid)
        } else {
            Ok(())
        }
    }

    /// Whether the token is for this API and allows what is demanded. Checked last, so that a
    /// dead token is called dead whatever it asks for.
    pub fn meet(&self, demand: &Demand) -> Result<(), TokenError> {
        if self.aud != demand.audience {
            Err(TokenError::WrongAudience)
        } else if !demand.admits(self.subscription) {
            Err(TokenError::WrongSubscription)
        } else if demand.scopes.is_subset(&self.scope) {
            Ok(())
        } else {
            Err(TokenError::InsufficientScope(demand.scopes.clone()))
        }
    }

    /// Whether the token's subject still stands behind it. Does not look at issuer, time,
    /// audience or scope.
    pub fn stands(
        &self,
        subject: &Subject,
        found: &Found,
        management: &Audience,
        now: Timestamp,
    ) -> Result<(), TokenError> {
        let user = found.user.as_ref().ok_or(TokenError::SubjectGone)?;
        if user.organization != self.organization {
            return Err(TokenError::SubjectGone);
        }
        match subject {
            Subject::Person(_) if user.service().is_some() => Err(TokenError::SubjectGone),
            Subject::Person(_) if user.epoch(None) != self.epoch => Err(TokenError::AccessChanged),
            Subject::Person(_) => Ok(()),
            Subject::Delegate { client, grant, .. } => {
                if user.service().is_some() {
                    return Err(TokenError::SubjectGone);
                }
                self.grant_stands(client, *grant, found, now)?;
                let subscription = found.subscription.as_ref().ok_or(TokenError::SubjectGone)?;
                self.resource_stands(subscription)?;
                self.access_stands(user.epoch(None), subscription)
            }
            Subject::Service(client_id) => {
                let credential = self.credential_stands(client_id, user, now)?;
                let subscription = found.subscription.as_ref().ok_or(TokenError::SubjectGone)?;
                self.subscription_stands(subscription, management)?;
                self.access_stands(user.epoch(Some(credential)), subscription)
            }
        }
    }

    /// Whether it has expired by every clock.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at().plus(LEEWAY) <= now
    }

    /// Whether the token is dead whatever happens from now on, so that a revocation of it needs no
    /// note: it is over by every clock, its secret is gone, or access was lost that does not come
    /// back. `epoch` is the count of those losses now.
    pub fn is_over(&self, credential: &Credential, epoch: u32, now: Timestamp) -> bool {
        let secret = |secret: &StoredSecret| secret.generation == self.generation;
        self.has_expired(now) || !credential.secrets.iter().any(secret) || self.epoch < epoch
    }

    /// Whether nothing was taken away since: a count of losses is never reached again.
    fn access_stands(&self, epoch: u32, subscription: &Subscription) -> Result<(), TokenError> {
        let lost = subscription.withdrawals(&self.aud, &self.scope);
        if epoch.saturating_add(lost) == self.epoch {
            Ok(())
        } else {
            Err(TokenError::AccessChanged)
        }
    }

    fn credential_stands<'a>(
        &self,
        client_id: &ServiceClientId,
        user: &'a User,
        now: Timestamp,
    ) -> Result<&'a Credential, TokenError> {
        let account = user.service().ok_or(TokenError::SubjectGone)?;
        let credential = account
            .credentials
            .get(&client_id.credential)
            .ok_or(TokenError::SubjectGone)?;
        if account.subscription != client_id.subscription {
            Err(TokenError::SubjectGone)
        } else if !credential
            .live_secrets(now)
            .any(|secret| secret.generation == self.generation)
        {
            Err(TokenError::SecretReplaced)
        } else if credential.revoked.contains_key(&self.jti) {
            Err(TokenError::Revoked)
        } else {
            Ok(credential)
        }
    }

    /// Whether the person's grant, the client and the approval it was made by are still there.
    fn grant_stands(&self, client: &ClientId, id: GrantId, found: &Found, now: Timestamp) -> Result<(), TokenError> {
        let grant = found.grant.as_ref().ok_or(TokenError::SubjectGone)?;
        let belongs = grant.id == id && grant.client_id == *client && Some(grant.subscription) == self.subscription;
        let registered = matches!(client, ClientId::Registered(_));
        if !belongs || (registered && found.client.is_none()) {
            return Err(TokenError::SubjectGone);
        }
        if !grant.is_live(now) || grant.generation != self.generation {
            return Err(TokenError::Revoked);
        }
        let approval = found.approval.as_ref();
        let carried = approval.is_some_and(|approval| {
            approval.organization == self.organization
                && approval.origin == grant.origin
                && approval.carries(grant.approval_epoch)
        });
        carried.then_some(()).ok_or(TokenError::OriginNotApproved)
    }

    fn subscription_stands(&self, subscription: &Subscription, management: &Audience) -> Result<(), TokenError> {
        if !subscription.service_accounts_enabled {
            Err(TokenError::PlanDisabled)
        } else if self.aud == *management && self.in_subscription(subscription) {
            Ok(())
        } else {
            self.resource_stands(subscription)
        }
    }

    fn in_subscription(&self, subscription: &Subscription) -> bool {
        subscription.organization == self.organization && Some(subscription.id) == self.subscription
    }

    fn resource_stands(&self, subscription: &Subscription) -> Result<(), TokenError> {
        if !self.in_subscription(subscription) {
            return Err(TokenError::SubjectGone);
        }
        let resource = subscription.resource(&self.aud).filter(|resource| resource.enabled);
        let resource = resource.ok_or(TokenError::ResourceDisabled)?;
        // A scope that was taken off the API is dead in every token at once.
        if resource.offers(&self.scope) {
            Ok(())
        } else {
            Err(TokenError::AccessChanged)
        }
    }
}
