//! What an operation is asked, in AWS's field names, and the checks that every operation shares.

use serde::Deserialize;

use super::fault::Fault;
use super::rotation::Rules;
use super::secret::{Content, Secret, Tag};
use super::vault::Vault;

const LONGEST_VALUE: usize = 65_536;

/// Every field of every operation; each takes the ones it knows, as AWS ignores the others.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Asked {
    pub(super) name: Option<String>,
    pub(super) secret_id: Option<String>,
    pub(super) client_request_token: Option<String>,
    pub(super) description: Option<String>,
    pub(super) kms_key_id: Option<String>,
    pub(super) tags: Vec<Tag>,
    pub(super) secret_string: Option<String>,
    pub(super) secret_binary: Option<String>,
    pub(super) version_id: Option<String>,
    pub(super) version_stage: Option<String>,
    pub(super) version_stages: Option<Vec<String>>,
    pub(super) remove_from_version_id: Option<String>,
    pub(super) move_to_version_id: Option<String>,
    pub(super) include_deprecated: bool,
    pub(super) recovery_window_in_days: Option<u8>,
    pub(super) force_delete_without_recovery: bool,
    #[serde(rename = "RotationLambdaARN")]
    pub(super) rotation_lambda_arn: Option<String>,
    pub(super) rotation_rules: Option<Rules>,
    pub(super) rotate_immediately: Option<bool>,
}

impl Asked {
    /// Reads a request. The parser's own words could quote a secret, so they are not passed on.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Fault> {
        serde_json::from_slice(body)
            .map_err(|_| Fault::SerializationException("The request body is not JSON of this operation.".to_owned()))
    }

    pub(super) fn secret_id(&self) -> Result<&str, Fault> {
        self.secret_id
            .as_deref()
            .ok_or_else(|| Fault::parameter("You must provide a SecretId."))
    }

    pub(super) fn secret(&self, vault: &Vault) -> Result<Secret, Fault> {
        vault.secret(self.secret_id()?)?.ok_or_else(Fault::no_secret)
    }

    pub(super) fn token(&self) -> Result<&str, Fault> {
        let token = self.client_request_token.as_deref().ok_or_else(|| {
            Fault::InvalidRequestException(
                "You must provide a ClientRequestToken value. We recommend a UUID-type value.".to_owned(),
            )
        })?;
        if (32..=64).contains(&token.len()) {
            Ok(token)
        } else {
            Err(Fault::parameter("ClientRequestToken must be 32-64 characters long."))
        }
    }

    pub(super) fn content(&self) -> Result<Option<Content>, Fault> {
        let content = match (&self.secret_string, &self.secret_binary) {
            (Some(_), Some(_)) => {
                return Err(Fault::parameter(
                    "You can't specify both a binary secret value and a string secret value.",
                ));
            }
            (Some(text), None) => Content::SecretString(text.clone()),
            (None, Some(base64)) => Content::SecretBinary(base64.clone()),
            (None, None) => return Ok(None),
        };
        let (Content::SecretString(value) | Content::SecretBinary(value)) = &content;
        if value.is_empty() || value.len() > LONGEST_VALUE {
            return Err(Fault::parameter(format!(
                "The secret value must have 1 to {LONGEST_VALUE} bytes."
            )));
        }
        Ok(Some(content))
    }
}
