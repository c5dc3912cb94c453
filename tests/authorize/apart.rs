//! Two regions: what a person, an app or an admin has of one is nothing in the other.

use crate::harness::{Region, ThirdParty, Tokens, pair};

async fn tokens_of(region: &Region) -> (ThirdParty<'_>, crate::harness::Browser, Tokens) {
    let (app, browser) = ThirdParty::approved(region).await;
    let tokens = app.tokens(&browser).await;
    (app, browser, tokens)
}

#[tokio::test]
async fn sessions_codes_tokens_and_clients_do_not_cross() {
    let (us, eu) = pair().await;
    let (app, browser, tokens) = tokens_of(&us).await;
    let (foreign, theirs, _) = tokens_of(&eu).await;

    // The session of one is nobody at the other, however the cookie got there.
    let abroad = eu.browser();
    abroad.set_cookie("__Host-regent", &browser.cookie("__Host-regent").unwrap());
    let answer = abroad.open("/console/service-accounts").await.is(303);
    assert!(answer.header("location").unwrap().starts_with("/sign-in"));

    // A client of one is unknown on the other's page, and told where it belongs at its token endpoint.
    let path = app.path(&[]);
    theirs.open(&path).await.is(400);
    let code = app.code(&browser).await;
    let at_eu = |fields: &[(&str, &str)]| eu.http.token().form(fields);
    let redeem = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", app.redirect_uri.as_str()),
        ("code_verifier", crate::harness::VERIFIER),
    ];
    let own = at_eu(&[&redeem[..], &[("client_id", app.client_id.as_str())]].concat());
    let hint = own.send().await.refused(401, "invalid_client");
    assert!(hint.body.contains(us.running.issuer.as_str()), "{}", hint.body);
    let borrowed = at_eu(&[&redeem[..], &[("client_id", foreign.client_id.as_str())]].concat());
    borrowed.send().await.refused(400, "invalid_grant");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh.as_str()),
        ("client_id", foreign.client_id.as_str()),
    ];
    at_eu(&refresh).send().await.refused(400, "invalid_grant");
    assert_eq!(eu.verified(&tokens.access).await, 401);

    // And none of that harmed anything at home.
    app.redeem(&code, &[]).send().await.is(200);
    assert_eq!(us.verified(&tokens.access).await, 200);
}
