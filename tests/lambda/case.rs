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
    says: Vec<&'static str>,
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
        says: vec![],
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

    /// A page must say this.
    pub(super) fn says(mut self, text: &'static str) -> Self {
        self.says.push(text);
        self
    }

    /// What `{{name}}` stands for must be nowhere in the answer.
    pub(super) fn hides(mut self, name: &'static str) -> Self {
        self.hidden = Some(name);
        self
    }

    /// Remembers as `{{name}}` a value of the body; with `@name` a header; with `=text` what comes
    /// after that text in the cookies, the `Location` or the page, up to a quotation mark, `&` or
    /// `;`. In it `…` stands for anything.
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
        for part in &self.says {
            if !body.as_str().is_some_and(|page| page.contains(part)) {
                return Err(format!("does not say {part:?}: {body}"));
            }
        }
        if let Some(name) = self.hidden
            && body.to_string().contains(&known[name])
        {
            return Err(format!("shows the {name}: {body}"));
        }
        for (name, from) in &self.kept {
            let found = match (from.strip_prefix('@'), from.strip_prefix('=')) {
                (Some(header), _) => headers.get(header).and_then(Value::as_str).map(str::to_owned),
                (_, Some(marks)) => after(outcome, &headers, &body, marks),
                _ => body.pointer(from).and_then(Value::as_str).map(str::to_owned),
            };
            let found = found.ok_or_else(|| format!("no {from} in {headers} {body}"))?;
            known.insert((*name).to_owned(), found);
        }
        Ok(())
    }
}

/// What follows the marks, one after the other, in all that a browser would look at.
fn after(outcome: &Outcome, headers: &Value, body: &Value, marks: &str) -> Option<String> {
    let Outcome::Answered(answer) = outcome else {
        return None;
    };
    let cookies = answer["cookies"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let texts = cookies.chain(headers["location"].as_str()).chain(body.as_str());
    let all = texts.collect::<Vec<_>>().join("\n");
    let mut rest = all.as_str();
    for mark in marks.split('…') {
        rest = rest.split_once(mark)?.1;
    }
    rest.split(['"', '&', ';', '\n']).next().map(str::to_owned)
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
    let content_type = lower_case(answer)["content-type"].clone();
    if content_type.as_str().is_some_and(|kind| !kind.contains("json")) {
        return String::from_utf8(bytes)
            .map(Value::String)
            .map_err(|error| format!("body: {error}"));
    }
    serde_json::from_slice(&bytes).map_err(|error| format!("body is no JSON: {error}: {answer}"))
}
