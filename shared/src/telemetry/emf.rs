//! Metrics in a log line: CloudWatch's embedded metric format.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use serde::Serialize;

/// The namespace of all metrics.
const NAMESPACE: &str = "Regent";

/// The dimensions, each a member of the line. No id is one: every value of a dimension is paid for
/// as a metric of its own.
const DIMENSIONS: [[&str; 2]; 1] = [["Region", "Function"]];

/// A metric. One that has not counted is not in the line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metric {
    /// A request to an HTTP function, or of an API to its authorizer.
    Requests,
    /// How long it took. Milliseconds.
    Duration,
    /// An answer of 4xx, or a denial, that was decided here. Not: a path that nobody has.
    Refused,
    /// An answer of 5xx: nothing could be decided.
    Unavailable,
    /// A new token.
    Issued,
    /// A token that was issued before and is answered again.
    Reused,
    /// How long the signing key has been the signing key. Seconds.
    SigningKeyAge,
    /// A token that is good.
    Accepted,
    /// A rotation has put a new key in place.
    KeysRotated,
    /// A key was dropped before its time.
    KeysDropped,
    /// A mail went out.
    Mailed,
    /// An event went to the bus.
    Published,
    /// A record was not told, or a step of a rotation was not taken.
    Failed,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Requests,
        Self::Duration,
        Self::Refused,
        Self::Unavailable,
        Self::Issued,
        Self::Reused,
        Self::SigningKeyAge,
        Self::Accepted,
        Self::KeysRotated,
        Self::KeysDropped,
        Self::Mailed,
        Self::Published,
        Self::Failed,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requests => "Requests",
            Self::Duration => "Duration",
            Self::Refused => "Refused",
            Self::Unavailable => "Unavailable",
            Self::Issued => "Issued",
            Self::Reused => "Reused",
            Self::SigningKeyAge => "SigningKeyAge",
            Self::Accepted => "Accepted",
            Self::KeysRotated => "KeysRotated",
            Self::KeysDropped => "KeysDropped",
            Self::Mailed => "Mailed",
            Self::Published => "Published",
            Self::Failed => "Failed",
        }
    }

    /// Its unit, in CloudWatch's words.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Duration => "Milliseconds",
            Self::SigningKeyAge => "Seconds",
            _ => "Count",
        }
    }
}

/// The member `_aws` of a line.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metadata {
    timestamp: i64,
    cloud_watch_metrics: [Directive; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: [[&'static str; 2]; 1],
    metrics: Vec<Definition>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

impl Metadata {
    /// Says which members of the line are metrics. `timestamp` is in milliseconds.
    pub(super) fn new(timestamp: i64, metrics: impl Iterator<Item = Metric>) -> Self {
        let definition = |metric: Metric| Definition {
            name: metric.name(),
            unit: metric.unit(),
        };
        Self {
            timestamp,
            cloud_watch_metrics: [Directive {
                namespace: NAMESPACE,
                dimensions: DIMENSIONS,
                metrics: metrics.map(definition).collect(),
            }],
        }
    }
}
