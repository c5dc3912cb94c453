//! The HTTP API: which path leads to which function, how fast, and who may call what.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::infra::rendered::{named, of_type, resource, template};

/// Otherwise the gateway answers 503 for a function that was about to say why.
#[test]
fn every_function_gives_up_before_the_gateway_does() {
    for (integration, _) in of_type("AWS::ApiGatewayV2::Integration") {
        let function = integration.replace("Integration", "Function");
        let function = function.as_str();
        let timeout = resource(function)["Timeout"].as_u64().expect("a timeout");
        let patience = resource(integration)["TimeoutInMillis"].as_u64().expect("a timeout");
        assert_eq!(named(&resource(integration)["IntegrationUri"]), Some(function));
        assert!(timeout * 1000 < patience && patience <= 30_000, "{function}");
    }
}

/// A path that two functions have, or none, is found here and not by a customer.
#[test]
fn every_path_leads_to_the_function_of_its_audience() {
    let mut routes = BTreeMap::new();
    for (id, route) in of_type("AWS::ApiGatewayV2::Route") {
        let route = &route["Properties"];
        assert_eq!(route["AuthorizationType"], "NONE", "{id}");
        let key = route["RouteKey"].as_str().expect("a key");
        let path = key.strip_prefix("ANY ").expect("any method");
        let target = route["Target"]["Fn::Sub"].as_str().expect("a target");
        let integration = target.strip_prefix("integrations/${").expect("an integration");
        let function = integration.replace("Integration}", "");
        assert_eq!(routes.insert(path, function), None, "{path} twice");
    }
    let expected = [
        ("/.well-known/jwks.json", "Token"),
        ("/.well-known/oauth-authorization-server", "Token"),
        ("/.well-known/oauth-protected-resource", "Token"),
        ("/.well-known/oauth-protected-resource/{proxy+}", "Token"),
        ("/.well-known/openid-configuration", "Token"),
        ("/api/v1/{proxy+}", "Accounts"),
        ("/console", "Console"),
        ("/console/{proxy+}", "Console"),
        ("/forgot-password", "Authorize"),
        ("/health", "Token"),
        ("/oauth/v1/assets/{proxy+}", "Authorize"),
        ("/oauth/v1/authorize", "Authorize"),
        ("/oauth/v1/introspect", "Token"),
        ("/oauth/v1/register", "Token"),
        ("/oauth/v1/revoke", "Token"),
        ("/oauth/v1/token", "Token"),
        ("/password", "Authorize"),
        ("/sign-in", "Authorize"),
        ("/sign-out", "Authorize"),
        ("/verify", "Verify"),
    ];
    let expected = expected.map(|(path, function)| (path, function.to_owned()));
    assert_eq!(routes, BTreeMap::from(expected));
}

/// Without a permission a route answers 500; a permission without a route is a door too many.
#[test]
fn the_gateway_may_call_each_function_on_its_own_paths_and_no_other() {
    for (id, route) in of_type("AWS::ApiGatewayV2::Route") {
        let route = &route["Properties"];
        let path = route["RouteKey"].as_str().and_then(|key| key.strip_prefix("ANY "));
        let path = path.expect("any method").replace("{proxy+}", "*");
        let target = route["Target"]["Fn::Sub"].as_str().expect("a target");
        let callable = of_type("AWS::Lambda::Permission").into_iter().any(|(_, permission)| {
            let permission = &permission["Properties"];
            let function = named(&permission["FunctionName"]).expect("a function");
            let source = permission["SourceArn"]["Fn::Sub"].as_str().unwrap_or_default();
            let allowed = source.split_once("${Api}/*/*").map(|(_, path)| path);
            target == format!("integrations/${{{}}}", function.replace("Function", "Integration"))
                && allowed.is_some_and(|allowed| match allowed.strip_suffix('*') {
                    Some(start) => path.starts_with(start),
                    None => path == allowed,
                })
        });
        assert!(callable, "{id}: {path}");
    }
}

/// What costs argon2, a mail or a row of a stranger's has a limit below everything else's.
#[test]
fn what_a_stranger_can_make_expensive_is_throttled_at_the_gateway() {
    let stage = resource("Stage");
    for (path, limit) in [
        ("/sign-in", "SignInThrottleRate"),
        ("/password", "SignInThrottleRate"),
        ("/forgot-password", "SignInThrottleRate"),
        ("/oauth/v1/register", "RegisterThrottleRate"),
        ("/oauth/v1/authorize", "PageThrottleRate"),
        ("/oauth/v1/token", "TokenThrottleRate"),
        ("/console/{proxy+}", "PageThrottleRate"),
    ] {
        let set = &stage["RouteSettings"][format!("ANY {path}")];
        assert_eq!(named(&set["ThrottlingRateLimit"]), Some(limit), "{path}");
    }
    // A route must be there before it is limited.
    let waits = &template()["Resources"]["Stage"]["DependsOn"];
    let waits: BTreeSet<_> = waits
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    for (id, route) in of_type("AWS::ApiGatewayV2::Route") {
        let key = route["Properties"]["RouteKey"].as_str().expect("a key");
        if !stage["RouteSettings"][key].is_null() {
            assert!(waits.contains(id), "the stage does not wait for {id}");
        }
    }
}

/// Whoever may invoke a function: the stack's own API, and for the authorizer any API of the account.
#[test]
fn only_api_gateway_may_call_the_functions_of_the_api() {
    for (id, permission) in of_type("AWS::Lambda::Permission") {
        let permission = &permission["Properties"];
        if id == "RotatePermission" {
            continue;
        }
        assert_eq!(permission["Principal"], "apigateway.amazonaws.com", "{id}");
        let source = permission["SourceArn"]["Fn::Sub"].as_str().expect("a source");
        if id == "AuthorizerPermission" {
            assert_eq!(named(&permission["FunctionName"]), Some("VerifyFunction"));
            assert_eq!(named(&permission["SourceAccount"]), Some("AWS::AccountId"));
            assert!(
                source.contains("${AWS::Region}:${AWS::AccountId}:*/authorizers/"),
                "{source}"
            );
        } else {
            assert!(
                source.contains("${AWS::Region}:${AWS::AccountId}:${Api}/"),
                "{id}: {source}"
            );
        }
    }
}
