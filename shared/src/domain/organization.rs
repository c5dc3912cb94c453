//! Organizations and their subscriptions, with what a subscription owns.

use super::{
    ApplicationId, Audience, Client, Description, GrantError, Invalid, Name, NotAdmitted, OrganizationId, Registration,
    ResourceId, Role, RoleId, Scope, Scopes, SubscriptionId, Timestamp, Withdrawals,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The customer. Its roles live inside it, because a token request needs all of them at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: Name<64>,
    /// Custom roles, at most [`Organization::MAX_ROLES`].
    pub roles: BTreeMap<RoleId, Role>,
    /// Its subscriptions and their names.
    pub subscriptions: BTreeMap<SubscriptionId, Name<64>>,
    /// How many people are organization admins. Never less than one.
    pub admins: u32,
    /// How many clients its admins have registered. Changes only together with them.
    #[serde(default)]
    pub clients: u32,
    /// Whether its people may use clients that registered themselves (RFC 7591).
    #[serde(default = "yes")]
    pub dynamic_registration_enabled: bool,
    /// Whether its people may use clients that publish a Client ID Metadata Document.
    #[serde(default = "yes")]
    pub metadata_documents_enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts its changes, `admins` and `clients` left out.
    pub version: u64,
    /// Counts every write, so that none is lost under another.
    pub revision: u64,
}

impl Organization {
    /// The most custom roles an organization has.
    pub const MAX_ROLES: usize = 50;
    /// The most clients its admins register.
    pub const MAX_CLIENTS: u32 = 200;

    /// Refuses a client that its people may not use.
    pub fn admits(&self, client: &Client) -> Result<(), NotAdmitted> {
        match client.registration {
            Registration::Admin { organization } if organization == self.id => Ok(()),
            Registration::Admin { .. } => Err(NotAdmitted::OtherOrganization),
            Registration::Dynamic { .. } if self.dynamic_registration_enabled => Ok(()),
            Registration::Dynamic { .. } => Err(NotAdmitted::DynamicRegistrationDisabled),
            Registration::Document { .. } if self.metadata_documents_enabled => Ok(()),
            Registration::Document { .. } => Err(NotAdmitted::MetadataDocumentsDisabled),
        }
    }
}

/// What an organization of before there were clients has for its settings.
const fn yes() -> bool {
    true
}

/// The data boundary inside an organization.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Its name.
    pub name: Name<64>,
    /// Whether the plan includes service accounts. Off: no token is issued or accepted.
    pub service_accounts_enabled: bool,
    /// The most service accounts it may have.
    pub service_account_limit: u32,
    /// How many it has. Changes only together with them.
    pub service_accounts: u32,
    /// What a token is for when the request names no resource.
    pub default_resource: Option<ResourceId>,
    /// API resources, at most [`Subscription::MAX_RESOURCES`].
    pub resources: BTreeMap<ResourceId, ApiResource>,
    /// What the withdrawals of its next API resource are counted from: beyond every one that was deleted.
    #[serde(default)]
    pub withdrawals_base: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts its changes, `service_accounts` left out.
    pub version: u64,
    /// Counts every write, so that none is lost under another.
    pub revision: u64,
}

impl Subscription {
    /// The most API resources a subscription has.
    pub const MAX_RESOURCES: usize = 20;
    /// The most scopes all its API resources have together, so that it stays one item.
    pub const MAX_SCOPES: usize = 400;
    /// How many service accounts a subscription may have unless its settings say otherwise.
    pub const SERVICE_ACCOUNTS: u32 = 25;
    /// The most that its settings may say.
    pub const MAX_SERVICE_ACCOUNTS: u32 = 10_000;

    /// The API resource with this audience.
    pub fn resource(&self, audience: &Audience) -> Option<&ApiResource> {
        self.resources.values().find(|resource| resource.audience == *audience)
    }

    /// How often tokens for an audience with these scopes have lost their access here. The management
    /// API is among no subscription's API resources, and takes nothing back here.
    pub fn withdrawals(&self, audience: &Audience, scopes: &Scopes) -> u32 {
        self.resource(audience)
            .map_or(0, |resource| resource.withdrawals.of(scopes))
    }

    /// Takes an API resource away, for good: one that is made under its audience later opens to no
    /// token and no grant of this one.
    pub fn remove_resource(&mut self, id: ResourceId) {
        let Some(gone) = self.resources.remove(&id) else {
            return;
        };
        self.withdrawals_base = self.withdrawals_base.max(gone.withdrawals.beyond());
        if self.default_resource == Some(id) {
            self.default_resource = None;
            self.version += 1;
        }
    }

    /// Which API resource a request is for (RFC 8707 §2): the one it names; or, where it names
    /// none, the default one if it has the scopes asked for; or the only one that has them.
    pub(super) fn resolve(&self, named: Option<&Audience>, asked: &Scopes) -> Result<&ApiResource, GrantError> {
        if let Some(audience) = named {
            return self.resource(audience).ok_or(GrantError::UnknownResource);
        }
        let has_them = |resource: &&ApiResource| asked.is_subset(&resource.scope_set());
        let default = self.default_resource.and_then(|id| self.resources.get(&id));
        if let Some(resource) = default.filter(has_them) {
            return Ok(resource);
        }
        let mut fitting = self.resources.values().filter(has_them);
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(GrantError::AmbiguousResource),
            (None, _) => Err(GrantError::ScopeNotGranted),
        }
    }
}

/// An audience with its scopes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ApiResource {
    /// Its id.
    pub id: ResourceId,
    /// Its name.
    pub name: Name<64>,
    /// What tokens for it carry as `aud`. One organization's alone in the region.
    pub audience: Audience,
    /// Its scopes, each with words for people; at most [`ApiResource::MAX_SCOPES`].
    pub scopes: BTreeMap<Scope, Description>,
    /// Switched off: no token for it is issued or accepted.
    pub enabled: bool,
    /// What it has taken away from its tokens.
    #[serde(default, skip_serializing_if = "Withdrawals::is_none")]
    pub withdrawals: Withdrawals,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts its changes.
    pub version: u64,
}

impl ApiResource {
    /// The most scopes an API resource has.
    pub const MAX_SCOPES: usize = 50;

    /// Gives it other scopes. Tokens with one that is left out are dead, also if it comes back.
    pub fn replace_scopes(&mut self, scopes: BTreeMap<Scope, Description>) {
        let gone = self.scopes.keys().filter(|scope| !scopes.contains_key(*scope));
        self.withdrawals.withdraw(gone.cloned());
        self.scopes = scopes;
    }

    /// Its scopes without their words.
    pub fn scope_set(&self) -> Scopes {
        self.scopes.keys().cloned().collect()
    }

    /// Whether it has all of `scopes`.
    pub fn offers(&self, scopes: &Scopes) -> bool {
        scopes.iter().all(|scope| self.scopes.contains_key(scope))
    }

    /// Refuses too few or too many scopes, and more than one token can carry.
    pub fn check_scopes(scopes: &BTreeMap<Scope, Description>) -> Result<(), Invalid> {
        if !(1..=Self::MAX_SCOPES).contains(&scopes.len()) {
            return Err(Invalid::because(format!("must have 1 to {} scopes", Self::MAX_SCOPES)));
        }
        let names: Scopes = scopes.keys().cloned().collect();
        if names.fit_one_token() {
            Ok(())
        } else {
            Err(Invalid::because(format!(
                "must have names of at most {} characters together, with a space between two, not {}: one token carries them all",
                Scopes::LONGEST,
                names.length()
            )))
        }
    }
}

/// Something inside a subscription that a service account may be allowed to see.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The subscription it belongs to.
    pub subscription: SubscriptionId,
    /// Its name.
    pub name: Name<64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts its changes.
    pub version: u64,
    /// Counts every write, so that none is lost under another.
    pub revision: u64,
}
