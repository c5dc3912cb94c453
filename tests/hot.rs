//! The hot path, counted at the SDK's boundary: how many calls of DynamoDB, and whether argon2 runs.

use aws_sdk_dynamodb::types::AttributeValue;
use regent::domain::ClientSecret;
use serde_json::json;

use crate::harness::{Account, Answer, Apart, Asked, Http, Parts, Region, Relay, ThirdParty};

const READ: &str = "BatchGetItem";

fn grant(http: &Http, account: &Account) -> Asked {
    http.token()
        .basic(&account.client_id, &account.secret)
        .form(&[("grant_type", "client_credentials")])
}

fn verify(region: &Region, http: &Http, token: &str) -> Asked {
    http.get("/verify")
        .query(&[("resource", region.resource()), ("scope", "read:me")])
        .bearer(token)
}

/// Sends a request and returns the answer with the calls it took.
async fn counted(relay: &Relay, asked: Asked) -> (Answer, Vec<String>) {
    relay.calls();
    let answer = asked.send().await;
    (answer, relay.calls())
}

#[tokio::test]
async fn a_live_token_takes_one_read_also_in_a_process_that_just_started() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    for _ in 0..3 {
        let (cold, relay) = Apart::relayed(&region).await;
        for _ in 0..3 {
            let (answer, calls) = counted(&relay, grant(&cold.http, &account)).await;
            assert_eq!(
                (answer.is(200).text("/access_token"), calls),
                (token.clone(), vec![READ.to_owned()])
            );
        }
    }
}

#[tokio::test]
async fn so_does_the_verification_of_what_a_person_allowed() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let token = app.tokens(&browser).await.access;
    let (cold, relay) = Apart::relayed(&region).await;
    for _ in 0..3 {
        let (answer, calls) = counted(&relay, verify(&region, &cold.http, &token)).await;
        assert_eq!((answer.status.as_u16(), calls), (200, vec![READ.to_owned()]));
    }
}

#[tokio::test]
async fn a_verification_takes_one_read_also_in_a_process_that_just_started() {
    let region = Region::start().await;
    let token = region.account().await.token(&region).await;
    let (cold, relay) = Apart::relayed(&region).await;
    for _ in 0..3 {
        let (answer, calls) = counted(&relay, verify(&region, &cold.http, &token)).await;
        assert_eq!((answer.status.as_u16(), calls), (200, vec![READ.to_owned()]));
    }
    let (cold, relay) = Apart::relayed(&region).await;
    let asked = cold.http.get("/api/v1/roles").bearer(&region.running.facts.admin.token);
    let (answer, calls) = counted(&relay, asked).await;
    assert_eq!((answer.status.as_u16(), calls), (200, vec![READ.to_owned()]));
}

#[tokio::test]
async fn a_use_is_noted_once_in_a_while_and_a_new_token_is_one_write() {
    let region = Region::start().await;
    let account = region.account_with(json!({"token_lifetime": 300})).await;
    let (cold, relay) = Apart::relayed(&region).await;
    let (_, calls) = counted(&relay, grant(&cold.http, &account)).await;
    assert_eq!(calls, [READ, "UpdateItem", "PutItem"]);
    let mut noted = 0;
    for _ in 0..20 {
        region.wait(10);
        let (answer, calls) = counted(&relay, grant(&cold.http, &account)).await;
        answer.is(200);
        assert_eq!(calls[0], READ);
        noted += calls.len() - 1;
    }
    assert!((3..=5).contains(&noted), "{noted} notes in 200 seconds");
}

#[tokio::test]
async fn junk_costs_no_read_and_a_wrong_secret_one() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    let (cold, relay) = Apart::relayed(&region).await;
    verify(&region, &cold.http, &token).send().await.is(200);
    let with = |client_id: &str, secret: &str| {
        let account = Account {
            client_id: client_id.to_owned(),
            secret: secret.to_owned(),
            ..account.clone()
        };
        grant(&cold.http, &account)
    };
    let other = ClientSecret::from_random([3; 32]);
    let end = if account.secret.ends_with('x') { 'y' } else { 'x' };
    let mistyped = format!("{}{end}", &account.secret[..account.secret.len() - 1]);
    let parts = Parts::of(&token);
    let mut forged = parts.clone();
    forged.signature[5] ^= 1;
    let issuer = region.running.issuer.as_str();
    for (what, asked, status, reads) in [
        ("a secret that is none", with(&account.client_id, "x"), 401, 0),
        ("a checksum that is wrong", with(&account.client_id, &mistyped), 401, 0),
        ("a client ID that is none", with("x", &account.secret), 401, 0),
        (
            "another region's client ID",
            with(&account.client_id.replace("_us_", "_eu_"), &account.secret),
            401,
            0,
        ),
        (
            "no client at all",
            cold.http.token().form(&[("grant_type", "client_credentials")]),
            401,
            0,
        ),
        (
            "another grant",
            with(&account.client_id, &account.secret).form(&[("grant_type", "password")]),
            400,
            0,
        ),
        (
            "a client ID of nobody",
            with(&format!("svc_us_{}", "0".repeat(48)), &account.secret),
            401,
            1,
        ),
        ("a wrong secret", with(&account.client_id, other.expose()), 401, 1),
        (
            "no token",
            cold.http.get("/verify").query(&[("resource", issuer)]),
            401,
            0,
        ),
        ("a token that is none", verify(&region, &cold.http, "x"), 401, 0),
        (
            "an unsigned token",
            verify(&region, &cold.http, &parts.clone().header("alg", "none").token()),
            401,
            0,
        ),
        (
            "a token under an unknown key",
            verify(&region, &cold.http, &parts.clone().header("kid", "x").token()),
            401,
            0,
        ),
        ("a forged token", verify(&region, &cold.http, &forged.token()), 401, 0),
        (
            "an expired token",
            verify(&region, &cold.http, &parts.clone().claim("exp", 1).token()),
            401,
            0,
        ),
        (
            "another issuer's token",
            verify(
                &region,
                &cold.http,
                &parts.clone().claim("iss", "https://x.test").token(),
            ),
            401,
            0,
        ),
    ] {
        let (answer, calls) = counted(&relay, asked).await;
        assert_eq!(
            (answer.status.as_u16(), calls),
            (status, vec![READ.to_owned(); reads]),
            "{what}"
        );
    }
}

/// The stored hash spoilt: whoever still gets a token did not need it.
async fn spoil_hashes(region: &Region) {
    for mut row in region.rows().await {
        let Some(AttributeValue::M(credentials)) = row.get_mut("credentials") else {
            continue;
        };
        for credential in credentials.values_mut() {
            let AttributeValue::M(credential) = credential else {
                panic!("{credential:?}")
            };
            let Some(AttributeValue::L(secrets)) = credential.get_mut("secrets") else {
                panic!("{credential:?}")
            };
            for secret in secrets {
                let AttributeValue::M(secret) = secret else {
                    panic!("{secret:?}")
                };
                let spoilt = secret.insert("hash".to_owned(), AttributeValue::S("spoilt".to_owned()));
                assert!(spoilt.is_some_and(|hash| hash.as_s().unwrap().starts_with("$argon2id$")));
            }
        }
        region.put(row).await;
    }
}

#[tokio::test]
async fn a_live_token_needs_no_argon2_and_a_new_one_once_per_process() {
    let region = Region::start().await;
    let account = region.account_with(json!({"token_lifetime": 300})).await;
    let warm = Apart::with(&region, |_| ()).await;
    let token = grant(&warm.http, &account).send().await.is(200).text("/access_token");
    spoil_hashes(&region).await;
    let cold = Apart::with(&region, |_| ()).await;
    assert_eq!(
        grant(&cold.http, &account).send().await.is(200).text("/access_token"),
        token
    );
    // The process that has seen the secret proved makes new tokens, too.
    region.wait(290);
    let next = grant(&warm.http, &account).send().await.is(200).text("/access_token");
    assert_ne!(next, token);
    assert_eq!(
        grant(&cold.http, &account).send().await.is(200).text("/access_token"),
        next
    );
    // One that has not, and finds nothing sealed, must ask argon2, which is spoilt.
    let colder = Apart::with(&region, |_| ()).await;
    let other = [("grant_type", "client_credentials"), ("scope", "read:me")];
    let asked = colder
        .http
        .token()
        .basic(&account.client_id, &account.secret)
        .form(&other);
    asked.send().await.refused(401, "invalid_client");
}

#[tokio::test]
async fn a_live_token_needs_no_signing_key_and_a_verification_none_at_all() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    for secret in [None, Some("regent/no/such/secret".to_owned())] {
        let keyless = Apart::with(&region, |config| config.signing_secret = secret).await;
        assert_eq!(
            grant(&keyless.http, &account)
                .send()
                .await
                .is(200)
                .text("/access_token"),
            token
        );
        verify(&region, &keyless.http, &token).send().await.is(200);
        let new = [("grant_type", "client_credentials"), ("scope", "read:me")];
        let asked = keyless
            .http
            .token()
            .basic(&account.client_id, &account.secret)
            .form(&new);
        asked.send().await.refused(503, "temporarily_unavailable");
    }
}
