//! The management API with the session of somebody who is signed in at the console.

use serde_json::json;

use super::{PASSWORD, person};
use crate::harness::{Browser, Region};

/// What a page of the console shows its script: the session's token for the API.
async fn token(browser: &Browser) -> String {
    let page = browser.open("/console/sessions").await.is(200);
    let (_, rest) = page.body.split_once("<meta name=\"csrf-token\" content=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_reads_without_a_token_and_changes_with_it() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    browser.ask("GET", "/api/v1/users").send().await.is(200);
    let new = json!({"name": "Ada", "email": "ada@acme.test", "user_type": "licensed"});
    let made = browser
        .posting("/api/v1/users")
        .header("x-csrf-token", &token(&browser).await)
        .json(&new);
    let id = made.send().await.is(201).text("/id");
    let trail = region
        .admin("GET", "/audit-events")
        .query(&[("target", id.as_str())])
        .send()
        .await
        .is(200);
    assert_eq!(trail.text("/items/0/actor/kind"), "person");
    assert_eq!(trail.text("/items/0/source_ip"), "127.0.0.1");
}

#[tokio::test]
async fn a_change_without_the_sessions_own_token_is_refused() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let other = region.admin_browser().await;
    let (id, _) = person(&region, json!(["viewer"])).await;
    let path = format!("/api/v1/users/{id}");
    let (good, theirs) = (token(&browser).await, token(&other).await);
    let sign_out = region.sign_out_token(&browser).await;
    for (method, body) in [
        ("PATCH", json!({"name": "X"})),
        ("DELETE", json!({})),
        ("POST", json!({})),
    ] {
        for token in [None, Some(""), Some("x"), Some(theirs.as_str()), Some(&sign_out)] {
            let asked = browser
                .ask(method, &path)
                .header("sec-fetch-site", "same-origin")
                .json(&body);
            let asked = token
                .into_iter()
                .fold(asked, |asked, token| asked.header("x-csrf-token", token));
            let status = asked.send().await.status.as_u16();
            assert!(
                status == 403 || (method == "POST" && status == 405),
                "{method} {token:?}: {status}"
            );
        }
        let asked = browser.ask(method, &path).header("x-csrf-token", &good).json(&body);
        let status = asked
            .header("sec-fetch-site", "cross-site")
            .send()
            .await
            .status
            .as_u16();
        assert!(
            status == 403 || (method == "POST" && status == 405),
            "{method}: {status}"
        );
        let asked = browser.ask(method, &path).header("x-csrf-token", &good).json(&body);
        let status = asked
            .header("origin", "https://evil.example")
            .send()
            .await
            .status
            .as_u16();
        assert!(
            status == 403 || (method == "POST" && status == 405),
            "{method}: {status}"
        );
    }
    region.admin("GET", &format!("/users/{id}")).send().await.is(200);
}

#[tokio::test]
async fn a_bearer_token_is_the_only_word_where_there_is_one() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    browser
        .ask("GET", "/api/v1/users")
        .bearer("nonsense")
        .send()
        .await
        .problem(401);
    browser
        .ask("GET", "/api/v1/users")
        .basic("a", "b")
        .send()
        .await
        .problem(401);
    region.browser().ask("GET", "/api/v1/users").send().await.problem(401);
    let (_, email) = person(&region, json!([])).await;
    let nobody = region.browser();
    nobody.sign_in(&email, PASSWORD).await.is(303);
    nobody.ask("GET", "/api/v1/users").send().await.problem(403);
}

#[tokio::test]
async fn a_session_is_no_token_at_the_other_faces() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let resource = region.resource().to_owned();
    let asked = browser.ask("GET", "/verify").query(&[("resource", resource.as_str())]);
    asked.send().await.is(401);
    browser.ask("GET", "/acme/me").send().await.is(401);
    let cookie = browser.cookie("__Host-regent").unwrap();
    browser
        .ask("GET", "/api/v1/users")
        .bearer(&cookie)
        .send()
        .await
        .problem(401);
}
