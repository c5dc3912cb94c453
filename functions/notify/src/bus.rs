//! EventBridge: one event, one entry.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::config::Builder;
use aws_sdk_eventbridge::config::retry::RetryConfig;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use regent::acts::notice::Unsent;
use regent::app::SdkConfig;
use regent::domain::AuditEvent;
use regent::telemetry::{Metric, count, trace_header};

use crate::event::Event;
use crate::post::{timeouts, unsent};

/// Who says so.
const SOURCE: &str = "regent";

/// The bus.
#[derive(Clone, Debug)]
pub(crate) struct Bus {
    client: Client,
    name: String,
}

impl Bus {
    pub(crate) fn new(aws: &SdkConfig, name: String, endpoint: Option<String>) -> Self {
        // The stream tries again, and the claim knows whether it must.
        let mut config = Builder::from(aws)
            .timeout_config(timeouts())
            .retry_config(RetryConfig::disabled());
        config.set_endpoint_url(endpoint);
        Self {
            client: Client::from_conf(config.build()),
            name,
        }
    }

    /// Puts an event on the bus.
    pub(crate) async fn put(&self, event: &AuditEvent, envelope: &Event<'_>) -> Result<(), Unsent> {
        let detail = serde_json::to_string(envelope).map_err(|error| Unsent::Refused(error.to_string()))?;
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(event.action.as_str())
            .time(DateTime::from_millis(event.at.millis()))
            .detail(detail)
            .set_trace_header(trace_header())
            .build();
        let answer = self.client.put_events().entries(entry).send().await;
        let answer = answer.map_err(|error| unsent("EventBridge", &error))?;
        let refused = answer
            .entries()
            .iter()
            .find_map(|entry| entry.error_code().map(|code| (code, entry)));
        match refused {
            None => {
                count(Metric::Published);
                Ok(())
            }
            Some((code, entry)) => {
                let message = entry.error_message().unwrap_or_default();
                Err(Unsent::Refused(format!("EventBridge: {code} {message}")))
            }
        }
    }
}
