//! What the function is asked: a step of Secrets Manager's, or an emergency of the operator's.

use crate::RotateError;
use regent::acts::rotation::{Compromised, Rotation};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// A good event.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Event {
    /// `{"Step","SecretId","ClientRequestToken"}`, as Secrets Manager sends it.
    Step(Step, Rotation),
    /// `{"Emergency":{"drop":"all"}}` or `{"Emergency":{"drop":["<kid>",…]}}`.
    Emergency(Compromised),
}

/// A step of a rotation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    Create,
    Set,
    Test,
    Finish,
}

impl Step {
    const ALL: [Self; 4] = [Self::Create, Self::Set, Self::Test, Self::Finish];

    /// The step in Secrets Manager's words.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "createSecret",
            Self::Set => "setSecret",
            Self::Test => "testSecret",
            Self::Finish => "finishSecret",
        }
    }
}

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "Step")]
    step: Option<String>,
    #[serde(rename = "SecretId")]
    secret: Option<String>,
    #[serde(rename = "ClientRequestToken")]
    version: Option<String>,
    #[serde(rename = "Emergency")]
    emergency: Option<Emergency>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Emergency {
    drop: Drop,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Drop {
    Word(String),
    Keys(BTreeSet<String>),
}

impl Event {
    /// Reads an event. Members that Secrets Manager may add are none of ours.
    pub(crate) fn parse(event: Value) -> Result<Self, RotateError> {
        let asked: Asked = serde_json::from_value(event).map_err(|_| RotateError::Event)?;
        match (asked.step, asked.emergency) {
            (Some(step), None) => {
                let mut steps = Step::ALL.into_iter();
                let step = steps.find(|known| known.as_str() == step).ok_or(RotateError::Step)?;
                let (Some(secret), Some(version)) = (asked.secret, asked.version) else {
                    return Err(RotateError::Event);
                };
                // As Secrets Manager takes it for a version's id.
                if !(32..=64).contains(&version.len()) || !version.bytes().all(|byte| byte.is_ascii_graphic()) {
                    return Err(RotateError::Version);
                }
                Ok(Self::Step(step, Rotation { secret, version }))
            }
            (None, Some(Emergency { drop })) => match drop {
                Drop::Word(word) if word == "all" => Ok(Self::Emergency(Compromised::All)),
                Drop::Keys(kids) if !kids.is_empty() => Ok(Self::Emergency(Compromised::Keys(kids))),
                Drop::Word(_) | Drop::Keys(_) => Err(RotateError::Drop),
            },
            (Some(_), Some(_)) | (None, None) => Err(RotateError::Event),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const VERSION: &str = "11111111-2222-3333-4444-555555555555";

    #[test]
    fn every_step_is_known_by_its_name() {
        for step in Step::ALL {
            let event = json!({
                "Step": step.as_str(), "SecretId": "arn", "ClientRequestToken": VERSION, "RotationToken": "unused",
            });
            let rotation = Rotation {
                secret: "arn".to_owned(),
                version: VERSION.to_owned(),
            };
            assert_eq!(Event::parse(event).unwrap(), Event::Step(step, rotation));
        }
    }

    #[test]
    fn an_emergency_names_all_keys_or_some() {
        let drop = |drop: Value| Event::parse(json!({"Emergency": {"drop": drop}})).ok();
        assert_eq!(drop(json!("all")), Some(Event::Emergency(Compromised::All)));
        let keys = ["a", "b"].map(str::to_owned).into();
        assert_eq!(
            drop(json!(["b", "a", "b"])),
            Some(Event::Emergency(Compromised::Keys(keys)))
        );
        for bad in [
            json!("some"),
            json!([]),
            json!(null),
            json!(true),
            json!([1]),
            json!({"kid": "a"}),
        ] {
            assert_eq!(drop(bad.clone()), None, "{bad}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let step = json!({"Step": "createSecret", "SecretId": "arn", "ClientRequestToken": VERSION});
        let with = |name: &str, value: Value| {
            let mut event = step.clone();
            event[name] = value;
            event
        };
        for bad in [
            json!(null),
            json!([]),
            json!("createSecret"),
            json!({}),
            json!({"Records": []}),
            with("Step", json!("CreateSecret")),
            with("Step", json!("")),
            with("Step", json!(null)),
            with("SecretId", json!(null)),
            with("SecretId", json!(7)),
            with("ClientRequestToken", json!(null)),
            with("ClientRequestToken", json!("short")),
            with("ClientRequestToken", json!("x".repeat(65))),
            with("ClientRequestToken", json!(" ".repeat(36))),
            with("Emergency", json!({"drop": "all"})),
            json!({"Emergency": {"drop": "all", "when": "later"}}),
            json!({"Emergency": "all"}),
            json!({"emergency": {"drop": "all"}}),
        ] {
            assert!(Event::parse(bad.clone()).is_err(), "{bad}");
        }
    }
}
