//! From what a request takes to what it costs. Pure.

use std::collections::BTreeMap;

use super::prices::Item;

/// Memory at which Lambda gives a whole processor; less gets its part of one.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
const WHOLE_PROCESSOR: f64 = 1769.0;

/// What something takes of each thing that is paid for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Usage(pub(crate) BTreeMap<Item, f64>);

impl Usage {
    pub(crate) fn of(items: &[(Item, f64)]) -> Self {
        Self(items.iter().copied().collect())
    }

    pub(crate) fn amount(&self, item: Item) -> f64 {
        self.0.get(&item).copied().unwrap_or_default()
    }

    /// Dollars for each thing, of so many such requests.
    pub(crate) fn bill(&self, requests: f64) -> BTreeMap<Item, f64> {
        let line = |(item, amount): (&Item, &f64)| (*item, amount * requests * item.dollars());
        self.0.iter().map(line).collect()
    }

    /// All of them together.
    pub(crate) fn dollars(&self, requests: f64) -> f64 {
        self.bill(requests).values().sum()
    }
}

/// Milliseconds that Lambda bills, whole ones: the processor's part at this memory, and the waiting.
pub(crate) fn billed(processor_millis: f64, megabytes: f64, waited_millis: f64) -> f64 {
    let share = (megabytes / WHOLE_PROCESSOR).min(1.0);
    (processor_millis / share + waited_millis).ceil()
}

/// Gigabyte-seconds of it.
pub(crate) fn gigabyte_seconds(billed_millis: f64, megabytes: f64) -> f64 {
    billed_millis / 1e3 * megabytes / 1024.0
}

/// Lambda traces one request a second and of the others one in twenty.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html>
pub(crate) const TRACED: f64 = 0.05;

/// Seconds of a month, as AWS's price pages count them.
pub(crate) const MONTH: f64 = 730.0 * 3600.0;
