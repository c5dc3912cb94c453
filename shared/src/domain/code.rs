//! Authorization codes (RFC 6749 §4.1.2) and refresh tokens (§1.5): what a client of people holds.

use super::id::{Code, LENGTH};
use super::{
    Audience, ClientId, CodeChallenge, GrantId, Invalid, OrganizationId, Origin, RedirectUri, ResourceId, Scopes,
    Seconds, SubscriptionId, Timestamp, UserId,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// What a code stands for. The code itself is 256 random bits; the table has its digest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Authorization {
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
    /// Where the code was sent. The token request must name the same (RFC 6749 §4.1.3).
    pub redirect_uri: RedirectUri,
    /// The approval's count of withdrawals when it was allowed.
    pub approval_epoch: u32,
    /// What proves that the code reached whoever asked for it.
    pub challenge: CodeChallenge,
    /// The API resource's audience.
    pub audience: Audience,
    /// The API resource itself.
    #[serde(default)]
    pub resource: Option<ResourceId>,
    /// What was allowed.
    pub scopes: Scopes,
    /// The person's count of losses of access.
    pub epoch: u32,
    /// When the person signed in.
    pub authenticated_at: Timestamp,
    /// When the code is too old.
    pub ends_at: Timestamp,
    /// The grant it was redeemed for. A second redemption ends that.
    pub grant: Option<GrantId>,
}

impl Authorization {
    /// How long a code lives: a minute.
    pub const LIFETIME: Seconds = Seconds(60);
    /// How long a replay is recognised and ends what the first use got: as long as an access token
    /// that it got may live.
    pub const MEMORY: Seconds = Seconds(3660);

    /// The origin that the organization must approve.
    pub fn origin(&self) -> Origin {
        self.redirect_uri.origin()
    }
}

/// A refresh token in plain text: `rgr_`, the ids of its user and its grant, 128 bits that all
/// tokens of the grant share, 256 bits of its own. Wiped when dropped; never printed, compared or
/// serialised.
#[derive(Clone)]
pub struct RefreshToken {
    /// Whose grant.
    pub user: UserId,
    /// Which grant.
    pub grant: GrantId,
    text: Zeroizing<String>,
}

const PREFIX: &str = "rgr_";
/// 16 bytes in Base64 URL.
const FAMILY: usize = 22;
/// 32 bytes in Base64 URL.
const OWN: usize = 43;

impl RefreshToken {
    /// The first token of a grant.
    pub fn first(user: UserId, grant: GrantId, mut family: [u8; 16], own: [u8; 32]) -> Self {
        let encoded = Zeroizing::new(BASE64URL.encode(family));
        family.zeroize();
        Self::of(user, grant, &encoded, own)
    }

    /// The token that follows this one.
    #[must_use]
    pub fn next(&self, own: [u8; 32]) -> Self {
        Self::of(self.user, self.grant, self.family(), own)
    }

    fn of(user: UserId, grant: GrantId, family: &str, mut own: [u8; 32]) -> Self {
        let encoded = Zeroizing::new(BASE64URL.encode(own));
        own.zeroize();
        let text = Zeroizing::new(format!("{PREFIX}{}{}{family}{}", user.code(), grant.code(), *encoded));
        Self { user, grant, text }
    }

    /// Reads a refresh token: its shape, nothing more.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let read = || {
            let body = text.strip_prefix(PREFIX)?;
            let digits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            if body.len() != 2 * LENGTH + FAMILY + OWN || !body.bytes().all(digits) {
                return None;
            }
            Some(Self {
                user: UserId::from_code(Code::parse(body.get(..LENGTH)?)?),
                grant: GrantId::from_code(Code::parse(body.get(LENGTH..2 * LENGTH)?)?),
                text: Zeroizing::new(text.to_owned()),
            })
        };
        read().ok_or(Invalid::new("must be a refresh token of this server"))
    }

    /// What all tokens of the grant share.
    pub fn family(&self) -> &str {
        let start = PREFIX.len() + 2 * LENGTH;
        self.text.get(start..start + FAMILY).unwrap_or_default()
    }

    /// The token itself: for the answer, and to be digested.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RefreshToken({} [redacted])", self.grant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_refresh_token_reads_back(user: [u8; 12], grant: [u8; 12], family: [u8; 16], own: [u8; 32], next: [u8; 32]) {
            let (user, grant) = (UserId::from_random(user), GrantId::from_random(grant));
            let first = RefreshToken::first(user, grant, family, own);
            let read = RefreshToken::parse(first.expose()).unwrap();
            prop_assert_eq!((read.user, read.grant, read.family()), (user, grant, first.family()));
            let second = first.next(next);
            prop_assert_eq!(second.family(), first.family());
            prop_assert_eq!(second.expose() == first.expose(), own == next);
        }

        #[test]
        fn reading_never_panics(text in "(rgr_)?\\PC{0,100}") {
            let _ = RefreshToken::parse(&text);
        }
    }

    #[test]
    fn a_refresh_token_does_not_print() {
        let token = RefreshToken::first(
            UserId::from_random([1; 12]),
            GrantId::from_random([2; 12]),
            [3; 16],
            [4; 32],
        );
        assert!(!format!("{token:?}").contains(token.family()));
    }
}
