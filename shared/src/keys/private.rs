//! Private signing keys: made once, kept in Secrets Manager (`bundle`), read by those who sign.

use crate::domain::{Jwk, Material, SigningAlgorithm, Unavailable};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use zeroize::Zeroizing;

/// A key that signs. Prints as `[redacted]`, and is wiped when it is dropped.
pub struct PrivateKey {
    kid: String,
    algorithm: SigningAlgorithm,
    /// The key as it is kept: DER in base64.
    pub(super) pkcs8: Zeroizing<String>,
    pair: Pair,
    rng: SystemRandom,
    /// The JOSE header of every token it signs, encoded.
    pub(super) header: String,
}

enum Pair {
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

pub(super) fn unusable(what: &str) -> Unavailable {
    Unavailable(format!("signing key: {what}"))
}

impl PrivateKey {
    /// Makes a key.
    pub fn generate(algorithm: SigningAlgorithm, kid: String) -> Result<Self, Unavailable> {
        let failed = |_| unusable("cannot be generated");
        #[expect(
            clippy::disallowed_methods,
            reason = "key generation takes the library's own generator"
        )]
        let rng = SystemRandom::new();
        let der = Zeroizing::new(match algorithm {
            SigningAlgorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng)
                .map_err(failed)?
                .as_ref()
                .to_vec(),
            SigningAlgorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&rng).map_err(failed)?.as_ref().to_vec(),
            SigningAlgorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)
                    .map_err(failed)?
                    .as_ref()
                    .to_vec()
            }
        });
        Self::from_pkcs8(kid, algorithm, Zeroizing::new(BASE64_STANDARD.encode(&*der)))
    }

    /// Reads a key as it is kept. An error never repeats it.
    pub(super) fn from_pkcs8(
        kid: String,
        algorithm: SigningAlgorithm,
        pkcs8: Zeroizing<String>,
    ) -> Result<Self, Unavailable> {
        let der = BASE64_STANDARD.decode(&*pkcs8).map(Zeroizing::new);
        let der = der.map_err(|_| unusable("not base64"))?;
        let rejected = |_| unusable("rejected");
        let pair = match algorithm {
            SigningAlgorithm::Es256 => {
                Pair::Es256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).map_err(rejected)?)
            }
            SigningAlgorithm::EdDsa => Pair::EdDsa(Ed25519KeyPair::from_pkcs8(&der).map_err(rejected)?),
            SigningAlgorithm::Rs256 => Pair::Rs256(RsaKeyPair::from_pkcs8(&der).map_err(rejected)?),
        };
        let header = serde_json::json!({"typ": "at+jwt", "alg": algorithm.as_str(), "kid": kid}).to_string();
        #[expect(clippy::disallowed_methods, reason = "signing takes the library's own generator")]
        let rng = SystemRandom::new();
        Ok(Self {
            kid,
            algorithm,
            pkcs8,
            pair,
            rng,
            header: BASE64URL.encode(header),
        })
    }

    /// The key's id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    pub const fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// The public half.
    pub fn jwk(&self) -> Jwk {
        let material = match &self.pair {
            Pair::Es256(pair) => {
                // An uncompressed point: 0x04, x, y (SEC 1 §2.3.3).
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                Material::Ec {
                    crv: "P-256".to_owned(),
                    x: BASE64URL.encode(x),
                    y: BASE64URL.encode(y),
                }
            }
            Pair::EdDsa(pair) => Material::Okp {
                crv: "Ed25519".to_owned(),
                x: BASE64URL.encode(pair.public_key().as_ref()),
            },
            Pair::Rs256(pair) => {
                let parts = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                Material::Rsa {
                    n: BASE64URL.encode(parts.n),
                    e: BASE64URL.encode(parts.e),
                }
            }
        };
        Jwk {
            kid: self.kid.clone(),
            purpose: "sig".to_owned(),
            alg: self.algorithm,
            material,
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unavailable> {
        let failed = |_| unusable("cannot sign");
        match &self.pair {
            Pair::Es256(pair) => Ok(pair.sign(&self.rng, message).map_err(failed)?.as_ref().to_vec()),
            Pair::EdDsa(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.rng, message, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
        }
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey([redacted])")
    }
}
