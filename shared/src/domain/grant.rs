//! What a person allowed a client: the family of tokens that came of one authorization code.

use super::{
    ApiResource, Audience, ClientId, GrantId, OrganizationId, Origin, ResourceId, Scopes, Seconds, SubscriptionId,
    Timestamp, User, UserId,
};
use serde::{Deserialize, Serialize};

/// A grant (RFC 6749 §1.3) that a client redeemed, with the state of its refresh token.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Who allowed it.
    pub user: UserId,
    /// The person's organization.
    pub organization: OrganizationId,
    /// The subscription the person chose.
    pub subscription: SubscriptionId,
    /// Whom it was allowed.
    pub client_id: ClientId,
    /// What the client called itself.
    pub client_name: String,
    /// The origin of the redirect URI: the grant lives while the organization approves it.
    pub origin: Origin,
    /// The approval's count of withdrawals at that time.
    pub approval_epoch: u32,
    /// The person's count of ends of all grants at that time.
    #[serde(default)]
    pub grants_epoch: u32,
    /// The API resource's audience.
    pub audience: Audience,
    /// The API resource itself: another one that gets its audience later was never allowed. Grants of
    /// before this was noted know the audience alone.
    #[serde(default)]
    pub resource: Option<ResourceId>,
    /// What was allowed. A refresh may ask for less, never for more.
    pub scopes: Scopes,
    /// When the person signed in for it.
    pub authenticated_at: Timestamp,
    /// When it was redeemed.
    pub created_at: Timestamp,
    /// When its refresh token was last used.
    pub used_at: Timestamp,
    /// When it ends, used or not.
    pub ends_at: Timestamp,
    /// Which access tokens are good: revoking one moves on, and leaves the refresh token alone.
    pub generation: u32,
    /// Digest of the family's secret: who shows it held a token of this family.
    pub family: String,
    /// Digest of the one refresh token that is good.
    pub current: String,
    /// Digest of the one before, which is good again for a moment, for the answer may have been lost.
    pub previous: Option<String>,
    /// What the current token was derived with from the previous one.
    pub nonce: String,
    /// Why it is over, if it is.
    pub ended: Option<GrantEnd>,
    /// Counts every write, so that none is lost under another.
    pub revision: u64,
}

/// Why a grant is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantEnd {
    /// The client or the person gave it up.
    Revoked,
    /// Its code was redeemed twice, or a spent refresh token came again: somebody has a copy.
    Replayed,
}

impl Grant {
    /// How long an access token of a grant lives: an hour.
    pub const ACCESS_LIFETIME: Seconds = Seconds(3600);
    /// The longest pause between two refreshes: 30 days.
    pub const IDLE: Seconds = Seconds(30 * 86_400);
    /// The longest grant: 180 days.
    pub const LIFETIME: Seconds = Seconds(180 * 86_400);
    /// How long the token before the current one is answered again.
    pub const GRACE: Seconds = Seconds(10);

    /// Whether it has outlived what ended all grants of the person who allowed it.
    pub fn is_of(&self, user: &User) -> bool {
        self.user == user.id && self.grants_epoch == user.grants_epoch
    }

    /// Whether an API resource with its audience is the one that was allowed. A grant of before that was
    /// noted is for none that was made later.
    pub fn is_for(&self, resource: &ApiResource) -> bool {
        match self.resource {
            Some(allowed) => allowed == resource.id,
            None => resource.created_at <= self.created_at,
        }
    }

    /// Whether its refresh token may be used at all.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.ends_at && now < self.used_at.plus(Self::IDLE)
    }
}
