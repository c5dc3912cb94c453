//! Sessions of people at the browser. The cookie holds a random secret; the table its digest.

use super::{OrganizationId, Seconds, Timestamp, User, UserId};
use serde::{Deserialize, Serialize};

/// A session as the table has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Whose.
    pub user: UserId,
    /// The organization.
    pub organization: OrganizationId,
    /// The digest of its secret, in Base64 URL: its name in lists, and its key.
    pub digest: String,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When it was last used, within [`Session::RESOLUTION`] of the truth.
    pub last_seen_at: Timestamp,
    /// When it ends, used or not.
    pub ends_at: Timestamp,
    /// The person's count of losses of access at that time: with a later one, the session is over.
    pub epoch: u32,
    /// Where it was made from.
    pub source_ip: String,
    /// What the browser calls itself; cut at 200 characters.
    pub user_agent: String,
    /// The digest of the browser's secret ([`Device::digest`](super::Device)); empty if the session is
    /// older than those.
    #[serde(default)]
    pub device: String,
}

impl Session {
    /// The longest session: twelve hours.
    pub const LIFETIME: Seconds = Seconds(12 * 3600);
    /// The longest pause: two hours.
    pub const IDLE: Seconds = Seconds(2 * 3600);
    /// The most that one person has at a time. With one more, the one that was used the longest ago ends.
    pub const MAX_PER_USER: usize = 50;
    /// How far `last_seen_at` may be from the truth.
    pub const RESOLUTION: Seconds = Seconds(60);

    /// Whether it still speaks for `user`.
    pub fn stands(&self, user: &User, now: Timestamp) -> bool {
        self.user == user.id
            && self.organization == user.organization
            && user.service().is_none()
            && self.epoch == user.epoch(None)
            && now < self.ends_at
            && now < self.last_seen_at.plus(Self::IDLE)
    }
}
