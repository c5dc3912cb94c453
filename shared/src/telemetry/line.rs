//! A ledger as a line.

use super::emf::{Metadata, Metric};
use super::fact::Fact;
use super::ledger::{Ledger, Outcome};
use crate::domain::Timestamp;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Serializer as Json;
use serde_json::ser::CompactFormatter;

/// The line of JSON, without its end.
pub(super) fn of(ledger: &Ledger, now: Timestamp) -> Vec<u8> {
    let mut line = Vec::with_capacity(1024);
    let written = write(ledger, now, &mut Json::new(&mut line));
    // Text, numbers and fixed names always become JSON.
    debug_assert!(written.is_ok());
    line
}

fn write(
    ledger: &Ledger,
    now: Timestamp,
    json: &mut Json<&mut Vec<u8>, CompactFormatter>,
) -> Result<(), serde_json::Error> {
    let mut map = json.serialize_map(None)?;
    map.serialize_entry("timestamp", &now.to_rfc3339())?;
    map.serialize_entry("level", level(ledger.outcome))?;
    map.serialize_entry("message", ledger.outcome.as_str())?;
    map.serialize_entry("Function", ledger.site.function.as_str())?;
    map.serialize_entry("Region", ledger.site.region.as_str())?;
    map.serialize_entry("request_id", &ledger.request_id)?;
    if let Some(id) = &ledger.invocation_id {
        map.serialize_entry("invocation_id", id)?;
    }
    if let Some(trace) = &ledger.trace {
        map.serialize_entry("trace_id", trace.id())?;
    }
    if let Some(trace) = &ledger.caller_trace {
        let name = if ledger.trace.is_some() {
            "caller_trace_id"
        } else {
            "trace_id"
        };
        map.serialize_entry(name, trace)?;
    }
    for (fact, value) in &ledger.facts {
        match (fact, value.parse::<u64>()) {
            (Fact::Status | Fact::Records, Ok(number)) => map.serialize_entry(fact.as_str(), &number)?,
            _ => map.serialize_entry(fact.as_str(), value)?,
        }
    }
    for (metric, value) in &ledger.metrics {
        map.serialize_entry(metric.name(), &Number(*value))?;
    }
    let metrics = ledger.metrics.iter().map(|(metric, _)| *metric);
    map.serialize_entry("_aws", &Metadata::new(now.millis(), metrics))?;
    map.end()
}

const fn level(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Served | Outcome::Refused => "INFO",
        Outcome::Failed => "ERROR",
    }
}

/// A whole number without a point.
struct Number(f64);

impl serde::Serialize for Number {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole, and counts are small")]
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 && self.0.abs() < 1e15 {
            to.serialize_i64(self.0 as i64)
        } else {
            to.serialize_f64(self.0)
        }
    }
}

/// The same for a person who looks on: where no stream for lines is set.
pub(super) fn tell(ledger: &Ledger) {
    let fact = |fact| ledger.fact(fact).unwrap_or("-");
    let millis = ledger.metrics.iter().find(|(metric, _)| *metric == Metric::Duration);
    let (function, millis) = (ledger.site.function.as_str(), millis.map_or(0.0, |(_, millis)| *millis));
    let (region, request) = (ledger.site.region.as_str(), &ledger.request_id);
    let (method, route, status) = (fact(Fact::Method), fact(Fact::Route), fact(Fact::Status));
    let (reason, client) = (fact(Fact::Reason), fact(Fact::ClientId));
    macro_rules! say {
        ($level:ident) => {
            tracing::$level!(
                target: "regent::request",
                "{region} {function} {method} {route} {status} {millis} ms, client {client}: {reason} [{request}]"
            )
        };
    }
    match ledger.outcome {
        Outcome::Served => say!(debug),
        Outcome::Refused => say!(info),
        Outcome::Failed => say!(error),
    }
}
