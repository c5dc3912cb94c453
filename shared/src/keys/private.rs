//! Private signing keys: made once, kept in Secrets Manager, read by the token function only.

use crate::domain::{Jwk, Material, SigningAlgorithm, Unavailable};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// The value of the signing secret.
#[derive(Serialize, Deserialize)]
struct SecretValue {
    kid: String,
    alg: SigningAlgorithm,
    /// The key, DER in base64.
    pkcs8: String,
}

impl Drop for SecretValue {
    fn drop(&mut self) {
        self.pkcs8.zeroize();
    }
}

/// A key that signs. Prints as `[redacted]`.
pub struct PrivateKey {
    kid: String,
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

fn unusable(what: &str) -> Unavailable {
    Unavailable(format!("signing key: {what}"))
}

impl PrivateKey {
    /// Makes a key and the secret value that keeps it.
    pub fn generate(algorithm: SigningAlgorithm, kid: &str) -> Result<(Self, Zeroizing<String>), Unavailable> {
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
        let value = SecretValue {
            kid: kid.to_owned(),
            alg: algorithm,
            pkcs8: BASE64_STANDARD.encode(&*der),
        };
        let text = serde_json::to_string(&value)
            .map(Zeroizing::new)
            .map_err(|_| unusable("cannot be written"))?;
        Ok((Self::parse(&text)?, text))
    }

    /// Reads the value of the signing secret. An error never repeats the value.
    pub fn parse(secret_value: &str) -> Result<Self, Unavailable> {
        let value: SecretValue =
            serde_json::from_str(secret_value).map_err(|_| unusable("the secret's value has another form"))?;
        let der = Zeroizing::new(
            BASE64_STANDARD
                .decode(&value.pkcs8)
                .map_err(|_| unusable("not base64"))?,
        );
        let rejected = |_| unusable("rejected");
        let pair = match value.alg {
            SigningAlgorithm::Es256 => {
                Pair::Es256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).map_err(rejected)?)
            }
            SigningAlgorithm::EdDsa => Pair::EdDsa(Ed25519KeyPair::from_pkcs8(&der).map_err(rejected)?),
            SigningAlgorithm::Rs256 => Pair::Rs256(RsaKeyPair::from_pkcs8(&der).map_err(rejected)?),
        };
        let header = serde_json::json!({"typ": "at+jwt", "alg": value.alg.as_str(), "kid": value.kid}).to_string();
        #[expect(clippy::disallowed_methods, reason = "signing takes the library's own generator")]
        let rng = SystemRandom::new();
        Ok(Self {
            kid: value.kid.clone(),
            pair,
            rng,
            header: BASE64URL.encode(header),
        })
    }

    /// The public half.
    pub fn jwk(&self) -> Jwk {
        let (alg, material) = match &self.pair {
            Pair::Es256(pair) => {
                // An uncompressed point: 0x04, x, y (SEC 1 §2.3.3).
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                let material = Material::Ec {
                    crv: "P-256".to_owned(),
                    x: BASE64URL.encode(x),
                    y: BASE64URL.encode(y),
                };
                (SigningAlgorithm::Es256, material)
            }
            Pair::EdDsa(pair) => {
                let x = BASE64URL.encode(pair.public_key().as_ref());
                (
                    SigningAlgorithm::EdDsa,
                    Material::Okp {
                        crv: "Ed25519".to_owned(),
                        x,
                    },
                )
            }
            Pair::Rs256(pair) => {
                let parts = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                (
                    SigningAlgorithm::Rs256,
                    Material::Rsa {
                        n: BASE64URL.encode(parts.n),
                        e: BASE64URL.encode(parts.e),
                    },
                )
            }
        };
        Jwk {
            kid: self.kid.clone(),
            purpose: "sig".to_owned(),
            alg,
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
