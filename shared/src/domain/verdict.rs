//! The decision at every verification: is this token good, here and now?

use super::{Audience, Claims, Scopes, Seconds, ServiceClientId, Subject, Subscription, Timestamp, TokenError, User};

/// What the API demands of a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Demand {
    /// The API's own audience.
    pub audience: Audience,
    /// The scopes the request needs.
    pub scopes: Scopes,
}

/// How far clocks may differ where a token claims to come from the future.
const LEEWAY: Seconds = Seconds(60);

/// What was found under the ids a token names.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The user.
    pub user: Option<User>,
    /// The service account's subscription.
    pub subscription: Option<Subscription>,
}

impl Claims {
    /// Checks that need no read: issuer and times.
    pub fn check(&self, issuer: &str, now: Timestamp) -> Result<(), TokenError> {
        if self.iss != issuer {
            Err(TokenError::WrongIssuer)
        } else if self.expires_at() <= now {
            Err(TokenError::Expired)
        } else if now.plus(LEEWAY) < Timestamp::from_seconds(self.iat.max(self.nbf.unwrap_or(self.iat))) {
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
            Subject::Service(client_id) => {
                self.credential_stands(client_id, user, now)?;
                let subscription = found.subscription.as_ref().ok_or(TokenError::SubjectGone)?;
                self.subscription_stands(subscription, management)
            }
        }
    }

    fn credential_stands(&self, client_id: &ServiceClientId, user: &User, now: Timestamp) -> Result<(), TokenError> {
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
        } else if user.epoch(Some(credential)) != self.epoch {
            Err(TokenError::AccessChanged)
        } else if credential.revoked.contains_key(&self.jti) {
            Err(TokenError::Revoked)
        } else {
            Ok(())
        }
    }

    fn subscription_stands(&self, subscription: &Subscription, management: &Audience) -> Result<(), TokenError> {
        if subscription.organization != self.organization || Some(subscription.id) != self.subscription {
            Err(TokenError::SubjectGone)
        } else if !subscription.service_accounts_enabled {
            Err(TokenError::PlanDisabled)
        } else if self.aud == *management {
            Ok(())
        } else {
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
}
