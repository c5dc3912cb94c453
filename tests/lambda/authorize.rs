//! For people: sign-in, the authorize page in its states, and the code that comes of it.

use serde_json::Value;

use crate::lambda::accounts::problem;
use crate::lambda::case::{Case, answers};
use crate::lambda::stage::Stage;

/// In order: a client registers itself, the admin signs in, asks, approves, allows, rejects, leaves.
pub(super) fn story() -> Vec<Case> {
    [
        register(),
        sign_in(),
        asking(),
        approving(),
        allowing(),
        redeeming(),
        refreshing(),
        rejecting(),
        leaving(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn the_authorize_binary_answers_its_events() {
    Stage::start().await.plays(story()).await;
}

/// A page for a person.
pub(super) fn page(event: &'static str, status: u64) -> Case {
    answers(event, status)
        .header("content-type", "text/html")
        .header("cache-control", "no-store")
        .header("x-frame-options", "DENY")
        .header("content-security-policy", "frame-ancestors 'none'")
}

/// The person is sent on.
pub(super) fn leads(event: &'static str, to: &'static str) -> Case {
    answers(event, 303)
        .header("location", to)
        .header("cache-control", "no-store")
}

/// The admin's session, for stories of people who are signed in.
pub(super) fn sign_in() -> Vec<Case> {
    vec![
        page("authorize/sign-in-form", 200)
            .says("Sign in")
            .keep("form_cookie", "=__Host-regent_form=")
            .keep("sign_in_csrf", "=name=\"csrf\" value=\"")
            .keep("asset", "=/oauth/v1/assets/"),
        answers("authorize/asset", 200)
            .header("cache-control", "max-age")
            .header("x-content-type-options", "nosniff"),
        page("authorize/sign-in-wrong-password", 422).says("is wrong"),
        page("authorize/sign-in-forged", 403),
        page("authorize/sign-in-cross-site", 403),
        page("authorize/sign-in-without-cookie", 403),
        page("authorize/sign-in-json-body", 400),
        page("authorize/sign-in-put", 405).header("allow", "POST"),
        answers("authorize/asset-unknown", 404),
        leads("authorize/sign-in", "/console").keep("session", "=__Host-regent="),
    ]
}

fn register() -> Vec<Case> {
    vec![
        answers("token/register", 201)
            .header("cache-control", "no-store")
            .body("/token_endpoint_auth_method", "none")
            .body("/client_secret", Value::Null)
            .keep("registered_client", "/client_id"),
        answers("token/register-bad-redirect", 400).body("/error", "invalid_redirect_uri"),
        answers("token/register-no-json", 400).body("/error", "invalid_client_metadata"),
        answers("token/register-get", 405).header("allow", "POST"),
        leads(
            "authorize/authorize-anonymous",
            "/sign-in?next=%2Foauth%2Fv1%2Fauthorize%3F",
        ),
    ]
}

/// Nobody knows the domain yet. What cannot be trusted is a page and never a redirect.
fn asking() -> Vec<Case> {
    let nowhere = |event| page(event, 400).without_header("location");
    vec![
        page("authorize/authorize", 200)
            .says("Request approval")
            .says("Return to app")
            .keep(
                "authorize_csrf",
                "=action=\"/oauth/v1/authorize?…name=\"csrf\" value=\"",
            )
            .keep("sign_out_csrf", "=action=\"/sign-out\"…name=\"csrf\" value=\""),
        nowhere("authorize/authorize-no-client"),
        nowhere("authorize/authorize-unknown-client"),
        nowhere("authorize/authorize-other-redirect"),
        nowhere("authorize/authorize-repeated-redirect"),
        page("authorize/authorize-plain-challenge", 200).says("error=invalid_request"),
        page("authorize/authorize-delete", 405).header("allow", "GET"),
        leads("authorize/authorize-request", "/oauth/v1/authorize?"),
        page("authorize/authorize-pending", 200).says("Check status"),
        page("authorize/authorize-check", 200).says("Still pending as of"),
        leads("authorize/authorize-allow-too-early", "/oauth/v1/authorize?"),
    ]
}

fn approving() -> Vec<Case> {
    vec![
        answers("accounts/oauth-approval-list", 200)
            .body("/items/0/origin", "https://notes.example")
            .body("/items/0/status", "pending")
            .body("/items/1", Value::Null)
            .keep("approval", "/items/0/id"),
        answers("accounts/oauth-approval-read", 200)
            .body("/redirect_uri", "https://notes.example/oauth/callback")
            .keep("approval_etag", "@etag"),
        problem("accounts/oauth-approval-unknown", 404),
        problem("accounts/oauth-approval-back-to-pending", 400),
        answers("accounts/oauth-approval-approve", 200)
            .body("/status", "approved")
            .body("/reason", "Known to us"),
        problem("accounts/oauth-approval-stale", 412),
    ]
}

fn allowing() -> Vec<Case> {
    let told = |event, what| leads(event, what).header("location", "https://notes.example/oauth/callback?error=");
    vec![
        page("authorize/authorize-approved", 200)
            .says("Allow")
            .says("notes.example")
            .keep(
                "authorize_csrf",
                "=action=\"/oauth/v1/authorize?…name=\"csrf\" value=\"",
            ),
        told("authorize/authorize-approved-unknown-scope", "error=invalid_scope"),
        told("authorize/authorize-approved-plain-challenge", "error=invalid_request"),
        page("authorize/authorize-allow-forged", 403).without_header("location"),
        page("authorize/authorize-allow-other-request", 403).without_header("location"),
        leads("authorize/authorize-as-form", "/oauth/v1/authorize?response_type=code"),
        leads(
            "authorize/authorize-allow",
            "https://notes.example/oauth/callback?code=",
        )
        .header("location", "state=xyz")
        .header("location", "iss=")
        .keep("code", "=code="),
    ]
}

/// The code is good once. A mistake on the way does not spend it.
fn redeeming() -> Vec<Case> {
    let refused = |event, code: &str| {
        answers(event, 400)
            .body("/error", code)
            .header("cache-control", "no-store")
    };
    vec![
        refused("token/code-wrong-verifier", "invalid_grant"),
        refused("token/code-no-verifier", "invalid_request"),
        refused("token/code-other-redirect", "invalid_grant"),
        refused("token/code-unknown", "invalid_grant"),
        answers("token/code", 200)
            .header("cache-control", "no-store")
            .body("/token_type", "Bearer")
            .body("/scope", "read:me")
            .body("/expires_in", 3600)
            .keep("person_token", "/access_token")
            .keep("refresh_token", "/refresh_token"),
        answers("verify/forward-auth-of-a-person", 200)
            .header("x-auth-client-id", "{{registered_client}}")
            .header("x-auth-subject", "usr_"),
    ]
}

fn refreshing() -> Vec<Case> {
    let refused = |event, code: &str| answers(event, 400).body("/error", code);
    vec![
        refused("token/refresh-more-scope", "invalid_scope"),
        refused("token/refresh-other-resource", "invalid_target"),
        refused("token/refresh-unknown", "invalid_grant"),
        answers("token/refresh", 200)
            .body("/scope", "read:me")
            .keep("person_token", "/access_token")
            .keep("refresh_token", "/refresh_token"),
    ]
}

/// The domain is rejected: every face says so.
fn rejecting() -> Vec<Case> {
    vec![
        answers("accounts/oauth-approval-reject", 200)
            .body("/status", "rejected")
            .body("/ended_grants", 1),
        answers("verify/forward-auth-of-a-person", 401).header("www-authenticate", r#"error="invalid_token""#),
        answers("token/refresh-after-rejection", 400).body("/error", "invalid_grant"),
        answers("token/code-again", 400).body("/error", "invalid_grant"),
        page("authorize/authorize-rejected", 200).says("cannot connect"),
    ]
}

fn leaving() -> Vec<Case> {
    vec![
        page("authorize/forgot-password-form", 200).keep("forgot_csrf", "=name=\"csrf\" value=\""),
        page("authorize/password-void-link", 410),
        leads("authorize/sign-out", "/sign-in"),
        leads("authorize/authorize-signed-out", "/sign-in?next="),
        page("authorize/forgot-password-form", 200)
            .keep("form_cookie", "=__Host-regent_form=")
            .keep("forgot_csrf", "=name=\"csrf\" value=\""),
        page("authorize/forgot-password", 200).says("is on its way"),
    ]
}
