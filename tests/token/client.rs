//! Client authentication (RFC 6749 §2.3.1): the body or HTTP Basic, and never two at once.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::harness::{Account, Region, encoded};

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
