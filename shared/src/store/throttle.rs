//! Throttles in the table, because every instance of a function shares it.

use super::Store;
use super::item::expiring;
use super::key::Key;
use super::write::{Lost, Write, number};
use crate::domain::{Seconds, Throttle, Throttled, Timestamp, Unavailable};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use serde::{Deserialize, Serialize};

/// How often a bucket is tried that others empty or fill at the same instant.
const ATTEMPTS: u32 = 8;

const KIND: &str = "throttle";

/// Takes one from a bucket that is neither full nor empty.
const ANOTHER: &str = "SET full_at = full_at + :interval, expires_at = :end";
const HAS_ANOTHER: &str = "full_at > :now AND full_at <= :latest";
/// Takes one from a bucket that is full, or new: it never holds more than the burst.
const FIRST: &str = "SET full_at = :now + :interval, kind = :kind, version = :one, expires_at = :end";
const IS_FULL: &str = "attribute_not_exists(pk) OR full_at <= :now";

#[derive(Serialize)]
struct Nobody {}

/// A bucket as it is kept.
#[derive(Deserialize)]
struct Bucket {
    full_at: i64,
}

/// What became of one conditional update.
enum Taken {
    Yes,
    /// The condition did not hold; the bucket is full again then, or is not there.
    No(Option<i64>),
}

impl Store {
    /// Takes one from a bucket: one conditional update, two if it was full.
    pub async fn take(&self, throttle: &Throttle, now: Timestamp) -> Result<Result<(), Throttled>, Unavailable> {
        let latest = throttle.latest(now);
        for _ in 0..ATTEMPTS {
            let used = self
                .updating(throttle, now)
                .update_expression(ANOTHER)
                .condition_expression(HAS_ANOTHER)
                .expression_attribute_values(":latest", number(latest));
            let full_at = match self.taken(used).await? {
                Taken::Yes => return Ok(Ok(())),
                Taken::No(full_at) => full_at,
            };
            if let Some(full_at) = full_at.filter(|at| *at > latest) {
                return Ok(Err(throttle.refusal(full_at, now)));
            }
            let full = self
                .updating(throttle, now)
                .update_expression(FIRST)
                .condition_expression(IS_FULL)
                .expression_attribute_values(":kind", AttributeValue::S(KIND.to_owned()))
                .expression_attribute_values(":one", number(1));
            if let Taken::Yes = self.taken(full).await? {
                return Ok(Ok(()));
            }
        }
        Err(Unavailable("throttle: too many at once".to_owned()))
    }

    /// Plans to take one from each bucket together with what it is taken for: one batch read, and a
    /// write for each. If one is empty, its place among them and when it has one again. What others
    /// take meanwhile loses the transaction only where it fills or empties a bucket.
    pub async fn taking(
        &self,
        throttles: &[Throttle],
        now: Timestamp,
    ) -> Result<Result<Vec<Write>, (usize, Throttled)>, Unavailable> {
        let keys: Vec<Key> = throttles.iter().map(|throttle| Key::throttle(&throttle.what)).collect();
        let mut rows = self.rows(&keys.iter().collect::<Vec<_>>()).await?;
        let mut writes = Vec::with_capacity(throttles.len());
        for (place, (throttle, key)) in throttles.iter().zip(&keys).enumerate() {
            let full_at = rows.take::<Bucket>(KIND, key)?.map(|bucket| bucket.full_at);
            match full_at.filter(|at| *at > now.millis()) {
                Some(at) if at > throttle.latest(now) => return Ok(Err((place, throttle.refusal(at, now)))),
                Some(_) => writes.push(self.take_another(throttle, now)?),
                None => writes.push(self.take_first(throttle, now)?),
            }
        }
        Ok(Ok(writes))
    }

    fn take_another(&self, throttle: &Throttle, now: Timestamp) -> Result<Write, Unavailable> {
        let update = Write::updating(self, &Key::throttle(&throttle.what))
            .update_expression(ANOTHER)
            .condition_expression(HAS_ANOTHER)
            .expression_attribute_values(":now", number(now.millis()))
            .expression_attribute_values(":latest", number(throttle.latest(now)))
            .expression_attribute_values(":interval", number(throttle.interval_millis()))
            .expression_attribute_values(":end", number(end(throttle, now)));
        Write::update(update, Lost::Changed)
    }

    fn take_first(&self, throttle: &Throttle, now: Timestamp) -> Result<Write, Unavailable> {
        let update = Write::updating(self, &Key::throttle(&throttle.what))
            .update_expression(FIRST)
            .condition_expression(IS_FULL)
            .expression_attribute_values(":kind", AttributeValue::S(KIND.to_owned()))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", number(now.millis()))
            .expression_attribute_values(":interval", number(throttle.interval_millis()))
            .expression_attribute_values(":end", number(end(throttle, now)));
        Write::update(update, Lost::Changed)
    }

    /// Puts one back.
    pub async fn put_back(&self, throttle: &Throttle, now: Timestamp) -> Result<(), Unavailable> {
        let back = self
            .updating(throttle, now)
            .update_expression("SET full_at = full_at - :interval, expires_at = :end")
            .condition_expression("full_at > :now");
        self.taken(back).await.map(|_| ())
    }

    /// Writes a row that means nothing, where there is nobody to write one about: so that a request
    /// about nobody costs what one about somebody does.
    pub fn note_nobody(&self, network: &str, now: Timestamp) -> Result<Write, Unavailable> {
        let key = Key::throttle(&format!("nobody#{network}"));
        Write::put_over(self, expiring(&key, "nobody", &Nobody {}, now.plus(Seconds(60)))?)
    }

    fn updating(&self, throttle: &Throttle, now: Timestamp) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::throttle(&throttle.what).attributes()))
            .expression_attribute_values(":now", number(now.millis()))
            .expression_attribute_values(":interval", number(throttle.interval_millis()))
            .expression_attribute_values(":end", number(end(throttle, now)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    async fn taken(&self, update: UpdateItemFluentBuilder) -> Result<Taken, Unavailable> {
        let Err(error) = self.alone(|| update.clone().send()).await else {
            return Ok(Taken::Yes);
        };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                let full_at = failed.item().and_then(|item| item.get("full_at"));
                let millis = full_at.and_then(|at| at.as_n().ok()).and_then(|at| at.parse().ok());
                Ok(Taken::No(millis))
            }
            _ => Err(Unavailable::of("throttle", &error)),
        }
    }
}

/// In seconds: full by then, whatever happens, and a full bucket is none.
fn end(throttle: &Throttle, now: Timestamp) -> i64 {
    throttle.latest(now) / 1000 + i64::from(throttle.interval.0) + 1
}
