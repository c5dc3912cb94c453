//! The table fails while somebody works in the console.

use super::{accounts, copyable};
use crate::harness::{Apart, Fault, Region};

const NEW: &str = "/console/service-accounts/new";
const SESSIONS: &str = "/console/sessions";

#[tokio::test]
async fn while_the_table_does_not_answer_a_page_says_to_try_again() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (browser, admin) = (apart.browser(), &region.running.facts.admin);
    browser.sign_in(&admin.email, &admin.password).await.is(303);

    // Not even who is at the browser can be told.
    relay.fail("BatchGetItem", Fault::Denied, 1);
    let page = browser.open(NEW).await.is(503).not_kept();
    assert_eq!(page.header("retry-after"), Some("1"));
    assert!(page.body.contains(&format!("href=\"{NEW}\"")), "{page:#?}");
    // Who it is can be told, but not what was asked for.
    relay.fail("Query", Fault::Denied, 1);
    let page = browser.open("/console/users").await.is(503).not_kept();
    assert!(
        page.words().contains("Try again in a moment") && page.words().contains("Sign out"),
        "{page:#?}"
    );
    assert_eq!(page.header("retry-after"), Some("1"));
    assert_eq!(relay.unmet(), 0);
    browser.open("/console/users").await.is(200);
}

#[tokio::test]
async fn a_form_that_could_not_be_saved_keeps_what_was_typed_and_makes_one_account_in_the_end() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (browser, admin) = (apart.browser(), &region.running.facts.admin);
    browser.sign_in(&admin.email, &admin.password).await.is(303);
    let form = browser.open(NEW).await.is(200).form(NEW);
    let typed = [
        ("name", "patient"),
        ("description", "Waits"),
        ("roles", region.reader()),
    ];
    relay.fail("TransactWriteItems", Fault::Denied, 1);
    let again = browser.submit(&form, &typed).await.is(503).not_kept();
    assert!(again.words().contains("Nothing you typed is lost"), "{again:#?}");
    let again = again.form(NEW);
    for (name, value) in typed {
        assert_eq!(again.field(name), value);
    }
    assert_eq!(again.field("key"), form.field("key"), "it is still the same request");
    assert_eq!(accounts(&region).await, 0);
    copyable(&browser.submit(&again, &[]).await.is(200), "client-secret");
    assert_eq!(accounts(&region).await, 1);
}

/// Whatever read of a page fails, the page that says so leads back to it.
#[tokio::test]
async fn every_page_that_cannot_be_shown_leads_back_to_itself() {
    let region = Region::start().await;
    let account = region.account().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (browser, admin) = (apart.browser(), &region.running.facts.admin);
    browser.sign_in(&admin.email, &admin.password).await.is(303);
    let of_account = format!("/console/service-accounts/{}", account.id);
    for path in [
        "/console/service-accounts",
        "/console/service-accounts?subscription=&cursor=",
        NEW,
        &of_account,
        "/console/users",
        "/console/users/new",
        "/console/oauth-approvals",
        "/console/clients",
        "/console/audit-events",
        "/console/settings",
        "/console/connected-apps",
        "/console/sessions",
    ] {
        let mut reads = 0;
        loop {
            relay.fail_after(reads, Fault::Denied);
            let page = browser.open(path).await;
            if relay.still_waits() {
                relay.fail_after(usize::MAX, Fault::None);
                page.is(200);
                break;
            }
            let page = page.is(503);
            let link = format!("href=\"{}\">Try again<", path.replace('&', "&amp;"));
            assert!(page.body.contains(&link), "{path} without read {reads}: {page:#?}");
            assert_eq!(page.header("retry-after"), Some("1"));
            reads += 1;
        }
        assert!(reads >= 1, "{path}");
    }
}

#[tokio::test]
async fn a_form_that_came_when_nobody_could_be_recognised_can_be_sent_again() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (browser, admin) = (apart.browser(), &region.running.facts.admin);
    browser.sign_in(&admin.email, &admin.password).await.is(303);
    let form = browser.open(NEW).await.is(200).form(NEW);
    let typed = [
        ("name", "<b>patient</b>"),
        ("description", "Waits & \"sees\""),
        ("roles", region.reader()),
        ("roles", region.editor()),
    ];
    let sent = form.filled(&typed);
    let mut again = form;
    // The session cannot be read, and after that what the form is about.
    for readable in [0, 1] {
        relay.fail_after(readable, Fault::Denied);
        let page = browser.submit(&again, if readable == 0 { &typed } else { &[] }).await;
        again = page.is(503).not_kept().form(NEW);
        for (name, value) in &sent {
            assert!(
                again.fields.contains(&(name.clone(), value.clone())),
                "{name}: {again:#?}"
            );
        }
    }
    let typed = [("name", "patient")];
    copyable(&browser.submit(&again, &typed).await.is(200), "client-secret");
    assert_eq!(accounts(&region).await, 1);

    // So can one without fields to type in; and a form of another site is none.
    for readable in [0, 1] {
        apart.browser().sign_in(&admin.email, &admin.password).await.is(303);
        let form = browser.open(SESSIONS).await.is(200).form(SESSIONS);
        relay.fail_after(readable, Fault::Denied);
        let again = browser
            .submit(&form, &[("session", "others")])
            .await
            .is(503)
            .form(SESSIONS);
        assert_eq!(
            (again.field("session"), again.field("csrf")),
            ("others", form.field("csrf"))
        );
        browser.submit(&again, &[]).await.is(303);
    }
    relay.fail_after(0, Fault::Denied);
    let forged = [("csrf", "forged"), ("key", "k")];
    let again = browser.post(NEW, &forged).await.is(503).form(NEW);
    browser.submit(&again, &[]).await.is(403);
    // No page repeats a secret.
    relay.fail_after(0, Fault::Denied);
    let secrets = [("present", "an old secret"), ("password", "a new secret")];
    let page = browser.post("/console/password", &secrets).await.is(503);
    assert!(
        !page.body.contains("secret") && page.body.contains("href=\"/console/password\""),
        "{page:#?}"
    );
}

#[tokio::test]
async fn a_plan_that_lost_a_race_is_made_again_with_the_same_secret() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (browser, admin) = (apart.browser(), &region.running.facts.admin);
    browser.sign_in(&admin.email, &admin.password).await.is(303);
    let form = browser.open(NEW).await.is(200).form(NEW);
    relay.fail("TransactWriteItems", Fault::Conflict, 2);
    let typed = [("name", "busy"), ("roles", region.reader())];
    let reveal = browser.submit(&form, &typed).await.is(200);
    assert_eq!(relay.unmet(), 0);
    let (client_id, secret) = (copyable(&reveal, "client-id"), copyable(&reveal, "client-secret"));
    assert_eq!(super::token_status(&region, &client_id, &secret).await, 200);
}
