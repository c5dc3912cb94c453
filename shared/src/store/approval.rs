//! Decisions about origins, and how many grants hang on one.

use super::Store;
use super::item::item;
use super::key::Key;
use super::list::{Paging, Range};
use super::write::{Lost, Write, number as number_of};
use crate::domain::{Approval, OrganizationId, Origin, Timestamp, Unavailable, UserId};
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use serde::{Deserialize, Serialize};

/// Points from an origin to a grant that was made through it.
#[derive(Serialize, Deserialize)]
pub(super) struct Through {
    pub(super) user: UserId,
    pub(super) approval_epoch: u32,
    pub(super) ends_at: Timestamp,
}

const KIND: &str = "approval";

/// Something counted with a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counted {
    /// How many were counted.
    pub number: usize,
    /// Whether there may be more.
    pub more: bool,
}

/// How many pages of a thousand items are read to count.
const COUNTS: u32 = 10;

impl Store {
    /// The most grants that are counted.
    pub const COUNTED: usize = 1000;

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

    /// How many live grants were made through an origin since the approval was last taken back, counted
    /// up to [`Store::COUNTED`] and no further.
    pub async fn grants_through(
        &self,
        organization: OrganizationId,
        origin: &Origin,
        epoch: u32,
        now: Timestamp,
    ) -> Result<Counted, Unavailable> {
        let (mut number, mut start) = (0, None);
        for _ in 0..COUNTS {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .select(Select::Count)
                .limit(1000)
                .key_condition_expression("pk = :pk AND begins_with(sk, :grant)")
                .filter_expression("approval_epoch = :epoch AND ends_at > :now")
                .expression_attribute_values(":pk", AttributeValue::S(Key::through(organization, origin)))
                .expression_attribute_values(":grant", AttributeValue::S("grn_".to_owned()))
                .expression_attribute_values(":epoch", number_of(epoch))
                .expression_attribute_values(":now", number_of(now.millis()))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| Unavailable::of("count", &error))?;
            number += usize::try_from(page.count).unwrap_or_default();
            start = page.last_evaluated_key;
            if start.is_none() || number >= Self::COUNTED {
                break;
            }
        }
        Ok(Counted {
            number: number.min(Self::COUNTED),
            more: start.is_some() || number > Self::COUNTED,
        })
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
