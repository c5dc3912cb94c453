//! The table fails while somebody works in the console.

use super::{accounts, copyable};
use crate::harness::{Apart, Fault, Region};

const NEW: &str = "/console/service-accounts/new";

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
