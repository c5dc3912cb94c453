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
pub struct ServiceClientId {
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

impl ServiceClientId {
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

impl std::fmt::Display for ServiceClientId {
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

impl TryFrom<String> for ServiceClientId {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<ServiceClientId> for String {
    fn from(id: ServiceClientId) -> Self {
        id.to_string()
    }
}

/// `cli_<region>_` and twelve characters: a client for people that was registered, by an admin or
/// by itself (RFC 7591). Not a secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegisteredClientId {
    /// The region whose table has the client.
    pub region: RegionLabel,
    code: Code,
}

impl RegisteredClientId {
    /// A new client ID.
    pub fn from_random(region: RegionLabel, random: [u8; LENGTH]) -> Self {
        Self {
            region,
            code: Code::from_random(random),
        }
    }

    /// Reads a client ID.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let read = || {
            let (region, code) = text.strip_prefix("cli_")?.split_once('_')?;
            Some(Self {
                region: RegionLabel::parse(region).ok()?,
                code: Code::parse(code)?,
            })
        };
        read().ok_or(Invalid::new("must be the client ID of a registered client (cli_…)"))
    }
}

impl std::fmt::Display for RegisteredClientId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cli_{}_{}", self.region, self.code.as_str())
    }
}

impl TryFrom<String> for RegisteredClientId {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<RegisteredClientId> for String {
    fn from(id: RegisteredClientId) -> Self {
        id.to_string()
    }
}

/// The URL of a Client ID Metadata Document: the client ID of a client that nobody registered. An
/// `https` URL (or `http` on loopback, which only a local region fetches) with a path, without
/// fragment, user, or `.` and `..` segments; at most 255 characters. Compared as it is written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentUrl(String);

impl DocumentUrl {
    /// Reads a URL.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused =
            || Invalid::new("must be the https URL of a client metadata document, with a path and without fragment");
        let url = url::Url::parse(text).map_err(|_| refused())?;
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let secure = url.scheme() == "https" || (url.scheme() == "http" && loopback);
        // What the parser writes is what was read: no dot segments, no user, no default port, no escapes.
        let plain = url.as_str() == text && url.username().is_empty() && url.password().is_none();
        let path = url.path().len() > 1 && url.fragment().is_none() && !text.contains('#');
        if secure && plain && path && text.len() <= 255 {
            Ok(Self(text.to_owned()))
        } else {
            Err(refused())
        }
    }

    /// The URL as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host that vouches for the document, with its port if that is unusual.
    pub fn host(&self) -> &str {
        let after_scheme = self.0.split_once("://").map_or("", |(_, rest)| rest);
        after_scheme.split('/').next().unwrap_or_default()
    }

    /// Whose it is, as far as names tell: what was registered, with all the names below it. On this
    /// machine it is the port that tells.
    pub fn site(&self) -> &str {
        if self.is_loopback() {
            return self.host();
        }
        let host = self.host().split(':').next().unwrap_or_default();
        // With the dot of the root at its end, a name is the same.
        let host = host.trim_end_matches('.');
        psl::domain_str(host).unwrap_or(host)
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.0.starts_with("http://")
    }
}

super::region::string_conversions!(DocumentUrl);

/// What a client calls itself, of whichever kind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ClientId {
    /// A credential of a service account.
    Service(ServiceClientId),
    /// A registered client for people.
    Registered(RegisteredClientId),
    /// A client for people that publishes its own metadata.
    Document(DocumentUrl),
}

impl ClientId {
    /// Reads a client ID. The three kinds have no text in common.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.starts_with("cli_") {
            RegisteredClientId::parse(text).map(Self::Registered)
        } else if text.starts_with("http") {
            DocumentUrl::parse(text).map(Self::Document)
        } else {
            ServiceClientId::parse(text).map(Self::Service)
        }
    }
}

impl std::fmt::Display for ClientId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Service(id) => id.fmt(f),
            Self::Registered(id) => id.fmt(f),
            Self::Document(url) => url.fmt(f),
        }
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
            let id = ServiceClientId {
                region: RegionLabel::parse(&region).unwrap(),
                organization: OrganizationId::from_random(a),
                subscription: SubscriptionId::from_random(b),
                user: UserId::from_random(c),
                credential: CredentialId::from_random(d),
            };
            let text = id.to_string();
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
            prop_assert_eq!(ServiceClientId::parse(&text), Ok(id));
        }

        #[test]
        fn reading_never_panics(text in "svc_[a-z0-9_é]{0,70}|\\PC{0,80}") {
            let _ = ServiceClientId::parse(&text);
        }
    }
}
