//! What is known of a request, collected while it runs.

use super::emf::Metric;
use super::fact::{Fact, Site};
use super::trace::{Trace, traceparent};
use super::{line, output};
use crate::domain::{AuditEvent, Error};
use http::StatusCode;
use std::cell::RefCell;
use std::fmt::{self, Display, Write};
use std::time::Instant;

tokio::task_local! {
    static LEDGER: RefCell<Ledger>;
}

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
    pub fn new(site: Site, request_id: String) -> Self {
        Self {
            site,
            request_id,
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

    fn set(&mut self, fact: Fact, value: &dyn Display) {
        let mut text = Cut(String::new());
        // Cut off is written, too.
        write!(text, "{value}").ok();
        match self.facts.iter_mut().find(|(known, _)| *known == fact) {
            Some((_, known)) => *known = text.0,
            None => self.facts.push((fact, text.0)),
        }
    }

    pub(super) fn fact(&self, fact: Fact) -> Option<&str> {
        let found = self.facts.iter().find(|(known, _)| *known == fact);
        found.map(|(_, value)| value.as_str())
    }

    fn add(&mut self, metric: Metric) {
        match self.metrics.iter_mut().find(|(known, _)| *known == metric) {
            Some((_, value)) => *value += 1.0,
            None => self.metrics.push((metric, 1.0)),
        }
    }

    fn end(&mut self) {
        let millis = self.begun.elapsed().as_secs_f64() * 1000.0;
        self.metrics.push((Metric::Duration, (millis * 100.0).round() / 100.0));
    }
}

/// Runs a request, or an invocation, with a ledger, and writes its line.
pub async fn watched<T>(ledger: Ledger, run: impl Future<Output = T>) -> T {
    let run = async {
        let done = run.await;
        with(|ledger| {
            ledger.end();
            if !output::write(|now| line::of(ledger, now)) {
                line::tell(ledger);
            }
        });
        done
    };
    LEDGER.scope(RefCell::new(ledger), run).await
}

/// Runs an invocation that is no request, and writes its line. What it fails of is in it.
pub async fn invoked<T, E: Display>(ledger: Ledger, run: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let run = async {
        let done = run.await;
        if let Err(why) = &done {
            failed(why);
        }
        done
    };
    watched(ledger, run).await
}

/// Notes that an invocation failed, or a part of it, and why.
pub fn failed(why: impl Display) {
    with(|ledger| {
        ledger.outcome = Outcome::Failed;
        ledger.set(Fact::Reason, &why);
        ledger.add(Metric::Failed);
    });
}

/// Notes a fact. The last word counts.
pub fn note(fact: Fact, value: impl Display) {
    with(|ledger| ledger.set(fact, &value));
}

/// Counts one.
pub fn count(metric: Metric) {
    with(|ledger| ledger.add(metric));
}

/// Notes how much something is.
pub fn gauge(metric: Metric, value: f64) {
    with(|ledger| {
        ledger.metrics.retain(|(known, _)| *known != metric);
        ledger.metrics.push((metric, value));
    });
}

/// Notes why a request is not served, in the words of the reason.
pub fn refused(error: &Error) {
    let (failed, mut told) = (matches!(error, Error::Unavailable(_)), false);
    with(|ledger| {
        ledger.set(Fact::Reason, error);
        ledger.outcome = if failed { Outcome::Failed } else { Outcome::Refused };
        told = true;
    });
    match (told, failed) {
        (true, _) => {}
        (false, true) => tracing::error!(reason = %error, "failed"),
        (false, false) => tracing::info!(reason = %error, "refused"),
    }
}

/// Notes how an HTTP request was answered. `known` is whether anybody has its path.
pub fn answered(status: StatusCode, known: bool) {
    with(|ledger| {
        ledger.add(Metric::Requests);
        ledger.set(Fact::Status, &status.as_u16());
        if status.is_server_error() {
            ledger.outcome = Outcome::Failed;
            ledger.add(Metric::Unavailable);
        } else if status.is_client_error() {
            ledger.outcome = Outcome::Refused;
            if known && status != StatusCode::METHOD_NOT_ALLOWED {
                ledger.add(Metric::Refused);
            }
        }
    });
}

/// Notes the client that a request names. It is public, but the query of a metadata document's URL may
/// hold what is not.
pub fn client(id: &impl Display) {
    with(|ledger| {
        let id = id.to_string();
        ledger.set(Fact::ClientId, &id.split('?').next().unwrap_or_default());
    });
}

/// Notes that an authorizer lets a request in.
pub fn accepted() {
    count(Metric::Accepted);
}

/// Notes that an authorizer keeps a request out, and why.
pub fn denied(why: impl Display) {
    decided(&why, Outcome::Refused, Metric::Refused);
}

/// Notes that nothing can be decided, and why.
pub fn undecided(why: impl Display) {
    decided(&why, Outcome::Failed, Metric::Unavailable);
}

fn decided(why: &dyn Display, outcome: Outcome, metric: Metric) {
    with(|ledger| {
        ledger.set(Fact::Reason, why);
        ledger.outcome = outcome;
        ledger.add(metric);
    });
}

/// Notes what goes into the audit trail.
pub fn acted(event: &AuditEvent) {
    note(Fact::Action, event.action.as_str());
    note(Fact::Target, &event.target.id);
}

/// The id of the request that runs, by which its line, its answer and its audit events know it.
pub fn request_id() -> Option<String> {
    with(|ledger| ledger.request_id.clone())
}

/// The trace header of the request that runs, for those who are told of it.
pub fn trace_header() -> Option<String> {
    with(|ledger| ledger.trace.as_ref().map(|trace| trace.header().to_owned())).flatten()
}

/// Does something with the ledger of the request that runs, if one does.
pub(super) fn with<T>(what: impl FnOnce(&mut Ledger) -> T) -> Option<T> {
    LEDGER
        .try_with(|ledger| ledger.try_borrow_mut().ok().map(|mut ledger| what(&mut ledger)))
        .ok()
        .flatten()
}

/// A text that takes no more than [`LONGEST`] bytes.
struct Cut(String);

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = LONGEST - self.0.len();
        let fits = text.len() <= room;
        let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
        self.0.push_str(&text[..end.unwrap_or(0)]);
        if fits { Ok(()) } else { Err(fmt::Error) }
    }
}
