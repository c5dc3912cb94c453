//! Why a value was refused, in words for whoever sent it.

use std::borrow::Cow;

/// A refused value. The sentence never repeats the value: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(Cow<'static, str>);

impl Invalid {
    /// A sentence that completes "the value …": `must be …`.
    pub const fn new(why: &'static str) -> Self {
        Self(Cow::Borrowed(why))
    }

    /// The same with a number or a name that is ours, not the sender's.
    pub fn because(why: String) -> Self {
        Self(Cow::Owned(why))
    }
}
