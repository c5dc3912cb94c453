//! What the token endpoint answers (RFC 6749 §5.1), and what it does not read to the end.

use serde_json::json;

use super::request::FORM_ENDPOINTS;
use crate::harness::Region;

#[tokio::test]
async fn a_long_body_is_refused_before_it_is_read() {
    let region = Region::start().await;
    let account = region.account().await;
    let own = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        account.client_id, account.secret
    );
    let padded = |length: usize| format!("{own}&padding={}", "x".repeat(length - own.len() - "&padding=".len()));
    region.http.token().raw_form(padded(64 * 1024)).send().await.is(200);
    for path in FORM_ENDPOINTS {
        for length in [64 * 1024 + 1, 1024 * 1024] {
            region
                .http
                .post(path)
                .raw_form(padded(length))
                .send()
                .await
                .refused(413, "invalid_request");
        }
    }
}

#[tokio::test]
async fn the_answer_is_what_rfc_6749_says_and_nobody_keeps_it() {
    let region = Region::start().await;
    let account = region
        .account_with(json!({"name": "Nightly export", "roles": [region.editor()]}))
        .await;
    let answer = account.grant(&region, &[("scope", "read:me")]).await.is(200).not_kept();
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    let mut body = answer.json();
    let token = body["access_token"].take();
    assert_eq!(
        body,
        json!({
            "access_token": null,
            "token_type": "Bearer",
            "expires_in": 86_400,
            "scope": "read:me",
            "service_account": {
                "id": account.id,
                "name": "Nightly export",
                "email": account.body["email"],
                "organization": region.running.facts.organization,
                "subscription": region.subscription(),
            },
        })
    );
    assert_eq!(region.verified(token.as_str().unwrap()).await, 200);
}
