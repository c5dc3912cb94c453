//! What is known of a request, collected while it runs.

use super::emf::Metric;
use super::fact::{Fact, Site};
use super::trace::{Trace, traceparent};
use std::fmt::{self, Display, Write};
use std::time::Instant;

/// What is known of a request.
#[derive(Debug)]
pub struct Ledger {
    pub(super) site: Site,
    /// API Gateway's id of the request, or Lambda's of the invocation; locally any.
    pub(super) request_id: String,
    /// Lambda's id of the invocation, where the request has one of its own.
    pub(super) invocation_id: Option<String>,
    pub(super) trace: Option<Trace>,
    /// The trace that the caller says it is part of (W3C).
    pub(super) caller_trace: Option<String>,
    pub(super) facts: Vec<(Fact, String)>,
    pub(super) metrics: Vec<(Metric, f64)>,
    pub(super) outcome: Outcome,
    begun: Instant,
}

/// How a request ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    Served,
    Refused,
    Failed,
}

impl Outcome {
    /// The line's message.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// More of a fact than this is cut off. Nothing of ours is that long.
const LONGEST: usize = 400;

impl Ledger {
    /// An empty ledger. The time counts from here.
    pub fn new(site: Site, request_id: &str) -> Self {
        Self {
            site,
            request_id: Cut::of(&request_id),
            invocation_id: None,
            trace: None,
            caller_trace: None,
            facts: Vec::with_capacity(12),
            metrics: Vec::with_capacity(6),
            outcome: Outcome::Served,
            begun: Instant::now(),
        }
    }

    /// With Lambda's own id of the invocation.
    #[must_use]
    pub fn invocation(self, id: Option<String>) -> Self {
        Self {
            invocation_id: id.filter(|id| *id != self.request_id),
            ..self
        }
    }

    /// With X-Ray's trace.
    #[must_use]
    pub fn traced(self, trace: Option<Trace>) -> Self {
        Self { trace, ..self }
    }

    /// With the trace that the caller says it is part of, as a `traceparent` header.
    #[must_use]
    pub fn part_of(self, header: Option<&str>) -> Self {
        let caller_trace = header.and_then(traceparent).map(str::to_owned);
        Self { caller_trace, ..self }
    }

    /// The id of the request.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    pub(super) fn set(&mut self, fact: Fact, value: &dyn Display) {
        let text = Cut::of(value);
        match self.facts.iter_mut().find(|(known, _)| *known == fact) {
            Some((_, known)) => *known = text,
            None => self.facts.push((fact, text)),
        }
    }

    pub(super) fn fact(&self, fact: Fact) -> Option<&str> {
        let found = self.facts.iter().find(|(known, _)| *known == fact);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn add(&mut self, metric: Metric) {
        match self.metrics.iter_mut().find(|(known, _)| *known == metric) {
            Some((_, value)) => *value += 1.0,
            None => self.metrics.push((metric, 1.0)),
        }
    }

    /// The request is over.
    pub(super) fn end(&mut self) {
        let millis = self.begun.elapsed().as_secs_f64() * 1000.0;
        self.metrics.push((Metric::Duration, (millis * 100.0).round() / 100.0));
    }
}

/// A text as it may stand in a line: no longer than [`LONGEST`] bytes, and without control characters,
/// which JSON lets through in part and terminals obey.
struct Cut(String);

impl Cut {
    fn of(value: &dyn Display) -> String {
        let mut text = Self(String::new());
        // What was cut off is an error to `write!`, and none to us.
        write!(text, "{value}").ok();
        text.0
    }
}

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            if self.0.len() + c.len_utf8() > LONGEST {
                return Err(fmt::Error);
            }
            self.0.push(if c.is_control() { ' ' } else { c });
        }
        Ok(())
    }
}
