//! The token itself (RFC 9068), read by a JWT library that is not ours.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation, decode, decode_header};
use regent::domain::SigningAlgorithm;
use serde_json::{Value, json};

use crate::harness::{Parts, Region};

const REQUIRED: [&str; 7] = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"];

/// What an API does that knows nothing but the issuer: metadata, keys, signature, claims.
async fn read(region: &Region, token: &str, algorithm: Algorithm) -> TokenData<Value> {
    let metadata = region
        .http
        .get("/.well-known/oauth-authorization-server")
        .send()
        .await
        .is(200);
    let keys = region.http.get(&metadata.text("/jwks_uri")).send().await.is(200).json();
    let keys: JwkSet = serde_json::from_value(keys).unwrap();
    let kid = decode_header(token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[region.resource()]);
    validation.set_issuer(&[metadata.text("/issuer")]);
    validation.set_required_spec_claims(&REQUIRED);
    decode(token, &key, &validation).unwrap()
}

#[tokio::test]
async fn a_token_is_good_to_any_library_in_every_algorithm() {
    for (ours, theirs) in [
        (SigningAlgorithm::Es256, Algorithm::ES256),
        (SigningAlgorithm::Rs256, Algorithm::RS256),
        (SigningAlgorithm::EdDsa, Algorithm::EdDSA),
    ] {
        let region = Region::signing(ours).await;
        let applications = json!(region.running.facts.applications);
        let account = region
            .account_with(json!({"applications": applications, "token_lifetime": 600}))
            .await;
        let token = account.token(&region).await;
        let TokenData { header, claims, .. } = read(&region, &token, theirs).await;
        assert_eq!((header.alg, header.typ.as_deref()), (theirs, Some("at+jwt")));

        let now = region.clock.now().seconds();
        assert_eq!(
            claims,
            json!({
                "iss": region.running.facts.issuer,
                "sub": account.client_id,
                "aud": region.resource(),
                "exp": now + 600,
                "iat": now,
                "jti": claims["jti"].as_str().unwrap(),
                "client_id": account.client_id,
                "scope": "read:me",
                "organization": region.running.facts.organization,
                "subscription": region.subscription(),
                "applications": sorted(&applications),
                "gen": 1,
                "epo": 0,
            })
        );
        assert_eq!(claims["jti"].as_str().unwrap().len(), 32);
        assert_eq!(region.verified(&token).await, 200);
    }
}

fn sorted(ids: &Value) -> Value {
    let mut ids: Vec<&str> = ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    ids.sort_unstable();
    json!(ids)
}

#[tokio::test]
async fn the_header_points_to_a_published_key_and_nowhere_else() {
    let region = Region::start().await;
    let token = region.account().await.token(&region).await;
    let header = Parts::of(&token).header;
    let keys = region.http.get("/.well-known/jwks.json").send().await.is(200).json();
    let kid = &keys["keys"][0]["kid"];
    assert_eq!(header, json!({"typ": "at+jwt", "alg": "ES256", "kid": kid}));
}

#[tokio::test]
async fn only_public_halves_are_published() {
    for (algorithm, members) in [
        (
            SigningAlgorithm::Es256,
            vec!["alg", "crv", "kid", "kty", "use", "x", "y"],
        ),
        (SigningAlgorithm::Rs256, vec!["alg", "e", "kid", "kty", "n", "use"]),
        (SigningAlgorithm::EdDsa, vec!["alg", "crv", "kid", "kty", "use", "x"]),
    ] {
        let region = Region::signing(algorithm).await;
        let keys = region.http.get("/.well-known/jwks.json").send().await.is(200).json();
        let [key] = keys["keys"].as_array().unwrap().as_slice() else {
            panic!("not one key: {keys}");
        };
        let mut names: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, members);
        assert_eq!(
            (key["use"].as_str(), key["alg"].as_str()),
            (Some("sig"), Some(algorithm.as_str()))
        );
    }
}

#[tokio::test]
async fn a_lifetime_is_kept_to_the_second() {
    let region = Region::start().await;
    let mut accounts = vec![];
    for lifetime in [300_u32, 86_400, 2_592_000] {
        accounts.push((lifetime, region.account_with(json!({"token_lifetime": lifetime})).await));
    }
    for (lifetime, account) in accounts {
        let answer = account.grant(&region, &[]).await.is(200);
        assert_eq!(answer.json()["expires_in"], lifetime);
        let token = answer.text("/access_token");
        let claims = Parts::of(&token).claims;
        assert_eq!(
            claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
            i64::from(lifetime)
        );
        region.wait(lifetime - 1);
        assert_eq!(region.verified(&token).await, 200);
        region.wait(1);
        assert_eq!(region.verified(&token).await, 401);
    }
}

#[tokio::test]
async fn no_two_tokens_share_an_id() {
    let region = Region::start().await;
    let (one, other) = (region.account().await, region.account().await);
    let ids = [
        one.token(&region).await,
        other.token(&region).await,
        region.running.facts.admin.token.clone(),
    ];
    let mut ids = ids.map(|token| Parts::of(&token).claims["jti"].clone().to_string());
    ids.sort();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
}
