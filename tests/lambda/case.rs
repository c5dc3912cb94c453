//! One event, what must come of it, and what later events need from the answer.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::lambda::event::{Known, filled};
use crate::lambda::runtime::Outcome;

/// Built by [`answers`], [`fails`] and [`decides`].
pub(super) struct Case {
    event: &'static str,
    expected: Expected,
    headers: Vec<(&'static str, Option<&'static str>)>,
    body: Vec<(&'static str, Value)>,
    hidden: Option<&'static str>,
    kept: Vec<(&'static str, &'static str)>,
}

enum Expected {
    /// An HTTP response with this status.
    Status(u64),
    /// The function's own JSON, as authorizers answer.
    Decision,
    /// The invocation's error.
    Failure(&'static str),
}

/// The event is answered with an HTTP status.
pub(super) fn answers(event: &'static str, status: u64) -> Case {
    Case {
        event,
        expected: Expected::Status(status),
        headers: vec![],
        body: vec![],
        hidden: None,
        kept: vec![],
    }
}

/// The event is answered with a decision of the authorizer.
pub(super) fn decides(event: &'static str) -> Case {
    Case {
        expected: Expected::Decision,
        ..answers(event, 0)
    }
}

/// The function fails on purpose, in the words that API Gateway knows.
pub(super) fn fails(event: &'static str, message: &'static str) -> Case {
    Case {
        expected: Expected::Failure(message),
        ..answers(event, 0)
    }
}

impl Case {
    /// A header must be there, holding this text (`{{name}}` is filled in).
    pub(super) fn header(mut self, name: &'static str, part: &'static str) -> Self {
        self.headers.push((name, Some(part)));
        self
    }

    /// A header must not be there.
    pub(super) fn without_header(mut self, name: &'static str) -> Self {
        self.headers.push((name, None));
        self
    }

    /// A value of the JSON body. `"*"` is anything but null, `null` also what is not there.
    pub(super) fn body(mut self, pointer: &'static str, value: impl Into<Value>) -> Self {
        self.body.push((pointer, value.into()));
        self
    }

    /// What `{{name}}` stands for must be nowhere in the answer.
    pub(super) fn hides(mut self, name: &'static str) -> Self {
        self.hidden = Some(name);
        self
    }

    /// Remembers a value of the body, or with `@name` a header, as `{{name}}`.
    pub(super) fn keep(mut self, name: &'static str, from: &'static str) -> Self {
        self.kept.push((name, from));
        self
    }

    pub(super) fn event(&self) -> &'static str {
        self.event
    }

    pub(super) fn into_event(self) -> String {
        self.event.to_owned()
    }

    /// Checks the outcome, and what it teaches.
    pub(super) fn check(&self, outcome: &Outcome, known: &mut Known) -> Result<(), String> {
        let (headers, body) = match (&self.expected, outcome) {
            (Expected::Failure(message), Outcome::Failed(said)) if message == said => return Ok(()),
            (Expected::Decision, Outcome::Answered(decision)) if decision["statusCode"].is_null() => {
                (Value::Null, decision.clone())
            }
            (Expected::Status(status), Outcome::Answered(answer)) if answer["statusCode"] == *status => {
                (lower_case(answer), body_of(answer)?)
            }
            (Expected::Status(status), _) => return Err(format!("not a {status}: {outcome:?}")),
            (Expected::Decision, _) => return Err(format!("not a decision: {outcome:?}")),
            (Expected::Failure(message), _) => return Err(format!("not the failure {message}: {outcome:?}")),
        };
        for (name, part) in &self.headers {
            let found = headers[*name].as_str();
            let as_wanted = match part {
                Some(part) => found.is_some_and(|found| found.contains(&filled(part, known))),
                None => found.is_none(),
            };
            if !as_wanted {
                return Err(format!("{name} is {found:?}, not {part:?}: {body}"));
            }
        }
        for (pointer, wanted) in &self.body {
            let found = body.pointer(pointer).unwrap_or(&Value::Null);
            let wanted = wanted
                .as_str()
                .map_or_else(|| wanted.clone(), |text| filled(text, known).into());
            if !(*found == wanted || (wanted == "*" && !found.is_null())) {
                return Err(format!("{pointer} is {found}, not {wanted}: {body}"));
            }
        }
        if let Some(name) = self.hidden
            && body.to_string().contains(&known[name])
        {
            return Err(format!("shows the {name}: {body}"));
        }
        for (name, from) in &self.kept {
            let found = from
                .strip_prefix('@')
                .map_or_else(|| body.pointer(from), |header| headers.get(header));
            let found = found
                .and_then(Value::as_str)
                .ok_or_else(|| format!("no {from} in {headers} {body}"))?;
            known.insert((*name).to_owned(), found.to_owned());
        }
        Ok(())
    }
}

/// Headers as a client sees them: one name, one value.
fn lower_case(answer: &Value) -> Value {
    let one = answer["headers"].as_object().into_iter().flatten();
    let many = answer["multiValueHeaders"].as_object().into_iter().flatten();
    one.chain(many)
        .map(|(name, value)| {
            let value = value.as_array().map_or_else(
                || value.clone(),
                |values| {
                    values
                        .iter()
                        .filter_map(Value::as_str)
                        .collect::<Vec<_>>()
                        .join(", ")
                        .into()
                },
            );
            (name.to_lowercase(), value)
        })
        .collect()
}

fn body_of(answer: &Value) -> Result<Value, String> {
    let text = answer["body"].as_str().unwrap_or_default();
    let bytes = if answer["isBase64Encoded"] == true {
        BASE64_STANDARD.decode(text).map_err(|error| format!("body: {error}"))?
    } else {
        text.as_bytes().to_vec()
    };
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes).map_err(|error| format!("body is no JSON: {error}: {answer}"))
}
