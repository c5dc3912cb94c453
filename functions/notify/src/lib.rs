//! For the table's stream: mail to admins, events to EventBridge.
//!
//! ```text
//! record    a stream record → the audit event in it, if there is one   event   the event as customers get it
//! tell      who is told of an event, and how                           bus     EventBridge
//! mail      the messages                                               post    SES
//! settings  the environment
//! ```
//! The stream delivers at least once; a claim in the table for every event and recipient makes one
//! notice of it (`acts::notice`). A record that fails is reported by its sequence number, and the
//! others of its batch are told all the same. What may be sent twice is what was in the air when a
//! process died: such mails have the same `Message-ID` where the mail server leaves it alone, and
//! always the same `X-Entity-Ref-ID`; such events the same `id`.

mod bus;
mod event;
mod mail;
mod post;
mod record;
mod settings;
mod tell;

pub use settings::{Mailbox, Settings, SettingsError};

use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use regent::app::{App, SdkConfig};
use regent::telemetry::{Fact, Function, Ledger, failed, note};
use regent::web::Origin;
use serde_json::Value;

use bus::Bus;
use post::Post;
use record::sequence_number;

/// The function. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Notify {
    app: App,
    bus: Bus,
    post: Post,
}

/// An invocation that is no batch of stream records, or one whose failures could not be named.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// It has no list of records.
    #[error("the event has no Records")]
    NoRecords,
    /// A record failed that has no sequence number: the whole batch must come again.
    #[error("a record without a sequence number failed: {0}")]
    Nameless(String),
}

impl Notify {
    /// Puts the function together. Calls nobody.
    pub fn new(app: App, aws: &SdkConfig, settings: Settings) -> Self {
        Self {
            bus: Bus::new(aws, settings.bus, settings.eventbridge_endpoint),
            post: Post::new(aws, settings.from, settings.ses_endpoint),
            app,
        }
    }

    /// An empty ledger for a batch that comes from here.
    pub fn ledger(&self, origin: Origin) -> Ledger {
        origin.ledger(Function::Notify, &self.app)
    }

    /// Tells what the records of a batch say, each by itself. The answer names those that failed.
    pub async fn handle(&self, batch: Value) -> Result<DynamoDbEventResponse, BatchError> {
        let Some(Value::Array(records)) = batch.get("Records") else {
            return Err(BatchError::NoRecords);
        };
        note(Fact::Records, records.len());
        let mut response = DynamoDbEventResponse::default();
        for record in records {
            let Err(why) = self.tell_record(record).await else {
                continue;
            };
            let sequence = sequence_number(record);
            tracing::error!(%why, sequence, key = record::key(record), "a record was not told");
            failed("records were not told, each for a reason of its own");
            let sequence = sequence.ok_or_else(|| BatchError::Nameless(why.to_string()))?;
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(sequence.to_owned());
            response.batch_item_failures.push(failure);
        }
        Ok(response)
    }

    async fn tell_record(&self, record: &Value) -> Result<(), tell::Untold> {
        match record::audit_event(record)? {
            Some(event) => self.tell(&event).await,
            None => Ok(()),
        }
    }
}
