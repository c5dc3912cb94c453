//! The template as CloudFormation gets it, read once: what SAM adds is in it too.

use std::sync::OnceLock;

use serde_json::Value;

use crate::infra::tools::{Tool, infra, root};

static TEMPLATE: OnceLock<Value> = OnceLock::new();

/// The whole of it.
pub(super) fn template() -> &'static Value {
    TEMPLATE.get_or_init(|| {
        let render = root().join("tests/infra/render.py");
        let json = Tool::new("python")
            .arg(render)
            .arg(infra().join("template.yaml"))
            .runs();
        serde_json::from_str(&json).expect("render.py prints JSON")
    })
}

/// The properties of one resource.
pub(super) fn resource(id: &str) -> &'static Value {
    let resource = &template()["Resources"][id];
    assert!(resource.is_object(), "the template has no {id}");
    &resource["Properties"]
}

/// Every resource of a type: its name in the template, and all that is said of it.
pub(super) fn of_type(kind: &str) -> Vec<(&'static str, &'static Value)> {
    let resources = template()["Resources"].as_object().expect("resources");
    let found: Vec<_> = resources
        .iter()
        .filter(|(_, resource)| resource["Type"] == kind)
        .map(|(id, resource)| (id.as_str(), resource))
        .collect();
    assert!(!found.is_empty(), "the template has no {kind}");
    found
}

/// What `!Ref id` or `!GetAtt id.Attribute` names.
pub(super) fn named(value: &Value) -> Option<&str> {
    value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str())
}

/// The same for a policy's resource: a stream is not its table.
pub(super) fn granted(value: &Value) -> Option<String> {
    let plain = ["Arn", "Id"];
    match (&value["Fn::GetAtt"][0], &value["Fn::GetAtt"][1], &value["Fn::Sub"][0]) {
        (Value::String(id), Value::String(part), _) if plain.contains(&part.as_str()) => Some(id.clone()),
        (Value::String(id), Value::String(part), _) => Some(format!("{id}.{part}")),
        (_, _, Value::String(arn)) => Some(arn.clone()),
        _ => None,
    }
}

/// One string or a list of them, as policies write actions.
pub(super) fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}
