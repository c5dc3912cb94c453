//! Client IDs. A client ID says where its credential lives, so that nothing is looked up to find
//! out where to look, and so that a client at the wrong region can be told the right one.

use super::id::{Code, LENGTH};
use super::{CredentialId, Invalid, OrganizationId, RegionLabel, SubscriptionId, UserId};
use serde::{Deserialize, Serialize};

/// `svc_<region>_` and four ids without their prefixes: organization, subscription, user,
/// credential. Not a secret; only `[0-9a-z_]`, so it needs no URL encoding. The prefix keeps it
/// apart from user ids, which also occur as `sub` (RFC 9068 §5, RFC 9700 §4.15).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId {
    /// The region whose table has the credential.
    pub region: RegionLabel,
    /// The organization.
    pub organization: OrganizationId,
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The service account.
    pub user: UserId,
    /// The credential.
    pub credential: CredentialId,
}

impl ClientId {
    const PREFIX: &str = "svc_";

    /// Reads a client ID.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::read(text).ok_or(Invalid::new("must be a client ID of this product"))
    }

    fn read(text: &str) -> Option<Self> {
        let (region, codes) = text.strip_prefix(Self::PREFIX)?.split_once('_')?;
        if codes.len() != 4 * LENGTH {
            return None;
        }
        let code = |index: usize| Code::parse(codes.get(index * LENGTH..(index + 1) * LENGTH)?);
        Some(Self {
            region: RegionLabel::parse(region).ok()?,
            organization: OrganizationId::from_code(code(0)?),
            subscription: SubscriptionId::from_code(code(1)?),
            user: UserId::from_code(code(2)?),
            credential: CredentialId::from_code(code(3)?),
        })
    }

    /// What is shown after the one time it is shown in full.
    pub fn masked(&self) -> String {
        super::mask(self.credential.code())
    }
}

impl std::fmt::Display for ClientId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (organization, subscription) = (self.organization.code(), self.subscription.code());
        let (user, credential) = (self.user.code(), self.credential.code());
        write!(
            f,
            "{}{}_{organization}{subscription}{user}{credential}",
            Self::PREFIX,
            self.region
        )
    }
}

impl TryFrom<String> for ClientId {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_client_id_reads_back_as_itself(region in "[a-z][a-z0-9]{0,11}", a: [u8; 12], b: [u8; 12], c: [u8; 12], d: [u8; 12]) {
            let id = ClientId {
                region: RegionLabel::parse(&region).unwrap(),
                organization: OrganizationId::from_random(a),
                subscription: SubscriptionId::from_random(b),
                user: UserId::from_random(c),
                credential: CredentialId::from_random(d),
            };
            let text = id.to_string();
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
            prop_assert_eq!(ClientId::parse(&text), Ok(id));
        }

        #[test]
        fn reading_never_panics(text in "svc_[a-z0-9_é]{0,70}|\\PC{0,80}") {
            let _ = ClientId::parse(&text);
        }
    }
}
