//! Forms that somebody else sent: every one of this function's own is refused without its token,
//! with another's, and from another site.

use serde_json::json;

use super::{PASSWORD, admin, link, person, signed_in};
use crate::harness::{Answer, Browser, Region};
use regent::domain::LinkPurpose;

/// Every form: its path, and what it would do.
async fn forms(region: &Region) -> Vec<(&'static str, Vec<(String, String)>)> {
    let (email, password) = admin(region);
    let (id, _) = person(region, json!(["viewer"])).await;
    let token = link(region, &id, LinkPurpose::PasswordReset).await;
    let own = |fields: &[(&str, &str)]| -> Vec<(String, String)> {
        fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    };
    vec![
        ("/sign-in", own(&[("email", email), ("password", password)])),
        ("/forgot-password", own(&[("email", email)])),
        ("/password", own(&[("token", &token), ("password", "nine clarinets")])),
    ]
}

async fn token(browser: &Browser, path: &str, fields: &[(String, String)]) -> String {
    let link = fields.iter().find(|(name, _)| name == "token");
    let page = link.map_or_else(|| path.to_owned(), |(_, token)| format!("{path}?token={token}"));
    browser.open(&page).await.is(200).form(path).field("csrf").to_owned()
}

async fn post(browser: &Browser, path: &str, fields: &[(String, String)], csrf: Option<&str>) -> Answer {
    let mut all: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    all.extend(csrf.map(|csrf| ("csrf", csrf)));
    browser.post(path, &all).await
}

#[tokio::test]
async fn a_form_without_its_own_token_does_nothing() {
    let region = Region::start().await;
    let all = forms(&region).await;
    for (path, fields) in &all {
        let browser = region.browser();
        let own = token(&browser, path, fields).await;
        let (other, _) = all
            .iter()
            .find(|(other, _)| other != path)
            .map(|(p, f)| (p, f))
            .unwrap();
        let others = token(&browser, other, &all.iter().find(|(p, _)| p == other).unwrap().1).await;
        let strangers = token(&region.browser(), path, fields).await;
        let mut forged = own.clone();
        forged.replace_range(0..1, if own.starts_with('A') { "B" } else { "A" });
        for csrf in [
            None,
            Some(""),
            Some("x"),
            Some(&forged),
            Some(&others),
            Some(&strangers),
        ] {
            let answer = post(&browser, path, fields, csrf).await.is(403);
            assert!(
                answer.words().contains("This page was open for too long"),
                "{path} {csrf:?}"
            );
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
        assert!(!signed_in(&browser).await, "{path}");
    }
    // With their own tokens all of them work.
    for (path, fields) in &all {
        let browser = region.browser();
        let own = token(&browser, path, fields).await;
        let answer = post(&browser, path, fields, Some(&own)).await;
        assert!([200, 303].contains(&answer.status.as_u16()), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn a_form_from_another_site_does_nothing() {
    let region = Region::start().await;
    let issuer = region.running.issuer.to_string();
    for (path, fields) in &forms(&region).await {
        let browser = region.browser();
        let own = token(&browser, path, fields).await;
        for (origin, site) in [
            (Some("https://evil.example"), None),
            (Some("https://evil.example"), Some("same-origin")),
            (Some("null"), None),
            (Some("null"), Some("cross-site")),
            (Some("http://127.0.0.1:1"), None),
            (Some(issuer.as_str()), Some("cross-site")),
            (Some(issuer.as_str()), Some("same-site")),
            (None, Some("cross-site")),
            (None, Some("same-site")),
            (None, Some("")),
        ] {
            let mut asked = browser.ask("POST", path);
            for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
                asked = value.into_iter().fold(asked, |asked, value| asked.header(name, value));
            }
            let mut all: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            all.push(("csrf", &own));
            let answer = asked.form(&all).send().await.is(403);
            let words = answer.words();
            assert!(
                words.contains("This came from another site"),
                "{path} {origin:?} {site:?}: {words}"
            );
        }
    }
}

#[tokio::test]
async fn a_page_without_referrer_sends_a_null_origin_and_is_believed_when_the_browser_vouches() {
    let region = Region::start().await;
    let browser = region.browser();
    let form = browser.open("/sign-in").await.form("/sign-in");
    let (email, password) = admin(&region);
    let fields = form.filled(&[("email", email), ("password", password)]);
    let asked = browser.ask("POST", "/sign-in").header("origin", "null");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    asked
        .header("sec-fetch-site", "same-origin")
        .form(&fields)
        .send()
        .await
        .is(303);
}

#[tokio::test]
async fn a_token_from_before_the_sign_in_is_none_after_it_and_no_session_knows_anothers() {
    let region = Region::start().await;
    let (email, password) = admin(&region);
    let browser = region.browser();
    let before = token(&browser, "/forgot-password", &[]).await;
    browser.sign_in(email, password).await.is(303);
    let forgotten = [("email".to_owned(), email.to_owned())];
    post(&browser, "/forgot-password", &forgotten, Some(&before))
        .await
        .is(403);

    let (_, other) = person(&region, json!(["viewer"])).await;
    let theirs = region.browser();
    theirs.sign_in(&other, PASSWORD).await.is(303);
    let stolen = token(&theirs, "/forgot-password", &[]).await;
    post(&browser, "/forgot-password", &forgotten, Some(&stolen))
        .await
        .is(403);
    post(&browser, "/sign-out", &[], Some(&stolen)).await.is(403);
    assert!(signed_in(&browser).await);
}

#[tokio::test]
async fn what_is_no_form_is_a_page_that_says_so() {
    let region = Region::start().await;
    let http = &region.http;
    for answer in [
        http.post("/sign-in")
            .body("application/json", "{}")
            .send()
            .await
            .is(400),
        http.post("/sign-in").raw_form("csrf=a&csrf=b").send().await.is(400),
        http.post("/sign-in").raw_form("email=%ff").send().await.is(400),
        http.post("/password").raw_form("a".repeat(70_000)).send().await.is(413),
        http.get("/sign-in?next=a&next=b").send().await.is(400),
        http.ask("PUT", "/sign-in").send().await.is(405),
        http.get("/sign-out").send().await.is(405),
    ] {
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8"),
            "{answer:?}"
        );
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        if answer.status == 405 {
            assert!(answer.header("allow").is_some(), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn what_people_type_stays_text() {
    let region = Region::start().await;
    let browser = region.browser();
    let typed = "\"><script>alert(1)</script>";
    let answer = browser.sign_in(typed, typed).await.is(422);
    assert!(!answer.body.contains("<script>alert"), "{}", answer.body);
    assert_eq!(answer.form("/sign-in").field("email"), typed);
    assert!(
        !answer
            .body
            .contains("value=\"&quot;&gt;&lt;script&gt;\" autocomplete=\"current-password\"")
    );
}
