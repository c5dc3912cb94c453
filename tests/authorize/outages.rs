//! Whatever read or write of a page fails, the page that says so leads back to it, and what was typed
//! is still there (PRODUCT §5, §11).

use regent::acts::notice;
use regent::domain::{LinkPurpose, UserId};

use crate::harness::{Answer, Apart, Browser, Fault, HtmlForm, Region, Relay, ThirdParty, parameter};

const HOUR: u32 = 3600;

/// Lets every call fail in turn that something makes, until it makes no more. Returns how many calls
/// there were that nobody can do without.
async fn one_by_one(relay: &Relay, ask: impl AsyncFn() -> Answer, failed: impl AsyncFn(Answer)) -> usize {
    let mut needed = 0;
    for call in 0..50 {
        relay.fail_after(call, Fault::Denied);
        let answer = ask().await;
        if relay.still_waits() {
            relay.fail_after(usize::MAX, Fault::None);
            assert!(answer.status.as_u16() < 400, "{answer:#?}");
            return needed;
        }
        // Notes may get lost.
        if answer.status.as_u16() >= 400 {
            assert_eq!(answer.status, 503, "call {call}: {answer:#?}");
            assert_eq!(answer.header("retry-after"), Some("1"), "call {call}");
            failed(answer).await;
            needed += 1;
        }
    }
    panic!("it never succeeds");
}

/// A page that leads to this path as the way to try again.
#[track_caller]
fn leads_back(page: &Answer, path: &str) {
    let link = format!("href=\"{}\"", path.replace('&', "&amp;"));
    let button = page.body.split(&link).nth(1);
    let button = button.unwrap_or_else(|| panic!("no way to {path}: {page:#?}"));
    assert!(button.starts_with(">Try again<"), "{page:#?}");
}

#[tokio::test]
async fn every_page_that_cannot_be_shown_leads_back_to_itself() {
    let region = Region::start().await;
    let (app, _) = ThirdParty::approved(&region).await;
    let pending = ThirdParty::register(&region, "https://pending.test/cb").await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (browser, admin) = (apart.browser(), &region.running.facts.admin);
    browser.sign_in(&admin.email, &admin.password).await.is(303);
    let password = format!("/password?token={}", link(&region).await);
    for (path, reads) in [
        // The session; the client; how the origin stands; what there is to allow.
        (app.path(&[]), 4),
        (pending.path(&[]), 3),
        ("/sign-in?next=%2Fconsole%2Fusers".to_owned(), 1),
        ("/forgot-password".to_owned(), 1),
        // The session; the link; the person.
        (password, 3),
    ] {
        let asked = one_by_one(
            &relay,
            async || browser.open(&path).await,
            async |page| leads_back(&page, &path),
        );
        assert_eq!(asked.await, reads, "{path}");
    }
}

#[tokio::test]
async fn what_is_pressed_while_the_table_fails_can_be_pressed_again() {
    let region = Region::start().await;
    let (app, _) = ThirdParty::approved(&region).await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (browser, admin) = (apart.browser(), &region.running.facts.admin);
    browser.sign_in(&admin.email, &admin.password).await.is(303);
    let path = app.path(&[]);
    let form = browser.open(&path).await.is(200).form("/oauth/v1/authorize");
    let allow = async || browser.submit(&form, &[("action", "allow")]).await;
    let calls = one_by_one(&relay, allow, async |page| leads_back(&page, &path)).await;
    assert!(calls >= 5, "{calls}");
    let allowed = allow().await.is(303).location().unwrap();
    assert!(parameter(&allowed, "code").is_some());
}

/// A form that was sent by a browser like this one, once for every call that fails, and what is there
/// again each time.
async fn kept(region: &Region, relay: &Relay, (browser, form): (&Browser, &HtmlForm), typed: &[(&str, &str)]) {
    let send = async || {
        // The throttles fill.
        region.wait(HOUR);
        browser.copy().submit(form, typed).await
    };
    let calls = one_by_one(relay, send, async |page| {
        assert!(page.words().contains("ry again in a moment"), "{page:#?}");
        let again = page.form(form.action.split('?').next().unwrap());
        for (name, value) in form.filled(typed) {
            if name == "password" {
                assert!(!page.body.contains(&value), "a secret was repeated: {page:#?}");
            } else {
                assert_eq!(again.field(&name), value);
            }
        }
    });
    assert!(calls.await >= 3);
}

#[tokio::test]
async fn what_was_typed_is_there_again_but_for_secrets() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (browser, admin) = (apart.browser(), &region.running.facts.admin);
    let typed = [("email", admin.email.as_str()), ("password", admin.password.as_str())];
    let page = browser.open("/sign-in?next=%2Fconsole%2Fusers").await.is(200);
    kept(&region, &relay, (&browser, &page.form("/sign-in")), &typed).await;
    let page = browser.open("/forgot-password").await.is(200);
    kept(&region, &relay, (&browser, &page.form("/forgot-password")), &typed[..1]).await;

    // Where somebody has signed in meanwhile, not even that can be found out.
    let other = browser.copy();
    let page = other.open("/sign-in?next=%2Fconsole%2Fusers").await.is(200);
    let form = page.form("/sign-in");
    region.wait(HOUR);
    other.submit(&form, &typed).await.is(303);
    relay.fail("BatchGetItem", Fault::Denied, 1);
    let again = other.submit(&form, &typed).await.is(503).form("/sign-in");
    assert_eq!(
        (again.field("email"), again.field("next")),
        (typed[0].1, "/console/users")
    );
}

#[tokio::test]
async fn a_link_is_not_lost_with_the_password_that_could_not_be_set() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let browser = apart.browser();
    let token = link(&region).await;
    let path = format!("/password?token={token}");
    let form = browser.open(&path).await.is(200).form("/password");
    for password in ["nine clarinets", "short"] {
        relay.fail("BatchGetItem", Fault::Denied, 1);
        let page = browser.submit(&form, &[("password", password)]).await;
        if page.status == 503 {
            leads_back(&page, &path);
        }
    }
    browser.submit(&form, &[("password", "nine clarinets")]).await.is(303);
}

#[tokio::test]
async fn whoever_could_not_be_signed_out_is_told_and_signs_out_later() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (browser, admin) = (apart.browser(), &region.running.facts.admin);
    browser.sign_in(&admin.email, &admin.password).await.is(303);
    let form = browser.open("/console/sessions").await.is(200).form("/sign-out");
    let sign_out = async || browser.copy().submit(&form, &[]).await;
    let calls = one_by_one(&relay, sign_out, async |page| {
        assert!(page.words().contains("You are still signed in"), "{page:#?}");
        let again = page.form("/sign-out");
        assert_eq!(again.field("csrf"), form.field("csrf"));
    });
    // The session, and its end.
    assert_eq!(calls.await, 2);
}

/// A link of somebody who forgot the password, as the mail has it.
async fn link(region: &Region) -> String {
    let app = &region.running.app;
    let (id, _) = region.person(serde_json::json!(["viewer"]), None).await;
    let user = app.store().user(UserId::parse(&id).unwrap()).await.unwrap().unwrap();
    let secret = notice::link(app, &user, LinkPurpose::PasswordReset).await.unwrap();
    secret.expose().to_owned()
}
