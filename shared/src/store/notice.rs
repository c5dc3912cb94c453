//! Who was told of an event: one row per event and channel. A claim on it is a lease, so that of
//! many deliveries of one event one tells, and another takes over when that one died.

use super::Store;
use super::item::{Item, expiring, value};
use super::key::Key;
use super::write::{number, unless_lost};
use crate::domain::{EventId, Seconds, Timestamp, Unavailable};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use serde::{Deserialize, Serialize};

const KIND: &str = "notice";

/// How long it is remembered: longer than a failed record lies in a queue.
const KEPT: Seconds = Seconds(30 * 86_400);

/// A notice to be given.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// Of which event.
    pub event: EventId,
    /// How and to whom: `event`, or `mail#` and a user.
    pub channel: String,
    /// Who gives it: anything that no other attempt has.
    pub holder: String,
    /// Until when nobody else does.
    pub leased_until: Timestamp,
    /// When it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
}

/// What became of a claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Claim {
    /// The notice is the claimant's to give.
    Ours,
    /// It was given.
    Given,
    /// Somebody is giving it, or died doing so a moment ago.
    Theirs,
}

impl Store {
    /// Claims a notice that nobody has given or is giving.
    pub async fn claim_notice(&self, notice: &Notice, now: Timestamp) -> Result<Claim, Unavailable> {
        let item: Item = expiring(&Key::notice(notice), KIND, notice, now.plus(KEPT))?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            // The same holder: the SDK tried again after an answer was lost.
            .condition_expression(
                "attribute_not_exists(pk) OR holder = :holder OR (attribute_not_exists(sent_at) AND leased_until <= :now)",
            )
            .expression_attribute_values(":holder", AttributeValue::S(notice.holder.clone()))
            .expression_attribute_values(":now", number(now.millis()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = self.alone(|| put.clone().send()).await else {
            return Ok(Claim::Ours);
        };
        if let Some(PutItemError::ConditionalCheckFailedException(lost)) = error.as_service_error() {
            let known: Option<Notice> = lost.item().map(|item| value(KIND, item.clone())).transpose()?;
            return Ok(match known {
                Some(Notice { sent_at: Some(_), .. }) => Claim::Given,
                Some(_) | None => Claim::Theirs,
            });
        }
        Err(Unavailable::of("notice", &error))
    }

    /// Notes that a claimed notice was given.
    pub async fn settle_notice(&self, notice: &Notice, now: Timestamp) -> Result<(), Unavailable> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::notice(notice).attributes()))
            .update_expression("SET sent_at = :now")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":now", number(now.millis()));
        let sent = self.alone(|| update.clone().send()).await;
        unless_lost("notice", sent, UpdateItemError::is_conditional_check_failed_exception)
    }

    /// Gives a claim back: nothing was sent.
    pub async fn release_notice(&self, notice: &Notice) -> Result<(), Unavailable> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(Key::notice(notice).attributes()))
            .condition_expression("holder = :holder AND attribute_not_exists(sent_at)")
            .expression_attribute_values(":holder", AttributeValue::S(notice.holder.clone()));
        let sent = self.alone(|| delete.clone().send()).await;
        unless_lost("notice", sent, DeleteItemError::is_conditional_check_failed_exception)
    }
}
