//! SES: a finished message to one recipient.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::Builder;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::SdkError;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, RawMessage};
use regent::acts::notice::Unsent;
use regent::app::SdkConfig;
use regent::domain::{Email, Unavailable};
use regent::telemetry::{Metric, count};
use std::time::Duration;

use crate::settings::Mailbox;

/// The way to SES.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    client: Client,
    from: Mailbox,
}

impl Post {
    pub(crate) fn new(aws: &SdkConfig, from: Mailbox, endpoint: Option<String>) -> Self {
        // A second attempt of the SDK's own could be a second mail.
        let mut config = Builder::from(aws)
            .timeout_config(timeouts())
            .retry_config(RetryConfig::disabled());
        config.set_endpoint_url(endpoint);
        Self {
            client: Client::from_conf(config.build()),
            from,
        }
    }

    /// Whom mails are from.
    pub(crate) fn from(&self) -> &Mailbox {
        &self.from
    }

    /// Sends a message.
    pub(crate) async fn send(&self, to: &Email, message: Vec<u8>) -> Result<(), Unsent> {
        let raw = RawMessage::builder().data(Blob::new(message)).build();
        let raw = raw.map_err(|error| Unsent::Refused(error.to_string()))?;
        let sent = self
            .client
            .send_email()
            .from_email_address(self.from.address.as_str())
            .destination(Destination::builder().to_addresses(to.as_str()).build())
            .content(EmailContent::builder().raw(raw).build())
            .send()
            .await;
        sent.map_err(|error| unsent("SES", &error))?;
        count(Metric::Mailed);
        Ok(())
    }
}

/// How long a call may take: much less than the lease on what it sends.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(4))
        .operation_timeout(Duration::from_secs(4))
        .build()
}

/// An answer is a refusal; silence may be anything.
pub(crate) fn unsent<E: std::error::Error + 'static, R: std::fmt::Debug>(who: &str, error: &SdkError<E, R>) -> Unsent {
    let Unavailable(why) = Unavailable::of(who, error);
    match error {
        SdkError::ConstructionFailure(_) | SdkError::ServiceError(_) => Unsent::Refused(why),
        _ => Unsent::Unknown(why),
    }
}
