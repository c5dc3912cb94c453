//! Client ID Metadata Documents: what can be wrong with one.

use super::Invalid;

/// Why the document at a client ID's URL makes no client. The words are for the person in front of
/// the authorize page and for whoever publishes the document; they repeat nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The URL is not one this region fetches: `http`, or an address where a name belongs.
    #[error("its URL must be https with a host name")]
    UrlRefused,
    /// The host's name leads to no address, or to one that is nobody's public address.
    #[error("its host has no public address")]
    HostRefused,
    /// No connection, no sound TLS, no HTTP, or it broke off.
    #[error("its host does not answer")]
    Unreachable,
    /// It took too long.
    #[error("its host takes too long to answer")]
    TooSlow,
    /// Another status than 200. Redirects are never followed.
    #[error("its host answers with status {0}, not 200")]
    Status(u16),
    /// Another `Content-Type` than JSON's.
    #[error("it is not served as application/json")]
    NotJson,
    /// More than [`DocumentError::MAX_BYTES`].
    #[error("it is longer than {} bytes", Self::MAX_BYTES)]
    TooLong,
    /// It is no JSON object, or a member of it is not what it must be.
    #[error("{member} {why}")]
    Member {
        /// Which one.
        member: &'static str,
        /// What about it.
        why: Invalid,
    },
}

impl DocumentError {
    /// The longest document, in bytes.
    pub const MAX_BYTES: usize = 5 * 1024;
}
