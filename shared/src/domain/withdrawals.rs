//! What an API resource has taken away from its tokens, counted, so that nothing that comes back
//! brings a token back.

use super::{Scope, Scopes};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts the losses of access at one API resource. A token notes the count for its own scopes; with
/// a later count it is dead. Every count only grows, so a scope that was taken off the API and comes
/// back, or an API that was deleted and made again, opens to new tokens alone.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Withdrawals {
    /// Concerns every token.
    base: u32,
    /// How often each scope was taken off the API; at most [`Withdrawals::MAX_SCOPES`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    scopes: BTreeMap<Scope, u32>,
}

impl Withdrawals {
    /// How many scopes are counted one by one. One more, and every token of the API is dead instead:
    /// the row that every verification reads stays small.
    pub const MAX_SCOPES: usize = 20;

    /// A count that is beyond the one of every token of an earlier API resource, given that
    /// resource's [`Withdrawals::beyond`].
    pub const fn starting_at(base: u32) -> Self {
        Self {
            base,
            scopes: BTreeMap::new(),
        }
    }

    /// Whether nothing was ever taken away.
    pub fn is_none(&self) -> bool {
        self.base == 0 && self.scopes.is_empty()
    }

    /// The count for a token with these scopes.
    pub fn of(&self, scopes: &Scopes) -> u32 {
        let counted = self.scopes.iter().filter(|(scope, _)| scopes.contains(scope));
        counted.fold(self.base, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// A count that no token has reached.
    pub fn beyond(&self) -> u32 {
        let all = self.scopes.values().copied();
        all.fold(self.base, u32::saturating_add).saturating_add(1)
    }

    /// Counts scopes that are taken off the API.
    pub fn withdraw(&mut self, scopes: impl IntoIterator<Item = Scope>) {
        for scope in scopes {
            let count = self.scopes.entry(scope).or_default();
            *count = count.saturating_add(1);
        }
        if self.scopes.len() > Self::MAX_SCOPES {
            *self = Self::starting_at(self.beyond());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn scope(number: u8) -> Scope {
        Scope::parse(&format!("s{number}")).unwrap()
    }

    fn scopes(numbers: &BTreeSet<u8>) -> Scopes {
        numbers.iter().copied().map(scope).collect()
    }

    proptest! {
        /// Whatever is withdrawn, in whatever order: a token is dead from the first withdrawal that
        /// concerns it, for good; and one that none concerns lives as long as each scope has a place.
        #[test]
        fn a_withdrawn_scope_ends_its_tokens_for_good(
            held in prop::collection::btree_set(0u8..40, 1..5),
            steps in prop::collection::vec(prop::collection::btree_set(0u8..40, 1..4), 1..30),
        ) {
            let token = scopes(&held);
            let mut resource = Withdrawals::default();
            let noted = resource.of(&token);
            let (mut dead, mut seen) = (false, BTreeSet::new());
            for step in steps {
                dead |= !held.is_disjoint(&step);
                seen.extend(step.iter().copied());
                resource.withdraw(step.into_iter().map(scope));
                prop_assert!(!dead || resource.of(&token) > noted);
                if !dead && seen.len() <= Withdrawals::MAX_SCOPES {
                    prop_assert_eq!(resource.of(&token), noted);
                }
                prop_assert!(resource.scopes.len() <= Withdrawals::MAX_SCOPES);
                prop_assert!(Withdrawals::starting_at(resource.beyond()).of(&token) > resource.of(&token));
            }
        }
    }
}
