//! A person's own password, changed in the console by whoever knows the present one.

use serde_json::json;

use super::throttle::{from, is_throttled};
use super::{PASSWORD, person, signed_in, trail};
use crate::harness::{Answer, Browser, Region};

const PAGE: &str = "/console/password";
const NEW: &str = "nine clarinets";

async fn change(browser: &Browser, present: &str, new: &str) -> Answer {
    let form = browser.open(PAGE).await.is(200).form(PAGE);
    browser.submit(&form, &[("present", present), ("password", new)]).await
}

#[tokio::test]
async fn a_person_changes_the_password_stays_in_here_and_is_out_everywhere_else() {
    let region = Region::start().await;
    // Without any role: one's own password is one's own.
    let (id, email) = person(&region, json!([])).await;
    let (here, there) = (region.browser(), region.browser());
    for browser in [&here, &there] {
        browser.sign_in(&email, PASSWORD).await.is(303);
    }
    let before = here.copy();
    change(&here, PASSWORD, NEW).await.is(303);
    assert!(signed_in(&here).await && !signed_in(&there).await && !signed_in(&before).await);
    let events = trail(&region, &id).await;
    let of = |name: &str| events.iter().filter(|event| *event == name).count();
    assert_eq!(
        (of("user.password_changed"), of("session.created")),
        (2, 4),
        "{events:?}"
    );
    region.browser().sign_in(&email, PASSWORD).await.is(422);
    region.browser().sign_in(&email, NEW).await.is(303);
}

#[tokio::test]
async fn whoever_finds_an_open_browser_cannot_change_the_password() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let browser = region.browser();
    browser.sign_in(&email, PASSWORD).await.is(303);
    for attempt in 0..10 {
        let answer = change(&browser, "a guess", NEW).await.is(422);
        assert!(
            answer.words().contains("This is not your present password."),
            "{attempt}"
        );
    }
    let answer = change(&browser, PASSWORD, NEW).await.is(429);
    assert_eq!(answer.header("retry-after"), Some("60"));
    region.wait(60);
    let answer = change(&browser, PASSWORD, "short").await.is(400);
    assert!(
        answer.words().contains("Must have 12 to 256 characters."),
        "{}",
        answer.words()
    );
    assert!(!answer.body.contains(PASSWORD) && !answer.body.contains("\"short\""));
    change(&browser, PASSWORD, NEW).await.is(303);
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_told_that_its_present_password_is_none_any_more() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let browser = region.browser();
    browser.sign_in(&email, PASSWORD).await.is(303);
    let form = browser.open(PAGE).await.is(200).form(PAGE);
    let mut changes = tokio::task::JoinSet::new();
    for new in ["ten trumpets!", "nine clarinets", "two tubas only"] {
        let (tab, form) = (browser.copy(), form.clone());
        changes.spawn(async move {
            let typed = [("present", PASSWORD), ("password", new)];
            (tab.submit(&form, &typed).await.status.as_u16(), new)
        });
    }
    let done = changes.join_all().await;
    let won: Vec<_> = done.iter().filter(|(status, _)| *status == 303).collect();
    assert_eq!(won.len(), 1, "{done:?}");
    region.browser().sign_in(&email, won[0].1).await.is(303);
}

#[tokio::test]
async fn strangers_who_guess_keep_nobody_from_changing_their_password() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let browser = region.browser();
    browser.sign_in(&email, PASSWORD).await.is(303);
    // From this network, and from others.
    for network in ["127.0.0.1".to_owned()]
        .into_iter()
        .chain((0..6).map(|last| format!("203.0.113.{last}")))
    {
        for _ in 0..11 {
            let _ = from(&region, &network, &email, "guess").await;
        }
    }
    assert!(is_throttled(from(&region, "198.51.100.7", &email, PASSWORD).await));
    change(&browser, PASSWORD, NEW).await.is(303);
}

#[tokio::test]
async fn wrong_present_passwords_count_in_their_session_and_nowhere_else() {
    let region = Region::start().await;
    let (_, email) = person(&region, json!(["viewer"])).await;
    let (own, stolen) = (region.browser(), region.browser());
    for browser in [&own, &stolen] {
        browser.sign_in(&email, PASSWORD).await.is(303);
    }
    for _ in 0..10 {
        change(&stolen, "a guess", NEW).await.is(422);
    }
    change(&stolen, PASSWORD, NEW).await.is(429);
    // Whoever has no session, and whoever has another, is not counted with it.
    assert_eq!(from(&region, "127.0.0.1", &email, PASSWORD).await, Ok(()));
    change(&own, PASSWORD, NEW).await.is(303);
    assert!(!signed_in(&stolen).await);
}
