//! For the programs of admins: every family of the management API, and what each refuses.

use serde_json::Value;

use crate::lambda::case::{Case, answers};
use crate::lambda::stage::Stage;
use crate::lambda::token::{account, tokens};

/// In order: the callers, the organization's things, people, an account's life, the trail it left.
pub(super) fn story() -> Vec<Case> {
    [
        catalogue(),
        people(),
        clients(),
        account(),
        tokens(),
        callers(),
        accounts(),
        refused(),
        credentials(),
        end(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn the_accounts_binary_answers_its_events() {
    Stage::start().await.plays(story()).await;
}

/// A refusal, as a problem (RFC 9457).
pub(super) fn problem(event: &'static str, status: u64) -> Case {
    answers(event, status)
        .header("content-type", "application/problem+json")
        .body("/status", status)
}

fn catalogue() -> Vec<Case> {
    vec![
        answers("accounts/openapi", 200).body("/openapi", "3.1.0"),
        answers("accounts/organization-list", 200).body("/items/0/id", "{{organization}}"),
        answers("accounts/organization-read", 200)
            .body("/id", "{{organization}}")
            .header("etag", "\""),
        answers("accounts/subscription-list", 200).body("/items/0/id", "{{subscription}}"),
        answers("accounts/subscription-read", 200).body("/id", "{{subscription}}"),
        answers("accounts/subscription-edit", 200).body("/service_account_limit", 25),
        answers("accounts/application-list", 200)
            .body("/items/1/id", "*")
            .body("/next_cursor", Value::Null),
        answers("accounts/application-create", 201)
            .header("location", "/api/v1/applications/app_")
            .body("/name", "Ledger"),
        answers("accounts/resource-list", 200).body("/items/0/audience", "*"),
        answers("accounts/resource-create", 201).body("/audience", "https://ledger.example.com"),
        answers("accounts/role-list", 200).body("/items/0/id", "*"),
        answers("accounts/role-create", 201).body("/privileges/0", "service_accounts:read"),
    ]
}

fn people() -> Vec<Case> {
    vec![
        answers("accounts/user-list", 200).body("/items/0/id", "*"),
        answers("accounts/user-create", 201)
            .body("/user_type", "licensed")
            .keep("user", "/id"),
        answers("accounts/user-read", 200).body("/email", "grace@example.com"),
        answers("accounts/user-edit", 200).body("/user_type", "view_only"),
        answers("accounts/user-invite", 202),
        answers("accounts/user-delete", 204),
    ]
}

fn clients() -> Vec<Case> {
    vec![
        answers("accounts/client-create", 201)
            .body("/token_endpoint_auth_method", "none")
            .body("/client_secret", Value::Null),
        answers("accounts/client-create-confidential", 201)
            .header("cache-control", "no-store")
            .keep("own_client", "/client_id")
            .keep("wrong_secret", "/client_secret"),
        problem("accounts/client-create-bad-redirect", 400),
        answers("accounts/client-list", 200)
            .body("/items/1/client_id", "*")
            .hides("wrong_secret"),
        answers("accounts/client-read", 200)
            .body("/name", "Ledger sync")
            .hides("wrong_secret"),
        answers("accounts/client-edit", 200).body("/name", "Ledger synchronisation"),
        answers("accounts/client-rotate", 200)
            .header("cache-control", "no-store")
            .body("/client_secret", "*"),
        answers("accounts/client-delete", 204),
        problem("accounts/client-delete-again", 404),
    ]
}

fn callers() -> Vec<Case> {
    let stranger = |event| problem(event, 401).header("www-authenticate", "Bearer");
    vec![
        stranger("accounts/no-bearer"),
        stranger("accounts/token-in-query"),
        stranger("accounts/bearer-unsigned").header("www-authenticate", r#"error="invalid_token""#),
        stranger("accounts/bearer-of-another-audience").header("www-authenticate", r#"error="invalid_token""#),
    ]
}

fn accounts() -> Vec<Case> {
    vec![
        // The first answer again, less what is shown once.
        answers("accounts/service-account-create-replayed", 201)
            .header("idempotency-replayed", "true")
            .body("/id", "{{service_account}}")
            .body("/credential/id", "*")
            .hides("client_secret"),
        problem("accounts/service-account-create-key-reused", 422),
        answers("accounts/service-account-list", 200)
            .body("/items/0/id", "{{service_account}}")
            .body("/items/0/credential", Value::Null),
        answers("accounts/service-account-read", 200)
            .keep("etag", "@etag")
            .body("/token_lifetime", 3600)
            .body("/credential", Value::Null),
        answers("accounts/service-account-edit", 200).body("/description", "Copies the ledger every hour"),
        problem("accounts/service-account-edit-stale", 412),
    ]
}

fn refused() -> Vec<Case> {
    let invalid = |event, pointer: &str| problem(event, 400).body("/errors/0/pointer", pointer);
    vec![
        invalid("accounts/service-account-create-long-name", "/name"),
        invalid("accounts/service-account-create-bidi-name", "/name"),
        invalid("accounts/service-account-create-short-lifetime", "/token_lifetime"),
        problem("accounts/service-account-create-unknown-field", 400),
        problem("accounts/service-account-create-wrong-type", 400),
        problem("accounts/service-account-create-broken-json", 400),
        problem("accounts/service-account-create-form", 415),
        problem("accounts/service-account-create-duplicate", 409),
        problem("accounts/service-account-edit-lifetime", 400),
        problem("accounts/service-account-list-bad-cursor", 400),
        problem("accounts/service-account-read-unknown", 404),
        problem("accounts/credential-create-bad-redirect", 400),
        problem("accounts/user-type-change-unconfirmed", 409),
        problem("accounts/unknown-path", 404),
        problem("accounts/path-with-spaces", 404),
        problem("accounts/method-not-allowed", 405).header("allow", "GET"),
    ]
}

fn credentials() -> Vec<Case> {
    vec![
        // Masked, and in an order that says nothing of the secret.
        answers("accounts/credential-list", 200)
            .body("/items/1/client_secret", "*")
            .hides("client_secret")
            .body("/items/2", Value::Null),
        answers("accounts/credential-edit", 200).body("/name", "Cursor"),
        answers("accounts/credential-rotate", 200)
            .header("cache-control", "no-store")
            .body("/client_id", "{{client_id}}")
            .keep("client_secret", "/client_secret"),
        answers("accounts/credential-delete", 204),
        problem("accounts/credential-delete-again", 404),
        answers("accounts/credential-delete-many", 200)
            .body("/deleted/0", "*")
            .body("/deleted/1", Value::Null),
    ]
}

fn end() -> Vec<Case> {
    vec![
        answers("accounts/service-account-delete", 204),
        problem("accounts/service-account-delete-again", 404),
        answers("accounts/audit-event-list", 200)
            .body("/items/0/target", "*")
            .body("/items/0/actor", "*"),
    ]
}
