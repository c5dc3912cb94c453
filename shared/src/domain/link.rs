//! One-time links in mails: an invitation, a way to a new password. The mail holds a random secret;
//! the table its digest.

use super::{Seconds, Timestamp, User, UserId};
use serde::{Deserialize, Serialize};

/// A link as the table has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Link {
    /// The digest of its secret, in Base64 URL: its key.
    pub digest: String,
    /// Whose password it sets.
    pub user: UserId,
    /// What it was sent for.
    pub purpose: LinkPurpose,
    /// The person's count of losses of access at that time. A new password is one: with it, every
    /// link that was sent before is void.
    pub epoch: u32,
    /// When it ends, used or not.
    pub ends_at: Timestamp,
}

/// What a link is sent for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// To somebody new, who has no password yet.
    Invitation,
    /// To somebody who forgot theirs.
    PasswordReset,
}

impl LinkPurpose {
    /// How long such a link is good: two days for an invitation, an hour for a new password.
    pub const fn lifetime(self) -> Seconds {
        match self {
            Self::Invitation => Seconds(48 * 3600),
            Self::PasswordReset => Seconds(3600),
        }
    }
}

impl Link {
    /// Whether it still leads to a new password of `user`.
    pub fn stands(&self, user: &User, now: Timestamp) -> bool {
        self.user == user.id && user.service().is_none() && self.epoch == user.epoch(None) && now < self.ends_at
    }
}
