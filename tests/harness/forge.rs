//! The region's own signing key in the wrong hands: what only a verifier that looks closely refuses.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64URL};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use regent::domain::SigningAlgorithm;
use regent::keys::{PrivateKey, SigningKeys};
use serde_json::Value;

use super::Region;

/// The private key of a region that signs with ES256.
pub(crate) struct Forge(EncodingKey);

impl Forge {
    /// Takes the key out of the region's Secrets Manager.
    pub(crate) async fn of(region: &Region) -> Self {
        let config = aws_sdk_secretsmanager::config::Builder::from(&region.running.aws())
            .endpoint_url(&region.running.secrets_endpoint);
        let secrets = aws_sdk_secretsmanager::Client::from_conf(config.build());
        let name = region.running.app.config().signing_secret.clone().unwrap();
        let secret = secrets
            .get_secret_value()
            .secret_id(name)
            .version_stage("AWSCURRENT")
            .send()
            .await
            .unwrap();
        Self::read(secret.secret_string().unwrap())
    }

    /// A key that no region knows, and its public half.
    pub(crate) fn strange() -> (Self, Value) {
        let key = PrivateKey::generate(SigningAlgorithm::Es256, "mine".to_owned()).unwrap();
        let jwk = serde_json::to_value(key.jwk()).unwrap();
        let value = SigningKeys::and(None, key.into()).to_value().unwrap();
        (Self::read(&value), jwk)
    }

    /// The newest key of a signing secret's value.
    fn read(value: &str) -> Self {
        let value: Value = serde_json::from_str(value).unwrap();
        let der = BASE64_STANDARD
            .decode(
                value["keys"].as_array().unwrap().last().unwrap()["pkcs8"]
                    .as_str()
                    .unwrap(),
            )
            .unwrap();
        Self(EncodingKey::from_ec_der(&der))
    }

    /// A signature.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        BASE64URL
            .decode(crypto::sign(message, &self.0, Algorithm::ES256).unwrap())
            .unwrap()
    }
}
