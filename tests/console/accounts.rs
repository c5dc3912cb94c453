//! Service accounts in the console.

use serde_json::json;

use super::{accounts, copyable, token_status};
use crate::harness::Region;

const LIST: &str = "/console/service-accounts";
const NEW: &str = "/console/service-accounts/new";
const DELETE: &str = "/console/service-accounts/delete";

#[tokio::test]
async fn an_empty_list_says_what_to_do() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    browser.open("/console").await.leads_to(LIST);
    let page = browser.open(LIST).await.is(200);
    assert!(page.words().contains("No service accounts yet"), "{page:#?}");
    assert!(page.body.contains(&format!("href=\"{NEW}?subscription=")), "{page:#?}");
}

#[tokio::test]
async fn a_new_account_is_revealed_once_and_its_secret_works() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let form = browser.open(NEW).await.is(200).form(NEW);
    let typed = [
        ("name", "nightly export"),
        ("description", "Exports at night"),
        ("roles", region.reader()),
        ("token_lifetime", "3600"),
    ];
    let reveal = browser.submit(&form, &typed).await.is(200).not_kept();
    let (client_id, secret) = (copyable(&reveal, "client-id"), copyable(&reveal, "client-secret"));
    assert_eq!(token_status(&region, &client_id, &secret).await, 200);

    let list = browser.open(LIST).await.is(200);
    assert!(list.words().contains("nightly export"), "{list:#?}");
    let id = region
        .admin("GET", "/service-accounts")
        .send()
        .await
        .text("/items/0/id");
    let detail = browser.open(&format!("{LIST}/{id}")).await.is(200);
    let words = detail.words();
    assert!(
        words.contains("Exports at night") && words.contains("1 hour, fixed at creation"),
        "{words}"
    );
    assert!(
        !detail.body.contains(&secret) && !detail.body.contains(&client_id),
        "{detail:#?}"
    );
    assert!(
        words.contains(&format!("••••••{}", &secret[secret.len() - 4..])),
        "{words}"
    );
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_account() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let form = browser.open(NEW).await.form(NEW);
    let typed = [("name", "twice"), ("roles", region.reader())];
    let first = browser.submit(&form, &typed).await.is(200);
    let secret = copyable(&first, "client-secret");
    let second = browser.submit(&form, &typed).await.is(200).not_kept();
    assert!(second.words().contains("This form was sent already"), "{second:#?}");
    assert!(!second.body.contains(&secret));
    assert_eq!(accounts(&region).await, 1);
}

#[tokio::test]
async fn two_clicks_at_once_make_one_account() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let form = browser.open(NEW).await.form(NEW);
    let typed = [("name", "at once"), ("roles", region.reader())];
    let (one, other) = tokio::join!(browser.submit(&form, &typed), browser.submit(&form, &typed));
    let revealed = [&one, &other].map(|answer| answer.body.contains("id=\"client-secret\""));
    assert_eq!(
        revealed.iter().filter(|revealed| **revealed).count(),
        1,
        "{one:#?} {other:#?}"
    );
    assert_eq!(accounts(&region).await, 1);
}

#[tokio::test]
async fn a_used_form_with_other_values_asks_before_it_makes_another_account() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let form = browser.open(NEW).await.form(NEW);
    browser.submit(&form, &[("name", "first")]).await.is(200);
    let again = browser.submit(&form, &[("name", "second")]).await.is(409);
    assert!(
        again.words().contains("sent once before with other values"),
        "{again:#?}"
    );
    assert_eq!(accounts(&region).await, 1);
    let form = again.form(NEW);
    assert_eq!(form.field("name"), "second");
    copyable(&browser.submit(&form, &[]).await.is(200), "client-secret");
    assert_eq!(accounts(&region).await, 2);
}

#[tokio::test]
async fn what_is_refused_is_said_at_its_field_and_nothing_typed_is_lost() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let application = &region.running.facts.applications[0];
    let form = browser.open(NEW).await.form(NEW);
    let typed = [
        ("name", "this name is far too long for it"),
        ("description", "Kept as it was"),
        ("applications", application),
        ("roles", region.reader()),
        ("roles", "viewer"),
        ("token_lifetime", "custom"),
        ("seconds", "17"),
    ];
    let again = browser.submit(&form, &typed).await.is(400);
    let words = again.words();
    assert!(words.contains("Must have 1 to 20 characters, not 32."), "{words}");
    assert!(words.contains("Must be 300 to 2592000 seconds."), "{words}");
    let form = again.form(NEW);
    for (name, value) in typed {
        let kept = form.fields.iter().any(|(known, held)| known == name && held == value);
        assert!(kept, "{name} {value}: {form:?}");
    }
    assert_eq!(accounts(&region).await, 0);

    browser
        .submit(&form, &[("name", "short"), ("seconds", "301")])
        .await
        .is(200);
    let made = region.admin("GET", "/service-accounts").send().await;
    assert_eq!(made.json()["items"][0]["token_lifetime"], 301);
    assert_eq!(made.json()["items"][0]["applications"], json!([application]));
}

#[tokio::test]
async fn a_taken_name_and_a_reached_limit_are_said_in_the_form() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    region.account_with(json!({"name": "taken"})).await;
    let form = browser.open(NEW).await.form(NEW);
    let again = browser.submit(&form, &[("name", "TAKEN")]).await.is(409);
    assert!(again.words().contains("This name is taken"), "{again:#?}");

    let path = format!("/subscriptions/{}", region.subscription());
    let fewer = json!({"service_account_limit": 1});
    region.admin("PATCH", &path).json(&fewer).send().await.is(200);
    let again = browser.submit(&again.form(NEW), &[("name", "another")]).await.is(409);
    assert!(again.words().contains("already 1 service accounts"), "{again:#?}");
    let off = json!({"service_accounts_enabled": false});
    region.admin("PATCH", &path).json(&off).send().await.is(200);
    browser.submit(&again.form(NEW), &[]).await.is(403);
    let list = browser.open(LIST).await.is(200);
    assert!(
        list.words().contains("not part of this subscription’s plan"),
        "{list:#?}"
    );
}

#[tokio::test]
async fn an_edit_of_what_has_changed_meanwhile_is_told_and_kept() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let account = region.account().await;
    let path = format!("{LIST}/{}/edit", account.id);
    let form = browser.open(&path).await.is(200).form(&path);
    let other = json!({"description": "Somebody else was here"});
    region.admin("PATCH", &account.path()).json(&other).send().await.is(200);

    let again = browser.submit(&form, &[("description", "Mine")]).await.is(412);
    assert!(again.words().contains("Somebody changed this"), "{again:#?}");
    assert_eq!(again.form(&path).field("description"), "Mine");
    // A mistake does not count as having seen the change.
    let mistake = "x".repeat(141);
    let refused = browser.submit(&form, &[("description", &mistake)]).await.is(400);
    browser
        .submit(&refused.form(&path), &[("description", "Mine")])
        .await
        .is(412);

    let saved = browser.submit(&again.form(&path), &[]).await;
    let saved = saved.leads_to(&format!("{LIST}/{}?done=account-saved", account.id));
    let page = browser.open(&saved.location().unwrap()).await.is(200);
    assert!(
        page.words().contains("Mine") && page.words().contains("Service account saved."),
        "{page:#?}"
    );
    let roles = region.admin("GET", &account.path()).send().await.json()["roles"].clone();
    assert_eq!(roles, json!([region.reader()]), "what was not touched stays");
}

#[tokio::test]
async fn several_accounts_are_deleted_after_a_page_that_says_what_dies() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let (one, two) = (region.account().await, region.account().await);
    let kept = region.account().await;
    let list = browser.open(LIST).await.is(200).form(DELETE);
    let chosen = [("account", one.id.as_str()), ("account", two.id.as_str())];
    let page = browser.submit(&list, &chosen).await.is(200);
    let words = page.words();
    assert!(
        words.contains("Delete 2 service accounts?") && words.contains("2 credentials"),
        "{words}"
    );
    assert_eq!(accounts(&region).await, 3, "a question changes nothing");

    let form = page.form(DELETE);
    browser
        .submit(&form, &[])
        .await
        .leads_to(&format!("{LIST}?done=accounts-deleted"));
    assert_eq!(accounts(&region).await, 1);
    assert_eq!(token_status(&region, &one.client_id, &one.secret).await, 401);
    assert_eq!(token_status(&region, &kept.client_id, &kept.secret).await, 200);
    // The same form again finds nothing left to do.
    browser.submit(&form, &[]).await.is(303);
    assert_eq!(accounts(&region).await, 1);
}

#[tokio::test]
async fn an_account_that_has_changed_since_is_asked_about_again() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let account = region.account().await;
    let form = browser
        .open(&format!("{DELETE}?account={}", account.id))
        .await
        .form(DELETE);
    let more = json!({"name": "one more"});
    let path = format!("{}/credentials", account.path());
    region.admin("POST", &path).json(&more).send().await.is(201);
    let again = browser.submit(&form, &[]).await.is(200);
    assert!(again.words().contains("2 credentials"), "{again:#?}");
    browser.submit(&again.form(DELETE), &[]).await.is(303);
    assert_eq!(accounts(&region).await, 0);
}

#[tokio::test]
async fn a_long_list_has_pages() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let path = format!("/subscriptions/{}", region.subscription());
    let more = json!({"service_account_limit": 40});
    region.admin("PATCH", &path).json(&more).send().await.is(200);
    for _ in 0..26 {
        region.account().await;
    }
    let first = browser.open(LIST).await.is(200);
    let rows = |body: &str| body.matches("name=\"account\"").count();
    assert_eq!(rows(&first.body), 25);
    let (_, rest) = first.body.split_once("rel=\"next\"").unwrap();
    assert!(rest.starts_with(">Next page"), "{rest:.100}");
    let (before, _) = first.body.split_once("\" rel=\"next\"").unwrap();
    let next = before.rsplit_once("href=\"").unwrap().1.replace("&amp;", "&");
    let second = browser.open(&next).await.is(200);
    assert_eq!(rows(&second.body), 1);
    assert!(second.words().contains("First page"));
}
