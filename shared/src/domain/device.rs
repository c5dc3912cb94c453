//! Browsers that somebody signed in from before. Each has wrong passwords of its own: what strangers
//! use up keeps nobody out who comes with one.

use super::{Seconds, Timestamp, User, UserId};
use serde::{Deserialize, Serialize};

/// A browser that a person has signed in from, as the table has it. The browser holds 256 random
/// bits, which prove that much and nothing else: no password is spared.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Device {
    /// Who signed in.
    pub user: UserId,
    /// The digest of its secret, in Base64 URL: its key.
    pub digest: String,
    /// The person's count of losses of access at that time: with a later one, the browser is nobody's.
    pub epoch: u32,
    /// When it is forgotten; a sign-in puts that off.
    pub ends_at: Timestamp,
}

impl Device {
    /// How long it is known without a sign-in: 180 days.
    pub const LIFETIME: Seconds = Seconds(180 * 86_400);
    /// The most that one person has. With one more, the one that was used the longest ago is forgotten.
    pub const MAX_PER_USER: usize = 20;

    /// Whether it is still one of `user`'s.
    pub fn stands(&self, user: &User, now: Timestamp) -> bool {
        self.user == user.id && user.service().is_none() && self.epoch == user.epoch(None) && now < self.ends_at
    }
}
