//! Public keys: how the table and the JWK set (RFC 7517) show them, and how they verify.

use super::SigningAlgorithm;
use crate::domain::{Timestamp, TokenError};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use serde::{Deserialize, Serialize};

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

/// A published key, as it is stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PublishedKey {
    /// The key.
    pub jwk: Jwk,
    /// When it was published.
    pub published_at: Timestamp,
    /// When the last token signed with it has expired, once it no longer signs.
    pub retires_at: Option<Timestamp>,
}

/// A key that verifies.
#[derive(Debug)]
pub struct PublicKey {
    algorithm: SigningAlgorithm,
    parsed: Parsed,
}

#[derive(Debug)]
enum Parsed {
    Spki(ParsedPublicKey),
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
}

impl PublicKey {
    /// Reads a JWK; `None` if it is no key of its algorithm.
    pub fn from_jwk(jwk: &Jwk) -> Option<Self> {
        let decode = |text: &String| BASE64URL.decode(text).ok();
        let parsed = match (&jwk.material, jwk.alg) {
            (Material::Ec { crv, x, y }, SigningAlgorithm::Es256) if crv == "P-256" => {
                let point = [&[4], decode(x)?.as_slice(), decode(y)?.as_slice()].concat();
                Parsed::Spki(ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()?)
            }
            (Material::Okp { crv, x }, SigningAlgorithm::EdDsa) if crv == "Ed25519" => {
                Parsed::Spki(ParsedPublicKey::new(&ED25519, decode(x)?).ok()?)
            }
            (Material::Rsa { n, e }, SigningAlgorithm::Rs256) => Parsed::Rsa(RsaPublicKeyComponents {
                n: decode(n)?,
                e: decode(e)?,
            }),
            _ => return None,
        };
        Some(Self {
            algorithm: jwk.alg,
            parsed,
        })
    }

    /// Checks a signature made with this key's one algorithm.
    pub(super) fn verify(
        &self,
        algorithm: SigningAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), TokenError> {
        if algorithm != self.algorithm {
            return Err(TokenError::Malformed);
        }
        match &self.parsed {
            Parsed::Spki(key) => key.verify_sig(message, signature),
            Parsed::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        }
        .map_err(|_| TokenError::BadSignature)
    }
}
