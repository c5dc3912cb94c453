//! The signing key of the region, as Secrets Manager has it under `AWSCURRENT`.

use super::PrivateKey;
use crate::domain::{Seconds, Timestamp, Unavailable};
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_sdk_secretsmanager::operation::put_secret_value::PutSecretValueError;
use aws_sdk_secretsmanager::{Client, error::DisplayErrorContext};
use std::sync::Arc;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// How long a key is used before Secrets Manager is asked again. The rotation publishes a key
/// longer than that before it signs, and the old key stays valid, so being late does no harm.
const MAX_AGE: Seconds = Seconds(300);

/// Signs for the region. Reads the key when the first token is made, not at start.
#[derive(Debug)]
pub struct Signer {
    client: Client,
    secret: String,
    current: Mutex<Option<(Arc<PrivateKey>, Timestamp)>>,
}

impl Signer {
    /// A signer that reads `secret` (a name or an ARN).
    pub fn new(client: Client, secret: String) -> Self {
        Self {
            client,
            secret,
            current: Mutex::default(),
        }
    }

    /// The key to sign with now. If Secrets Manager does not answer, the key in memory goes on.
    pub async fn key(&self, now: Timestamp) -> Result<Arc<PrivateKey>, Unavailable> {
        let mut current = self.current.lock().await;
        if let Some((key, read_at)) = current.as_ref()
            && now < read_at.plus(MAX_AGE)
        {
            return Ok(Arc::clone(key));
        }
        match (self.read().await, current.as_ref()) {
            (Ok(Some(value)), _) => {
                let key = Arc::new(PrivateKey::parse(&value)?);
                *current = Some((Arc::clone(&key), now));
                Ok(key)
            }
            (Ok(None), _) => Err(Unavailable("signing key: the secret has no value yet".to_owned())),
            (Err(error), Some((key, _))) => {
                tracing::warn!(%error, "signing key not refreshed");
                Ok(Arc::clone(key))
            }
            (Err(error), None) => Err(error),
        }
    }

    /// The secret's value; `None` if there is no such secret or it has none.
    pub async fn read(&self) -> Result<Option<Zeroizing<String>>, Unavailable> {
        // Always with the stage: not every implementation defaults to it.
        match self
            .client
            .get_secret_value()
            .secret_id(&self.secret)
            .version_stage("AWSCURRENT")
            .send()
            .await
        {
            // A secret that was made without a value has none; some implementations say it is empty.
            Ok(answer) => Ok(answer
                .secret_string
                .filter(|value| !value.is_empty())
                .map(Zeroizing::new)),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(Unavailable(format!("secrets manager: {}", DisplayErrorContext(&error)))),
        }
    }

    /// Gives the secret its first value; makes the secret if there is none.
    pub async fn write_first(&self, value: &str) -> Result<(), Unavailable> {
        let put = self
            .client
            .put_secret_value()
            .secret_id(&self.secret)
            .secret_string(value)
            .send()
            .await;
        match put {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutSecretValueError::is_resource_not_found_exception) =>
            {
                let create = self
                    .client
                    .create_secret()
                    .name(&self.secret)
                    .secret_string(value)
                    .send()
                    .await;
                match create {
                    Ok(_) => Ok(()),
                    // Somebody else was first, and that one's value is the first.
                    Err(error)
                        if error
                            .as_service_error()
                            .is_some_and(CreateSecretError::is_resource_exists_exception) =>
                    {
                        Ok(())
                    }
                    Err(error) => Err(Unavailable(format!("secrets manager: {}", DisplayErrorContext(&error)))),
                }
            }
            Err(error) => Err(Unavailable(format!("secrets manager: {}", DisplayErrorContext(&error)))),
        }
    }
}
