//! A budget of failed authentications per source and client, so that guessing burns no CPU. Only
//! failures are counted and only failures are refused: nobody locks a right secret out.

use crate::domain::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many failures a source may have at once with one client ID; one a second comes back.
const BURST: i64 = 100;
/// How many pairs are remembered. Past that the memory starts afresh.
const CAPACITY: usize = 10_000;

/// The failures this process has seen: per source and client, the instant (in seconds) at which
/// the budget is whole again.
#[derive(Debug, Default)]
pub struct Failures(Mutex<HashMap<(String, String), i64>>);

impl Failures {
    /// Counts a failure. `Err` is the number of seconds until the next one is affordable.
    pub fn count(&self, source: &str, client: &str, now: Timestamp) -> Result<(), u32> {
        let mut whole_again = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if whole_again.len() >= CAPACITY {
            whole_again.clear();
        }
        let now = now.seconds();
        let at = whole_again.entry((source.to_owned(), client.to_owned())).or_insert(now);
        let used = (*at - now).max(0);
        if used >= BURST {
            return Err(u32::try_from(used - BURST + 1).unwrap_or(1));
        }
        *at = now + used + 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_used_up_and_comes_back() {
        let failures = Failures::default();
        let count = |client, now| failures.count("203.0.113.9", client, Timestamp::from_seconds(now));
        for _ in 0..BURST {
            assert_eq!(count("a", 1000), Ok(()));
        }
        assert_eq!(count("a", 1000), Err(1));
        assert_eq!(count("b", 1000), Ok(()), "another client has a budget of its own");
        assert_eq!(count("a", 1001), Ok(()));
        assert_eq!(count("a", 1001), Err(1));
    }
}
