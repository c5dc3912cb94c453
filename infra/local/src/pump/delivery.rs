//! Batches to the function, and what of them must come again.

use std::time::Duration;

use regent::telemetry::invoked;
use regent::web::Origin;
use regent_notify::Notify;
use serde_json::{Value, json};
use tokio::time::timeout;

/// As long as the function may run in the cloud.
const LIMIT: Duration = Duration::from_mins(1);

/// The way to the function.
pub(super) struct Delivery {
    pub(super) notify: Notify,
}

impl Delivery {
    /// Brings records to the function, in halves from the first that fails, until each was told or
    /// has failed alone. The answer is those, with their sequence numbers.
    pub(super) async fn bring(&self, records: Vec<Value>) -> Vec<(String, Value)> {
        let mut failed = Vec::new();
        let mut batches = vec![records];
        while let Some(batch) = batches.pop() {
            if batch.is_empty() {
                continue;
            }
            let Some(first) = self.first_failure(&batch).await else {
                continue;
            };
            let mut rest = batch.into_iter().skip(first).collect::<Vec<_>>();
            let second_half = rest.split_off(rest.len().div_ceil(2));
            if second_half.is_empty() {
                failed.extend(rest.pop().map(|record| (sequence(&record).to_owned(), record)));
            } else {
                batches.extend([second_half, rest]);
            }
        }
        failed
    }

    /// Where the first record is that failed: the whole batch, if the function did.
    async fn first_failure(&self, batch: &[Value]) -> Option<usize> {
        let (notify, event) = (self.notify.clone(), json!({ "Records": batch }));
        let ledger = notify.ledger(Origin::default());
        // On a task of its own, so that a panic there is a failure here.
        let mut call = tokio::spawn(async move { Box::pin(invoked(ledger, notify.handle(event))).await });
        let answer = timeout(LIMIT, &mut call).await;
        let Ok(Ok(Ok(answer))) = answer else {
            call.abort();
            tracing::error!(?answer, "the notify function failed");
            return Some(0);
        };
        let answer = serde_json::to_value(&answer).unwrap_or_default();
        let named = answer["batchItemFailures"].as_array().into_iter().flatten();
        let places = named.map(|failure| {
            let id = failure["itemIdentifier"].as_str().unwrap_or_default();
            // A name that is none of them means all of them.
            batch.iter().position(|record| sequence(record) == id).unwrap_or(0)
        });
        places.min()
    }
}

fn sequence(record: &Value) -> &str {
    record
        .pointer("/dynamodb/SequenceNumber")
        .and_then(Value::as_str)
        .unwrap_or_default()
}
