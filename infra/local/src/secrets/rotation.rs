//! How a secret is rotated: its settings, and what `RotateSecret` and `CancelRotateSecret` do to its labels. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fault::Fault;
use super::secret::{CURRENT, PENDING, Secret, Version};

const DAY: f64 = 86_400.0;
const HOUR: f64 = 3_600.0;

/// The settings of a secret that is rotated. Times are seconds since the epoch.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Rotation {
    pub(super) enabled: bool,
    /// The ARN of the function that does it.
    pub(super) function: String,
    rules: Option<Rules>,
    configured: f64,
    pub(super) rotated: Option<f64>,
}

/// When: kept and described, but nothing here rotates by itself.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Rules {
    #[serde(skip_serializing_if = "Option::is_none")]
    automatically_after_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule_expression: Option<String>,
}

impl Rotation {
    /// Adds the fields of `DescribeSecret`. Without rotation there are no dates.
    pub(super) fn describe(&self, answer: &mut Value) {
        answer["RotationEnabled"] = json!(self.enabled);
        answer["RotationLambdaARN"] = json!(self.function);
        if let Some(rules) = &self.rules {
            answer["RotationRules"] = json!(rules);
        }
        if !self.enabled {
            return;
        }
        if let Some(rotated) = self.rotated {
            answer["LastRotatedDate"] = json!(rotated);
        }
        if let Some(interval) = self.rules.as_ref().and_then(Rules::seconds) {
            answer["NextRotationDate"] = json!(self.rotated.unwrap_or(self.configured) + interval);
        }
    }
}

impl Rules {
    fn check(&self) -> Result<(), Fault> {
        if self.automatically_after_days.is_some() && self.schedule_expression.is_some() {
            return Err(Fault::parameter(
                "You can't specify both AutomaticallyAfterDays and ScheduleExpression.",
            ));
        }
        match self.automatically_after_days {
            Some(days) if !(1..=1000).contains(&days) => Err(Fault::parameter(
                "RotationRules.AutomaticallyAfterDays must be within 1-1000.",
            )),
            _ => Ok(()),
        }
    }

    /// From one rotation to the next; none for `cron(…)`.
    fn seconds(&self) -> Option<f64> {
        if let Some(days) = self.automatically_after_days {
            return Some(f64::from(days) * DAY);
        }
        let rate = self
            .schedule_expression
            .as_deref()?
            .strip_prefix("rate(")?
            .strip_suffix(')')?;
        let (count, unit) = rate.split_once(' ')?;
        let unit = match unit {
            "day" | "days" => DAY,
            "hour" | "hours" => HOUR,
            _ => return None,
        };
        Some(f64::from(count.parse::<u32>().ok()?) * unit)
    }
}

impl Secret {
    /// Takes the settings of a `RotateSecret`; what is not given stays. Rotation is on afterwards.
    pub(super) fn configure(&mut self, function: Option<&str>, rules: Option<&Rules>, now: f64) -> Result<(), Fault> {
        rules.map_or(Ok(()), Rules::check)?;
        let known = self.rotation.take();
        let (old_function, old_rules) = known.as_ref().map_or((None, None), |known| {
            (Some(known.function.clone()), known.rules.clone())
        });
        self.rotation = Some(Rotation {
            enabled: true,
            function: function
                .map(str::to_owned)
                .or(old_function)
                .ok_or_else(|| Fault::request("No Lambda rotation function ARN is associated with this secret."))?,
            rules: rules.cloned().or(old_rules),
            configured: now,
            rotated: known.and_then(|known| known.rotated),
        });
        Ok(())
    }

    /// The version that a rotation began and did not finish.
    pub(super) fn unfinished(&self) -> Option<&str> {
        let pending = self.holder(PENDING)?;
        (!self.is_current(&pending.id)).then_some(pending.id.as_str())
    }

    pub(super) fn is_current(&self, version: &str) -> bool {
        self.holder(CURRENT).is_some_and(|current| current.id == version)
    }

    /// Begins a version without a value, which the function's first step puts.
    pub(super) fn begin(&mut self, version: &str, now: f64) {
        if self.version(version).is_none() {
            self.versions.push(Version {
                id: version.to_owned(),
                content: None,
                stages: Vec::new(),
                created: now,
            });
        }
        self.attach(PENDING, version);
    }

    /// Takes away what a trial of the configuration began.
    pub(super) fn forget(&mut self, version: &str) {
        self.versions
            .retain(|known| known.id != version || known.content.is_some());
        self.detach(PENDING);
    }

    /// Turns rotation off; the version that this leaves half done. Labels stay where they are.
    pub(super) fn cancel_rotation(&mut self) -> Result<Option<String>, Fault> {
        let rotation = self.rotation.as_mut();
        rotation
            .ok_or_else(|| Fault::request("The secret isn't configured for rotation."))?
            .enabled = false;
        Ok(self.unfinished().map(str::to_owned))
    }
}
