//! Organizations and subscriptions: the aggregates that roles and API resources live in.

use super::Store;
use super::item::item;
use super::key::Key;
use super::write::{Lost, Write};
use crate::domain::{Audience, AudienceClaim, Organization, OrganizationId, Subscription, SubscriptionId, Unavailable};

const AUDIENCE: &str = "audience";

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

    /// Whose an audience is or once was.
    pub async fn audience_claim(&self, audience: &Audience) -> Result<Option<AudienceClaim>, Unavailable> {
        let key = Key::audience(audience);
        self.rows(&[&key]).await?.take(AUDIENCE, &key)
    }

    /// Makes an audience that is nobody's this subscription's. It stays its organization's for good:
    /// an old token must never meet a new owner of its audience.
    pub fn claim_audience(
        &self,
        audience: &Audience,
        organization: OrganizationId,
        subscription: SubscriptionId,
    ) -> Result<Write, Unavailable> {
        let claim = AudienceClaim {
            owner: organization,
            subscriptions: vec![subscription],
            revision: 1,
        };
        Write::create(self, item(&Key::audience(audience), AUDIENCE, &claim)?, Lost::Changed)
    }

    /// Adds a subscription to the claim that was read.
    pub fn join_audience(
        &self,
        audience: &Audience,
        claim: &AudienceClaim,
        subscription: SubscriptionId,
    ) -> Result<Write, Unavailable> {
        let mut next = claim.clone();
        next.subscriptions.push(subscription);
        next.revision += 1;
        let item = item(&Key::audience(audience), AUDIENCE, &next)?;
        if claim.revision == 0 {
            Write::replace_uncounted(self, item)
        } else {
            Write::replace(self, item, claim.revision)
        }
    }
}
