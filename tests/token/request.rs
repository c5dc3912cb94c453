//! The request's form (RFC 6749 §3.2, appendix B).

use crate::harness::{Region, encoded};
use serde_json::json;

pub(super) const FORM_ENDPOINTS: [&str; 3] = ["/oauth/v1/token", "/oauth/v1/revoke", "/oauth/v1/introspect"];

#[tokio::test]
async fn only_post_is_answered_and_the_refusal_says_so() {
    let region = Region::start().await;
    for path in FORM_ENDPOINTS {
        for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let answer = region.http.ask(method, path).send().await.is(405);
            assert_eq!(answer.header("allow"), Some("POST"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_body_of_another_type_is_an_invalid_request() {
    let region = Region::start().await;
    let account = region.account().await;
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        account.client_id, account.secret
    );
    let json =
        json!({"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.secret});
    for (content_type, body) in [
        ("application/json", json.to_string()),
        ("application/json", form.clone()),
        ("application/json, application/x-www-form-urlencoded", form.clone()),
        ("application/x-www-form-urlencoded, application/json", form.clone()),
        ("application/x-www-form-urlencoded2", form.clone()),
        ("multipart/form-data; boundary=x", form.clone()),
        ("text/plain", form.clone()),
        ("", form.clone()),
        (";", form.clone()),
    ] {
        for path in FORM_ENDPOINTS {
            let answer = region.http.post(path).body(content_type, body.clone()).send().await;
            answer.refused(400, "invalid_request");
        }
    }
    let twice = region
        .http
        .token()
        .raw_form(form.clone())
        .header("content-type", "application/json");
    twice.send().await.refused(400, "invalid_request");
    for content_type in [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "Application/X-WWW-Form-Urlencoded;charset=utf-8",
    ] {
        region
            .http
            .token()
            .body(content_type, form.clone())
            .send()
            .await
            .is(200);
    }
}

#[tokio::test]
async fn a_request_without_content_type_is_an_invalid_request() {
    let region = Region::start().await;
    for path in FORM_ENDPOINTS {
        region.http.post(path).send().await.refused(400, "invalid_request");
    }
}

#[tokio::test]
async fn parameters_are_read_by_the_rules_of_rfc_6749() {
    let region = Region::start().await;
    let account = region.account().await;
    let own = format!("client_id={}&client_secret={}", account.client_id, account.secret);
    let grant = "grant_type=client_credentials";
    for (status, error, body) in [
        (200, "", format!("{grant}&{own}")),
        // Without a value: as if it were not there (§3.1).
        (200, "", format!("{grant}&{own}&scope=&resource=&scope")),
        (400, "invalid_request", format!("grant_type=&{own}")),
        (400, "invalid_request", format!("grant_type&{own}")),
        (400, "invalid_request", own.clone()),
        (400, "invalid_request", String::new()),
        (400, "invalid_request", "&&&".to_owned()),
        (401, "invalid_client", format!("{grant}&client_id=&client_secret=")),
        // Unknown: ignored, also when repeated.
        (
            200,
            "",
            format!("{grant}&{own}&audience=x&x=%22&x=1&refresh_token=y&state=z"),
        ),
        (200, "", format!("&{grant}&&{own}&=&=x&")),
        // Repeated: refused, also when it says the same.
        (400, "invalid_request", format!("{grant}&{grant}&{own}")),
        (400, "invalid_request", format!("{grant}&grant_type=&{own}")),
        (
            400,
            "invalid_request",
            format!("{grant}&{own}&client_id={}", account.client_id),
        ),
        (
            400,
            "invalid_request",
            format!("{grant}&{own}&client_secret={}", account.secret),
        ),
        (
            400,
            "invalid_request",
            format!("{grant}&{own}&scope=read:me&scope=read:me"),
        ),
        // Encoded in every way that means the same.
        (
            200,
            "",
            format!("%67rant_type=client%5Fcredentials&{own}&scope=read%3ame"),
        ),
        (
            200,
            "",
            format!(
                "{grant}&client_id={}&client_secret={}",
                encoded(&account.client_id),
                encoded(&account.secret)
            ),
        ),
        // Not UTF-8, once decoded or before.
        (400, "invalid_request", format!("{grant}&{own}&scope=%ff")),
        (400, "invalid_request", format!("{grant}&{own}&%C3%28=x")),
        // Names are compared as they are.
        (400, "invalid_request", format!("Grant_Type=client_credentials&{own}")),
    ] {
        let answer = region.http.token().raw_form(body.clone()).send().await;
        if status == 200 {
            answer.is(200);
        } else {
            answer.refused(status, error);
        }
    }
    let mut bytes = format!("{grant}&{own}&scope=").into_bytes();
    bytes.push(0xff);
    region
        .http
        .token()
        .raw_form(bytes)
        .send()
        .await
        .refused(400, "invalid_request");
}

#[tokio::test]
async fn other_grants_are_unsupported() {
    let region = Region::start().await;
    let account = region.account().await;
    for grant in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "Client_Credentials",
        "client_credentials ",
        "client_credentials\u{0}",
        "\"\\\u{202e}é",
    ] {
        let answer = account
            .ask(&region, "/oauth/v1/token", &[("grant_type", grant)])
            .send()
            .await;
        answer.refused(400, "unsupported_grant_type");
    }
}

#[tokio::test]
async fn credentials_in_the_url_are_refused_even_if_they_are_right() {
    let region = Region::start().await;
    let account = region.account().await;
    let (id, secret) = (account.client_id.as_str(), account.secret.as_str());
    let both = [("client_id", id), ("client_secret", secret)];
    for query in [&both[..], &both[..1], &both[1..]] {
        for path in FORM_ENDPOINTS {
            let fields = [("grant_type", "client_credentials"), ("token", "x")];
            let without = region.http.post(path).query(query).form(&fields).send().await;
            without.refused(400, "invalid_request");
            account
                .ask(&region, path, &fields)
                .query(query)
                .send()
                .await
                .refused(400, "invalid_request");
            let basic = region
                .http
                .post(path)
                .query(query)
                .form(&fields)
                .basic(id, secret)
                .send()
                .await;
            basic.refused(400, "invalid_request");
        }
    }
    // What else is in the URL does not matter.
    let other = account.ask(
        &region,
        "/oauth/v1/token?grant_type=password&scope=x",
        &[("grant_type", "client_credentials")],
    );
    other.send().await.is(200);
}
