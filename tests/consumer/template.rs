//! What the templates must keep saying.

use std::process::Command;

use regent::domain::Audience;
use serde_json::{Value, json};

use super::ROUTES;
use super::snippet::{AUDIENCE, BOTH, Kind, Snippet};
use crate::clients::tool::{of_python, tests};

#[test]
fn every_route_is_guarded_but_the_metadata() {
    for kind in BOTH {
        let routes = Snippet::of(kind).routes();
        let open: Vec<_> = routes.iter().filter(|(_, _, guarded)| !guarded).collect();
        assert!(
            open.len() == 1 && open[0].1 == "/.well-known/oauth-protected-resource",
            "{open:?}"
        );
        let asked: usize = ROUTES.len() - 2;
        assert_eq!(
            routes.len() - 1,
            asked,
            "tests/consumer.rs asks at every route: {routes:?}"
        );
    }
}

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
#[test]
fn stage_variables_hold_what_api_gateway_takes() {
    for kind in BOTH {
        for (name, value) in Snippet::of(kind).variables() {
            let taken = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#&=,".contains(&byte);
            assert!(
                value.len() <= 512 && value.bytes().all(taken),
                "{kind:?} {name}: {value}"
            );
        }
    }
}

#[test]
fn decisions_are_not_cached_unless_somebody_asks_for_it_and_then_by_route() {
    for kind in BOTH {
        let snippet = Snippet::of(kind);
        assert_eq!(snippet.parameter("CacheSeconds")["Default"], 0);
        let sources = snippet.identity_sources();
        let route: &[&str] = match kind {
            Kind::Http => &["$request.header.Authorization", "$context.routeKey"],
            Kind::Rest => &[
                "method.request.header.Authorization",
                "context.httpMethod",
                "context.path",
            ],
        };
        assert_eq!(sources, route);
        let seconds = &snippet.authorizer()["authorizerResultTtlInSeconds"];
        assert!(*seconds == json!({"Ref": "CacheSeconds"}) || *seconds == 0, "{seconds}");
        assert_eq!(snippet.authorizer()["type"], "request");
    }
    let http = Snippet::of(Kind::Http).authorizer();
    assert_eq!(http["authorizerPayloadFormatVersion"], "2.0");
    assert_eq!(http["enableSimpleResponses"], true);
}

/// SAM would otherwise give the authorizer's function a permission, which fails across accounts.
#[test]
fn the_templates_touch_nothing_of_regents() {
    for kind in BOTH {
        let resources = Snippet::of(kind).resource("AWS::Lambda::Permission");
        assert_ne!(resources["FunctionName"], json!({"Ref": "AuthorizerArn"}));
    }
}

#[test]
fn a_refusal_says_where_the_apis_metadata_is() {
    let rest = Snippet::of(Kind::Rest);
    let metadata = Audience::parse(AUDIENCE).unwrap().metadata_url().unwrap();
    for response in ["UNAUTHORIZED", "ACCESS_DENIED"] {
        let challenge = rest.answers(response, "WWW-Authenticate").unwrap();
        assert!(
            challenge.starts_with("Bearer ") && challenge.contains(&format!("\"{metadata}\"")),
            "{challenge}"
        );
    }
    assert_eq!(rest.answers("AUTHORIZER_FAILURE", "Retry-After").as_deref(), Some("1"));
}

/// The example backend answers the metadata (RFC 9728 §3.2) and the caller's identity.
#[test]
fn the_example_backend_tells_of_the_api_and_of_the_caller() {
    for kind in BOTH {
        let snippet = Snippet::of(kind);
        let identity = json!({"subject": "svc_eu_1", "scope": "read:items"});
        let well_known = "/.well-known/oauth-protected-resource";
        let (metadata, caller) = match kind {
            Kind::Http => (
                json!({"routeKey": format!("GET {well_known}")}),
                json!({"routeKey": "GET /me", "requestContext": {"authorizer": {"lambda": identity}}}),
            ),
            Kind::Rest => (
                json!({"resource": well_known}),
                json!({"resource": "/me", "requestContext": {"authorizer": identity}}),
            ),
        };
        let metadata = backend(snippet, metadata);
        assert_eq!(metadata["resource"], AUDIENCE);
        assert_eq!(
            metadata["authorization_servers"],
            json!(["https://oauth.eu.example.com"])
        );
        assert_eq!(
            metadata["scopes_supported"],
            json!(["files", "read:items", "write:items"])
        );
        assert_eq!(backend(snippet, caller), identity);
    }
}

fn backend(snippet: Snippet, mut event: Value) -> Value {
    event["stageVariables"] = json!(snippet.variables());
    let code = snippet.resource("AWS::Lambda::Function")["Code"]["ZipFile"]
        .as_str()
        .expect("its code");
    let run = format!("{code}\nimport sys\nprint(handler(json.loads(sys.argv[1]), None)['body'])");
    let output = Command::new(of_python("python"))
        .args(["-c", &run, &event.to_string()])
        .output();
    let output = output.expect("python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Only as an authorizer, only this API of this account, only API Gateway.
#[test]
fn the_permission_across_accounts_is_for_one_apis_authorizers() {
    let text = std::fs::read_to_string(tests().join("../infra/consumer/permit.yaml")).expect("permit.yaml");
    assert_eq!(text.matches("Type: AWS::").count(), 1);
    for line in [
        "Principal: apigateway.amazonaws.com",
        "SourceAccount: !Ref ConsumerAccount",
        "${ConsumerAccount}:${ApiId}/authorizers/*\"",
    ] {
        assert!(text.contains(line), "{line}");
    }
}
