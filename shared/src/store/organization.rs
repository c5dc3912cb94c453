//! Organizations and subscriptions: the aggregates that roles and API resources live in.

use super::Store;
use super::item::item;
use super::key::Key;
use super::write::{Lost, Write};
use crate::domain::{Audience, Organization, OrganizationId, Subscription, SubscriptionId, Unavailable};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Owner {
    owner: OrganizationId,
}

impl Store {
    /// An organization.
    pub async fn organization(&self, id: OrganizationId) -> Result<Option<Organization>, Unavailable> {
        let key = Key::organization(id);
        self.rows(&[&key]).await?.take("organization", &key)
    }

    /// A subscription.
    pub async fn subscription(&self, id: SubscriptionId) -> Result<Option<Subscription>, Unavailable> {
        Ok(self.subscriptions(&[id]).await?.pop())
    }

    /// Those of up to 100 subscriptions that are there, in the order asked for.
    pub async fn subscriptions(&self, ids: &[SubscriptionId]) -> Result<Vec<Subscription>, Unavailable> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<Key> = ids.iter().copied().map(Key::subscription).collect();
        let mut rows = self.rows(&keys.iter().collect::<Vec<_>>()).await?;
        keys.iter()
            .filter_map(|key| rows.take("subscription", key).transpose())
            .collect()
    }

    /// Puts a new organization.
    pub fn create_organization(&self, organization: &Organization) -> Result<Write, Unavailable> {
        Write::create(
            self,
            item(&Key::organization(organization.id), "organization", organization)?,
            Lost::Changed,
        )
    }

    /// Writes an organization over the one that was read.
    pub fn replace_organization(&self, organization: &Organization) -> Result<Write, Unavailable> {
        let next = Organization {
            revision: organization.revision + 1,
            ..organization.clone()
        };
        Write::replace(
            self,
            item(&Key::organization(organization.id), "organization", &next)?,
            organization.revision,
        )
    }

    /// Puts a new subscription.
    pub fn create_subscription(&self, subscription: &Subscription) -> Result<Write, Unavailable> {
        Write::create(
            self,
            item(&Key::subscription(subscription.id), "subscription", subscription)?,
            Lost::Changed,
        )
    }

    /// Writes a subscription over the one that was read.
    pub fn replace_subscription(&self, subscription: &Subscription) -> Result<Write, Unavailable> {
        let next = Subscription {
            revision: subscription.revision + 1,
            ..subscription.clone()
        };
        Write::replace(
            self,
            item(&Key::subscription(subscription.id), "subscription", &next)?,
            subscription.revision,
        )
    }

    /// The organization that an audience is or once was of.
    pub async fn audience_owner(&self, audience: &Audience) -> Result<Option<OrganizationId>, Unavailable> {
        let key = Key::audience(audience);
        let owner = self.rows(&[&key]).await?.take::<Owner>("audience", &key)?;
        Ok(owner.map(|owner| owner.owner))
    }

    /// Makes an audience this organization's, if it is nobody else's. It stays so for good: an old
    /// token must never meet a new owner of its audience.
    pub fn claim_audience(&self, audience: &Audience, organization: OrganizationId) -> Result<Write, Unavailable> {
        let claim = item(&Key::audience(audience), "audience", &Owner { owner: organization })?;
        Write::claim(self, claim, &organization.to_string(), Lost::AudienceTaken)
    }
}
