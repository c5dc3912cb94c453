//! The operations: what each is asked and what it answers, in AWS's field names.

use serde_json::{Value, json};

use super::asked::Asked;
use super::fault::Fault;
use super::secret::{CURRENT, Content, Secret, already_there};
use super::vault::Vault;
use crate::aws::{ACCOUNT, REGION};

/// Does one operation.
pub(super) fn perform(vault: &Vault, operation: &str, body: &[u8]) -> Result<Value, Fault> {
    let act = match operation {
        "CreateSecret" => create,
        "PutSecretValue" => put_value,
        "GetSecretValue" => value,
        "DescribeSecret" => describe,
        "ListSecretVersionIds" => version_ids,
        "UpdateSecretVersionStage" => update_stage,
        "DeleteSecret" => delete,
        "CancelRotateSecret" => cancel_rotation,
        _ => return Err(Fault::UnknownOperationException),
    };
    act(vault, &Asked::parse(body)?)
}

fn create(vault: &Vault, asked: &Asked) -> Result<Value, Fault> {
    let name = asked
        .name
        .clone()
        .ok_or_else(|| Fault::parameter("You must provide a Name."))?;
    let letter = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-!".contains(c);
    if name.is_empty() || name.len() > 512 || !name.chars().all(letter) {
        return Err(Fault::parameter(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        ));
    }
    let content = asked.content()?;
    let version = asked.token()?;
    if let Some(known) = vault.secret(&name)? {
        return asked_again(&known, version, content);
    }
    let (now, suffix) = vault.now_and_suffix()?;
    let mut secret = Secret {
        arn: format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-{suffix}"),
        name,
        description: asked.description.clone(),
        kms_key_id: asked.kms_key_id.clone(),
        tags: asked.tags.clone(),
        created: now,
        changed: now,
        deletion: None,
        versions: Vec::new(),
        rotation: None,
    };
    let mut answer = json!({ "ARN": secret.arn, "Name": secret.name });
    if let Some(content) = content {
        secret.put(version, content, &[], now)?;
        answer["VersionId"] = json!(version);
    }
    vault.create(&secret)?;
    Ok(answer)
}

/// A create that was already done, or one that meets another secret of that name.
fn asked_again(known: &Secret, version: &str, content: Option<Content>) -> Result<Value, Fault> {
    if known.deletion.is_some() {
        return Err(Fault::InvalidRequestException(
            "You can't create this secret because a secret with this name is already scheduled for deletion."
                .to_owned(),
        ));
    }
    match (known.version(version), content) {
        (Some(made), content) if made.content == content => {
            Ok(json!({ "ARN": known.arn, "Name": known.name, "VersionId": version }))
        }
        (Some(_), _) => Err(already_there(version)),
        (None, _) => Err(Fault::ResourceExistsException(format!(
            "The operation failed because the secret {} already exists.",
            known.name
        ))),
    }
}

fn put_value(vault: &Vault, asked: &Asked) -> Result<Value, Fault> {
    let content = asked
        .content()?
        .ok_or_else(|| Fault::parameter("You must provide SecretString or SecretBinary."))?;
    let version = asked.token()?;
    let stages = asked.version_stages.clone().unwrap_or_else(|| vec![CURRENT.to_owned()]);
    if stages.is_empty() || stages.iter().any(String::is_empty) {
        return Err(Fault::parameter("VersionStages must name at least one staging label."));
    }
    let (now, _) = vault.now_and_suffix()?;
    let secret = vault.change(asked.secret_id()?, |secret| secret.put(version, content, &stages, now))?;
    let stages = secret.version(version).map(|version| &version.stages);
    Ok(json!({ "ARN": secret.arn, "Name": secret.name, "VersionId": version, "VersionStages": stages }))
}

fn value(vault: &Vault, asked: &Asked) -> Result<Value, Fault> {
    let secret = asked.secret(vault)?;
    secret.live()?;
    let (version, content) = secret.choose(asked.version_id.as_deref(), asked.version_stage.as_deref())?;
    let mut answer = json!({
        "ARN": secret.arn, "Name": secret.name, "VersionId": version.id,
        "VersionStages": version.stages, "CreatedDate": version.created,
    });
    match content {
        Content::SecretString(text) => answer["SecretString"] = json!(text),
        Content::SecretBinary(base64) => answer["SecretBinary"] = json!(base64),
    }
    Ok(answer)
}

fn describe(vault: &Vault, asked: &Asked) -> Result<Value, Fault> {
    let secret = asked.secret(vault)?;
    let mut answer = json!({
        "ARN": secret.arn, "Name": secret.name, "CreatedDate": secret.created, "LastChangedDate": secret.changed,
        "Tags": secret.tags, "VersionIdsToStages": secret.stages(),
    });
    for (field, known) in [("Description", &secret.description), ("KmsKeyId", &secret.kms_key_id)] {
        if let Some(text) = known {
            answer[field] = json!(text);
        }
    }
    if let Some((deleted, _)) = secret.deletion {
        answer["DeletedDate"] = json!(deleted);
    }
    if let Some(rotation) = &secret.rotation {
        rotation.describe(&mut answer);
    }
    Ok(answer)
}

fn cancel_rotation(vault: &Vault, asked: &Asked) -> Result<Value, Fault> {
    let mut cut_off = None;
    let secret = vault.change(asked.secret_id()?, |secret| {
        cut_off = secret.cancel_rotation()?;
        Ok(())
    })?;
    let mut answer = json!({ "ARN": secret.arn, "Name": secret.name });
    if let Some(version) = cut_off {
        answer["VersionId"] = json!(version);
    }
    Ok(answer)
}

fn version_ids(vault: &Vault, asked: &Asked) -> Result<Value, Fault> {
    let secret = asked.secret(vault)?;
    let listed = secret
        .versions
        .iter()
        .filter(|version| asked.include_deprecated || !version.stages.is_empty());
    let listed: Vec<Value> = listed
        .map(|version| json!({ "VersionId": version.id, "VersionStages": version.stages, "CreatedDate": version.created }))
        .collect();
    Ok(json!({ "ARN": secret.arn, "Name": secret.name, "Versions": listed }))
}

fn update_stage(vault: &Vault, asked: &Asked) -> Result<Value, Fault> {
    let stage = asked
        .version_stage
        .as_deref()
        .ok_or_else(|| Fault::parameter("You must provide a VersionStage."))?;
    let (from, to) = (
        asked.remove_from_version_id.as_deref(),
        asked.move_to_version_id.as_deref(),
    );
    if from.is_none() && to.is_none() {
        return Err(Fault::parameter(
            "You must provide RemoveFromVersionId, MoveToVersionId, or both.",
        ));
    }
    let secret = vault.change(asked.secret_id()?, |secret| secret.move_stage(stage, from, to))?;
    Ok(json!({ "ARN": secret.arn, "Name": secret.name }))
}

fn delete(vault: &Vault, asked: &Asked) -> Result<Value, Fault> {
    if asked.force_delete_without_recovery && asked.recovery_window_in_days.is_some() {
        return Err(Fault::parameter(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        ));
    }
    let days = asked.recovery_window_in_days.unwrap_or(30);
    if !(7..=30).contains(&days) {
        return Err(Fault::parameter(
            "RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        ));
    }
    let (now, _) = vault.now_and_suffix()?;
    let gone = if asked.force_delete_without_recovery {
        now
    } else {
        now + f64::from(days) * 86_400.0
    };
    let secret = vault.change(asked.secret_id()?, |secret| {
        secret.deletion = Some((now, gone));
        Ok(())
    })?;
    if asked.force_delete_without_recovery {
        vault.remove(&secret.name)?;
    }
    Ok(json!({ "ARN": secret.arn, "Name": secret.name, "DeletionDate": gone }))
}
