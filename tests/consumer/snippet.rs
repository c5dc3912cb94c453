//! A template of `infra/consumer` as CloudFormation gets it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::clients::tool::{of_python, tests};

/// The API as callers know it, given as a parameter.
pub(super) const AUDIENCE: &str = "https://shop.example.com";
const ISSUER: &str = "https://oauth.eu.example.com";
const AUTHORIZER: &str = "arn:aws:lambda:eu-central-1:111111111111:function:regent-eu-VerifyFunction";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Http,
    Rest,
}

pub(super) const BOTH: [Kind; 2] = [Kind::Http, Kind::Rest];

/// One of the two.
#[derive(Clone, Copy)]
pub(super) struct Snippet {
    pub(super) kind: Kind,
    template: &'static Value,
}

static RENDERED: [OnceLock<Value>; 2] = [OnceLock::new(), OnceLock::new()];

impl Snippet {
    /// Renders the template, once.
    pub(super) fn of(kind: Kind) -> Self {
        let (name, rendered) = match kind {
            Kind::Http => ("http-api", &RENDERED[0]),
            Kind::Rest => ("rest-api", &RENDERED[1]),
        };
        let template = rendered.get_or_init(|| render(&format!("{name}.yaml")));
        Self { kind, template }
    }

    pub(super) fn resource(self, kind: &str) -> &'static Value {
        let resources = self.template["Resources"].as_object().expect("resources");
        let found = resources.values().find(|resource| resource["Type"] == kind);
        &found.unwrap_or_else(|| panic!("no {kind}"))["Properties"]
    }

    pub(super) fn parameter(self, name: &str) -> &'static Value {
        &self.template["Parameters"][name]
    }

    fn definition(self) -> &'static Value {
        match self.kind {
            Kind::Http => &self.resource("AWS::ApiGatewayV2::Api")["Body"],
            Kind::Rest => &self.resource("AWS::ApiGateway::RestApi")["Body"],
        }
    }

    /// Method or `ANY`, path, and whether the authorizer is asked.
    pub(super) fn routes(self) -> BTreeSet<(String, String, bool)> {
        let paths = self.definition()["paths"].as_object().expect("paths");
        let routes = paths.iter().flat_map(|(path, methods)| {
            methods
                .as_object()
                .expect("methods")
                .iter()
                .map(move |(method, route)| {
                    let method = match method.as_str() {
                        "x-amazon-apigateway-any-method" => "ANY".to_owned(),
                        method => method.to_uppercase(),
                    };
                    let guarded = !route["security"][0]["Regent"].is_null();
                    (method, path.clone(), guarded)
                })
        });
        routes.collect()
    }

    /// The stage's variables, with the parameters in them.
    pub(super) fn variables(self) -> BTreeMap<String, String> {
        let variables = match self.kind {
            Kind::Http => &self.resource("AWS::ApiGatewayV2::Stage")["StageVariables"],
            Kind::Rest => &self.resource("AWS::ApiGateway::Stage")["Variables"],
        };
        let variables = variables.as_object().expect("stage variables").iter();
        variables.map(|(name, value)| (name.clone(), text(value))).collect()
    }

    /// The authorizer.
    pub(super) fn authorizer(self) -> &'static Value {
        let schemes = match self.kind {
            Kind::Http => &self.definition()["components"]["securitySchemes"],
            Kind::Rest => &self.definition()["securityDefinitions"],
        };
        &schemes["Regent"]["x-amazon-apigateway-authorizer"]
    }

    /// What makes two requests the same for the authorizer's cache.
    pub(super) fn identity_sources(self) -> Vec<String> {
        match &self.authorizer()["identitySource"] {
            Value::Array(sources) => sources.iter().map(text).collect(),
            sources => text(sources).split(", ").map(str::to_owned).collect(),
        }
    }

    /// A header of a gateway response.
    pub(super) fn answers(self, response: &str, header: &str) -> Option<String> {
        let responses = &self.definition()["x-amazon-apigateway-gateway-responses"];
        let value = &responses[response]["responseParameters"][format!("gatewayresponse.header.{header}")];
        let value = (!value.is_null()).then(|| text(value))?;
        Some(value.strip_prefix('\'')?.strip_suffix('\'')?.to_owned())
    }

    /// The status of a gateway response.
    pub(super) fn status(self, response: &str) -> u16 {
        let responses = &self.definition()["x-amazon-apigateway-gateway-responses"];
        text(&responses[response]["statusCode"]).parse().expect("a status")
    }
}

/// A value with the parameters in it.
fn text(value: &Value) -> String {
    let filled = |text: &str| text.replace("${Audience}", AUDIENCE);
    match (value, &value["Ref"], &value["Fn::Sub"]) {
        (Value::String(text), _, _) => text.clone(),
        (_, Value::String(name), _) => filled(&format!("${{{name}}}")).replace("${Issuer}", ISSUER),
        (_, _, Value::String(text)) => filled(text),
        _ => panic!("not resolved: {value}"),
    }
}

fn render(name: &str) -> Value {
    let output = Command::new(of_python("python"))
        .env("AWS_DEFAULT_REGION", "eu-central-1")
        .arg(tests().join("infra/render.py"))
        .arg(tests().join("../infra/consumer").join(name))
        .arg(format!(
            "Audience={AUDIENCE} Issuer={ISSUER} AuthorizerArn={AUTHORIZER}"
        ))
        .output()
        .expect("python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rendered: Value = serde_json::from_slice(&output.stdout).expect("render.py prints JSON");
    rendered[1].clone()
}
