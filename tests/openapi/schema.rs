//! JSON Schema, as far as the document uses it.

use std::collections::BTreeSet;

use serde_json::Value;

/// What the schema language says of a value, as far as this document uses it; where it is wrong.
pub(super) fn wrong(document: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.strip_prefix('#').unwrap()).expect(reference);
        return wrong(document, schema, value, at);
    }
    if let Some(all) = schema["allOf"].as_array() {
        // The parts of a flattened object: each names members of its own.
        return all
            .iter()
            .find_map(|part| members(document, part, value, at))
            .or_else(|| {
                let known: BTreeSet<String> = all.iter().flat_map(|part| names(document, part)).collect();
                unknown(&known, value, at)
            });
    }
    if let Some(one) = schema["oneOf"].as_array() {
        let fits = one.iter().any(|schema| wrong(document, schema, value, at).is_none());
        return (!fits).then(|| format!("{at}: {value} is none of {schema}"));
    }
    let types = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => return Some(format!("{at}: no type in {schema}")),
    };
    if !types.contains(&type_of(value)) {
        return Some(format!("{at}: {value} is not {types:?}"));
    }
    match value {
        Value::Array(items) => items
            .iter()
            .find_map(|item| wrong(document, &schema["items"], item, &format!("{at}/-"))),
        Value::Object(_) if !schema["properties"].is_null() => {
            let known = names(document, schema).into_iter().collect();
            members(document, schema, value, at).or_else(|| unknown(&known, value, at))
        }
        _ => None,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    schema["$ref"]
        .as_str()
        .map_or(schema, |reference| document.pointer(&reference[1..]).unwrap())
}

fn names(document: &Value, schema: &Value) -> Vec<String> {
    let properties = resolved(document, schema)["properties"].as_object();
    properties
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default()
}

fn members(document: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let schema = resolved(document, schema);
    let required = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let missing = required.clone().find(|name| value.get(*name).is_none());
    missing.map(|name| format!("{at}: no {name} in {value}")).or_else(|| {
        let properties = schema["properties"].as_object().into_iter().flatten();
        let mut there = properties.filter_map(|(name, schema)| Some((name, schema, value.get(name)?)));
        there.find_map(|(name, schema, value)| wrong(document, schema, value, &format!("{at}/{name}")))
    })
}

fn unknown(known: &BTreeSet<String>, value: &Value, at: &str) -> Option<String> {
    let found = value.as_object()?.keys().find(|name| !known.contains(*name));
    found.map(|name| format!("{at}: {name} is not described"))
}
