//! What ends a grant: a withdrawn approval, a lost role, a deleted client, a revocation, the person.

use serde_json::{Value, json};

use crate::harness::{Browser, Region, ThirdParty, Tokens};

/// Access and refresh token are dead.
async fn dead(region: &Region, app: &ThirdParty<'_>, tokens: &Tokens) {
    assert_eq!(region.verified(&tokens.access).await, 401);
    app.refresh(&tokens.refresh).send().await.refused(400, "invalid_grant");
}

#[tokio::test]
async fn a_withdrawn_approval_ends_grants_for_good_and_says_how_many() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let (one, other) = (app.tokens(&browser).await, app.tokens(&browser).await);
    let open = app.code(&browser).await;
    let decided = app.decide("rejected").await.is(200).json();
    assert_eq!(decided["ended_grants"], 2);
    dead(&region, &app, &one).await;
    app.redeem(&open, &[]).send().await.refused(400, "invalid_grant");
    let again = app.decide("approved").await.is(200).json();
    assert_eq!(again["ended_grants"], 0);
    dead(&region, &app, &other).await;
    app.redeem(&open, &[]).send().await.refused(400, "invalid_grant");
    let fresh = app.tokens(&browser).await;
    assert_eq!(region.verified(&fresh.access).await, 200);
    assert_eq!(app.decide("rejected").await.is(200).json()["ended_grants"], 1);
}

#[tokio::test]
async fn an_approval_withdrawn_while_the_page_is_open_lets_nothing_through() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let path = app.path(&[]);
    let form = browser.open(&path).await.is(200).form("/oauth/v1/authorize");
    app.decide("rejected").await.is(200);
    browser.submit(&form, &[("action", "allow")]).await.leads_to(&path);
    assert!(browser.open(&path).await.is(200).words().contains("rejected"));
}

#[tokio::test]
async fn a_deleted_client_takes_its_grants_with_it() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let tokens = app.tokens(&browser).await;
    let path = format!("/clients/{}", app.client_id);
    region.admin("DELETE", &path).send().await.is(204);
    assert_eq!(region.verified(&tokens.access).await, 401);
    app.refresh(&tokens.refresh).send().await.refused(401, "invalid_client");
}

#[tokio::test]
async fn a_person_who_loses_access_takes_it_from_the_app() {
    let region = Region::start().await;
    let (app, _) = ThirdParty::approved(&region).await;
    let (id, _) = region.person(json!([region.editor()]), None).await;
    let browser = region.browser();
    let email = region.give_password(&id, "another long pass phrase").await;
    let path = format!("/users/{id}");
    let tokens = async |browser: &Browser| {
        browser.sign_in(&email, "another long pass phrase").await.is(303);
        let path = app.path(&[("scope", "read:me write:me")]);
        let answer = app.allow_at(browser, &path).await.is(303);
        let code = crate::harness::parameter(answer.header("location").unwrap(), "code").unwrap();
        Tokens::of(&app.redeem(&code, &[]).send().await.is(200))
    };
    let before = tokens(&browser).await;
    let less = json!({"roles": [region.reader()]});
    region.admin("PATCH", &path).json(&less).send().await.is(200);
    assert_eq!(region.verified(&before.access).await, 401);
    let refreshed = app.refresh(&before.refresh).send().await.is(200);
    assert_eq!(refreshed.text("/scope"), "read:me");
    region
        .admin("PATCH", &path)
        .json(&json!({"roles": []}))
        .send()
        .await
        .is(200);
    app.refresh(&refreshed.text("/refresh_token"))
        .send()
        .await
        .refused(400, "invalid_grant");
}

#[tokio::test]
async fn a_deleted_person_leaves_nothing_behind() {
    let region = Region::start().await;
    let (app, _) = ThirdParty::approved(&region).await;
    let (id, _) = region.person(json!([region.reader()]), None).await;
    let browser = region.browser();
    let email = region.give_password(&id, "another long pass phrase").await;
    browser.sign_in(&email, "another long pass phrase").await.is(303);
    let (tokens, code) = (app.tokens(&browser).await, app.code(&browser).await);
    region.admin("DELETE", &format!("/users/{id}")).send().await.is(204);
    dead(&region, &app, &tokens).await;
    app.redeem(&code, &[]).send().await.refused(400, "invalid_grant");
}

#[tokio::test]
async fn an_organization_that_switches_self_registered_clients_off_ends_their_refreshes() {
    let region = Region::start().await;
    let (_, browser) = ThirdParty::approved(&region).await;
    let asked =
        json!({"redirect_uris": ["https://app.test/cb"], "client_name": "Self", "token_endpoint_auth_method": "none"});
    let made = region
        .http
        .post("/oauth/v1/register")
        .json(&asked)
        .send()
        .await
        .is(201)
        .json();
    let mut app = ThirdParty::register(&region, "https://app.test/cb").await;
    made["client_id"].as_str().unwrap().clone_into(&mut app.client_id);
    let tokens = app.tokens(&browser).await;
    let organization = format!("/organizations/{}", region.running.facts.organization);
    let off = json!({"dynamic_registration_enabled": false});
    region.admin("PATCH", &organization).json(&off).send().await.is(200);
    app.refresh(&tokens.refresh)
        .send()
        .await
        .refused(400, "unauthorized_client");
    let answer = browser.open(&app.path(&[])).await.is(303);
    let error = crate::harness::parameter(answer.header("location").unwrap(), "error");
    assert_eq!(error.as_deref(), Some("unauthorized_client"));
}

#[tokio::test]
async fn a_client_gives_its_own_tokens_up_and_no_others() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let other = ThirdParty::register(&region, "https://app.test/cb").await;
    let revoke = async |app: &ThirdParty<'_>, token: &str| {
        let fields = [("token", token), ("client_id", app.client_id.as_str())];
        region.http.post("/oauth/v1/revoke").form(&fields).send().await.is(200);
    };
    let tokens = app.tokens(&browser).await;
    revoke(&other, &tokens.access).await;
    revoke(&other, &tokens.refresh).await;
    assert_eq!(region.verified(&tokens.access).await, 200);
    revoke(&app, &tokens.access).await;
    assert_eq!(region.verified(&tokens.access).await, 401);
    let next = Tokens::of(&app.refresh(&tokens.refresh).send().await.is(200));
    assert_eq!(region.verified(&next.access).await, 200);
    revoke(&app, &next.refresh).await;
    dead(&region, &app, &next).await;
}

#[tokio::test]
async fn who_may_ask_about_a_persons_token() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let confidential = ThirdParty::confidential(&region, "https://app.test/cb").await;
    let (own, others) = (confidential.tokens(&browser).await, app.tokens(&browser).await);
    let account = region.account().await;
    let ask = async |id: &str, secret: &str, token: &str| -> Value {
        let asked = region.http.post("/oauth/v1/introspect").basic(id, secret);
        asked.form(&[("token", token)]).send().await.is(200).json()
    };
    let secret = confidential.secret.as_deref().unwrap();
    let seen = ask(&confidential.client_id, secret, &own.access).await;
    assert_eq!((&seen["active"], &seen["scope"]), (&json!(true), &json!("read:me")));
    assert_eq!(
        ask(&confidential.client_id, secret, &others.access).await,
        json!({"active": false})
    );
    // A service account of the subscription stands for its API, which sees everybody's tokens.
    assert_eq!(
        ask(&account.client_id, &account.secret, &others.access).await["active"],
        true
    );
    let public = [("token", others.access.as_str()), ("client_id", app.client_id.as_str())];
    region
        .http
        .post("/oauth/v1/introspect")
        .form(&public)
        .send()
        .await
        .refused(401, "invalid_client");
}
