//! Who calls the management API, and the one check of what they may do.

use super::session::SignedIn;
use super::verify::examine;
use crate::app::App;
use crate::domain::{
    ActError, Action, Actor, ActorKind, AuditEvent, BuiltinRole, Demand, Error, EventId, Grants, Invalid, Organization,
    Privilege, RoleRef, Scopes, SubscriptionId, Target, TokenError, Unavailable, User, UserId, UserKind,
};
use crate::telemetry;
use std::collections::{BTreeMap, BTreeSet};

/// A caller of the management API: what its roles grant now, as far as its token allows it.
#[derive(Debug)]
pub struct Caller {
    user: User,
    organization: Organization,
    grants: Grants,
    source_ip: Option<String>,
}

impl Caller {
    /// Whoever a bearer token speaks for.
    pub async fn of(app: &App, token: &str, source_ip: Option<String>) -> Result<Self, Error> {
        let verified = examine(app, token, true).await?;
        verified.claims.meet(&Demand {
            audience: app.management().clone(),
            subscriptions: BTreeSet::new(),
            scopes: Scopes::default(),
        })?;
        let (Some(user), Some(organization)) = (verified.found.user, verified.organization) else {
            return Err(TokenError::SubjectGone.into());
        };
        let mut grants = user.grants(&organization);
        grants
            .privileges
            .retain(|privilege| verified.claims.scope.contains(&privilege.scope()));
        Ok(Self {
            user,
            organization,
            grants,
            source_ip,
        })
    }

    /// Whoever is signed in, with everything that their roles grant.
    pub fn of_session(signed_in: &SignedIn, source_ip: String) -> Self {
        Self {
            grants: signed_in.user.grants(&signed_in.organization),
            user: signed_in.user.clone(),
            organization: signed_in.organization.clone(),
            source_ip: Some(source_ip),
        }
    }

    /// The user.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The organization, as it was when the call began.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Refuses a caller without a privilege.
    pub fn may(&self, privilege: Privilege) -> Result<(), ActError> {
        if self.grants.privileges.contains(&privilege) {
            Ok(())
        } else {
            Err(ActError::Forbidden(privilege))
        }
    }

    /// Refuses a caller whose reach is one subscription: this concerns the whole organization.
    pub fn organization_wide(&self) -> Result<(), ActError> {
        if self.user.subscription().is_none() {
            Ok(())
        } else {
            Err(ActError::BeyondSubscription)
        }
    }

    /// Refuses a subscription that is not there for this caller.
    pub fn reach(&self, subscription: SubscriptionId) -> Result<(), ActError> {
        let theirs = self.organization.subscriptions.contains_key(&subscription);
        let within = self.user.subscription().is_none_or(|own| own == subscription);
        if theirs && within {
            Ok(())
        } else {
            Err(ActError::NotFound)
        }
    }

    /// The subscriptions this caller reaches.
    pub fn subscriptions(&self) -> Vec<SubscriptionId> {
        self.organization
            .subscriptions
            .keys()
            .copied()
            .filter(|id| self.reach(*id).is_ok())
            .collect()
    }

    /// The subscription a request means: the one it names, or the caller's only one.
    pub fn subscription(&self, named: Option<SubscriptionId>) -> Result<SubscriptionId, ActError> {
        match (named, self.subscriptions().as_slice()) {
            (Some(named), _) => self.reach(named).map(|()| named),
            (None, [only]) => Ok(*only),
            (None, _) => Err(ActError::field(
                "subscription",
                Invalid::new("must be named: there are several"),
            )),
        }
    }

    /// Refuses to give `roles` to somebody who has `held` of them already, if they are too many, or
    /// a new one is not there or grants more than the caller holds.
    pub fn hand_out(&self, roles: &BTreeSet<RoleRef>, held: &BTreeSet<RoleRef>) -> Result<(), ActError> {
        if roles.len() > User::MAX_ROLES {
            return Err(ActError::field(
                "roles",
                Invalid::because(format!("must be at most {} roles", User::MAX_ROLES)),
            ));
        }
        let known = |role: &RoleRef| match role {
            RoleRef::Builtin(_) => true,
            RoleRef::Custom(id) => self.organization.roles.contains_key(id),
        };
        if !roles.difference(held).all(known) {
            return Err(ActError::field(
                "roles",
                Invalid::new("must be roles of this organization"),
            ));
        }
        self.cover(&Grants::of(roles.difference(held), &self.organization.roles))
    }

    /// Refuses a caller who holds less than `grants`: whoever sees an account's new secret holds
    /// what the account holds.
    pub fn cover(&self, grants: &Grants) -> Result<(), ActError> {
        if self.grants.cover(grants) {
            Ok(())
        } else {
            Err(ActError::BeyondOwn)
        }
    }

    /// Refuses a caller who holds less than a user does, by roles or by reach: whoever edits, ends,
    /// deletes or takes from somebody holds as much as they do.
    pub fn cover_user(&self, user: &User) -> Result<(), ActError> {
        let wider = self.user.subscription().is_some() && user.subscription() != self.user.subscription();
        if wider {
            return Err(ActError::BeyondOwn);
        }
        self.cover(&user.grants(&self.organization))
    }

    /// Refuses a caller who holds less than an organization admin does.
    pub fn cover_everybody(&self) -> Result<(), ActError> {
        self.organization_wide()?;
        let admin = RoleRef::Builtin(BuiltinRole::OrganizationAdmin);
        self.cover(&Grants::of([&admin], &self.organization.roles))
    }

    /// Refuses a caller who holds less than these roles grant. Roles that are not there grant nothing.
    pub fn cover_roles(&self, roles: &BTreeSet<RoleRef>) -> Result<(), ActError> {
        self.cover(&Grants::of(roles, &self.organization.roles))
    }

    /// An event of the audit trail.
    pub fn event<const N: usize>(
        &self,
        app: &App,
        action: Action,
        target: (&dyn std::fmt::Display, &str),
        subscription: Option<SubscriptionId>,
        details: [(&str, String); N],
    ) -> AuditEvent {
        let kind = match self.user.kind {
            UserKind::Person(_) => ActorKind::Person,
            UserKind::Service(_) => ActorKind::Integration,
        };
        let event = AuditEvent {
            id: EventId::from_random(app.random()),
            organization: self.organization.id,
            subscription,
            at: app.now(),
            actor: Actor {
                kind,
                id: Some(self.user.id),
                name: self.user.email.to_string(),
            },
            action,
            target: Target {
                id: target.0.to_string(),
                name: target.1.to_owned(),
            },
            source_ip: self.source_ip.clone(),
            request_id: telemetry::request_id(),
            details: BTreeMap::from(details.map(|(name, value)| (name.to_owned(), value))),
        };
        telemetry::acted(&event);
        event
    }

    /// A user of the caller's organization that the caller reaches.
    pub async fn user_of(&self, app: &App, id: UserId) -> Result<User, Error> {
        let found = app
            .store()
            .user(id)
            .await?
            .filter(|user| user.organization == self.organization.id);
        let user = found.ok_or(ActError::NotFound)?;
        if let Some(subscription) = user.subscription() {
            self.reach(subscription)?;
        }
        Ok(user)
    }

    /// A service account of the caller's organization that the caller reaches.
    pub async fn account_of(&self, app: &App, id: UserId) -> Result<User, Error> {
        let user = self.user_of(app, id).await?;
        if user.service().is_some() {
            Ok(user)
        } else {
            Err(ActError::NotFound.into())
        }
    }

    /// The organization as it is now, for a change to it.
    pub async fn organization_now(&self, app: &App) -> Result<Organization, Error> {
        let found = app.store().organization(self.organization.id).await?;
        found.ok_or_else(|| Unavailable("the caller's organization is gone".to_owned()).into())
    }
}
