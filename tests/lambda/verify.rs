//! For API owners: the same token at the forward-auth endpoint and at each kind of authorizer.

use serde_json::Value;

use crate::lambda::case::{Case, answers, decides, fails};
use crate::lambda::stage::Stage;
use crate::lambda::token::{account, tokens};

const STAGE: &str = "arn:aws:execute-api:eu-central-1:123456789012:z9y8x7w6v5/prod";

/// In order: an account's token, every face it is shown to, and the same faces once it is revoked.
pub(super) fn story() -> Vec<Case> {
    [
        account(),
        tokens(),
        forward_auth(),
        refused(),
        authorizer(),
        rest_authorizer(),
        revoked(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn the_verify_binary_answers_its_events() {
    Stage::start().await.plays(story()).await;
}

fn forward_auth() -> Vec<Case> {
    let identity = |event| {
        answers(event, 200)
            .header("x-auth-subject", "{{client_id}}")
            .header("x-auth-client-id", "{{client_id}}")
            .header("x-auth-organization", "{{organization}}")
            .header("x-auth-subscription", "{{subscription}}")
            .header("x-auth-scope", "read:me")
            .header("x-auth-applications", "{{application}}")
    };
    vec![
        identity("verify/forward-auth"),
        identity("verify/forward-auth-lower-case-scheme"),
        identity("verify/forward-auth-post"),
    ]
}

fn refused() -> Vec<Case> {
    let anonymous = |event, status| answers(event, status).without_header("x-auth-subject");
    let bare = |event| {
        anonymous(event, 401)
            .header("www-authenticate", "Bearer")
            .without_header("x-auth-client-id")
    };
    let invalid = |event| anonymous(event, 401).header("www-authenticate", r#"error="invalid_token""#);
    vec![
        bare("verify/forward-auth-no-bearer"),
        bare("verify/forward-auth-basic"),
        bare("verify/forward-auth-token-in-query"),
        invalid("verify/forward-auth-unsigned"),
        invalid("verify/forward-auth-tampered"),
        invalid("verify/forward-auth-other-audience"),
        anonymous("verify/forward-auth-insufficient-scope", 403)
            .header("www-authenticate", r#"error="insufficient_scope""#)
            .header("www-authenticate", "write:me"),
        anonymous("verify/forward-auth-no-resource", 400),
        anonymous("verify/forward-auth-two-resources", 400),
        anonymous("verify/forward-auth-raw-query", 400),
    ]
}

/// HTTP API, payload 2.0: `isAuthorized` is a boolean, never a word.
fn authorizer() -> Vec<Case> {
    let allowed = |event| {
        decides(event)
            .body("/isAuthorized", true)
            .body("/context/client_id", "{{client_id}}")
            .body("/context/scope", "read:me")
    };
    let denied = |event| {
        decides(event)
            .body("/isAuthorized", false)
            .body("/context/client_id", Value::Null)
    };
    vec![
        allowed("verify/authorizer-http"),
        allowed("verify/authorizer-http-by-environment"),
        denied("verify/authorizer-http-missing-scope"),
        denied("verify/authorizer-http-other-audience"),
        denied("verify/authorizer-http-no-bearer"),
        denied("verify/authorizer-http-unsigned"),
        allowed("verify/authorizer-http-route-scopes"),
        denied("verify/authorizer-http-route-scopes-missing"),
        // Nobody comes in while the API's owner has it wrong.
        fails(
            "verify/authorizer-http-route-scopes-malformed",
            "verification is unavailable",
        ),
    ]
}

/// REST API, payload 1.0: a policy, or the one word that makes a 401.
fn rest_authorizer() -> Vec<Case> {
    let policy = |event, effect: &str| decides(event).body("/policyDocument/Statement/0/Effect", effect);
    vec![
        policy("verify/authorizer-rest", "Allow").body("/principalId", "{{client_id}}"),
        policy("verify/authorizer-token", "Allow").body("/principalId", "{{client_id}}"),
        policy("verify/authorizer-rest-missing-scope", "Deny"),
        // A policy for what the token may do, wherever it was asked for: it may be cached.
        policy("verify/authorizer-rest-route-scopes", "Allow")
            .body("/policyDocument/Statement/0/Resource/0", format!("{STAGE}/GET/acme"))
            .body("/policyDocument/Statement/0/Resource/1", format!("{STAGE}/GET/acme/me"))
            .body("/policyDocument/Statement/0/Resource/2", Value::Null),
        policy("verify/authorizer-rest-route-scopes-missing", "Allow")
            .body("/policyDocument/Statement/0/Resource/0", format!("{STAGE}/GET/acme"))
            .body("/policyDocument/Statement/0/Resource/1", Value::Null),
        fails("verify/authorizer-rest-no-bearer", "Unauthorized"),
        fails("verify/authorizer-token-unsigned", "Unauthorized"),
    ]
}

/// Revoked a moment ago: no face knows it any more.
fn revoked() -> Vec<Case> {
    vec![
        answers("token/revoke", 200),
        answers("verify/forward-auth-revoked", 401).header("www-authenticate", r#"error="invalid_token""#),
        fails("verify/authorizer-token-revoked", "Unauthorized"),
    ]
}
