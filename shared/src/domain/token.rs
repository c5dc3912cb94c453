//! Access tokens: what they say, and what is kept of an issued one.

use super::{
    ApplicationId, Audience, ClientId, CredentialId, GrantId, Invalid, OrganizationId, Origin, Scopes, ServiceClientId,
    SubscriptionId, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

/// The `jti` of a token: 128 random bits in lower-case hexadecimal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenId(String);

impl TokenId {
    /// A new id from sixteen random bytes.
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(random)))
    }

    /// Reads a token id.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new("must be a token id"))
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

super::region::string_conversions!(TokenId);

/// The claims of an access token (RFC 9068 §2.2) and those a verification needs to find its
/// subject with one read. Deserialising them proves nothing: see `keys::Jws::verify`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer, byte for byte.
    pub iss: String,
    /// The client ID of a service account, the user id of a person.
    pub sub: String,
    /// The API resource.
    pub aud: Audience,
    /// Expiry, in seconds since the epoch.
    pub exp: i64,
    /// Issue, in seconds since the epoch.
    pub iat: i64,
    /// Not before: this server writes none, and heeds one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The token's id.
    pub jti: TokenId,
    /// Which client it was issued to.
    pub client_id: String,
    /// What it allows.
    pub scope: Scopes,
    /// The organization.
    pub organization: OrganizationId,
    /// The subscription, if it is limited to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<SubscriptionId>,
    /// The applications its subject may see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<ApplicationId>,
    /// Which secret of the credential it was obtained with.
    #[serde(rename = "gen", default)]
    pub generation: u32,
    /// The subject's count of losses of access when it was issued.
    #[serde(rename = "epo", default)]
    pub epoch: u32,
    /// The grant by which a person allowed the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Delegation>,
    /// When that person signed in, in seconds since the epoch (RFC 9068 §2.2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
}

/// What a token says of the grant (RFC 6749 §1.3) by which a person allowed a client.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Delegation {
    /// The grant.
    pub id: GrantId,
    /// The origin of the redirect URI it was made through.
    pub origin: Origin,
}

/// Whom a token speaks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A service account, through one of its credentials.
    Service(ServiceClientId),
    /// A person.
    Person(UserId),
    /// A client that a person allowed.
    Delegate {
        /// The person.
        user: UserId,
        /// The client.
        client: ClientId,
        /// The grant.
        grant: GrantId,
        /// The origin it was made through.
        origin: Origin,
    },
}

impl Subject {
    /// The user behind it.
    pub const fn user(&self) -> UserId {
        match self {
            Self::Service(client_id) => client_id.user,
            Self::Person(user) | Self::Delegate { user, .. } => *user,
        }
    }
}

impl Claims {
    /// The `client_id` of tokens that people get from this region itself.
    pub const FIRST_PARTY: &str = "console";

    /// Whom the token speaks for; `None` if the claims contradict each other.
    pub fn subject(&self) -> Option<Subject> {
        if self.client_id == Self::FIRST_PARTY {
            return UserId::parse(&self.sub).ok().map(Subject::Person);
        }
        let client_id = match ClientId::parse(&self.client_id).ok()? {
            ClientId::Service(client_id) => client_id,
            client => return self.delegate(client),
        };
        let consistent = self.sub == self.client_id
            && self.organization == client_id.organization
            && self.subscription == Some(client_id.subscription);
        consistent.then_some(Subject::Service(client_id))
    }

    fn delegate(&self, client: ClientId) -> Option<Subject> {
        let Delegation { id: grant, origin } = self.grant.clone()?;
        let user = UserId::parse(&self.sub).ok()?;
        Some(Subject::Delegate {
            user,
            client,
            grant,
            origin,
        })
    }

    /// When it expires.
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_seconds(self.exp)
    }
}

/// What is kept of an issued token, so that asking again yields the same one. The token itself is
/// sealed under a key derived from the client's secret: the table alone yields no usable token.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct IssuedToken {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub credential: CredentialId,
    /// Which secret obtained it, and seals it.
    pub generation: u32,
    /// The account's count of losses of access when it was issued.
    pub epoch: u32,
    /// What it allows.
    pub scopes: Scopes,
    /// What it is for.
    pub audience: Audience,
    /// When it expires.
    #[serde(rename = "ends_at")]
    pub expires_at: Timestamp,
    /// Nonce and ciphertext.
    #[serde(with = "serde_bytes")]
    pub sealed: Vec<u8>,
}
