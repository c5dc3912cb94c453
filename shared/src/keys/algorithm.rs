//! The signing algorithms this server uses (RFC 7518 §3.1, RFC 8037 §3.1). Never `none`, never a
//! symmetric one.

use crate::domain::Invalid;
use serde::{Deserialize, Serialize};

/// How access tokens are signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256. The default: small and fast to sign.
    #[default]
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits. For consumers that know nothing else.
    #[serde(rename = "RS256")]
    Rs256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlgorithm {
    /// The `alg` of a JOSE header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads an `alg`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        [Self::Es256, Self::Rs256, Self::EdDsa]
            .into_iter()
            .find(|algorithm| algorithm.as_str() == text)
            .ok_or(Invalid::new("must be ES256, RS256 or EdDSA"))
    }
}
