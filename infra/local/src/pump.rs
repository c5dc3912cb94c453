//! The table's stream to the notify function, as a Lambda event source mapping brings it there.
//!
//! ```text
//! stream    the embedded store's stream, batch by batch, as the events Lambda makes of it
//! delivery  batches to the function: partial failures, and what of a batch must come again
//! ```
//! As in the cloud, the mapping filters for new audit events, delivers at least once, brings a batch
//! again from the first record that failed, bisects it, and puts what keeps failing into a
//! dead-letter list. Unlike there, a single failing record waits for its next turn in a list of its
//! own, and nobody waits for it. Its place is kept in a file: whoever was killed goes on from there.

mod delivery;
mod stream;

use std::time::Duration;

use regent_notify::Notify;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::outside::kept::{Kept, Retry};
use delivery::Delivery;
pub(crate) use stream::Stream;

/// How often the stream is looked at.
const POLL: Duration = Duration::from_millis(20);
/// The pause before the second attempt; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long the attempt that is under way may take once the region stops.
const LAST_DELIVERY: Duration = Duration::from_secs(5);

/// How often a record is tried unless a test says otherwise: until a claim that somebody died with
/// is free again.
pub(crate) const ATTEMPTS: u32 = 16;

/// A pump at work. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Pump {
    stream: Stream,
    kept: Kept,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Pump {
    /// Starts it where it was.
    pub(crate) fn start(stream: Stream, notify: Notify, kept: Kept, attempts: u32) -> Self {
        let (stop, mut stopped) = oneshot::channel::<()>();
        let work = Work {
            stream: stream.clone(),
            delivery: Delivery { notify },
            kept: kept.clone(),
            attempts,
        };
        let task = tokio::spawn(async move {
            loop {
                let pause = match work.turn().await {
                    Ok(true) => Duration::ZERO,
                    Ok(false) => POLL,
                    Err(why) => {
                        tracing::error!(why, "the stream stands still");
                        LONGEST_PAUSE
                    }
                };
                // A delivery is never cut off; what it leaves is.
                if timeout(pause, &mut stopped).await.is_ok() {
                    return;
                }
            }
        });
        Self {
            stream,
            kept,
            stop,
            task,
        }
    }

    /// Waits until everything that is written by now was told, or is a dead letter.
    pub(crate) async fn settled(&self) {
        while !self.is_settled().await {
            sleep(POLL / 4).await;
        }
    }

    async fn is_settled(&self) -> bool {
        let Ok(place) = self.kept.place() else { return false };
        let rest = self.stream.after(place).await;
        rest.is_ok_and(|batch| batch.last.is_none()) && self.kept.waits().is_ok_and(|waits| !waits)
    }

    /// Lets the delivery that is under way end.
    pub(crate) async fn close(mut self) {
        drop(self.stop);
        if timeout(LAST_DELIVERY, &mut self.task).await.is_err() {
            tracing::warn!("a delivery that would not end was cut off");
            self.task.abort();
        }
    }
}

struct Work {
    stream: Stream,
    delivery: Delivery,
    kept: Kept,
    attempts: u32,
}

impl Work {
    /// Does one thing; false if there was nothing to do.
    async fn turn(&self) -> Result<bool, String> {
        if let Some(retry) = self.kept.due().map_err(|error| error.to_string())? {
            return self.try_again(&retry).await.map(|()| true);
        }
        let place = self.kept.place().map_err(|error| error.to_string())?;
        let batch = self.stream.after(place).await?;
        let Some(last) = &batch.last else { return Ok(false) };
        let failed = self.delivery.bring(batch.records).await;
        self.kept.pass(last, &failed).map_err(|error| error.to_string())?;
        Ok(true)
    }

    async fn try_again(&self, retry: &Retry) -> Result<(), String> {
        let failed = !self.delivery.bring(vec![retry.record.clone()]).await.is_empty();
        let kept = match (failed, retry.attempts + 1 >= self.attempts) {
            (false, _) => self.kept.done(retry, None),
            (true, true) => self.kept.done(retry, Some(&self.letter(retry))),
            (true, false) => self.kept.again(retry, pause(retry.attempts)),
        };
        kept.map_err(|error| error.to_string())
    }

    /// What Lambda sends to the destination for failures: where the record is, not what it says.
    fn letter(&self, retry: &Retry) -> Value {
        let at = &retry.record["dynamodb"]["ApproximateCreationDateTime"];
        json!({
            "requestContext": {
                "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:notify",
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": retry.attempts + 1,
            },
            "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": null },
            "version": "1.0",
            "DDBStreamBatchInfo": {
                "shardId": self.stream.shard(),
                "startSequenceNumber": retry.sequence,
                "endSequenceNumber": retry.sequence,
                "approximateArrivalOfFirstRecord": at,
                "approximateArrivalOfLastRecord": at,
                "batchSize": 1,
                "streamArn": retry.record["eventSourceARN"],
            },
        })
    }
}

fn pause(attempts: u32) -> Duration {
    (FIRST_PAUSE * 2u32.saturating_pow(attempts.saturating_sub(1))).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_tried_for_longer_than_a_claim_lasts() {
        let all: Duration = (1..ATTEMPTS).map(pause).sum();
        assert!(all > Duration::from_secs(17), "{all:?}");
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
