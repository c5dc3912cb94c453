//! Codes: what redeems one, what does not, and what a mistake costs.

use serde_json::json;

use crate::harness::{Parts, Region, ThirdParty, Tokens, VERIFIER, parameter};

#[tokio::test]
async fn a_code_becomes_tokens_for_the_api_that_was_asked_for() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let code = app.code(&browser).await;
    let answer = app.redeem(&code, &[]).send().await.is(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.text("/token_type"), "Bearer");
    assert_eq!(answer.text("/scope"), "read:me");
    assert_eq!(answer.json()["expires_in"], 3600);
    let tokens = Tokens::of(&answer);
    assert_eq!(region.verified(&tokens.access).await, 200);
    let parts = Parts::of(&tokens.access);
    assert_eq!(parts.header["typ"], "at+jwt");
    for (claim, expected) in [
        ("client_id", json!(app.client_id)),
        ("aud", json!(region.resource())),
        ("scope", json!("read:me")),
        ("iss", json!(region.running.issuer.as_str())),
        ("subscription", json!(region.subscription())),
    ] {
        assert_eq!(parts.claims[claim], expected, "{claim}");
    }
    assert!(parts.claims["sub"].as_str().unwrap().starts_with("usr_"));
    assert!(parts.claims["auth_time"].is_i64());
}

#[tokio::test]
async fn whom_the_api_is_told_of() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let tokens = app.tokens(&browser).await;
    let me = region
        .http
        .get("/acme/me")
        .bearer(&tokens.access)
        .send()
        .await
        .is(200)
        .json();
    assert_eq!(me["client_id"], app.client_id.as_str());
    assert!(me["subject"].as_str().unwrap().starts_with("usr_"), "{me}");
    region.http.post("/acme/me").bearer(&tokens.access).send().await.is(403);
}

#[tokio::test]
async fn a_mistake_is_told_and_leaves_the_code_good() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let other = ThirdParty::register(&region, "https://app.test/cb").await;
    let code = app.code(&browser).await;
    for (changes, error) in [
        (&[("code_verifier", "")][..], "invalid_request"),
        (&[("code_verifier", "short")], "invalid_request"),
        (
            &[("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl")],
            "invalid_grant",
        ),
        (&[("redirect_uri", "")], "invalid_request"),
        (&[("redirect_uri", "https://app.test/other")], "invalid_grant"),
        (&[("redirect_uri", "nonsense")], "invalid_grant"),
        (&[("resource", "https://unknown.test")], "invalid_target"),
        (&[("code", "")], "invalid_request"),
        (&[("code", "unknown")], "invalid_grant"),
    ] {
        app.redeem(&code, changes).send().await.refused(400, error);
    }
    other.redeem(&code, &[]).send().await.refused(400, "invalid_grant");
    app.redeem(&code, &[("resource", region.resource())])
        .send()
        .await
        .is(200);
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let (early, late) = (app.code(&browser).await, app.code(&browser).await);
    region.wait(59);
    app.redeem(&early, &[]).send().await.is(200);
    region.wait(1);
    app.redeem(&late, &[]).send().await.refused(400, "invalid_grant");
}

#[tokio::test]
async fn a_replay_ends_what_the_first_use_got() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let code = app.code(&browser).await;
    let tokens = Tokens::of(&app.redeem(&code, &[]).send().await.is(200));
    app.redeem(&code, &[]).send().await.refused(400, "invalid_grant");
    assert_eq!(region.verified(&tokens.access).await, 401);
    app.refresh(&tokens.refresh).send().await.refused(400, "invalid_grant");
}

#[tokio::test]
async fn a_stranger_with_the_code_ends_nothing() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let other = ThirdParty::register(&region, "https://app.test/cb").await;
    let code = app.code(&browser).await;
    let tokens = Tokens::of(&app.redeem(&code, &[]).send().await.is(200));
    other.redeem(&code, &[]).send().await.refused(400, "invalid_grant");
    assert_eq!(region.verified(&tokens.access).await, 200);
}

#[tokio::test]
async fn a_confidential_client_proves_itself() {
    let region = Region::start().await;
    let (_, browser) = ThirdParty::approved(&region).await;
    let app = ThirdParty::confidential(&region, "https://app.test/cb").await;
    let code = app.code(&browser).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", app.redirect_uri.as_str()),
        ("code_verifier", VERIFIER),
        ("client_id", app.client_id.as_str()),
    ];
    region
        .http
        .token()
        .form(&fields)
        .send()
        .await
        .refused(401, "invalid_client");
    let wrong = regent::domain::ClientSecret::from_random([7; 32]);
    let posted = |secret| [&fields[..], &[("client_secret", secret)]].concat();
    region
        .http
        .token()
        .form(&posted(wrong.expose()))
        .send()
        .await
        .refused(401, "invalid_client");
    region
        .http
        .token()
        .form(&posted(app.secret.as_deref().unwrap()))
        .send()
        .await
        .is(200);
}

#[tokio::test]
async fn clients_of_people_and_service_accounts_keep_to_their_own_grants() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let account = region.account().await;
    let code = app.code(&browser).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", app.redirect_uri.as_str()),
        ("code_verifier", VERIFIER),
    ];
    let asked = region.http.token().basic(&account.client_id, &account.secret);
    asked.form(&fields).send().await.refused(400, "unauthorized_client");
    app.token(&[("grant_type", "client_credentials")])
        .send()
        .await
        .refused(400, "unauthorized_client");
    app.redeem(&code, &[]).send().await.is(200);
}

#[tokio::test]
async fn a_person_with_several_subscriptions_chooses_one() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let second = region.second_subscription().await;
    let page = browser.open(&app.path(&[])).await.is(200);
    let form = page.form("/oauth/v1/authorize");
    let without = browser.submit(&form, &[("action", "allow")]).await.is(200);
    assert!(
        without.words().contains("Choose the subscription"),
        "{}",
        without.words()
    );
    for chosen in [region.subscription(), &second] {
        let typed = [("action", "allow"), ("subscription", chosen)];
        let answer = browser.submit(&form, &typed).await.is(303);
        let code = parameter(answer.header("location").unwrap(), "code").unwrap();
        let tokens = Tokens::of(&app.redeem(&code, &[]).send().await.is(200));
        assert_eq!(Parts::of(&tokens.access).claims["subscription"], chosen);
        assert_eq!(region.verified(&tokens.access).await, 200);
    }
}
