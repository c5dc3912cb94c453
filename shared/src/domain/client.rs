//! Clients that send people to the authorize page (RFC 6749 §2, RFC 7591, Client ID Metadata
//! Documents).

use super::{ClientId, CredentialId, Name, OrganizationId, RedirectUri, StoredSecret, Timestamp};
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
}

impl Client {
    /// The most redirect URIs a client has.
    pub const MAX_REDIRECT_URIS: usize = 20;

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
}
