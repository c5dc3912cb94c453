//! A browser that somebody signed in from before has wrong passwords of its own: strangers who guess
//! keep nobody out of it, and it gives no more guesses than it has.

use regent::domain::{Device, LinkPurpose};
use regent::keys::digest::sha256;
use serde_json::json;

use super::throttle::{from, is_throttled};
use super::{PASSWORD, link, person, signed_in};
use crate::harness::{Browser, Region};

const DEVICE: &str = "__Host-regent_device";

/// A browser at which the person has signed in, and out again.
async fn known(region: &Region, email: &str) -> Browser {
    let browser = region.browser();
    browser.sign_in(email, PASSWORD).await.is(303);
    sign_out(region, &browser).await;
    browser
}

async fn sign_out(region: &Region, browser: &Browser) {
    let csrf = region.sign_out_token(browser).await;
    browser.post("/sign-out", &[("csrf", &csrf)]).await.is(303);
}

/// Wrong passwords from a few networks, until nobody without a known browser gets in. Five are enough,
/// unless a call to the table that is repeated, because its answer was late, takes two.
async fn attack(region: &Region, email: &str) {
    let mut guessed = 0;
    for network in 0..7 {
        for _ in 0..11 {
            let outcome = from(region, &format!("203.0.113.{network}"), email, "guess").await;
            guessed += u32::from(!is_throttled(outcome));
        }
    }
    assert!(guessed <= 50, "{guessed}");
    assert!(is_throttled(from(region, "198.51.100.7", email, PASSWORD).await));
}

pub(super) async fn rows(region: &Region, kind: &str) -> usize {
    let rows = region.rows().await;
    rows.iter()
        .filter(|row| row["sk"].as_s().unwrap().starts_with(kind))
        .count()
}

#[tokio::test]
async fn strangers_who_guess_keep_nobody_out_of_a_browser_that_was_signed_in_at_before() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let browser = known(&region, &email).await;
    for _ in 0..3 {
        attack(&region, &email).await;
        region.browser().sign_in(&email, PASSWORD).await.is(429);
        browser.sign_in(&email, PASSWORD).await.is(303);
        sign_out(&region, &browser).await;
        region.wait(3600);
    }
}

#[tokio::test]
async fn whoever_is_new_while_strangers_guess_gets_in_by_mail() {
    let region = Region::start().await;
    let (id, email) = person(&region, json!(["viewer"])).await;
    attack(&region, &email).await;
    let browser = region.browser();
    browser.sign_in(&email, PASSWORD).await.is(429);
    let token = link(&region, &id, LinkPurpose::PasswordReset).await;
    let page = browser.open(&format!("/password?token={token}")).await.is(200);
    let form = page.form("/password");
    browser.submit(&form, &[("password", "nine clarinets")]).await.is(303);
    sign_out(&region, &browser).await;
    // It set the password, so it is known from now on.
    browser.sign_in(&email, "nine clarinets").await.is(303);
}

#[tokio::test]
async fn a_known_browser_has_ten_wrong_passwords_of_its_own_and_spends_nobody_elses() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let (browser, other) = (known(&region, &email).await, known(&region, &email).await);
    for _ in 0..10 {
        browser.sign_in(&email, "not this one").await.is(422);
    }
    for password in ["not this one", PASSWORD] {
        let answer = browser.sign_in(&email, password).await.is(429);
        assert_eq!(answer.header("retry-after"), Some("300"));
    }
    other.sign_in(&email, PASSWORD).await.is(303);
    // Strangers have all of theirs, and somebody who left the cookie behind is one.
    for _ in 0..10 {
        region.browser().sign_in(&email, "not this one").await.is(422);
    }
    region.browser().sign_in(&email, PASSWORD).await.is(429);
    browser.sign_in(&email, PASSWORD).await.is(429);
    region.wait(299);
    browser.sign_in(&email, PASSWORD).await.is(429);
    region.wait(1);
    browser.sign_in(&email, PASSWORD).await.is(303);
}

#[tokio::test]
async fn right_passwords_spend_nothing_of_a_known_browser() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let browser = known(&region, &email).await;
    for _ in 0..11 {
        browser.sign_in(&email, PASSWORD).await.is(303);
        sign_out(&region, &browser).await;
    }
    browser.sign_in(&email, "not this one").await.is(422);
}

#[tokio::test]
async fn what_is_not_this_persons_device_is_none() {
    let region = Region::start().await;
    let (id, email) = person(&region, json!(["viewer"])).await;
    let (_, another) = person(&region, json!(["viewer"])).await;
    let good = known(&region, &email).await.cookie(DEVICE).unwrap();
    let foreign = known(&region, &another).await.cookie(DEVICE).unwrap();
    let mut changed = good.clone();
    changed.replace_range(20..21, if &good[20..21] == "A" { "B" } else { "A" });
    attack(&region, &email).await;
    let doubled = format!("{good}; {DEVICE}={good}");
    for cookie in [
        "",
        "x",
        &"A".repeat(43),
        &changed,
        &foreign,
        &doubled,
        &format!("{good}A"),
    ] {
        let browser = region.browser();
        browser.set_cookie(DEVICE, cookie);
        browser.sign_in(&email, PASSWORD).await.is(429);
    }
    // A loss of access is the end of every known browser: what each could do was that person's.
    let browser = region.browser();
    browser.set_cookie(DEVICE, &good);
    region
        .admin("PATCH", &format!("/users/{id}"))
        .json(&json!({"roles": []}))
        .send()
        .await
        .is(200);
    browser.sign_in(&email, PASSWORD).await.is(429);
}

#[tokio::test]
async fn a_stolen_device_cookie_opens_nothing() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["organization_admin"])).await;
    let browser = region.browser();
    browser.set_cookie(DEVICE, &known(&region, &email).await.cookie(DEVICE).unwrap());
    browser.open("/console").await.is(303);
    browser.ask("GET", "/api/v1/users").send().await.problem(401);
    assert!(!signed_in(&browser).await);
    let form = browser.open("/forgot-password").await.form("/forgot-password");
    browser.submit(&form, &[("email", &email)]).await.is(200);
}

#[tokio::test]
async fn a_device_cookie_is_for_this_host_over_tls_for_no_script_and_half_a_year() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let browser = region.browser();
    let answer = browser.sign_in(&email, PASSWORD).await.is(303);
    let cookies = answer.headers.get_all("set-cookie").iter();
    let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap());
    let cookie = cookies.find_map(|cookie| cookie.strip_prefix("__Host-regent_device="));
    let (value, attributes) = cookie.unwrap().split_once("; ").unwrap();
    assert_eq!(value.len(), 43);
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=15552000");
    assert!(
        !format!("{:?}", region.rows().await).contains(value),
        "the table has a digest"
    );
    // Used again it stays the same; at another browser it is another one.
    sign_out(&region, &browser).await;
    assert_eq!(browser.cookie(DEVICE).as_deref(), Some(value), "signing out keeps it");
    browser.sign_in(&email, PASSWORD).await.is(303);
    assert_eq!(browser.cookie(DEVICE).as_deref(), Some(value));
    assert_ne!(known(&region, &email).await.cookie(DEVICE).as_deref(), Some(value));
}

#[tokio::test]
async fn a_browser_is_known_for_half_a_year_after_the_last_sign_in() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let browser = known(&region, &email).await;
    for _ in 0..2 {
        region.wait(Device::LIFETIME.0 - 1);
        attack(&region, &email).await;
        browser.sign_in(&email, PASSWORD).await.is(303);
        sign_out(&region, &browser).await;
    }
    region.wait(Device::LIFETIME.0);
    attack(&region, &email).await;
    browser.sign_in(&email, PASSWORD).await.is(429);
}

#[tokio::test]
async fn a_cookie_that_somebody_planted_does_not_become_the_persons() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let planted = "A".repeat(43);
    let victim = region.browser();
    victim.set_cookie(DEVICE, &planted);
    victim.sign_in(&email, PASSWORD).await.is(303);
    assert_ne!(victim.cookie(DEVICE).unwrap(), planted);
    attack(&region, &email).await;
    let attacker = region.browser();
    attacker.set_cookie(DEVICE, &planted);
    attacker.sign_in(&email, PASSWORD).await.is(429);
}

#[tokio::test]
async fn a_new_password_and_signing_out_everywhere_leave_the_present_browser_known_and_no_other() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let elsewhere = known(&region, &email).await;
    let here = region.browser();
    here.sign_in(&email, PASSWORD).await.is(303);
    let page = here.open("/console/sessions").await.is(200);
    let forms = page.forms();
    let all = forms
        .iter()
        .find(|form| form.fields.iter().any(|(_, value)| value == "others"));
    here.submit(all.unwrap(), &[]).await.is(303);
    attack(&region, &email).await;
    elsewhere.sign_in(&email, PASSWORD).await.is(429);

    region.wait(3600);
    let elsewhere = known(&region, &email).await;
    let form = here.open("/console/password").await.is(200).form("/console/password");
    let typed = [("present", PASSWORD), ("password", "nine clarinets")];
    here.submit(&form, &typed).await.is(303);
    sign_out(&region, &here).await;
    attack(&region, &email).await;
    elsewhere.sign_in(&email, "nine clarinets").await.is(429);
    here.sign_in(&email, "nine clarinets").await.is(303);
}

#[tokio::test]
async fn whoever_ends_a_session_elsewhere_forgets_its_browser() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let (here, lost) = (region.browser(), region.browser());
    for browser in [&here, &lost] {
        browser.sign_in(&email, PASSWORD).await.is(303);
    }
    let digest = sha256(&lost.cookie("__Host-regent").unwrap().as_bytes()[24..]);
    let page = here.open("/console/sessions").await.is(200);
    let forms = page.forms();
    let is_it = |(name, value): &(String, String)| name == "session" && *value == digest;
    let one = forms.iter().find(|form| form.fields.iter().any(is_it));
    here.submit(one.unwrap(), &[]).await.is(303);
    assert!(signed_in(&here).await && !signed_in(&lost).await);
    attack(&region, &email).await;
    lost.sign_in(&email, PASSWORD).await.is(429);
    sign_out(&region, &here).await;
    here.sign_in(&email, PASSWORD).await.is(303);
}
