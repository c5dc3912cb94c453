//! Public keys that verify. Their published form is [`Jwk`].

use crate::domain::{Jwk, Material, SigningAlgorithm, TokenError};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};

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
