//! For OAuth clients: from the first token to the revoked one.

use serde_json::{Value, json};

use crate::lambda::case::{Case, answers};
use crate::lambda::stage::Stage;

/// In order: an account with two credentials, tokens, refusals, introspection, revocation, discovery.
pub(super) fn story() -> Vec<Case> {
    [
        account(),
        tokens(),
        malformed(),
        clients(),
        grants(),
        introspection(),
        revocation(),
        discovery(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn the_token_binary_answers_its_events() {
    Stage::start().await.plays(story()).await;
}

/// The second credential lends its secret, well-formed and wrong for the first.
pub(super) fn account() -> Vec<Case> {
    vec![
        answers("accounts/service-account-create", 201)
            .keep("service_account", "/id")
            .keep("client_id", "/credential/client_id")
            .keep("client_secret", "/credential/client_secret"),
        answers("accounts/credential-create", 201)
            .keep("second_client_id", "/client_id")
            .keep("wrong_secret", "/client_secret"),
    ]
}

/// A token by the body; the very same by every other way of asking.
pub(super) fn tokens() -> Vec<Case> {
    let same = |event| {
        answers(event, 200)
            .body("/access_token", "{{access_token}}")
            .header("cache-control", "no-store")
    };
    vec![
        answers("token/token-by-body", 200)
            .header("content-type", "application/json")
            .header("cache-control", "no-store")
            .body("/token_type", "Bearer")
            .body("/expires_in", "*")
            .body("/scope", "read:me")
            .body("/refresh_token", Value::Null)
            .body("/service_account/id", "{{service_account}}")
            .body("/service_account/name", "nightly-export")
            .body("/service_account/email", "*")
            .body("/service_account/organization", "{{organization}}")
            .body("/service_account/subscription", "{{subscription}}")
            .keep("access_token", "/access_token"),
        same("token/token-by-basic"),
        same("token/token-by-basic-form-encoded"),
        same("token/token-text-body"),
        same("token/token-unknown-parameter"),
        answers("token/token-without-scope", 200).body("/scope", "read:me"),
    ]
}

fn malformed() -> Vec<Case> {
    let invalid = |event| {
        answers(event, 400)
            .body("/error", "invalid_request")
            .header("cache-control", "no-store")
    };
    vec![
        answers("token/token-get", 405).header("allow", "POST"),
        invalid("token/token-json-body"),
        invalid("token/token-no-content-type"),
        invalid("token/token-empty-body"),
        invalid("token/token-invalid-utf8"),
        invalid("token/token-repeated-parameter"),
        invalid("token/token-repeated-grant"),
        invalid("token/token-no-grant"),
        invalid("token/token-both-methods"),
        invalid("token/token-secret-in-query"),
    ]
}

/// Every one of them is told the same, and how to ask properly where the header was used.
fn clients() -> Vec<Case> {
    let unknown = |event| {
        answers(event, 401)
            .body("/error", "invalid_client")
            .header("www-authenticate", "Basic")
    };
    vec![
        unknown("token/token-no-client"),
        unknown("token/token-malformed-basic"),
        unknown("token/token-basic-without-colon"),
        unknown("token/token-wrong-secret-by-basic"),
        unknown("token/token-wrong-secret-by-body"),
        unknown("token/token-junk-secret"),
        unknown("token/token-unknown-client"),
        unknown("token/token-other-region"),
    ]
}

fn grants() -> Vec<Case> {
    let refused = |event, code: &str| answers(event, 400).body("/error", code).body("/error_description", "*");
    vec![
        refused("token/token-unknown-grant", "unsupported_grant_type"),
        refused("token/token-unknown-resource", "invalid_target"),
        refused("token/token-resource-with-fragment", "invalid_target"),
        refused("token/token-unknown-scope", "invalid_scope"),
        refused("token/token-scope-not-granted", "invalid_scope"),
        refused("token/token-bad-scope-characters", "invalid_scope"),
    ]
}

fn introspection() -> Vec<Case> {
    let active = |event| {
        answers(event, 200)
            .body("/active", true)
            .body("/client_id", "{{client_id}}")
            .body("/sub", "{{client_id}}")
            .body("/iss", "{{issuer}}")
            .body("/aud", "{{resource}}")
            .body("/scope", "read:me")
            .header("cache-control", "no-store")
    };
    vec![
        active("token/introspect"),
        active("token/introspect-by-basic"),
        answers("token/introspect-unknown-token", 200).body("", json!({"active": false})),
        answers("token/introspect-no-client", 401).body("/error", "invalid_client"),
        answers("token/introspect-no-token", 400).body("/error", "invalid_request"),
        answers("token/introspect-get", 405).header("allow", "POST"),
    ]
}

fn revocation() -> Vec<Case> {
    vec![
        answers("token/revoke-unknown-token", 200),
        answers("token/revoke-no-client", 401).body("/error", "invalid_client"),
        answers("token/revoke-no-token", 400).body("/error", "invalid_request"),
        answers("token/revoke-get", 405).header("allow", "POST"),
        answers("token/revoke", 200),
        answers("token/introspect-revoked-token", 200).body("", json!({"active": false})),
    ]
}

/// The issuer is the configured one, whatever host the event came to.
fn discovery() -> Vec<Case> {
    let metadata = |event| {
        answers(event, 200)
            .header("content-type", "application/json")
            .body("/issuer", "{{issuer}}")
            .body("/token_endpoint", "{{issuer}}/oauth/v1/token")
            .body("/jwks_uri", "{{issuer}}/.well-known/jwks.json")
    };
    vec![
        metadata("token/metadata"),
        metadata("token/openid-configuration"),
        answers("token/resource-metadata", 200)
            .header("content-type", "application/json")
            .body("/resource", "{{resource}}")
            .body("/authorization_servers/0", "{{issuer}}"),
        answers("token/resource-metadata-of-the-api", 200).body("/authorization_servers/0", "{{issuer}}"),
        answers("token/resource-metadata-unknown", 404),
        answers("token/metadata-head", 200).body("", Value::Null),
        answers("token/jwks", 200)
            .body("/keys/0/kid", "*")
            .body("/keys/0/d", Value::Null),
        answers("token/jwks-post", 405).header("allow", "GET"),
        answers("token/health", 200)
            .header("cache-control", "no-store")
            .body("", json!({"status": "pass", "region": "us"})),
        answers("token/health-post", 405).header("allow", "GET,HEAD"),
    ]
}
