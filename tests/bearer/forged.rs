//! Tokens that this region never issued (RFC 8725): every face refuses every one of them.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64URL};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use super::{refused_everywhere, stage};
use crate::harness::{Forge, Parts, pair};

#[tokio::test]
async fn unsigned_tokens() {
    let (region, account, tokens) = stage().await;
    for token in &tokens {
        let parts = Parts::of(token);
        let bare = Parts {
            header: json!({"alg": "none"}),
            signature: vec![],
            ..parts.clone()
        };
        refused_everywhere(&region, &account, &bare.token(), "alg none alone").await;
        for algorithm in [
            json!("none"),
            json!("None"),
            json!("NONE"),
            json!("nOnE"),
            json!(""),
            json!(0),
            json!(["ES256"]),
        ] {
            for signature in [vec![], parts.signature.clone()] {
                let token = Parts {
                    signature,
                    ..parts.clone()
                }
                .header("alg", algorithm.clone())
                .token();
                refused_everywhere(&region, &account, &token, &format!("alg {algorithm}")).await;
            }
        }
        let token = Parts {
            signature: vec![],
            ..parts.clone()
        }
        .token();
        refused_everywhere(&region, &account, &token, "no signature").await;
        refused_everywhere(&region, &account, token.trim_end_matches('.'), "no signature part").await;
        refused_everywhere(&region, &account, &parts.header("alg", Value::Null).token(), "no alg").await;
    }
}

#[tokio::test]
async fn tokens_signed_with_the_public_key_as_a_secret() {
    let (region, account, tokens) = stage().await;
    let key = region.http.get("/.well-known/jwks.json").send().await.is(200).json()["keys"][0].clone();
    let [x, y] = ["x", "y"].map(|name| BASE64URL.decode(key[name].as_str().unwrap()).unwrap());
    let point = [&[4][..], &x, &y].concat();
    // SubjectPublicKeyInfo of a P-256 key (RFC 5480 §2).
    let head = BASE64_STANDARD.decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgA=").unwrap();
    let spki = [&head, &point[..]].concat();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        BASE64_STANDARD.encode(&spki)
    );
    let secrets = [
        point,
        spki,
        pem.trim().as_bytes().to_vec(),
        pem.into_bytes(),
        key.to_string().into_bytes(),
        x,
        vec![],
    ];
    for token in &tokens {
        for (index, secret) in secrets.iter().enumerate() {
            let forged = Parts::of(token).header("alg", "HS256").signed(|message| {
                let secret = EncodingKey::from_secret(secret);
                BASE64URL
                    .decode(crypto::sign(message, &secret, Algorithm::HS256).unwrap())
                    .unwrap()
            });
            refused_everywhere(
                &region,
                &account,
                &forged.token(),
                &format!("HS256 with secret {index}"),
            )
            .await;
        }
    }
}

#[tokio::test]
async fn tampered_tokens() {
    let (region, account, tokens) = stage().await;
    for token in &tokens {
        let parts = Parts::of(token);
        let exp = parts.claims["exp"].as_i64().unwrap();
        for (claim, value) in [
            ("scope", json!("read:me write:me users:manage")),
            ("exp", json!(exp + 1)),
            ("sub", json!(account.id)),
            ("aud", json!("https://api.example.com")),
            ("organization", json!("org_000000000000")),
            ("epo", json!(7)),
            ("jti", json!("0".repeat(32))),
            ("admin", json!(true)),
        ] {
            let forged = parts.clone().claim(claim, value).token();
            refused_everywhere(&region, &account, &forged, &format!("another {claim}")).await;
        }
        for index in [0, 31, 32, 63] {
            let mut forged = parts.clone();
            forged.signature[index] ^= 1;
            refused_everywhere(&region, &account, &forged.token(), &format!("signature bit {index}")).await;
        }
        for signature in [
            vec![0; 64],
            vec![0; 32],
            vec![0xff; 64],
            parts.signature[..63].to_vec(),
            vec![0; 65],
            der(&parts.signature),
        ] {
            let what = format!("signature of {} bytes", signature.len());
            let forged = Parts {
                signature,
                ..parts.clone()
            };
            refused_everywhere(&region, &account, &forged.token(), &what).await;
        }
    }
}

/// The same ECDSA signature in the form other protocols use.
fn der(signature: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| [&[2, 33, 0], bytes].concat();
    let (r, s) = signature.split_at(32);
    [vec![0x30, 70], integer(r), integer(s)].concat()
}

#[tokio::test]
async fn tokens_under_other_keys() {
    let (region, account, tokens) = stage().await;
    let (stranger, jwk) = Forge::strange();
    for token in &tokens {
        let parts = Parts::of(token);
        for (what, parts) in [
            ("our kid", parts.clone()),
            ("their kid", parts.clone().header("kid", "mine")),
            ("no kid", parts.clone().header("kid", Value::Null)),
            ("kid of another type", parts.clone().header("kid", json!(["mine"]))),
            ("a path as kid", parts.clone().header("kid", "../../../../dev/null")),
            ("a statement as kid", parts.clone().header("kid", "' OR '1'='1")),
            ("a key in the header", parts.clone().header("jwk", jwk.clone())),
            (
                "a key in the header, with its kid",
                parts.clone().header("jwk", jwk.clone()).header("kid", "mine"),
            ),
            (
                "a key elsewhere",
                parts
                    .clone()
                    .header("jku", "https://evil.test/jwks.json")
                    .header("kid", "mine"),
            ),
            (
                "a certificate elsewhere",
                parts.clone().header("x5u", "https://evil.test/cert.pem"),
            ),
        ] {
            let forged = parts.signed(|message| stranger.sign(message));
            refused_everywhere(&region, &account, &forged.token(), what).await;
        }
    }
}

#[tokio::test]
async fn tokens_of_another_region() {
    let (us, eu) = pair().await;
    let (account, theirs) = (us.account().await, eu.account().await);
    let tokens = [theirs.token(&eu).await, eu.running.facts.admin.token.clone()];
    for token in &tokens {
        refused_everywhere(&us, &account, token, "another region's").await;
        // Not even with our names in it.
        let parts = Parts::of(token)
            .claim("iss", us.running.issuer.as_str())
            .claim("aud", us.resource());
        refused_everywhere(&us, &account, &parts.token(), "another region's, renamed").await;
        let (key, ours) = (Forge::of(&eu).await, Parts::of(&account.token(&us).await));
        let forged = Parts {
            header: parts.header,
            ..ours
        }
        .signed(|message| key.sign(message));
        refused_everywhere(&us, &account, &forged.token(), "ours under another region's key").await;
    }
}
