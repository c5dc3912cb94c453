//! Which of AWS's quotas is reached at what load. Pure: the loads follow from what was counted; the
//! quotas, and what to do about each, are data. Defaults of 2026-11 for one AWS account and region.

use super::bill::TRACED;
use super::units::Units;

/// How long a process uses the public keys it has read, in seconds.
pub(crate) const KEYS_LEASE: f64 = 2.0;
/// Processes of one function that Lambda starts in a second at most.
pub(crate) const STARTS: f64 = 100.0;

/// A request as quotas see it.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) units: Units,
    /// Milliseconds.
    pub(crate) billed: f64,
    /// Whether it comes through this stack's API.
    pub(crate) api: bool,
    /// Whether it is a token request, which has a limit of its own there.
    pub(crate) token: bool,
    /// Read units of the row of public keys.
    pub(crate) keys: f64,
    /// Calls of Secrets Manager by a process that starts.
    pub(crate) secrets: f64,
}

/// What a quota counts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Draw {
    /// Read units, of one kind of partition or of the whole table.
    Reads(Option<&'static str>),
    /// Write units, likewise.
    Writes(Option<&'static str>),
    /// Read units of the row of public keys: by the process and lease.
    Keys,
    /// Requests that run at once.
    Concurrency,
    /// Invocations.
    Invocations,
    /// Requests to the API, to its token route, to any other one.
    Api,
    TokenRoute,
    OtherRoute,
    /// Batches of log lines: one for each process and second, as far as is known.
    LogBatches,
    /// Traces.
    Traces,
    /// Secrets read by processes that start.
    Starts,
}

/// A limit, by the second.
#[derive(Clone, Debug)]
pub(crate) struct Quota {
    pub(crate) what: &'static str,
    /// What has it.
    pub(crate) of: &'static str,
    pub(crate) limit: f64,
    pub(crate) draw: Draw,
    /// Whether AWS, or the stack's parameter, raises it.
    pub(crate) raised: bool,
    pub(crate) todo: &'static str,
}

impl Quota {
    /// The requests a second at which it is reached; none if they do not count here.
    pub(crate) fn load(&self, flow: &Flow) -> Option<f64> {
        let drawn = self.drawn(flow);
        (drawn > 0.0).then(|| self.limit / drawn)
    }

    /// Whether it is one row's and not the region's: other accounts have their own.
    pub(crate) fn of_one(&self) -> bool {
        matches!(self.draw, Draw::Reads(Some(_)) | Draw::Writes(Some(_)))
    }

    /// What one request a second draws of it.
    fn drawn(&self, flow: &Flow) -> f64 {
        let processes = flow.billed / 1e3;
        let when = |counts: bool| if counts { 1.0 } else { 0.0 };
        match self.draw {
            Draw::Reads(of) => sum(&flow.units.reads, of),
            Draw::Writes(of) => sum(&flow.units.writes, of),
            Draw::Keys => processes * flow.keys / KEYS_LEASE,
            Draw::Concurrency | Draw::LogBatches => processes,
            Draw::Invocations => 1.0,
            Draw::Api => when(flow.api),
            Draw::TokenRoute => when(flow.token),
            Draw::OtherRoute => when(flow.api && !flow.token),
            Draw::Traces => TRACED,
            // However many requests there are, no more processes start.
            Draw::Starts => when(flow.secrets * STARTS > self.limit),
        }
    }
}

fn sum(units: &std::collections::BTreeMap<String, f64>, of: Option<&str>) -> f64 {
    let wanted = units.iter().filter(|(kind, _)| of.is_none_or(|of| of == *kind));
    wanted.map(|(_, units)| units).sum()
}

/// The quotas that such requests reach, the first one first.
pub(crate) fn order<'a>(quotas: &'a [Quota], flow: &Flow) -> Vec<(f64, &'a Quota)> {
    let mut reached: Vec<_> = quotas
        .iter()
        .filter_map(|quota| quota.load(flow).map(|load| (load, quota)))
        .collect();
    reached.sort_by(|one, other| one.0.total_cmp(&other.0));
    reached
}
