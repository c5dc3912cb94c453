//! Instants and durations as the domain sees them. Nothing here reads a clock.

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since the epoch, as a JWT has them (`NumericDate`, RFC 7519 §2).
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant, that much later.
    #[must_use]
    pub const fn plus(self, duration: Seconds) -> Self {
        Self(self.0.saturating_add(duration.0 as i64 * 1000))
    }

    /// This instant, that much earlier.
    #[must_use]
    pub const fn minus(self, duration: Seconds) -> Self {
        Self(self.0.saturating_sub(duration.0 as i64 * 1000))
    }

    /// RFC 3339 in UTC with milliseconds. An instant no calendar has is written as the epoch.
    pub fn to_rfc3339(self) -> String {
        let nanos = i128::from(self.0) * 1_000_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos)
            .ok()
            .and_then(|at| at.format(&Rfc3339).ok())
            .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
    }

    /// Reads RFC 3339, with any offset.
    pub fn parse_rfc3339(text: &str) -> Result<Self, super::Invalid> {
        let at = OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|_| super::Invalid::new("must be a time like 2026-11-21T23:00:00Z (RFC 3339)"))?;
        i64::try_from(at.unix_timestamp_nanos() / 1_000_000)
            .map(Self)
            .map_err(|_| super::Invalid::new("must be a time within the calendar"))
    }
}

/// A span of whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub u32);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn times_read_back_as_themselves(millis in 0i64..253_402_300_799_000) {
            let at = Timestamp::from_millis(millis);
            prop_assert_eq!(Timestamp::parse_rfc3339(&at.to_rfc3339()), Ok(at));
        }
    }

    #[test]
    fn an_offset_is_understood() {
        assert_eq!(
            Timestamp::parse_rfc3339("2026-05-28T15:06:00+02:00"),
            Timestamp::parse_rfc3339("2026-05-28T13:06:00Z")
        );
    }
}
