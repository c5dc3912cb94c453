//! The files of `events/`, with what only a running region knows filled in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// What `{{name}}` stands for.
pub(super) type Known = BTreeMap<String, String>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ is in the repository")
        .join("events")
}

/// Every event, as `function/name`.
pub(super) fn files() -> BTreeSet<String> {
    let entries = |folder: &Path| {
        fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
    };
    entries(&folder())
        // What Regent tells others, and its schema: nothing to feed.
        .filter(|folder| !folder.ends_with("emitted"))
        .flat_map(|function| entries(&function).collect::<Vec<_>>())
        .map(|file| {
            file.strip_prefix(folder())
                .expect("in events/")
                .with_extension("")
                .display()
                .to_string()
        })
        .collect()
}

/// One event, ready to send.
pub(super) fn read(name: &str, known: &Known) -> Value {
    let file = folder().join(name).with_extension("json");
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("events/{name}.json: {error}"));
    let mut event: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("events/{name}.json: {error}"));
    fill(&mut event, known);
    let body = event["body"].as_str().unwrap_or_default();
    let length = if event["isBase64Encoded"] == true {
        BASE64_STANDARD.decode(body).expect("base64 in base64's place").len()
    } else {
        body.len()
    };
    fill(&mut event, &Known::from([("length".to_owned(), length.to_string())]));
    let left = event.to_string();
    assert!(
        !left.contains("{{"),
        "events/{name}.json: nobody knows a {{{{name}}}} of {left}"
    );
    event
}

/// Every string in it, however deep.
fn fill(value: &mut Value, known: &Known) {
    match value {
        Value::String(text) => *text = filled(text, known),
        Value::Array(values) => values.iter_mut().for_each(|value| fill(value, known)),
        Value::Object(fields) => fields.values_mut().for_each(|value| fill(value, known)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `{{name}}` → what it stands for, then `{{base64:text}}` → the text encoded.
pub(super) fn filled(text: &str, known: &Known) -> String {
    let mut text = text.to_owned();
    for (name, value) in known {
        text = text.replace(&format!("{{{{{name}}}}}"), value);
    }
    let Some((before, rest)) = text.split_once("{{base64:") else {
        return text;
    };
    let Some((plain, after)) = rest.split_once("}}") else {
        return text;
    };
    if plain.contains("{{") {
        return text;
    }
    format!("{before}{}{after}", BASE64_STANDARD.encode(plain))
}
