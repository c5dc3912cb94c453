//! Public keys as they are published: JSON Web Keys (RFC 7517) and their algorithms.

use super::Invalid;
use serde::{Deserialize, Serialize};

/// How access tokens are signed (RFC 7518 §3.1, RFC 8037 §3.1). Never `none`, never symmetric.
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

/// A JSON Web Key with the members this server's keys have (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Jwk {
    /// The key's id.
    pub kid: String,
    /// What it is for: always `sig`.
    #[serde(rename = "use")]
    pub purpose: String,
    /// The one algorithm it is used with.
    pub alg: SigningAlgorithm,
    /// The key itself.
    #[serde(flatten)]
    pub material: Material,
}

/// The key itself, base64url.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kty")]
#[expect(missing_docs, reason = "the members are named by RFC 7518 §6")]
pub enum Material {
    /// An elliptic curve key.
    #[serde(rename = "EC")]
    Ec { crv: String, x: String, y: String },
    /// An RSA key.
    #[serde(rename = "RSA")]
    Rsa { n: String, e: String },
    /// An Ed25519 key.
    #[serde(rename = "OKP")]
    Okp { crv: String, x: String },
}
