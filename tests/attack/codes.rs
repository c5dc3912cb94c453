//! Codes and tokens that are stolen, mixed up or downgraded (RFC 9700 §4.4, §4.5, §4.8).

use crate::harness::{Region, ThirdParty, Tokens, VERIFIER, pair, parameter};

/// The challenge of [`VERIFIER`].
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[tokio::test]
async fn no_request_without_a_whole_s256_challenge_gets_a_code() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    for changes in [
        &[("code_challenge", ""), ("code_challenge_method", "")][..],
        &[("code_challenge", "")],
        &[("code_challenge_method", "")],
        &[("code_challenge_method", "plain")],
        &[("code_challenge_method", "PLAIN")],
        &[("code_challenge_method", "s256")],
        &[("code_challenge_method", "S256 ")],
        &[("code_challenge_method", "S512")],
        &[("code_challenge_method", "plain"), ("code_challenge", VERIFIER)],
        &[("code_challenge", "short")],
        &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=")],
        &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")],
        &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMx")],
    ] {
        let answer = browser.open(&app.path(changes)).await.is(303);
        let location = answer.header("location").unwrap();
        assert_eq!(
            parameter(location, "error").as_deref(),
            Some("invalid_request"),
            "{changes:?}"
        );
        assert_eq!(parameter(location, "code"), None, "{changes:?}");
    }
    let twice = format!("{}&code_challenge={CHALLENGE}", app.path(&[]));
    let answer = browser.open(&twice).await.is(303);
    assert_eq!(parameter(answer.header("location").unwrap(), "code"), None);
}

#[tokio::test]
async fn a_code_is_worth_nothing_without_its_verifier() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let code = app.code(&browser).await;
    let (long, short) = ("a".repeat(129), "a".repeat(42));
    for verifier in [
        "",
        // Whoever saw the request knows the challenge.
        CHALLENGE,
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMAAAAA",
        &long,
        &short,
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX",
        "DBJFTJEZ4CVP-MB92K27UHBUJU1P1R_WW1GFWFOEJXK",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk ",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk\0",
    ] {
        let answer = app.redeem(&code, &[("code_verifier", verifier)]).send().await.is(400);
        assert!(answer.json()["access_token"].is_null(), "{verifier:?}");
    }
    // A verifier in the URL is none, and one that comes twice is none either.
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &app.redirect_uri),
    ];
    let fields = [&fields[..], &[("client_id", app.client_id.as_str())]].concat();
    let in_query = region.http.post(&format!("/oauth/v1/token?code_verifier={VERIFIER}"));
    in_query.form(&fields).send().await.is(400);
    let twice = [&fields[..], &[("code_verifier", VERIFIER), ("code_verifier", VERIFIER)]].concat();
    region.http.token().form(&twice).send().await.is(400);
    app.redeem(&code, &[]).send().await.is(200);
}

/// RFC 9700 §4.5: the attacker puts a victim's code into their own session with the same app. The
/// app sends the verifier of that session, and gets nothing.
#[tokio::test]
async fn a_code_injected_into_another_session_of_the_app_is_refused() {
    let region = Region::start().await;
    let (app, victim) = ThirdParty::approved(&region).await;
    let stolen = app.code(&victim).await;
    let attackers = "attackers-own-verifier-attackers-own-verifier";
    let answer = app.redeem(&stolen, &[("code_verifier", attackers)]).send().await;
    answer.refused(400, "invalid_grant");
}

/// RFC 9700 §4.4, RFC 9207: a client that talks to two servers can tell whose answer it has.
#[tokio::test]
async fn a_code_of_one_region_is_worth_nothing_in_another_and_says_whose_it_is() {
    let (us, eu) = pair().await;
    let (app, browser) = ThirdParty::approved(&us).await;
    let answer = app.allow_at(&browser, &app.path(&[])).await.is(303);
    let location = answer.header("location").unwrap();
    assert_eq!(parameter(location, "iss").as_deref(), Some(us.running.issuer.as_str()));
    let code = parameter(location, "code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", app.redirect_uri.as_str()),
        ("code_verifier", VERIFIER),
        ("client_id", app.client_id.as_str()),
    ];
    let refused = eu.http.token().form(&fields).send().await;
    assert!(refused.status.is_client_error(), "{refused:#?}");
    app.redeem(&code, &[]).send().await.is(200);
}

#[tokio::test]
async fn every_way_back_to_the_app_says_who_sends_it() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let issuer = region.running.issuer.as_str();
    let denied = |body: &str| {
        let link = body.split("href=\"https://app.test/cb?").nth(1).expect("a way back");
        let query = link.split('"').next().unwrap().replace("&amp;", "&");
        format!("https://app.test/cb?{query}")
    };
    let mut ways = vec![];
    let consent = browser.open(&app.path(&[])).await.is(200);
    ways.push(denied(&consent.body));
    let refused = browser.open(&app.path(&[("scope", "no:such")])).await.is(303);
    ways.push(refused.header("location").unwrap().to_owned());
    let allowed = app.allow_at(&browser, &app.path(&[])).await.is(303);
    ways.push(allowed.header("location").unwrap().to_owned());
    app.decide("rejected").await.is(200);
    ways.push(denied(&browser.open(&app.path(&[])).await.is(200).body));
    for way in ways {
        assert_eq!(parameter(&way, "iss").as_deref(), Some(issuer), "{way}");
        assert_eq!(parameter(&way, "state").as_deref(), Some("st&te"), "{way}");
    }
}

/// Each kind of secret opens its own door only.
#[tokio::test]
async fn codes_and_tokens_do_not_pass_for_each_other() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let Tokens { access, refresh } = app.tokens(&browser).await;
    let code = app.code(&browser).await;
    for wrong in [&access, &refresh] {
        app.redeem(wrong, &[]).send().await.refused(400, "invalid_grant");
    }
    for wrong in [&access, &code] {
        app.refresh(wrong).send().await.refused(400, "invalid_grant");
    }
    for wrong in [&refresh, &code] {
        assert_eq!(region.verified(wrong).await, 401);
        region.by(wrong, "GET", "/users").send().await.is(401);
    }
    // A person's consent to an app is no key to the management API.
    region.by(&access, "GET", "/users").send().await.is(401);
    assert_eq!(region.verified(&access).await, 200);
}

/// RFC 6749 §3.1, §3.2: a parameter that comes twice is a mistake, wherever it comes.
#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let path = app.path(&[]);
    for name in [
        "response_type",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "resource",
    ] {
        let answer = browser.open(&format!("{path}&{name}=again")).await.is(303);
        let location = answer.header("location").unwrap();
        assert!(location.starts_with("https://app.test/cb?"), "{name}: {location}");
        assert!(parameter(location, "error").is_some(), "{name}: {location}");
        assert_eq!(parameter(location, "code"), None, "{name}: {location}");
    }
    for name in ["client_id", "redirect_uri"] {
        let answer = browser.open(&format!("{path}&{name}=again")).await.is(400);
        assert!(answer.headers.get("location").is_none(), "{name}");
    }
    let code = app.code(&browser).await;
    for name in ["grant_type", "code", "redirect_uri", "code_verifier", "client_id"] {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", app.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
            ("client_id", app.client_id.as_str()),
            (name, "again"),
        ];
        region
            .http
            .token()
            .form(&fields)
            .send()
            .await
            .refused(400, "invalid_request");
    }
}
