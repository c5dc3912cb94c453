//! One secret with its versions, and the rules of its staging labels. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::rotation::Rotation;

pub(super) const CURRENT: &str = "AWSCURRENT";
pub(super) const PENDING: &str = "AWSPENDING";
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";

/// A secret as the file keeps it. Times are seconds since the epoch, as on the wire.
#[derive(Serialize, Deserialize)]
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) description: Option<String>,
    pub(super) kms_key_id: Option<String>,
    pub(super) tags: Vec<Tag>,
    pub(super) created: f64,
    pub(super) changed: f64,
    /// When it was deleted and when it will be gone.
    pub(super) deletion: Option<(f64, f64)>,
    pub(super) versions: Vec<Version>,
    /// None until it is configured.
    #[serde(default)]
    pub(super) rotation: Option<Rotation>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    key: String,
    value: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) id: String,
    /// None while a rotation's first step has not put it.
    pub(super) content: Option<Content>,
    pub(super) stages: Vec<String>,
    pub(super) created: f64,
}

/// What is kept secret: text, or base64 of bytes. Named as on the wire.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Content {
    SecretString(String),
    SecretBinary(String),
}

impl Secret {
    /// Refuses what may not be done to a deleted secret.
    pub(super) fn live(&self) -> Result<(), Fault> {
        if self.deletion.is_some() {
            Err(Fault::deleted())
        } else {
            Ok(())
        }
    }

    pub(super) fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id == id)
    }

    pub(super) fn holder(&self, stage: &str) -> Option<&Version> {
        self.versions
            .iter()
            .find(|version| version.stages.iter().any(|held| held == stage))
    }

    /// The version a reader means, with its value: by id, by label, or by both when they agree.
    pub(super) fn choose(&self, id: Option<&str>, stage: Option<&str>) -> Result<(&Version, &Content), Fault> {
        let (found, wanted) = match (id, stage) {
            (Some(id), _) => (self.version(id), format!("VersionId: {id}")),
            (None, stage) => {
                let stage = stage.unwrap_or(CURRENT);
                (self.holder(stage), format!("staging label: {stage}"))
            }
        };
        let version = found.ok_or_else(|| Fault::no_value(&wanted))?;
        if stage.is_some_and(|stage| !version.stages.iter().any(|held| held == stage)) {
            return Err(Fault::InvalidRequestException(
                "You provided a VersionStage that is not associated to the provided VersionId.".to_owned(),
            ));
        }
        match &version.content {
            Some(content) => Ok((version, content)),
            None => Err(Fault::no_value(&wanted)),
        }
    }

    /// Adds a version, or the value of one that a rotation began. The same version with the same
    /// value changes nothing.
    pub(super) fn put(&mut self, id: &str, content: Content, stages: &[String], now: f64) -> Result<(), Fault> {
        if let Some(known) = self.version(id).and_then(|version| version.content.as_ref()) {
            return if *known == content {
                Ok(())
            } else {
                Err(already_there(id))
            };
        }
        let first = self.versions.iter().all(|version| version.content.is_none());
        match self.versions.iter_mut().find(|version| version.id == id) {
            Some(begun) => begun.content = Some(content),
            None => self.versions.push(Version {
                id: id.to_owned(),
                content: Some(content),
                stages: Vec::new(),
                created: now,
            }),
        }
        for stage in stages {
            self.attach(stage, id);
        }
        if first {
            self.attach(CURRENT, id);
        }
        self.changed = now;
        Ok(())
    }

    /// `UpdateSecretVersionStage`: a label leaves one version, goes to another, or both.
    pub(super) fn move_stage(&mut self, stage: &str, from: Option<&str>, to: Option<&str>) -> Result<(), Fault> {
        for id in [from, to].into_iter().flatten() {
            self.version(id)
                .ok_or_else(|| Fault::no_value(&format!("VersionId: {id}")))?;
        }
        let holder = self.holder(stage).map(|version| version.id.clone());
        if to.is_some() && holder.as_deref() == to {
            return Ok(());
        }
        if holder.as_deref() != from {
            return Err(Fault::parameter(match holder {
                Some(holder) => format!(
                    "The parameter RemoveFromVersionId can't be empty or another version. Staging label {stage} is \
                     currently attached to version {holder}, so you must explicitly reference that version in \
                     RemoveFromVersionId."
                ),
                None => format!("Staging label {stage} is not attached to the version in RemoveFromVersionId."),
            }));
        }
        match to {
            Some(to) => self.attach(stage, to),
            None if stage == CURRENT => {
                return Err(Fault::parameter(format!(
                    "You can only move staging label {CURRENT} to a different secret version. It can't be completely \
                     removed."
                )));
            }
            None => self.detach(stage),
        }
        Ok(())
    }

    /// Version ids with their labels; versions without a label are deprecated and left out.
    pub(super) fn stages(&self) -> BTreeMap<&str, &[String]> {
        let labelled = self.versions.iter().filter(|version| !version.stages.is_empty());
        labelled
            .map(|version| (version.id.as_str(), version.stages.as_slice()))
            .collect()
    }

    /// Puts a label on a version, wherever it was. What loses `AWSCURRENT` becomes `AWSPREVIOUS`.
    pub(super) fn attach(&mut self, stage: &str, id: &str) {
        let loser = self
            .holder(stage)
            .filter(|version| version.id != id)
            .map(|version| version.id.clone());
        self.detach(stage);
        if let Some(version) = self.versions.iter_mut().find(|version| version.id == id) {
            version.stages.push(stage.to_owned());
        }
        if let (CURRENT, Some(loser)) = (stage, loser) {
            self.attach(PREVIOUS, &loser);
        }
    }

    pub(super) fn detach(&mut self, stage: &str) {
        for version in &mut self.versions {
            version.stages.retain(|held| held != stage);
        }
    }
}

pub(super) fn already_there(id: &str) -> Fault {
    Fault::ResourceExistsException(format!(
        "A resource with the ID you requested already exists: version {id} has another value."
    ))
}
