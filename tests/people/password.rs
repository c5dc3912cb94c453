//! Passwords: forgotten, set with a link, invited.

use regent::domain::LinkPurpose::{Invitation, PasswordReset};
use serde_json::json;
use tokio::task::JoinSet;

use super::{PASSWORD, admin, invited, link, person, signed_in, trail};
use crate::harness::{Answer, Browser, Region};

const NEW: &str = "nine clarinets";
const HOUR: u32 = 3600;

async fn set(browser: &Browser, token: &str, password: &str) -> Answer {
    let page = browser.open(&format!("/password?token={token}")).await;
    if page.status != 200 {
        return page;
    }
    browser.submit(&page.form("/password"), &[("password", password)]).await
}

#[tokio::test]
async fn an_invited_person_sets_a_password_and_is_signed_in() {
    let region = Region::start().await;
    let (id, email) = invited(&region, json!(["viewer"])).await;
    let token = link(&region, &id, Invitation).await;
    let browser = region.browser();
    let page = browser.open(&format!("/password?token={token}")).await.is(200);
    assert!(page.words().contains(&email));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    set(&browser, &token, PASSWORD).await.leads_to("/console");
    assert!(signed_in(&browser).await);
    assert_eq!(
        trail(&region, &id).await,
        ["session.created", "user.created", "user.password_changed"]
    );
    region.browser().sign_in(&email, PASSWORD).await.is(303);
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_every_other_link() {
    let region = Region::start().await;
    let (id, email) = person(&region, json!(["viewer"])).await;
    let before = region.browser();
    before.sign_in(&email, PASSWORD).await.is(303);
    let (token, other) = (
        link(&region, &id, PasswordReset).await,
        link(&region, &id, PasswordReset).await,
    );
    let browser = region.browser();
    set(&browser, &token, NEW).await.is(303);
    assert!(signed_in(&browser).await && !signed_in(&before).await);
    set(&region.browser(), &other, "ten trumpets!").await.is(410);
    region.browser().sign_in(&email, PASSWORD).await.is(422);
    region.browser().sign_in(&email, NEW).await.is(303);
}

#[tokio::test]
async fn looking_at_a_link_changes_nothing_and_using_it_uses_it_up() {
    let region = Region::start().await;
    let (id, _) = invited(&region, json!(["viewer"])).await;
    let token = link(&region, &id, Invitation).await;
    let path = format!("/password?token={token}");
    // A mail scanner, a preview, and then the person.
    for _ in 0..5 {
        region.http.get(&path).send().await.is(200);
        region.http.ask("HEAD", &path).send().await.is(200);
    }
    set(&region.browser(), &token, PASSWORD).await.is(303);
    let used = region.browser().open(&path).await.is(410);
    assert!(used.words().contains("This link does not work"));
    assert!(used.body.contains("href=\"/forgot-password\""));
}

#[tokio::test]
async fn of_twenty_that_use_a_link_at_once_one_does() {
    let region = Region::start().await;
    let (id, email) = person(&region, json!(["viewer"])).await;
    let token = link(&region, &id, PasswordReset).await;
    let mut ready = vec![];
    for number in 0..20 {
        let browser = region.browser();
        let page = browser.open(&format!("/password?token={token}")).await.is(200);
        ready.push((browser, page.form("/password"), format!("{number} clarinets play")));
    }
    let mut posts = JoinSet::new();
    for (browser, form, password) in ready {
        posts.spawn(async move {
            let answer = browser.submit(&form, &[("password", &password)]).await;
            (answer.status.as_u16(), password, browser)
        });
    }
    let done = posts.join_all().await;
    let (won, lost): (Vec<_>, Vec<_>) = done.iter().partition(|(status, ..)| *status == 303);
    assert_eq!((won.len(), lost.len()), (1, 19), "{done:?}");
    assert!(lost.iter().all(|(status, ..)| *status == 410), "{done:?}");
    assert!(signed_in(&won[0].2).await);
    region.browser().sign_in(&email, &won[0].1).await.is(303);
    let changes = trail(&region, &id).await;
    let changes = changes
        .iter()
        .filter(|action| *action == "user.password_changed")
        .count();
    assert_eq!(changes, 2, "the invitation's and this one");
}

#[tokio::test]
async fn a_link_ends_with_its_person() {
    let region = Region::start().await;
    let (id, _) = invited(&region, json!(["viewer"])).await;
    let token = link(&region, &id, Invitation).await;
    region.admin("DELETE", &format!("/users/{id}")).send().await.is(204);
    set(&region.browser(), &token, PASSWORD).await.is(410);
}

#[tokio::test]
async fn a_link_ends_with_its_time_and_is_none_in_another_region() {
    let (region, other) = crate::harness::pair().await;
    let (id, _) = invited(&region, json!(["viewer"])).await;
    for (purpose, hours) in [(Invitation, 48), (PasswordReset, 1)] {
        let (early, late) = (link(&region, &id, purpose).await, link(&region, &id, purpose).await);
        set(&other.browser(), &early, PASSWORD).await.is(410);
        let page = format!("/password?token={early}");
        region.wait(hours * HOUR - 1);
        region.browser().open(&page).await.is(200);
        region.wait(1);
        region.browser().open(&page).await.is(410);
        set(&region.browser(), &late, PASSWORD).await.is(410);
    }
}

#[tokio::test]
async fn what_is_no_link_says_what_to_do() {
    let region = Region::start().await;
    for path in [
        "/password".to_owned(),
        "/password?token=".to_owned(),
        "/password?token=x".to_owned(),
        format!("/password?token={}", "A".repeat(43)),
        format!("/password?token={}", "A".repeat(4000)),
    ] {
        let page = region.browser().open(&path).await.is(410);
        assert!(page.body.contains("href=\"/forgot-password\""), "{path}");
    }
}

#[tokio::test]
async fn a_password_that_will_not_do_is_refused_with_the_reason_and_the_link_stays() {
    let region = Region::start().await;
    let (id, email) = invited(&region, json!(["viewer"])).await;
    let token = link(&region, &id, Invitation).await;
    let browser = region.browser();
    let long = "x1".repeat(129);
    for (password, reason) in [
        ("", "must have 12 to 256 characters"),
        ("elevenchars", "must have 12 to 256 characters"),
        (long.as_str(), "must have 12 to 256 characters"),
        (email.as_str(), "must not be your address or name"),
        ("Password1234", "must be harder to guess"),
        ("aaaaaaaaaaaa", "must be harder to guess"),
    ] {
        let answer = set(&browser, &token, password).await.is(422);
        assert!(answer.words().contains(reason), "{password}: {}", answer.words());
        assert!(password.is_empty() || !answer.body.contains(&format!("value=\"{password}\"")) || password == email);
    }
    // Composed or not, it is the same password.
    set(&browser, &token, "Cafe\u{301} au lait, s'il vous plai\u{302}t")
        .await
        .is(303);
    region
        .browser()
        .sign_in(&email, "Caf\u{e9} au lait, s'il vous pla\u{ee}t")
        .await
        .is(303);
}

#[tokio::test]
async fn a_forgotten_password_is_noted_for_people_and_for_nobody_else() {
    let region = Region::start().await;
    let (email, _) = admin(&region);
    let (_, new) = invited(&region, json!(["viewer"])).await;
    let account = region.account().await;
    let program = account.body["email"].as_str().unwrap();
    for address in [email, &new, program, "nobody@acme.test"] {
        let browser = region.browser();
        let form = browser.open("/forgot-password").await.form("/forgot-password");
        let answer = browser.submit(&form, &[("email", address)]).await.is(200);
        assert!(answer.words().contains("If there is an account"), "{}", answer.words());
    }
    let asked = region
        .admin("GET", "/audit-events")
        .query(&[("action", "user.password_reset_requested")]);
    let events = asked.send().await.is(200).json();
    let items = events["items"].as_array().unwrap().iter();
    let mut names: Vec<&str> = items.map(|event| event["actor"]["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, [email, &new], "one each, in the order of the alphabet");
    // Whoever asks without reading the mail has changed nothing.
    region.admin_browser().await;
}

#[tokio::test]
async fn whoever_is_signed_in_and_uses_another_persons_link_is_that_person_after_it() {
    let region = Region::start().await;
    let (id, _) = invited(&region, json!(["viewer"])).await;
    let token = link(&region, &id, Invitation).await;
    let browser = region.admin_browser().await;
    let before = browser.copy();
    set(&browser, &token, PASSWORD).await.is(303);
    assert!(!signed_in(&before).await);
    let who = browser.ask("GET", &format!("/api/v1/users/{id}")).send().await.is(200);
    assert_eq!(who.text("/id"), id);
    browser.ask("GET", "/api/v1/audit-events").send().await.is(200);
    let users = browser.ask("DELETE", &format!("/api/v1/users/{id}")).send().await;
    assert_eq!(users.status, 403);
}
