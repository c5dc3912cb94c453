//! Scopes (RFC 6749 §3.3, appendix A.4).

use super::Invalid;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One scope: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`, at most 100 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(String);

impl Scope {
    /// Reads one scope.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let is_nqchar = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        if !text.is_empty() && text.len() <= 100 && text.bytes().all(is_nqchar) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "must be a scope: 1 to 100 printable ASCII characters without space, quote or backslash",
            ))
        }
    }

    /// A scope this code names itself: a privilege. Its spelling is covered by a test.
    pub(super) fn known(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// The scope as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

super::region::string_conversions!(Scope);

/// A set of scopes. Its text form is sorted and has each scope once, so equal sets are equal text.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// The most scopes one request may name.
    pub const MAX: usize = 100;
    /// The longest text of all scopes of one token, in bytes. With it, the token and whatever repeats
    /// its scopes fit into the headers of every server on the way (`tests/limits.rs`).
    pub const LONGEST: usize = 2048;

    /// Reads scopes separated by single spaces; the empty text is the empty set.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let scopes: BTreeSet<Scope> = text.split(' ').map(Scope::parse).collect::<Result<_, _>>()?;
        if scopes.len() > Self::MAX {
            return Err(Invalid::new("must name at most 100 scopes"));
        }
        Ok(Self(scopes))
    }

    /// The length of their text form, in bytes.
    pub fn length(&self) -> usize {
        let names = self.0.iter().map(|scope| scope.as_str().len());
        names.sum::<usize>() + self.0.len().saturating_sub(1)
    }

    /// Whether one token can carry them.
    pub fn fit_one_token(&self) -> bool {
        self.length() <= Self::LONGEST
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every one of these is among `others`.
    pub fn is_subset(&self, others: &Self) -> bool {
        self.0.is_subset(&others.0)
    }

    /// Whether `scope` is one of these.
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// Those that are in both.
    #[must_use]
    pub fn intersection(&self, others: &Self) -> Self {
        Self(self.0.intersection(&others.0).cloned().collect())
    }

    /// In alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl Extend<Scope> for Scopes {
    fn extend<T: IntoIterator<Item = Scope>>(&mut self, scopes: T) {
        self.0.extend(scopes);
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut gap = "";
        for scope in &self.0 {
            write!(f, "{gap}{scope}")?;
            gap = " ";
        }
        Ok(())
    }
}

impl TryFrom<String> for Scopes {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_ascii_character_is_judged_by_the_grammar() {
        for byte in 0u8..=127 {
            let allowed = matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
            assert_eq!(
                Scope::parse(&char::from(byte).to_string()).is_ok(),
                allowed,
                "{byte:#x}"
            );
        }
        assert!(Scope::parse("é").is_err());
        assert!(Scope::parse("").is_err());
    }

    #[test]
    fn every_privilege_is_a_scope() {
        for privilege in crate::domain::Privilege::ALL {
            assert_eq!(Scope::parse(privilege.as_str()), Ok(privilege.scope()));
        }
    }

    #[test]
    fn odd_spacing_is_refused() {
        for bad in [" a", "a ", "a  b", " ", "a\tb"] {
            assert!(Scopes::parse(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn order_and_repetition_do_not_matter(mut names in prop::collection::vec("[a-z:]{1,8}", 1..10)) {
            let forward = Scopes::parse(&names.join(" ")).unwrap();
            names.reverse();
            names.push(names[0].clone());
            let backward = Scopes::parse(&names.join(" ")).unwrap();
            prop_assert_eq!(&forward, &backward);
            prop_assert_eq!(forward.length(), forward.to_string().len());
            prop_assert_eq!(Scopes::parse(&forward.to_string()), Ok(backward));
        }

        #[test]
        fn an_intersection_is_a_subset_of_both(a in "[a-e]( [a-e]){0,4}", b in "[a-e]( [a-e]){0,4}") {
            let (a, b) = (Scopes::parse(&a).unwrap(), Scopes::parse(&b).unwrap());
            let both = a.intersection(&b);
            prop_assert!(both.is_subset(&a) && both.is_subset(&b));
        }

        #[test]
        fn reading_never_panics(text: String) {
            let _ = Scopes::parse(&text);
        }
    }
}
