//! Who exists is nobody's business: every refusal is the same answer, after the same calls.

use serde_json::json;

use super::{invited, person};
use crate::harness::{Answer, Apart, Browser, Fault, Region};

/// Status, headers but the date, the id of the request and the cookie, and the page without what is new on every page.
fn face(answer: &Answer, typed: &str) -> String {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["date", "set-cookie", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    let csrf = answer.forms().first().map(|form| form.field("csrf").to_owned());
    let body = answer.body.replace(typed, "[typed]");
    let body = csrf.map_or(body.clone(), |csrf| body.replace(&csrf, "[csrf]"));
    // The length depends on what was typed.
    headers.retain(|header| !header.starts_with("content-length"));
    format!("{} {headers:?} {body}", answer.status)
}

async fn addresses(region: &Region) -> Vec<String> {
    let (_, known) = person(region, json!(["viewer"])).await;
    let (_, new) = invited(region, json!(["viewer"])).await;
    let account = region.account().await;
    let program = account.body["email"].as_str().unwrap().to_owned();
    vec![
        known,
        new,
        program,
        "nobody@acme.test".to_owned(),
        "no address".to_owned(),
    ]
}

async fn ask(browser: &Browser, path: &str, email: &str) -> Answer {
    let form = browser.open(path).await.is(200).form(path);
    let typed = [("email", email), ("password", "not this one")];
    let fields = if path == "/sign-in" { &typed[..] } else { &typed[..1] };
    browser.submit(&form, fields).await
}

#[tokio::test]
async fn no_answer_and_no_call_to_the_table_tells_which_addresses_exist() {
    let region = Region::start().await;
    let addresses = addresses(&region).await;
    let (apart, relay) = Apart::relayed(&region).await;
    for (path, status) in [("/sign-in", 422), ("/forgot-password", 200)] {
        let mut seen = vec![];
        for (index, email) in addresses.iter().enumerate() {
            // The throttles of the address are new every time, that of the source is not after the first.
            let browser = apart.browser();
            if index == 0 {
                ask(&browser, path, "somebody@else.test").await;
            }
            relay.calls();
            let answer = ask(&browser, path, email).await.is(status);
            seen.push((email, face(&answer, email), relay.calls()));
        }
        let (_, first, calls) = &seen[0];
        for (email, face, made) in &seen[1..] {
            assert_eq!(face, first, "{path} {email}");
            assert_eq!(made, calls, "{path} {email}");
        }
    }
}

#[tokio::test]
async fn a_device_cookie_that_is_none_of_the_persons_costs_and_says_what_no_cookie_does() {
    const DEVICE: &str = "__Host-regent_device";
    let region = Region::start().await;
    let (id, owner) = person(&region, json!(["viewer"])).await;
    let cookie = async |email: &str| {
        let browser = region.browser();
        browser.sign_in(email, super::PASSWORD).await.is(303);
        browser.cookie(DEVICE).unwrap()
    };
    let older = cookie(&owner).await;
    let demoted = region
        .admin("PATCH", &format!("/users/{id}"))
        .json(&json!({"roles": []}));
    demoted.send().await.is(200);
    let good = cookie(&owner).await;
    let addresses = addresses(&region).await;
    let another = cookie(&addresses[0]).await;
    let (apart, relay) = Apart::relayed(&region).await;
    ask(&apart.browser(), "/sign-in", "somebody@else.test").await;
    let seen = async |email: &str, cookie: &str| {
        let browser = apart.browser();
        if !cookie.is_empty() {
            browser.set_cookie(DEVICE, cookie);
        }
        relay.calls();
        let answer = ask(&browser, "/sign-in", email).await.is(422);
        (face(&answer, email), relay.calls())
    };
    let expected = seen("nobody@else.test", "").await;
    let forged = "A".repeat(43);
    for (place, email) in addresses.iter().enumerate() {
        // Each attempt is the first at its address: a person's is this one's.
        let cookie = [&good, &older, &forged, &good, &another][place];
        assert_eq!(seen(email, cookie).await, expected, "{email} {cookie}");
    }
    assert_eq!(seen(&owner, &older).await, expected, "of an older epoch");
    for (number, cookie) in [older, another, forged].into_iter().enumerate() {
        let (_, email) = person(&region, json!([])).await;
        assert_eq!(seen(&email, &cookie).await, expected, "{number}");
    }
}

#[tokio::test]
async fn while_the_table_is_away_nobody_gets_in_and_the_page_says_so() {
    let region = Region::start().await;
    let browser = Apart::at(&region, "http://127.0.0.1:1").await.browser();
    // The form itself needs no table.
    let form = browser.open("/sign-in").await.is(200).form("/sign-in");
    let admin = &region.running.facts.admin;
    let typed = [("email", admin.email.as_str()), ("password", admin.password.as_str())];
    let answer = browser.submit(&form, &typed).await.is(503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert!(answer.words().contains("Regent cannot answer right now"));
    assert_eq!(browser.cookie("__Host-regent"), None);
    assert!(!answer.body.contains("127.0.0.1"), "{}", answer.body);

    let known = region.admin_browser().await.cookie("__Host-regent").unwrap();
    browser.set_cookie("__Host-regent", &known);
    browser.open("/sign-in").await.is(503);
}

#[tokio::test]
async fn a_session_that_is_not_written_is_not_given() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let browser = apart.browser();
    let admin = &region.running.facts.admin;
    relay.fail("TransactWriteItems", Fault::Denied, 1);
    let answer = browser.sign_in(&admin.email, &admin.password).await.is(503);
    assert_eq!((browser.cookie("__Host-regent"), relay.unmet()), (None, 0));
    assert!(answer.words().contains("Regent cannot answer right now"));
    // A throttle that cannot be asked lets nobody guess.
    relay.fail("UpdateItem", Fault::Denied, 1);
    browser.sign_in(&admin.email, &admin.password).await.is(503);
    relay.fail("TransactWriteItems", Fault::Conflict, 3);
    browser.sign_in(&admin.email, &admin.password).await.is(303);
}

#[tokio::test]
async fn a_use_that_cannot_be_noted_is_a_use_all_the_same() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let browser = apart.browser();
    let admin = &region.running.facts.admin;
    browser.sign_in(&admin.email, &admin.password).await.is(303);
    region.wait(120);
    relay.fail("UpdateItem", Fault::Denied, 1);
    assert!(super::signed_in(&browser).await);
    assert_eq!(relay.unmet(), 0);
}
