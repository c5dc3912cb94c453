//! An API that is deleted, a scope that is taken off it: what comes back under the same name opens to
//! nothing that was there before.

use serde_json::{Value, json};

use super::held::{Ground, PASSWORD};
use super::state::{api, scopes};
use crate::harness::{Region, Tokens, parameter};

const AUDIENCE: &str = "https://second.api.test";

async fn create(region: &Region) -> String {
    let asked = json!({
        "name": "Second", "audience": AUDIENCE, "subscription": region.subscription(),
        "scopes": [{"name": "read:me"}, {"name": "write:me"}],
    });
    let made = region.admin("POST", "/resources").json(&asked).send().await;
    made.is(201).text("/id")
}

async fn accepted(region: &Region, token: &str) -> bool {
    let asked = region.http.get("/verify").query(&[("resource", AUDIENCE)]);
    asked.bearer(token).send().await.status == 200
}

/// No role names it, so that it can be deleted: administrators have every scope of every API.
#[tokio::test]
async fn a_deleted_api_that_is_made_again_opens_to_no_earlier_token_or_grant() {
    let ground = Ground::new().await;
    let region = &ground.region;
    let account = region.account_with(json!({"roles": ["subscription_admin"]})).await;
    let (person, _) = region.person(json!(["organization_admin"]), None).await;
    let (email, browser) = (region.give_password(&person, PASSWORD).await, region.browser());
    browser.sign_in(&email, PASSWORD).await.is(303);
    let (app, resource) = (ground.app(), [("resource", AUDIENCE)]);
    let mut ended: Vec<String> = vec![];
    for round in 0..3 {
        let id = create(region).await;
        for token in &ended {
            assert!(!accepted(region, token).await, "round {round}");
        }
        let token = account.grant(region, &resource).await.is(200).text("/access_token");
        let allowed = async || {
            let answer = app.allow_at(&browser, &app.path(&resource)).await.is(303);
            parameter(answer.header("location").unwrap(), "code").unwrap()
        };
        let tokens = Tokens::of(&app.redeem(&allowed().await, &[]).send().await.is(200));
        let open = allowed().await;
        assert!(accepted(region, &token).await && accepted(region, &tokens.access).await);
        assert!(!ended.contains(&token), "round {round}");
        if round == 1 {
            // Its own withdrawals are counted, too.
            for scopes in [
                json!([{"name": "read:me"}]),
                json!([{"name": "read:me"}, {"name": "write:me"}]),
            ] {
                ground
                    .patch(&format!("/resources/{id}"), json!({"scopes": scopes}))
                    .await;
            }
        }
        region.admin("DELETE", &format!("/resources/{id}")).send().await.is(204);
        assert!(!accepted(region, &token).await && !accepted(region, &tokens.access).await);
        ended.extend([token, tokens.access]);
        // Made again at once: neither the refresh token nor the code is for that one.
        let again = create(region).await;
        app.refresh(&tokens.refresh).send().await.refused(400, "invalid_target");
        app.redeem(&open, &[]).send().await.refused(400, "invalid_target");
        region
            .admin("DELETE", &format!("/resources/{again}"))
            .send()
            .await
            .is(204);
    }
}

#[tokio::test]
async fn a_scope_that_comes_back_comes_back_to_new_tokens_alone() {
    let ground = Ground::new().await;
    let held = ground.held(ground.app()).await;
    let region = &ground.region;
    let ask = async |scope: &str| {
        let answer = held.account.grant(region, &[("scope", scope)]).await;
        answer.is(200).text("/access_token")
    };
    let (reads, writes) = (ask("read:me").await, ask("write:me").await);
    scopes(&ground, &["read:me"]).await;
    // Also where the API is switched off and on in between.
    api(&ground, false).await;
    api(&ground, true).await;
    scopes(&ground, &["read:me", "write:me"]).await;
    // The sample API itself asks for `read:me`, which not all of them have.
    let accepted = async |token: &str| ground.verified(&region.http, token).await;
    for (token, lives) in [
        (&reads, true),
        (&writes, false),
        (&held.token, false),
        (&held.tokens.access, true),
    ] {
        assert_eq!(accepted(token).await, lives);
    }
    assert_eq!(ask("read:me").await, reads);
    let again = ask("write:me").await;
    assert_ne!(again, writes);
    assert!(accepted(&again).await);
}

/// More scopes than are counted one by one: all tokens go, and none that should go stays.
#[tokio::test]
async fn however_many_scopes_come_and_go_no_token_comes_back() {
    let ground = Ground::new().await;
    let region = &ground.region;
    let account = region.account_with(json!({"roles": ["subscription_admin"]})).await;
    let mut ended = vec![];
    for number in 0..25 {
        let passing = format!("passing{number}");
        scopes(&ground, &["read:me", "write:me", &passing]).await;
        let token = account.grant(region, &[("scope", &passing)]).await;
        ended.push((passing, token.is(200).text("/access_token")));
        scopes(&ground, &["read:me", "write:me"]).await;
    }
    let names: Vec<&str> = ended.iter().map(|(name, _)| name.as_str()).collect();
    scopes(&ground, &[&["read:me", "write:me"], &names[..]].concat()).await;
    for (name, token) in &ended {
        assert!(!ground.accepted(token).await, "{name}");
    }
    let live: Value = account.grant(region, &[]).await.is(200).json();
    assert!(ground.accepted(live["access_token"].as_str().unwrap()).await);
}
