//! Client authentication (RFC 6749 §2.3.1), and that strangers learn nothing from a refusal.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use regent::domain::ClientSecret;
use serde_json::{Value, json};

use crate::harness::{Account, Answer, Organization, Region, encoded, pair};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

fn basic(text: impl AsRef<[u8]>) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(text))
}

#[tokio::test]
async fn body_and_basic_are_both_understood_in_every_spelling() {
    let region = Region::start().await;
    let account = region.account().await;
    let Account {
        client_id: id, secret, ..
    } = &account;
    let token = account.token(&region).await;
    let plain = basic(format!("{id}:{secret}"));
    for (authorization, fields) in [
        (plain.clone(), vec![GRANT]),
        (basic(format!("{}:{}", encoded(id), encoded(secret))), vec![GRANT]),
        (plain.replace("Basic", "basic"), vec![GRANT]),
        (plain.replace("Basic", "BASIC"), vec![GRANT]),
        // Some libraries repeat the client ID in the body.
        (plain.clone(), vec![GRANT, ("client_id", id)]),
        (plain.clone(), vec![GRANT, ("client_secret", "")]),
    ] {
        let asked = region
            .http
            .token()
            .header("authorization", &authorization)
            .form(&fields);
        assert_eq!(
            asked.send().await.is(200).text("/access_token"),
            token,
            "{authorization} {fields:?}"
        );
    }
}

#[tokio::test]
async fn two_methods_at_once_are_an_invalid_request() {
    let region = Region::start().await;
    let account = region.account().await;
    let Account {
        client_id: id, secret, ..
    } = &account;
    let (good, own) = (
        basic(format!("{id}:{secret}")),
        [("client_id", id.as_str()), ("client_secret", secret.as_str())],
    );
    let assertion = [
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", "a.b.c"),
    ];
    for (authorizations, fields) in [
        (vec![good.as_str()], own.to_vec()),
        (vec![&good], vec![own[1]]),
        (vec![&good], vec![("client_id", "svc_us_other")]),
        (vec![&good, &good], vec![]),
        (vec![&good, "Bearer abc"], vec![]),
        (vec!["Bearer abc"], own.to_vec()),
        (vec!["Basic !!!"], own.to_vec()),
        (vec![], [own, assertion].concat()),
        (vec![&good], assertion.to_vec()),
    ] {
        for path in ["/oauth/v1/token", "/oauth/v1/revoke", "/oauth/v1/introspect"] {
            let fields = [&[GRANT, ("token", "x")], fields.as_slice()].concat();
            let asked = region.http.post(path).form(&fields);
            let asked = authorizations
                .iter()
                .fold(asked, |asked, value| asked.header("authorization", value));
            asked.send().await.refused(400, "invalid_request");
        }
    }
}

/// What a stranger sees of a refusal: everything but the date.
fn seen(answer: Answer) -> (u16, Vec<(String, String)>, Value) {
    let answer = answer.refused(401, "invalid_client");
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status.as_u16(), headers.collect(), answer.json())
}

/// Secrets of the right form: prefix, length and checksum.
fn other_secret() -> String {
    ClientSecret::from_random([7; 32]).expose().to_owned()
}

#[tokio::test]
async fn whoever_is_not_believed_is_not_told_why() {
    let (region, eu) = pair().await;
    let (account, other, gone) = (region.account().await, region.account().await, region.account().await);
    region.admin("DELETE", &gone.path()).send().await.is(204);
    let stranger = Account::create_in(&region, &Organization::found(&region).await).await;
    let abroad = eu.account().await;
    let Account {
        client_id: id, secret, ..
    } = &account;

    let expected = seen(
        account
            .ask(&region, "/oauth/v1/token", &[])
            .form(&[GRANT, ("client_id", id), ("client_secret", &other_secret())])
            .send()
            .await,
    );
    let unknown = format!("svc_us_{}", "0".repeat(48));
    let (head, tail) = id.split_at(id.len() - 12);
    let foreign = &abroad.client_id.replace("svc_eu_", "svc_us_");
    let pairs: Vec<(String, String)> = [
        (unknown.as_str(), secret.as_str()),
        (id, &other.secret),
        (&other.client_id, secret),
        (&gone.client_id, &gone.secret),
        (id, &stranger.secret),
        (foreign, &abroad.secret),
        // The secret's near misses: shape, checksum, length (no truncation, no trimming).
        (id, "x"),
        (id, &secret[..secret.len() - 1]),
        (id, &format!("{secret}x")),
        (id, &format!("{secret}{}", "x".repeat(400))),
        (id, &format!("{secret} ")),
        (id, &format!(" {secret}")),
        (id, &secret.to_uppercase()),
        (id, &secret.replace("rgs_", "RGS_")),
        (id, "\u{0}\u{202e}é\"\\"),
        // The client ID's.
        ("x", secret),
        ("svc_us_", secret),
        (&id.to_uppercase(), secret),
        (&format!("{id} "), secret),
        (&format!("{id}0"), secret),
        (&account.id, secret),
        // Ids of different accounts, put together.
        (
            &format!("{head}{}", &other.client_id[other.client_id.len() - 12..]),
            secret,
        ),
        (
            &format!("{}{tail}", &other.client_id[..other.client_id.len() - 12]),
            secret,
        ),
        (
            &format!("{}{tail}", &stranger.client_id[..stranger.client_id.len() - 12]),
            secret,
        ),
        (&format!("{}{}", &stranger.client_id[..7 + 24], &id[7 + 24..]), secret),
        (
            &format!("{}{}", &id[..7 + 24], &stranger.client_id[7 + 24..]),
            &stranger.secret,
        ),
    ]
    .map(|(id, secret)| (id.to_owned(), secret.to_owned()))
    .into();
    for (id, secret) in pairs {
        for path in ["/oauth/v1/token", "/oauth/v1/revoke", "/oauth/v1/introspect"] {
            let fields = [GRANT, ("token", "x")];
            let own = [("client_id", id.as_str()), ("client_secret", secret.as_str())];
            let body = region.http.post(path).form(&[own, fields].concat()).send().await;
            assert_eq!(seen(body), expected, "{path} {id} {secret}");
            let basic = region
                .http
                .post(path)
                .basic(&encoded(&id), &encoded(&secret))
                .form(&fields)
                .send()
                .await;
            assert_eq!(seen(basic), expected, "{path} {id} {secret}, Basic");
        }
    }
    account.grant(&region, &[]).await.is(200);
}

#[tokio::test]
async fn what_cannot_be_read_is_no_server_error() {
    let region = Region::start().await;
    let account = region.account().await;
    let Account {
        client_id: id, secret, ..
    } = &account;
    let good = basic(format!("{id}:{secret}"));
    for authorization in [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic YQ",
        "Basic YQ==",
        "Basic Og==",
        "basic",
        "Negotiate abc",
        "Bearer abc",
        "DPoP abc",
        "=",
        &good.replace("Basic", "Digest"),
        &good.replace("Basic ", "Basic"),
        &good.trim_end_matches('=')[..good.len() - 3],
        &basic(format!("{id}{secret}")),
        &basic(format!("{id}:")),
        &basic(format!(":{secret}")),
        &basic(b"\xff\xfe:\xff"),
        &basic(format!("{id}:%ff")),
        &basic(format!("{id}:{secret}:x")),
        &basic("x".repeat(4000)),
    ] {
        let answer = region
            .http
            .token()
            .header("authorization", authorization)
            .form(&[GRANT])
            .send()
            .await;
        let answer = answer.refused(401, "invalid_client");
        let challenge = answer.header("www-authenticate");
        assert_eq!(
            challenge,
            Some(r#"Basic realm="regent", charset="UTF-8""#),
            "{authorization}"
        );
    }
}

#[tokio::test]
async fn no_authentication_is_an_invalid_client() {
    let region = Region::start().await;
    let account = region.account().await;
    for fields in [
        vec![],
        vec![("client_id", account.client_id.as_str())],
        vec![("client_secret", &account.secret)],
        vec![("client_assertion", "a.b.c")],
    ] {
        for path in ["/oauth/v1/token", "/oauth/v1/revoke", "/oauth/v1/introspect"] {
            let fields = [&[GRANT, ("token", "x")], fields.as_slice()].concat();
            region
                .http
                .post(path)
                .form(&fields)
                .send()
                .await
                .refused(401, "invalid_client");
        }
    }
}

#[tokio::test]
async fn a_client_at_the_wrong_region_is_told_the_right_one() {
    let (us, eu) = pair().await;
    let account = eu.account().await;
    for path in ["/oauth/v1/token", "/oauth/v1/revoke", "/oauth/v1/introspect"] {
        let answer = account
            .ask(&us, path, &[GRANT, ("token", "x")])
            .send()
            .await
            .refused(401, "invalid_client");
        let hint = format!(
            "This client ID belongs to another region; its token endpoint is {}/oauth/v1/token.",
            eu.running.issuer
        );
        assert_eq!(answer.text("/error_description"), hint);
    }
    // A region that this one has not heard of.
    let lost = Account {
        client_id: account.client_id.replace("svc_eu_", "svc_mars_"),
        ..account
    };
    let answer = lost.grant(&us, &[]).await.refused(401, "invalid_client");
    assert_eq!(
        answer.json(),
        json!({
            "error": "invalid_client",
            "error_description": "This client ID belongs to another region; use the token endpoint of that region.",
        })
    );
}
