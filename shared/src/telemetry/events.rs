//! Other events of the code, and of libraries, as lines like those of requests: with the id of the
//! request they belong to.

use super::note::with;
use super::output;
use crate::domain::Timestamp;
use serde_json::{Map, Value};
use std::fmt::Debug;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// Writes events as lines of JSON.
#[derive(Debug)]
pub struct Events {
    process: &'static str,
    region: String,
}

impl Events {
    /// Events of a process, a function for example. What happens in a request is its function's.
    pub fn of(process: &'static str, region: String) -> Self {
        Self { process, region }
    }
}

impl Events {
    fn line(&self, event: &Event<'_>, now: Timestamp) -> Vec<u8> {
        let mut members = Members(Map::new());
        event.record(&mut members);
        let Members(mut line) = members;
        line.entry("message").or_insert_with(|| event.metadata().name().into());
        let mut set = |name: &str, value: &str| line.insert(name.to_owned(), value.into());
        set("timestamp", &now.to_rfc3339());
        set("level", event.metadata().level().as_str());
        set("target", event.metadata().target());
        let running = with(|ledger| {
            set("Function", ledger.site.function.as_str());
            set("Region", ledger.site.region.as_str());
            set("request_id", &ledger.request_id);
            if let Some(trace) = &ledger.trace {
                set("trace_id", trace.id());
            }
        });
        if running.is_none() {
            set("Function", self.process);
            set("Region", &self.region);
        }
        Value::Object(line).to_string().into_bytes()
    }
}

impl<S: Subscriber> Layer<S> for Events {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        output::write(|now| self.line(event, now));
    }
}

/// The fields of an event.
struct Members(Map<String, Value>);

impl Visit for Members {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let plain = value.replace(char::is_control, " ");
        self.0.insert(field.name().to_owned(), plain.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}
