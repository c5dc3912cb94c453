//! Tokens given up (RFC 7009).

use serde_json::json;

use crate::harness::{Account, Answer, Apart, Region, pair};

const REVOKE: &str = "/oauth/v1/revoke";

async fn revoke(region: &Region, account: &Account, token: &str) -> Answer {
    let answer = account
        .ask(region, REVOKE, &[("token", token)])
        .send()
        .await
        .is(200)
        .not_kept();
    assert_eq!(answer.json(), json!({}));
    answer
}

#[tokio::test]
async fn a_client_gives_up_its_own_token_and_gets_a_new_one() {
    let region = Region::start().await;
    let account = region.account().await;
    let first = account.token(&region).await;
    assert_eq!(region.verified(&first).await, 200);
    revoke(&region, &account, &first).await;
    assert_eq!(region.verified(&first).await, 401);
    let second = account.token(&region).await;
    assert_ne!(second, first);
    assert_eq!(
        [region.verified(&first).await, region.verified(&second).await],
        [401, 200]
    );
    // Again: 200, and nothing happens.
    revoke(&region, &account, &first).await;
    assert_eq!(account.token(&region).await, second);
}

#[tokio::test]
async fn other_tokens_of_the_client_live_on() {
    let region = Region::start().await;
    let account = region.account_with(json!({"roles": [region.editor()]})).await;
    let (all, reads) = (
        account.token(&region).await,
        account.grant(&region, &[("scope", "read:me")]).await,
    );
    let reads = reads.text("/access_token");
    revoke(&region, &account, &all).await;
    assert_eq!([region.verified(&all).await, region.verified(&reads).await], [401, 200]);
}

#[tokio::test]
async fn a_revocation_is_seen_everywhere_at_once() {
    let region = Region::start().await;
    let account = region.account().await;
    let other = Apart::with(&region, |_| ()).await;
    let verified = async |token: &str| {
        let asked = other.http.get("/verify").query(&[("resource", region.resource())]);
        asked.bearer(token).send().await.status.as_u16()
    };
    for _ in 0..20 {
        let token = account.token(&region).await;
        assert_eq!(verified(&token).await, 200);
        revoke(&region, &account, &token).await;
        assert_eq!(verified(&token).await, 401);
    }
}

#[tokio::test]
async fn whose_token_it_is_decides_and_nobody_is_told() {
    let (region, eu) = pair().await;
    let (account, other) = (region.account().await, region.account().await);
    let theirs = other.token(&region).await;
    let admin = region.running.facts.admin.token.as_str();
    let abroad = eu.account().await.token(&eu).await;
    for token in [
        theirs.as_str(),
        admin,
        &abroad,
        "x",
        "a.b.c",
        &"x".repeat(10_000),
        "é\u{202e}",
    ] {
        revoke(&region, &account, token).await;
    }
    assert_eq!([region.verified(&theirs).await, eu.verified(&abroad).await], [200, 200]);
    region.admin("GET", "/users").send().await.is(200);
    // Another credential of the same account is another client.
    let second = region
        .admin("POST", &format!("{}/credentials", account.path()))
        .json(&json!({"name": "second"}));
    let second = account.through(&second.send().await.is(201));
    let token = account.token(&region).await;
    revoke(&region, &second, &token).await;
    assert_eq!(region.verified(&token).await, 200);
}

#[tokio::test]
async fn an_expired_token_is_given_up_in_peace() {
    let region = Region::start().await;
    let account = region.account_with(json!({"token_lifetime": 300})).await;
    let token = account.token(&region).await;
    region.wait(300);
    revoke(&region, &account, &token).await;
    account.token(&region).await;
}

#[tokio::test]
async fn the_hint_is_a_hint() {
    let region = Region::start().await;
    let account = region.account().await;
    for hint in ["access_token", "refresh_token", "", "é", "urn:x"] {
        let token = account.token(&region).await;
        let fields = [("token", token.as_str()), ("token_type_hint", hint)];
        account.ask(&region, REVOKE, &fields).send().await.is(200);
        assert_eq!(region.verified(&token).await, 401, "{hint}");
    }
}

#[tokio::test]
async fn a_request_without_a_token_is_invalid() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    for path in [REVOKE, "/oauth/v1/introspect"] {
        for fields in [
            vec![],
            vec![("token", "")],
            vec![("Token", "x")],
            vec![("token", token.as_str()), ("token", &token)],
            vec![
                ("token", &token),
                ("token_type_hint", "access_token"),
                ("token_type_hint", "access_token"),
            ],
        ] {
            account
                .ask(&region, path, &fields)
                .send()
                .await
                .refused(400, "invalid_request");
        }
        let bearer = region
            .http
            .post(path)
            .bearer(&token)
            .form(&[("token", token.as_str())])
            .send()
            .await;
        bearer.refused(401, "invalid_client");
    }
    assert_eq!(region.verified(&token).await, 200);
}

/// More than are remembered one by one: then all of the credential's tokens go (a loop that revokes
/// must not make the account's item grow), and never fewer than were revoked.
#[tokio::test]
async fn however_many_are_revoked_none_comes_back() {
    let region = Region::start().await;
    let account = region.account().await;
    let mut dead = vec![];
    for _ in 0..70 {
        let token = account.token(&region).await;
        assert_eq!(region.verified(&token).await, 200);
        revoke(&region, &account, &token).await;
        dead.push(token);
    }
    let live = account.token(&region).await;
    for token in &dead {
        assert_eq!(region.verified(token).await, 401);
    }
    assert_eq!(region.verified(&live).await, 200);
}
