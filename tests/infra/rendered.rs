//! The template as CloudFormation gets it, read once: what SAM adds is in it too.
//!
//! What most deployments are is `template()` and the functions beside it: only what must be given
//! is given. `stacks()` has the others too.

use std::sync::OnceLock;

use serde_json::Value;

use crate::infra::tools::{Tool, infra, root};

static RENDERED: OnceLock<Vec<Stack>> = OnceLock::new();

/// The deployments that are looked at: what they are, and their parameters.
const GIVEN: [(&str, &str); 3] = [
    ("plain", "RegionLabel=eu"),
    (
        "a domain",
        "RegionLabel=eu DomainName=oauth.example.com CertificateArn=c HostedZoneId=Z1",
    ),
    (
        "everything",
        "RegionLabel=eu DomainName=oauth.example.com CertificateArn=c HostedZoneId=Z1 WebAclArn=w \
         EdgeCertificateArn=e KmsKeyArn=k AlarmEmail=a@example.com RestoredTable=t RestoredTableStream=s \
         MailIdentity=m Issuer=https://i.example.com OtherRegions=us=https://u.example.com Audience=a Subscription=sub_a Scope=s \
         TokenReservedConcurrency=1 AuthorizeReservedConcurrency=1 AccountsReservedConcurrency=1 \
         ConsoleReservedConcurrency=1 VerifyReservedConcurrency=1 NotifyReservedConcurrency=1 \
         RotateReservedConcurrency=1",
    ),
];

/// One deployment.
pub(super) struct Stack {
    /// What is given, for messages.
    pub(super) given: &'static str,
    template: Value,
}

impl Stack {
    /// The properties of one resource.
    pub(super) fn resource(&self, id: &str) -> &Value {
        let resource = &self.template["Resources"][id];
        assert!(resource.is_object(), "{}: the template has no {id}", self.given);
        &resource["Properties"]
    }

    /// Every resource: its name in the template, and all that is said of it.
    pub(super) fn resources(&self) -> impl Iterator<Item = (&str, &Value)> {
        let resources = self.template["Resources"].as_object().expect("resources");
        resources.iter().map(|(id, resource)| (id.as_str(), resource))
    }

    /// Every resource of a type.
    pub(super) fn of_type(&self, kind: &str) -> Vec<(&str, &Value)> {
        self.resources()
            .filter(|(_, resource)| resource["Type"] == kind)
            .collect()
    }
}

fn rendered() -> &'static [Stack] {
    RENDERED.get_or_init(|| {
        let render = root().join("tests/infra/render.py");
        let json = Tool::new("python")
            .arg(render)
            .arg(infra().join("template.yaml"))
            .args(GIVEN.map(|(_, parameters)| parameters))
            .runs();
        let all: Vec<Value> = serde_json::from_str(&json).expect("render.py prints JSON");
        let given = ["undecided"].into_iter().chain(GIVEN.map(|(given, _)| given));
        given
            .zip(all)
            .map(|(given, template)| Stack { given, template })
            .collect()
    })
}

/// Every deployment.
pub(super) fn stacks() -> &'static [Stack] {
    &rendered()[1..]
}

/// The deployment with everything given.
pub(super) fn everything() -> &'static Stack {
    &rendered()[GIVEN.len()]
}

/// As it is written, nothing decided.
pub(super) fn undecided() -> &'static Value {
    &rendered()[0].template
}

/// The whole of a plain deployment.
pub(super) fn template() -> &'static Value {
    &stacks()[0].template
}

/// The properties of one resource.
pub(super) fn resource(id: &str) -> &'static Value {
    stacks()[0].resource(id)
}

/// Every resource of a type: its name in the template, and all that is said of it.
pub(super) fn of_type(kind: &str) -> Vec<(&'static str, &'static Value)> {
    let found = stacks()[0].of_type(kind);
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
        _ => value["Fn::Sub"]
            .as_str()
            .or(value["Ref"].as_str())
            .or(value.as_str())
            .map(str::to_owned),
    }
}

/// One string or a list of them, as policies write actions.
pub(super) fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

/// Everything in a value, and in what is in it: the name it has there, and it.
pub(super) fn parts(value: &Value) -> Vec<(&str, &Value)> {
    let inside: Vec<(&str, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, part)| (name.as_str(), part)).collect(),
        Value::Array(items) => items.iter().map(|item| ("", item)).collect(),
        _ => Vec::new(),
    };
    inside
        .into_iter()
        .flat_map(|(name, part)| std::iter::once((name, part)).chain(parts(part)))
        .collect()
}
