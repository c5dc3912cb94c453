//! Throttles: how often something may be tried. A bucket of tokens, kept as the one instant at which
//! it is full again.

use super::{Seconds, Timestamp};

/// A bucket: so many at once, and one more after every interval.
#[derive(Clone, Debug)]
pub struct Throttle {
    /// What is throttled: `sign-in#from#203.0.113.9`. Never a secret; of what people typed only a digest.
    pub what: String,
    /// How many there are at once.
    pub burst: u32,
    /// After how long one comes back.
    pub interval: Seconds,
}

/// How much there is of something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// How many there are at once.
    pub burst: u32,
    /// After how long one comes back.
    pub interval: Seconds,
}

impl Rate {
    /// So many at once, and one more after so many seconds.
    pub const fn new(burst: u32, seconds: u32) -> Self {
        Self {
            burst,
            interval: Seconds(seconds),
        }
    }

    /// The bucket of `what`.
    pub const fn of(self, what: String) -> Throttle {
        let Self { burst, interval } = self;
        Throttle { what, burst, interval }
    }

    /// The most of it within `time`, for whoever takes all there is.
    pub fn most_within(self, time: Seconds) -> u64 {
        u64::from(self.burst) + u64::from(time.0) / u64::from(self.interval.0)
    }
}

/// There is nothing left in a bucket.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("too many attempts")]
pub struct Throttled {
    /// When the next attempt is affordable; at least a second.
    pub retry_after: Seconds,
}

impl Throttle {
    /// The milliseconds after which one comes back.
    pub fn interval_millis(&self) -> i64 {
        i64::from(self.interval.0) * 1000
    }

    /// The latest instant at which the bucket may be full again, for one more to be in it now.
    pub fn latest(&self, now: Timestamp) -> i64 {
        now.millis() + self.interval_millis() * (i64::from(self.burst) - 1)
    }

    /// When a bucket that is full again at `full_at` has one again.
    pub fn refusal(&self, full_at: i64, now: Timestamp) -> Throttled {
        let millis = (full_at - self.latest(now)).max(1);
        let seconds = u32::try_from((millis + 999) / 1000).unwrap_or(u32::MAX);
        Throttled {
            retry_after: Seconds(seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whoever_waits_as_long_as_told_gets_one(burst in 1u32..200, interval in 1u32..3600, over in 1i64..1_000_000) {
            let throttle = Throttle { what: String::new(), burst, interval: Seconds(interval) };
            let now = Timestamp::from_seconds(1_000_000);
            let full_at = throttle.latest(now) + over;
            let Throttled { retry_after } = throttle.refusal(full_at, now);
            prop_assert!(full_at <= throttle.latest(now.plus(retry_after)));
            prop_assert!(full_at > throttle.latest(now.plus(Seconds(retry_after.0 - 1))));
        }
    }
}
