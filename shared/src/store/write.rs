//! Writes: each carries its condition and what it means when the condition does not hold. A plan
//! of an act is a list of them, and one transaction.

use super::Store;
use super::item::Item;
use super::key::Key;
use crate::domain::Unavailable;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use std::time::Duration;

/// Why a transaction did nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lost {
    /// The name is taken.
    NameTaken,
    /// The address is taken.
    EmailTaken,
    /// The subscription has as many service accounts as it may have, or may have none.
    LimitReached,
    /// It changed, or went away, since it was read.
    Changed,
    /// The organization would have no admin left.
    LastAdmin,
    /// The idempotency key was used meanwhile.
    KeyUsed,
}

/// One write of a transaction.
#[derive(Clone, Debug)]
pub struct Write {
    item: TransactWriteItem,
    otherwise: Lost,
}

/// How often a write is tried against transactions that touch the same items.
const ATTEMPTS: u32 = 10;

impl Store {
    /// Writes all or nothing. A transaction that collides with another is tried again, under the same
    /// token: if an earlier try did happen and its answer was lost, DynamoDB knows the token and does
    /// nothing twice. Another call is another transaction, even of the same writes.
    pub async fn commit(&self, writes: &[Write]) -> Result<Result<(), Lost>, Unavailable> {
        if writes.is_empty() {
            return Ok(Ok(()));
        }
        let items: Vec<_> = writes.iter().map(|write| write.item.clone()).collect();
        let token = format!("{:032x}", u128::from_be_bytes((self.random.0)()));
        for attempt in 0..ATTEMPTS {
            let sent = self
                .client
                .transact_write_items()
                .client_request_token(&token)
                .set_transact_items(Some(items.clone()))
                .send()
                .await;
            match sent.map_err(|error| refusal(error, writes)) {
                Ok(_) => return Ok(Ok(())),
                Err(Refusal::Lost(lost)) => return Ok(Err(lost)),
                Err(Refusal::Unavailable(error)) => return Err(error),
                Err(Refusal::Collision) => tokio::time::sleep(self.pause(attempt)).await,
            }
        }
        Err(Unavailable("transaction: too many collisions".to_owned()))
    }

    /// Sends a write of one item. Such a write does not wait for a transaction that is at the item:
    /// DynamoDB refuses it (`TransactionConflictException`), and the SDK does not try again. That is a
    /// race like any other, so it is tried again here, until its own condition decides. Reads never
    /// meet this: only `TransactGetItems` would, which nobody uses.
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html>
    pub(super) async fn alone<T, E, F>(&self, send: impl Fn() -> F) -> Result<T, SdkError<E>>
    where
        F: Future<Output = Result<T, SdkError<E>>>,
        E: ProvideErrorMetadata,
    {
        let mut attempt = 0;
        loop {
            // Boxed: what the SDK's calls are made of is large.
            let answer = Box::pin(send()).await;
            attempt += 1;
            match answer {
                Err(error) if attempt < ATTEMPTS && error.code() == Some("TransactionConflictException") => {
                    tokio::time::sleep(self.pause(attempt)).await;
                }
                answer => return answer,
            }
        }
    }

    /// Longer with every attempt, and never the same for two that collided.
    fn pause(&self, attempt: u32) -> Duration {
        let jitter = u64::from(self.jitter.fetch_add(7, std::sync::atomic::Ordering::Relaxed) % 16);
        Duration::from_millis((4 << attempt.min(6)) + jitter)
    }
}

enum Refusal {
    Lost(Lost),
    Collision,
    Unavailable(Unavailable),
}

fn refusal(error: SdkError<TransactWriteItemsError>, writes: &[Write]) -> Refusal {
    let unavailable = |error| Refusal::Unavailable(Unavailable::of("transaction", &error));
    // Of an earlier try under the same token.
    if let Some(TransactWriteItemsError::TransactionInProgressException(_)) = error.as_service_error() {
        return Refusal::Collision;
    }
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return unavailable(error);
    };
    let codes: Vec<&str> = cancelled
        .cancellation_reasons()
        .iter()
        .map(|reason| reason.code().unwrap_or_default())
        .collect();
    if let Some(index) = codes.iter().position(|code| *code == "ConditionalCheckFailed") {
        return writes
            .get(index)
            .map_or_else(|| unavailable(error), |write| Refusal::Lost(write.otherwise));
    }
    let passing = |code: &&str| {
        matches!(
            *code,
            "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"
        )
    };
    if codes.iter().all(passing) {
        Refusal::Collision
    } else {
        unavailable(error)
    }
}

/// What became of a single conditional write. A condition that does not hold any more means that
/// somebody else has seen to it, or that there is nothing left to see to.
pub(super) fn unless_lost<T, E: std::error::Error + 'static>(
    what: &str,
    sent: Result<T, SdkError<E>>,
    is_lost: impl Fn(&E) -> bool,
) -> Result<(), Unavailable> {
    match sent {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(is_lost) => Ok(()),
        Err(error) => Err(Unavailable::of(what, &error)),
    }
}

pub(super) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

impl Write {
    fn put(put: aws_sdk_dynamodb::types::builders::PutBuilder, otherwise: Lost) -> Result<Self, Unavailable> {
        let put = put.build().map_err(|error| Unavailable(format!("write: {error}")))?;
        Ok(Self {
            item: TransactWriteItem::builder().put(put).build(),
            otherwise,
        })
    }

    pub(super) fn update(
        update: aws_sdk_dynamodb::types::builders::UpdateBuilder,
        otherwise: Lost,
    ) -> Result<Self, Unavailable> {
        let update = update.build().map_err(|error| Unavailable(format!("write: {error}")))?;
        Ok(Self {
            item: TransactWriteItem::builder().update(update).build(),
            otherwise,
        })
    }

    /// Puts an item where none is.
    pub(super) fn create(store: &Store, item: Item, otherwise: Lost) -> Result<Self, Unavailable> {
        let put = Put::builder().table_name(&store.table).set_item(Some(item));
        Self::put(put.condition_expression("attribute_not_exists(pk)"), otherwise)
    }

    /// Puts an item over whatever is there.
    pub(super) fn put_over(store: &Store, item: Item) -> Result<Self, Unavailable> {
        Self::put(
            Put::builder().table_name(&store.table).set_item(Some(item)),
            Lost::Changed,
        )
    }

    /// Puts an item over the one that was read at `revision`.
    pub(super) fn replace(store: &Store, item: Item, revision: u64) -> Result<Self, Unavailable> {
        let put = Put::builder()
            .table_name(&store.table)
            .set_item(Some(item))
            .condition_expression("revision = :r");
        Self::put(put.expression_attribute_values(":r", number(revision)), Lost::Changed)
    }

    /// Puts an item where none is, or where the one that is has run out.
    pub(super) fn renew(store: &Store, item: Item, now: i64, otherwise: Lost) -> Result<Self, Unavailable> {
        let put = Put::builder().table_name(&store.table).set_item(Some(item));
        let put = put.condition_expression("attribute_not_exists(pk) OR expires_at <= :now");
        Self::put(put.expression_attribute_values(":now", number(now)), otherwise)
    }

    /// Puts an item over one that was written before its kind counted revisions.
    pub(super) fn replace_uncounted(store: &Store, item: Item) -> Result<Self, Unavailable> {
        let put = Put::builder().table_name(&store.table).set_item(Some(item));
        let put = put.condition_expression("attribute_exists(pk) AND attribute_not_exists(revision)");
        Self::put(put, Lost::Changed)
    }

    /// Deletes an item, whatever it says.
    pub(super) fn delete(store: &Store, key: &Key) -> Result<Self, Unavailable> {
        Self::delete_if(
            Delete::builder()
                .table_name(&store.table)
                .set_key(Some(key.attributes())),
        )
    }

    /// Deletes an item that is there: of many at once, one does.
    pub(super) fn delete_existing(store: &Store, key: &Key) -> Result<Self, Unavailable> {
        let delete = Delete::builder()
            .table_name(&store.table)
            .set_key(Some(key.attributes()));
        Self::delete_if(delete.condition_expression("attribute_exists(pk)"))
    }

    /// Deletes the item that was read at `revision`.
    pub(super) fn delete_revision(store: &Store, key: &Key, revision: u64) -> Result<Self, Unavailable> {
        let delete = Delete::builder()
            .table_name(&store.table)
            .set_key(Some(key.attributes()));
        Self::delete_if(
            delete
                .condition_expression("revision = :r")
                .expression_attribute_values(":r", number(revision)),
        )
    }

    fn delete_if(delete: aws_sdk_dynamodb::types::builders::DeleteBuilder) -> Result<Self, Unavailable> {
        let delete = delete.build().map_err(|error| Unavailable(format!("write: {error}")))?;
        Ok(Self {
            item: TransactWriteItem::builder().delete(delete).build(),
            otherwise: Lost::Changed,
        })
    }

    /// Starts an update of an item.
    pub(super) fn updating(store: &Store, key: &Key) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        Update::builder()
            .table_name(&store.table)
            .set_key(Some(key.attributes()))
    }
}
