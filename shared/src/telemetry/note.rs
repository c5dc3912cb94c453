//! The seam: whoever learns something of the request that runs notes it here.

use super::emf::Metric;
use super::fact::Fact;
use super::ledger::{Ledger, Outcome};
use super::{line, output};
use crate::domain::{AuditEvent, Error};
use http::StatusCode;
use std::cell::RefCell;
use std::fmt::Display;

tokio::task_local! {
    static LEDGER: RefCell<Ledger>;
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
            if known && ledger.fact(Fact::Reason).is_none() {
                ledger.set(Fact::Reason, &status.canonical_reason().unwrap_or_default());
            }
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
