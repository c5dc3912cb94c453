//! Clients that send people to the authorize page (RFC 6749 §2, RFC 7591, Client ID Metadata
//! Documents).

use super::{ClientId, CredentialId, Invalid, Name, OrganizationId, RedirectUri, Seconds, StoredSecret, Timestamp};
use serde::{Deserialize, Serialize};

/// A third-party OAuth client, for people.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Client {
    /// Its client ID; never a service account's.
    pub client_id: ClientId,
    /// What it calls itself.
    pub name: Name<64>,
    /// Where codes may be sent; 1 to [`Client::MAX_REDIRECT_URIS`].
    pub redirect_uris: Vec<RedirectUri>,
    /// How it came to be known.
    pub registration: Registration,
    /// How it authenticates at the token endpoint.
    pub authentication: ClientAuthentication,
    /// When it was made, or its document was read.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts its changes.
    pub version: u64,
    /// Counts every write, so that none is lost under another.
    pub revision: u64,
}

/// How a client came to be known.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "registration", rename_all = "snake_case")]
pub enum Registration {
    /// An admin registered it: it serves the people of that organization alone.
    Admin {
        /// Whose it is.
        organization: OrganizationId,
    },
    /// It registered itself (RFC 7591) and serves whoever's organization admits such clients.
    /// Garbage at `ends_at` unless it is used.
    Dynamic {
        /// When it is garbage.
        ends_at: Timestamp,
    },
    /// It publishes a metadata document, read again after `ends_at`.
    Document {
        /// How long what was read is good.
        ends_at: Timestamp,
    },
}

/// How a client authenticates at the token endpoint (RFC 7591 §2, `token_endpoint_auth_method`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "token_endpoint_auth_method", rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// `none`: a public client. PKCE binds its codes.
    None,
    /// `client_secret_basic` or `client_secret_post`: both are accepted of every holder of a secret.
    ClientSecret(ClientCredential),
}

/// The secret of a confidential client.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClientCredential {
    /// What its hash and fingerprint are salted with, and proofs are remembered by.
    pub id: CredentialId,
    /// The live secrets, newest first; at most two.
    pub secrets: Vec<StoredSecret>,
    /// How it said it would send them. Either way is accepted.
    #[serde(default)]
    pub method: SecretMethod,
}

/// How a client sends its secret (RFC 7591 §2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum SecretMethod {
    /// With HTTP Basic; what a client that does not say gets.
    #[default]
    #[serde(rename = "client_secret_basic")]
    Basic,
    /// In the body.
    #[serde(rename = "client_secret_post")]
    Post,
}

impl SecretMethod {
    /// The method as it is written on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
        }
    }
}

impl ClientAuthentication {
    /// The method as it is written on the wire.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecret(credential) => credential.method.as_str(),
        }
    }
}

impl ClientCredential {
    /// The secrets that are accepted now.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &StoredSecret> {
        self.secrets.iter().filter(move |secret| secret.is_live(now))
    }

    /// The newest secret's generation.
    pub fn generation(&self) -> u32 {
        self.secrets.first().map_or(0, |secret| secret.generation)
    }

    /// Puts a new secret first. The old ones stop at once, or after `overlap`.
    pub fn rotate(&mut self, secret: StoredSecret, overlap: Seconds, now: Timestamp) {
        StoredSecret::succeed(&mut self.secrets, secret, overlap, now);
    }
}

/// Why an organization's people may not use a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotAdmitted {
    /// Another organization's admin registered it. To everybody else it is not there.
    #[error("registered by another organization")]
    OtherOrganization,
    /// It registered itself, and the organization has switched such clients off.
    #[error("dynamically registered clients are switched off")]
    DynamicRegistrationDisabled,
    /// It has a metadata document, and the organization has switched such clients off.
    #[error("clients with metadata documents are switched off")]
    MetadataDocumentsDisabled,
}

impl Client {
    /// The most redirect URIs a client has.
    pub const MAX_REDIRECT_URIS: usize = 20;
    /// How long a client that registered itself is kept for its first use: a week. It is used when a
    /// person allows it something, or asks that its redirect origin be approved.
    pub const NEVER_USED: Seconds = Seconds(7 * 86_400);
    /// How long it is kept after a use: 90 days.
    pub const UNUSED: Seconds = Seconds(90 * 86_400);
    /// A use renews that term only once a day of it has gone.
    const RENEWED_EVERY: Seconds = Seconds(86_400);

    /// Refuses none, and too many.
    pub fn check_redirect_uris(uris: &[RedirectUri]) -> Result<(), Invalid> {
        if (1..=Self::MAX_REDIRECT_URIS).contains(&uris.len()) {
            Ok(())
        } else {
            let most = Self::MAX_REDIRECT_URIS;
            Err(Invalid::because(format!("must be 1 to {most} redirect URIs")))
        }
    }

    /// Whether codes may be sent to `presented`.
    pub fn admits(&self, presented: &RedirectUri) -> bool {
        self.redirect_uris.iter().any(|registered| registered.admits(presented))
    }

    /// Whether it has no secret.
    pub fn is_public(&self) -> bool {
        self.authentication == ClientAuthentication::None
    }

    /// The organization it belongs to; none if it serves everybody's.
    pub fn organization(&self) -> Option<OrganizationId> {
        match self.registration {
            Registration::Admin { organization } => Some(organization),
            Registration::Dynamic { .. } | Registration::Document { .. } => None,
        }
    }

    /// Whether what is known of it counts no more: it was never used, or its document must be read
    /// again.
    pub fn is_over(&self, now: Timestamp) -> bool {
        match self.registration {
            Registration::Admin { .. } => false,
            Registration::Dynamic { ends_at } | Registration::Document { ends_at } => ends_at <= now,
        }
    }

    /// Until when to keep it now that it was used; none if that needs no write.
    pub fn kept_until(&self, now: Timestamp) -> Option<Timestamp> {
        let Registration::Dynamic { ends_at } = self.registration else {
            return None;
        };
        let until = now.plus(Self::UNUSED);
        (ends_at.plus(Self::RENEWED_EVERY) <= until).then_some(until)
    }
}
