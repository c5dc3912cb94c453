//! Guessing costs time: for an account from one address after ten wrong passwords, from all
//! addresses after fifty, for one address at all accounts after fifty.

use regent::acts::session::Browser as Known;
use regent::acts::{SignInRefusal, sign_in};
use regent::domain::Password;
use serde_json::json;

use super::{PASSWORD, admin, person, signed_in};
use crate::harness::{Apart, Browser, Region, password_link};

const MINUTE: u32 = 60;

async fn wrong(browser: &Browser, email: &str) -> u16 {
    browser.sign_in(email, "not this one").await.status.as_u16()
}

/// A sign-in from an address of our choice: over loopback there is only one.
pub(super) async fn from(region: &Region, source: &str, email: &str, password: &str) -> Result<(), SignInRefusal> {
    let known = Known {
        source_ip: source.to_owned(),
        ..Known::default()
    };
    let given = (email, &Password::presented(password));
    sign_in(&region.running.app, given, &known, None)
        .await
        .unwrap()
        .map(|_| ())
}

pub(super) fn is_throttled(outcome: Result<(), SignInRefusal>) -> bool {
    matches!(outcome, Err(SignInRefusal::Throttled(_)))
}

#[tokio::test]
async fn after_ten_wrong_passwords_even_the_right_one_waits_a_minute() {
    let region = Region::start().await;
    let (email, password) = admin(&region);
    let browser = region.browser();
    for attempt in 0..10 {
        assert_eq!(wrong(&browser, email).await, 422, "{attempt}");
    }
    for password in ["not this one", password] {
        let answer = browser.sign_in(email, password).await.is(429);
        assert_eq!(answer.header("retry-after"), Some("60"));
        assert!(answer.words().contains("Too many attempts"), "{}", answer.words());
        assert_eq!(answer.form("/sign-in").field("email"), email);
    }
    region.wait(MINUTE - 1);
    assert_eq!(
        browser.sign_in(email, password).await.is(429).header("retry-after"),
        Some("1")
    );
    region.wait(1);
    browser.sign_in(email, password).await.is(303);
}

/// Somebody leans on the Enter key: their colleagues behind the same address sign in meanwhile.
#[tokio::test]
async fn an_attempt_that_is_refused_spends_nothing_that_others_need() {
    let region = Region::start().await;
    let (email, password) = admin(&region);
    let colleague = "colleague@acme.test";
    let mut tried = 0;
    for _ in 0..60 {
        tried += u32::from(!is_throttled(
            from(&region, "203.0.113.9", colleague, "not this one").await,
        ));
    }
    assert_eq!(tried, 10);
    assert_eq!(from(&region, "203.0.113.9", email, password).await, Ok(()));
}

#[tokio::test]
async fn an_address_that_nobody_has_is_throttled_like_one_that_somebody_has() {
    let region = Region::start().await;
    let browser = region.browser();
    let mut statuses = vec![];
    for _ in 0..12 {
        // Letters in any case are the same address.
        statuses.push(wrong(&browser, "Nobody@acme.test").await);
    }
    assert_eq!(statuses, [[422; 10].as_slice(), &[429; 2]].concat());
    assert_eq!(wrong(&browser, "nobody@ACME.test").await, 429);
    assert_eq!(wrong(&browser, "somebody@acme.test").await, 422);
}

#[tokio::test]
async fn right_passwords_are_not_counted() {
    let region = Region::start().await;
    let (email, password) = admin(&region);
    for _ in 0..25 {
        region.browser().sign_in(email, password).await.is(303);
    }
    for _ in 0..10 {
        assert_eq!(wrong(&region.browser(), email).await, 422);
    }
    assert_eq!(wrong(&region.browser(), email).await, 429);
}

#[tokio::test]
async fn an_attacker_elsewhere_does_not_lock_the_owner_out() {
    let region = Region::start().await;
    let (email, password) = admin(&region);
    for _ in 0..30 {
        let _ = from(&region, "203.0.113.9", email, "guess").await;
    }
    assert!(is_throttled(from(&region, "203.0.113.9", email, password).await));
    assert_eq!(from(&region, "198.51.100.7", email, password).await, Ok(()));
    region.browser().sign_in(email, password).await.is(303);
}

#[tokio::test]
async fn many_addresses_at_one_account_and_one_address_at_many_accounts_are_throttled_too() {
    let region = Region::start().await;
    let (email, password) = admin(&region);
    let mut wrong = 0;
    for address in 0..6 {
        for _ in 0..10 {
            let outcome = from(&region, &format!("203.0.113.{address}"), email, "guess").await;
            wrong += usize::from(!is_throttled(outcome));
        }
    }
    assert_eq!(wrong, 50);
    assert!(is_throttled(from(&region, "198.51.100.7", email, password).await));
    region.wait(MINUTE);
    assert_eq!(from(&region, "198.51.100.7", email, password).await, Ok(()));

    // All addresses of a /64 are one customer's.
    let mut wrong = 0;
    for account in 0..60 {
        let source = format!("2001:db8::{account:x}");
        let outcome = from(&region, &source, &format!("user{account}@acme.test"), "guess").await;
        wrong += usize::from(!is_throttled(outcome));
    }
    assert_eq!(wrong, 50);
}

#[tokio::test]
async fn guessing_in_parallel_at_several_instances_gains_nothing() {
    let region = Region::start().await;
    let (email, _) = admin(&region);
    let instance = async || Apart::with(&region, |_| {}).await.browser();
    let instances = [instance().await, instance().await];
    let mut guesses = tokio::task::JoinSet::new();
    for guess in 0..40 {
        let (browser, email) = (instances[guess % 2].copy(), email.to_owned());
        guesses.spawn(async move { wrong(&browser, &email).await });
    }
    let statuses = guesses.join_all().await;
    // A call to the table that is repeated, because its answer was late, takes two.
    let tried = statuses.iter().filter(|status| **status == 422).count();
    assert!((1..=10).contains(&tried), "{statuses:?}");
    assert!(
        statuses.iter().all(|status| [422, 429].contains(status)),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn a_throttled_account_keeps_its_sessions() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let browser = region.browser();
    browser.sign_in(&email, PASSWORD).await.is(303);
    for _ in 0..11 {
        wrong(&region.browser(), &email).await;
    }
    assert!(signed_in(&browser).await);
}

#[tokio::test]
async fn mails_to_whoever_forgot_a_password_are_few() {
    let region = Region::start().await;
    let (email, _) = admin(&region);
    for address in [email, "nobody@acme.test"] {
        let browser = region.browser();
        let mut statuses = vec![];
        for _ in 0..4 {
            let form = browser.open("/forgot-password").await.form("/forgot-password");
            statuses.push(browser.submit(&form, &[("email", address)]).await.status.as_u16());
        }
        assert_eq!(statuses, [200, 200, 200, 429], "{address}");
    }
    // Whoever asked for those: one of them works, and the page says so.
    let browser = region.browser();
    let form = browser.open("/forgot-password").await.form("/forgot-password");
    let answer = browser.submit(&form, &[("email", email)]).await.is(429);
    assert!(
        answer.words().contains("the link in the newest one works"),
        "{}",
        answer.words()
    );
    let mails = region.mails_to(email).await;
    assert_eq!(mails.len(), 3);
    region.browser().open(&password_link(&mails[2])).await.is(200);
    region.wait(15 * MINUTE);
    let browser = region.browser();
    let form = browser.open("/forgot-password").await.form("/forgot-password");
    browser.submit(&form, &[("email", email)]).await.is(200);
}
