//! Who gets in, which forms count, and what each person sees.

use serde_json::json;

use super::{accounts, browser_of};
use crate::harness::{Browser, Organization, Region, encoded};

const ACCOUNTS: &str = "/console/service-accounts";

/// Every path of the console that takes a form.
fn forms(account: &str, credential: &str, person: &str, subscription: &str) -> Vec<String> {
    vec![
        format!("{ACCOUNTS}/new"),
        format!("{ACCOUNTS}/delete"),
        format!("{ACCOUNTS}/{account}/edit"),
        format!("{ACCOUNTS}/{account}/credentials/new"),
        format!("{ACCOUNTS}/{account}/credentials/delete"),
        format!("{ACCOUNTS}/{account}/credentials/{credential}/edit"),
        format!("{ACCOUNTS}/{account}/credentials/{credential}/rotate"),
        "/console/users/new".to_owned(),
        format!("/console/users/{person}"),
        format!("/console/users/{person}/delete"),
        format!("/console/users/{person}/invitation"),
        "/console/settings".to_owned(),
        format!("/console/settings/subscriptions/{subscription}"),
    ]
}

async fn all_forms(region: &Region) -> Vec<String> {
    let account = region.account().await;
    let path = format!("{}/credentials", account.path());
    let credential = region.admin("GET", &path).send().await.text("/items/0/id");
    let (person, _) = region.person(json!(["viewer"]), None).await;
    forms(&account.id, &credential, &person, region.subscription())
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_led_through_the_sign_in_and_back() {
    let region = Region::start().await;
    for path in all_forms(&region).await {
        let stranger = region.browser();
        let there = format!("/sign-in?next={}", next(&path));
        stranger.open(&path).await.leads_to(&there).not_kept();
        stranger.post(&path, &[("name", "x")]).await.leads_to(&there);
    }
    let stranger = region.browser();
    let asked = format!("{ACCOUNTS}?subscription={}", region.subscription());
    stranger
        .open(&asked)
        .await
        .leads_to(&format!("/sign-in?next={}", next(&asked)));
    let answer = stranger.open("/console/service-accounts/usr_nonsense").await;
    answer.is(303);
}

/// A path as a query has it: unreserved characters stay.
fn next(path: &str) -> String {
    let kept = ['-', '.', '_', '~'];
    path.chars().fold(String::new(), |mut all, c| {
        if kept.contains(&c) {
            all.push(c);
        } else {
            all.push_str(&encoded(&c.to_string()));
        }
        all
    })
}

#[tokio::test]
async fn a_form_without_its_own_token_changes_nothing() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let (_, other) = browser_of(&region, json!(["organization_admin"]), None).await;
    let rows = region.rows().await.len();
    for path in all_forms(&region).await {
        let own = token(&browser, &path).await;
        let foreign = token(&other, &path).await;
        let of_another_form = browser
            .open("/console/settings")
            .await
            .form("/sign-out")
            .field("csrf")
            .to_owned();
        for csrf in ["", "x", foreign.as_str(), of_another_form.as_str()] {
            let refused = browser
                .post(&path, &[("csrf", csrf), ("name", "x")])
                .await
                .is(403)
                .not_kept();
            assert!(
                refused.words().contains("This form is out of date"),
                "{path} {refused:#?}"
            );
        }
        let csrf = own.as_str();
        for (origin, site) in [
            ("https://evil.example", "cross-site"),
            ("null", "cross-site"),
            ("null", "same-site"),
        ] {
            let asked = browser
                .ask("POST", &path)
                .header("origin", origin)
                .header("sec-fetch-site", site);
            let refused = asked.form(&[("csrf", csrf)]).send().await.is(403);
            assert!(
                refused.words().contains("came from another site"),
                "{path} {refused:#?}"
            );
        }
    }
    assert_eq!(accounts(&region).await, 1);
    // An account and a person were made, each with pointers and events: nothing else.
    assert!(region.rows().await.len() < rows + 20);
}

/// The token of the form at a path; whichever this person gets there.
async fn token(browser: &Browser, path: &str) -> String {
    let page = browser.open(path).await;
    let form = page.forms().into_iter().find(|form| form.action == path);
    form.map_or_else(String::new, |form| form.field("csrf").to_owned())
}

#[tokio::test]
async fn what_is_no_form_or_too_long_is_refused_with_a_page() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let path = format!("{ACCOUNTS}/new");
    let json = browser.posting(&path).json(&json!({"name": "x"})).send().await;
    assert!(json.is(400).body.starts_with("<!DOCTYPE html>"));
    let long = format!("name={}", "x".repeat(70_000));
    browser.posting(&path).raw_form(long).send().await.is(413);
    assert_eq!(accounts(&region).await, 0);
}

#[tokio::test]
async fn unknown_pages_and_methods_have_a_page_of_their_own() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    for path in [
        "/console/nothing",
        "/console/service-accounts/usr_nonsense",
        "/console/service-accounts/usr_000000000000",
        "/console/users/usr_000000000000",
        "/console/service-accounts?subscription=sub_000000000000",
    ] {
        let page = browser.open(path).await.is(404).not_kept();
        assert!(page.body.contains("<h1>"), "{path} {page:#?}");
    }
    let page = browser.ask("PUT", ACCOUNTS).send().await.is(405);
    assert_eq!(page.header("allow"), Some("GET,HEAD"));
    assert!(page.body.contains("<h1>"), "{page:#?}");
    browser.open("/console/users?cursor=%25").await.is(400);
}

#[tokio::test]
async fn a_missing_privilege_is_named_and_its_pages_are_not_offered() {
    let region = Region::start().await;
    let account = region.account().await;
    let (_, viewer) = browser_of(&region, json!(["viewer"]), None).await;
    let list = viewer.open(ACCOUNTS).await.is(200);
    assert!(
        !list.body.contains("/new?") && !list.body.contains("Delete selected"),
        "{list:#?}"
    );
    assert!(!list.body.contains("href=\"/console/settings\""), "{list:#?}");
    let detail = viewer.open(&format!("{ACCOUNTS}/{}", account.id)).await.is(200);
    assert!(
        !detail.body.contains("/rotate") && !detail.body.contains("/edit"),
        "{detail:#?}"
    );
    for (path, privilege) in [
        (format!("{ACCOUNTS}/new"), "service_accounts:manage"),
        (format!("{ACCOUNTS}/{}/edit", account.id), "service_accounts:manage"),
        (
            format!("{ACCOUNTS}/delete?account={}", account.id),
            "service_accounts:manage",
        ),
        (
            format!("{ACCOUNTS}/{}/credentials/new", account.id),
            "service_accounts:manage",
        ),
        ("/console/users/new".to_owned(), "users:manage"),
        (format!("/console/users/{}", account.id), "users:manage"),
        ("/console/settings".to_owned(), "settings:manage"),
    ] {
        let page = viewer.open(&path).await.is(403);
        assert!(
            page.words().contains(&format!("needs the privilege {privilege}")),
            "{path} {page:#?}"
        );
    }
    let role = region.role("Nothing", json!([]), json!([])).await;
    let (_, nobody) = browser_of(&region, json!([role]), None).await;
    let page = nobody.open(ACCOUNTS).await.is(403);
    assert!(!page.body.contains("href=\"/console/users\""), "{page:#?}");
}

#[tokio::test]
async fn nothing_of_another_organization_is_there() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let other = Organization::found(&region).await;
    let account = crate::harness::Account::create_in(&region, &other).await;
    for path in [
        format!("{ACCOUNTS}/{}", account.id),
        format!("{ACCOUNTS}/{}/edit", account.id),
        format!("{ACCOUNTS}/{}/credentials/new", account.id),
        format!("{ACCOUNTS}?subscription={}", other.subscription),
        format!("/console/users/{}", other.admin),
        format!("/console/settings/subscriptions/{}", other.subscription),
    ] {
        browser.open(&path).await.is(404);
    }
    // Not even its deletion is asked about.
    let path = format!("{ACCOUNTS}/delete");
    browser
        .open(&format!("{path}?account={}", account.id))
        .await
        .leads_to(ACCOUNTS);
    let mine = region.account().await;
    let form = browser.open(&format!("{path}?account={}", mine.id)).await.form(&path);
    browser.submit(&form, &[("account", &account.id)]).await.is(303);
    let still = region.by(&other.token, "GET", &account.path()).send().await;
    still.is(200);
}
