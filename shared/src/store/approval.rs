//! Decisions about origins, and how many grants hang on one.

use super::Store;
use super::item::item;
use super::key::Key;
use super::list::{Paging, Range};
use super::write::{Lost, Write};
use crate::domain::{Approval, OrganizationId, Origin, Timestamp, Unavailable, UserId};
use serde::{Deserialize, Serialize};

/// Points from an origin to a grant that was made through it.
#[derive(Serialize, Deserialize)]
pub(super) struct Through {
    pub(super) user: UserId,
    pub(super) approval_epoch: u32,
    pub(super) ends_at: Timestamp,
}

const KIND: &str = "approval";

impl Store {
    /// An organization's decision about an origin.
    pub async fn approval(
        &self,
        organization: OrganizationId,
        origin: &Origin,
    ) -> Result<Option<Approval>, Unavailable> {
        let key = Key::approval(organization, origin);
        self.rows(&[&key]).await?.take(KIND, &key)
    }

    /// All decisions of an organization; acts keep them few.
    pub async fn approvals(&self, organization: OrganizationId) -> Result<Vec<Approval>, Unavailable> {
        let range = Range::prefix(format!("ORG#{organization}"), Key::APPROVALS);
        self.every(&range, KIND).await
    }

    /// Puts the first request for an origin, or the first decision.
    pub fn create_approval(&self, approval: &Approval) -> Result<Write, Unavailable> {
        let key = Key::approval(approval.organization, &approval.origin);
        Write::create(self, item(&key, KIND, approval)?, Lost::Changed)
    }

    /// Writes a decision over the one that was read.
    pub fn replace_approval(&self, approval: &Approval) -> Result<Write, Unavailable> {
        let key = Key::approval(approval.organization, &approval.origin);
        let next = Approval {
            revision: approval.revision + 1,
            ..approval.clone()
        };
        Write::replace(self, item(&key, KIND, &next)?, approval.revision)
    }

    /// How many live grants were made through an origin since the approval was last taken back.
    pub async fn grants_through(
        &self,
        organization: OrganizationId,
        origin: &Origin,
        epoch: u32,
        now: Timestamp,
    ) -> Result<usize, Unavailable> {
        let range = Range::prefix(Key::through(organization, origin), "grn_");
        let grants: Vec<Through> = self.every(&range, "through").await?;
        let live = |grant: &&Through| grant.approval_epoch == epoch && now < grant.ends_at;
        Ok(grants.iter().filter(live).count())
    }

    /// Every item of a range.
    async fn every<T: serde::de::DeserializeOwned>(&self, range: &Range, kind: &str) -> Result<Vec<T>, Unavailable> {
        let mut all = Vec::new();
        let mut paging = Some(Paging::FIRST);
        while let Some(this) = paging {
            let page = self.list(range, &this, kind, |_| true).await?;
            paging = Paging::next(&page);
            all.extend(page.items);
        }
        Ok(all)
    }
}
