//! Tokens with a right signature that this region never would have issued: signed with its own key,
//! so that nothing but a close look at header and claims refuses them (RFC 9068 §4, RFC 8725 §3).

use serde_json::{Value, json};

use crate::harness::{Account, Forge, Parts, Region};

struct Stage {
    region: Region,
    account: Account,
    key: Forge,
    parts: Parts,
}

impl Stage {
    async fn new() -> Self {
        let region = Region::start().await;
        let account = region.account().await;
        let parts = Parts::of(&account.token(&region).await);
        let stage = Self {
            key: Forge::of(&region).await,
            region,
            account,
            parts,
        };
        // Signed again, and nothing else: the key is the right one.
        assert_eq!(stage.verified(stage.parts.clone()).await, 200);
        stage
    }

    async fn verified(&self, parts: Parts) -> u16 {
        self.region
            .verified(&parts.signed(|message| self.key.sign(message)).token())
            .await
    }
}

#[tokio::test]
async fn headers_that_no_access_token_has() {
    let stage = Stage::new().await;
    for (name, value, status) in [
        ("typ", json!("application/at+jwt"), 200),
        ("typ", json!("AT+JWT"), 200),
        // Other JWTs of the same key: an ID token, a client assertion, a DPoP proof (RFC 8725 §3.11).
        ("typ", json!("JWT"), 401),
        ("typ", json!("jwt"), 401),
        ("typ", json!("dpop+jwt"), 401),
        ("typ", json!("client-authentication+jwt"), 401),
        ("typ", json!("at+jwt "), 401),
        ("typ", json!(""), 401),
        ("typ", json!(1), 401),
        ("typ", Value::Null, 401),
        ("alg", json!("RS256"), 401),
        ("alg", json!("EdDSA"), 401),
        ("alg", json!("ES384"), 401),
        ("alg", json!("HS256"), 401),
        ("alg", json!("es256"), 401),
        ("alg", Value::Null, 401),
        ("kid", Value::Null, 401),
        // Extensions that must be understood are not (RFC 7515 §4.1.11).
        ("crit", json!(["exp"]), 401),
        ("crit", json!(["b64"]), 401),
        ("crit", json!(["typ"]), 401),
        ("crit", json!([]), 401),
        ("crit", json!("x"), 401),
    ] {
        let parts = stage.parts.clone().header(name, value.clone());
        assert_eq!(stage.verified(parts).await, status, "{name}: {value}");
    }
    let crit = stage.parts.clone().header("crit", json!(["b64"])).header("b64", false);
    assert_eq!(stage.verified(crit).await, 401);
}

#[tokio::test]
async fn claims_that_are_missing_or_wrong() {
    let stage = Stage::new().await;
    for required in [
        "iss",
        "exp",
        "aud",
        "sub",
        "client_id",
        "iat",
        "jti",
        "scope",
        "organization",
        "subscription",
    ] {
        let parts = stage.parts.clone().claim(required, Value::Null);
        assert_eq!(stage.verified(parts).await, 401, "without {required}");
        for value in [json!(true), json!({}), json!(""), json!([])] {
            let parts = stage.parts.clone().claim(required, value.clone());
            let status = stage.verified(parts).await;
            // An empty scope is one, and is not enough.
            let expected = if required == "scope" && value == "" { 403 } else { 401 };
            assert_eq!(status, expected, "{required}: {value}");
        }
    }
    let (issuer, now) = (stage.region.running.issuer.as_str(), stage.region.clock.now().seconds());
    let other = stage.region.account().await;
    for (claim, value) in [
        ("iss", json!(format!("{issuer}/"))),
        ("iss", json!(issuer.to_uppercase())),
        ("iss", json!([issuer])),
        ("iss", json!("https://evil.test")),
        ("exp", json!(now)),
        ("exp", json!(now - 1)),
        ("exp", json!(-1)),
        ("exp", json!((now + 600).to_string())),
        ("iat", json!(now + 61)),
        ("nbf", json!(now + 61)),
        ("aud", json!("https://api.example.com")),
        ("aud", json!(stage.region.running.facts.api)),
        ("sub", json!(stage.account.id)),
        ("sub", json!(other.client_id)),
        ("client_id", json!(other.client_id)),
        ("client_id", json!("console")),
        ("organization", json!("org_000000000000")),
        ("subscription", json!("sub_000000000000")),
        ("gen", json!(0)),
        ("gen", json!(2)),
        ("gen", json!(-1)),
        ("epo", json!(1)),
        ("jti", json!("x")),
    ] {
        let parts = stage.parts.clone().claim(claim, value.clone());
        assert_eq!(stage.verified(parts).await, 401, "{claim}: {value}");
    }
}

#[tokio::test]
async fn what_does_not_matter_is_left_alone() {
    let stage = Stage::new().await;
    let now = stage.region.clock.now().seconds();
    for (claim, value) in [
        ("iat", json!(now + 60)),
        ("nbf", json!(now)),
        ("exp", json!(now + 1)),
        ("email", json!("a@b.c")),
        ("nonce", json!("x")),
    ] {
        let parts = stage.parts.clone().claim(claim, value.clone());
        assert_eq!(stage.verified(parts).await, 200, "{claim}: {value}");
    }
    assert_eq!(stage.verified(stage.parts.clone().header("x", "y")).await, 200);
}

#[tokio::test]
async fn a_person_and_a_service_account_are_not_mistaken_for_each_other() {
    let stage = Stage::new().await;
    let admin = Parts::of(&stage.region.running.facts.admin.token);
    let user = admin.claims["sub"].as_str().unwrap().to_owned();
    for (what, parts) in [
        (
            "a person under a client ID",
            admin.clone().claim("client_id", stage.account.client_id.as_str()),
        ),
        (
            "a client ID as first party",
            stage.parts.clone().claim("client_id", "console"),
        ),
        (
            "an account as a person",
            admin.clone().claim("sub", stage.account.id.as_str()),
        ),
        (
            "a person as an account",
            stage.parts.clone().claim("sub", user.as_str()),
        ),
        ("nobody", admin.clone().claim("sub", "usr_000000000000")),
        ("a person after a loss of access", admin.clone().claim("epo", 9)),
    ] {
        let token = parts.signed(|message| stage.key.sign(message)).token();
        let status = stage.region.by(&token, "GET", "/users").send().await.status;
        assert_eq!(status, 401, "{what}");
    }
    let same = admin.signed(|message| stage.key.sign(message)).token();
    stage.region.by(&same, "GET", "/users").send().await.is(200);
}
