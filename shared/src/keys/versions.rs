//! The signing secret in Secrets Manager: its versions and the staging labels on them. Every call
//! names a label or a version, since not every implementation has AWS's defaults; whatever moves
//! `AWSCURRENT` says from where, so that of two that do so at once one loses.

use super::SigningKeys;
use crate::domain::Unavailable;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use std::collections::HashMap;
use zeroize::Zeroizing;

/// What signers read.
pub const CURRENT: &str = "AWSCURRENT";
/// What a rotation prepares.
pub const PENDING: &str = "AWSPENDING";

/// What is put beside a rotation, until `AWSCURRENT` moves there. Of Regent's own.
pub const BESIDE: &str = "REGENTNEXT";

/// The versions of the signing secret.
#[derive(Clone, Debug)]
pub struct Versions {
    client: Client,
    /// Its name or ARN.
    secret: String,
}

/// Which labels are on which version, and what the secret is called.
#[derive(Debug, Default)]
pub struct Labels {
    arn: String,
    name: String,
    held: HashMap<String, Vec<String>>,
}

/// A version with its value. Prints without it.
pub struct Version {
    /// Its id.
    pub id: String,
    value: Zeroizing<String>,
}

/// What became of a new version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Put {
    /// It is kept.
    Done,
    /// There is one of that id with another value.
    Taken,
    /// There is no such secret.
    NoSecret,
}

impl Labels {
    /// Whether the secret is the one that is called so.
    pub fn are_of(&self, secret: &str) -> bool {
        !secret.is_empty() && (secret == self.arn || secret == self.name)
    }

    /// The version that has a label.
    pub fn holder(&self, label: &str) -> Option<&str> {
        let mut versions = self
            .held
            .iter()
            .filter(|(_, held)| held.iter().any(|held| held == label));
        versions.next().map(|(version, _)| version.as_str())
    }

    /// Every version that has a label: one, but for implementations that leave it where it was, too.
    pub fn holders(&self, label: &str) -> Vec<&str> {
        let versions = self
            .held
            .iter()
            .filter(|(_, held)| held.iter().any(|held| held == label));
        versions.map(|(version, _)| version.as_str()).collect()
    }

    /// Whether a version has a label.
    pub fn has(&self, version: &str, label: &str) -> bool {
        self.held
            .get(version)
            .is_some_and(|held| held.iter().any(|held| held == label))
    }
}

impl Version {
    /// The keys in it.
    pub fn keys(&self) -> Result<SigningKeys, Unavailable> {
        SigningKeys::parse(&self.value)
    }
}

impl std::fmt::Debug for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Version({}, [redacted])", self.id)
    }
}

fn is<E: ProvideErrorMetadata>(error: &SdkError<E>, code: &str) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some(code)
}

impl Versions {
    /// Those of a secret by name or ARN.
    pub fn new(client: Client, secret: String) -> Self {
        Self { client, secret }
    }

    /// The labels of today; `None` if there is no such secret.
    pub async fn labels(&self) -> Result<Option<Labels>, Unavailable> {
        match self.client.describe_secret().secret_id(&self.secret).send().await {
            Ok(found) => Ok(Some(Labels {
                arn: found.arn.unwrap_or_default(),
                name: found.name.unwrap_or_default(),
                held: found.version_ids_to_stages.unwrap_or_default(),
            })),
            Err(error) if is(&error, "ResourceNotFoundException") => Ok(None),
            Err(error) => Err(Unavailable::of("DescribeSecret", &error)),
        }
    }

    /// The version that has a label; `None` if none has, or if it has no value.
    pub async fn labelled(&self, label: &str) -> Result<Option<Version>, Unavailable> {
        self.read(None, Some(label)).await
    }

    /// The version of that id; `None` if there is none, or if it has no value.
    pub async fn version(&self, id: &str) -> Result<Option<Version>, Unavailable> {
        self.read(Some(id), None).await
    }

    async fn read(&self, id: Option<&str>, label: Option<&str>) -> Result<Option<Version>, Unavailable> {
        let get = self.client.get_secret_value().secret_id(&self.secret);
        let get = get.set_version_id(id.map(str::to_owned));
        match get.set_version_stage(label.map(str::to_owned)).send().await {
            Ok(found) => {
                let value = found.secret_string.map(Zeroizing::new);
                // A secret that was made without a value has none; some implementations say it is empty.
                let value = value.filter(|value| !value.is_empty());
                Ok(found.version_id.zip(value).map(|(id, value)| Version { id, value }))
            }
            Err(error) if is(&error, "ResourceNotFoundException") => Ok(None),
            Err(error) => Err(Unavailable::of("GetSecretValue", &error)),
        }
    }

    /// Keeps a new version under a label, which leaves the version it was on.
    pub async fn put(&self, id: &str, keys: &SigningKeys, label: &str) -> Result<Put, Unavailable> {
        let put = self.client.put_secret_value().secret_id(&self.secret);
        let put = put.client_request_token(id).version_stages(label);
        match put.secret_string(keys.to_value()?.as_str()).send().await {
            Ok(_) => Ok(Put::Done),
            Err(error) if is(&error, "ResourceExistsException") => Ok(Put::Taken),
            Err(error) if is(&error, "ResourceNotFoundException") => Ok(Put::NoSecret),
            Err(error) => Err(Unavailable::of("PutSecretValue", &error)),
        }
    }

    /// Makes the secret with its first version, unless somebody else just has.
    pub async fn create(&self, id: &str, keys: &SigningKeys) -> Result<(), Unavailable> {
        let create = self.client.create_secret().name(&self.secret).client_request_token(id);
        match create.secret_string(keys.to_value()?.as_str()).send().await {
            Ok(_) => Ok(()),
            Err(error) if is(&error, "ResourceExistsException") => Ok(()),
            Err(error) => Err(Unavailable::of("CreateSecret", &error)),
        }
    }

    /// Moves `AWSCURRENT` from one version to another; from nowhere if there was none. Says whether
    /// it is there now: it is not if it was elsewhere than that meanwhile.
    pub async fn advance(&self, from: Option<&str>, to: &str) -> Result<bool, Unavailable> {
        if from == Some(to) {
            return Ok(true);
        }
        let step = self.client.update_secret_version_stage().secret_id(&self.secret);
        let step = step.version_stage(CURRENT).move_to_version_id(to);
        let sent = step.set_remove_from_version_id(from.map(str::to_owned)).send().await;
        match sent {
            Ok(_) => Ok(true),
            // It may have moved already: at the first of two attempts, or by itself, as a first version's.
            Err(error) if is(&error, "InvalidParameterException") => {
                let labels = self.labels().await?.unwrap_or_default();
                Ok(labels.has(to, CURRENT))
            }
            Err(error) => Err(Unavailable::of("UpdateSecretVersionStage", &error)),
        }
    }

    /// Takes a label off a version that has it.
    pub async fn take_off(&self, label: &str, version: &str) -> Result<(), Unavailable> {
        let step = self.client.update_secret_version_stage().secret_id(&self.secret);
        let step = step.version_stage(label).remove_from_version_id(version);
        match step.send().await {
            Ok(_) => Ok(()),
            // Somebody else has, or it is on another version by now.
            Err(error) if is(&error, "InvalidParameterException") || is(&error, "ResourceNotFoundException") => Ok(()),
            Err(error) => Err(Unavailable::of("UpdateSecretVersionStage", &error)),
        }
    }
}
