//! However often somebody signs in: sessions and known browsers are so many and no more.

use regent::acts::session::Browser as Known;
use regent::acts::sign_in;
use regent::domain::{Device, Password, Session};
use serde_json::json;

use super::device::rows;
use super::throttle::{from, is_throttled};
use super::{PASSWORD, person, signed_in};
use crate::harness::{Browser, Region};

#[tokio::test]
async fn a_sign_in_over_a_live_session_ends_that_one() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let browser = region.browser();
    // The form is of a tab that was open before the sign-in in the other one.
    browser.sign_in(&email, PASSWORD).await.is(303);
    let before = browser.copy();
    let (_, another) = person(&region, json!(["viewer"])).await;
    for email in [&email, &another] {
        let csrf = csrf_of_session(&browser);
        let typed = [
            ("email", email.as_str()),
            ("password", PASSWORD),
            ("csrf", &csrf),
            ("next", ""),
        ];
        let last = browser.copy();
        browser.post("/sign-in", &typed).await.is(303);
        assert!(signed_in(&browser).await && !signed_in(&last).await);
    }
    assert!(!signed_in(&before).await);
    assert_eq!(
        rows(&region, "SESSION#").await,
        3,
        "with those of the passwords that were set"
    );
}

/// The token that the sign-in page's form would have, if it were shown to whoever is signed in.
fn csrf_of_session(browser: &Browser) -> String {
    use base64::Engine;
    let cookie = browser.cookie("__Host-regent").unwrap();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &cookie.as_bytes()[24..]);
    let tag = aws_lc_rs::hmac::sign(&key, b"regent csrf v1 /sign-in");
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(tag)
}

#[tokio::test]
async fn right_passwords_make_so_many_sessions_and_known_browsers_and_no_more() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let first = region.browser();
    first.sign_in(&email, PASSWORD).await.is(303);
    region.wait(1);
    let admin = region.running.facts.admin.email.clone();
    let at_once = async |count: usize| {
        let mut outcomes = vec![];
        for _ in 0..count {
            outcomes.push(from(&region, "203.0.113.1", &email, PASSWORD).await);
        }
        outcomes
    };
    let outcomes = at_once(99).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(rows(&region, "SESSION#").await, Session::MAX_PER_USER);
    assert_eq!(rows(&region, "DEVICE#").await, Device::MAX_PER_USER);
    assert!(
        !signed_in(&first).await,
        "the one that was used the longest ago has ended"
    );

    assert!(is_throttled(at_once(1).await.remove(0)));
    // It is the right password that waits; whoever has it is no stranger, and nobody else waits.
    assert!(!is_throttled(from(&region, "203.0.113.1", &email, "guess").await));
    region
        .browser()
        .sign_in(&admin, &region.running.facts.admin.password)
        .await
        .is(303);
    region.wait(60);
    assert_eq!(at_once(1).await, [Ok(())]);
}

#[tokio::test]
async fn sign_ins_at_the_same_moment_stay_within_bounds_after_the_next() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let mut sign_ins = tokio::task::JoinSet::new();
    for number in 0..30 {
        let (app, email) = (region.running.app.clone(), email.clone());
        sign_ins.spawn(async move {
            let known = Known {
                source_ip: format!("203.0.113.{number}"),
                ..Known::default()
            };
            let given = (email.as_str(), &Password::presented(PASSWORD));
            sign_in(&app, given, &known, None).await.unwrap().unwrap()
        });
    }
    assert_eq!(sign_ins.join_all().await.len(), 30);
    region.browser().sign_in(&email, PASSWORD).await.is(303);
    assert_eq!(rows(&region, "DEVICE#").await, Device::MAX_PER_USER);
}
