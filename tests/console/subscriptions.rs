//! An organization with several subscriptions: which one a page is about.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use super::browser_of;
use crate::harness::Region;

const LIST: &str = "/console/service-accounts";
const NEW: &str = "/console/service-accounts/new";
const OTHER: &str = "sub_0123456789ab";

/// A second subscription beside the first run's: a copy of its row, and its name in the organization.
async fn second(region: &Region) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let rows = region.rows().await;
    let find = |pk: &str, sk: &str| {
        rows.iter()
            .find(|row| row["pk"] == text(pk) && row["sk"] == text(sk))
            .cloned()
            .unwrap()
    };
    let mut subscription = find(&format!("SUB#{}", region.subscription()), "SUB");
    subscription.insert("pk".to_owned(), text(&format!("SUB#{OTHER}")));
    subscription.insert("id".to_owned(), text(OTHER));
    subscription.insert("name".to_owned(), text("Zoo & sons"));
    region.put(subscription).await;
    let mut organization = find(&format!("ORG#{}", region.running.facts.organization), "ORG");
    let subscriptions = organization.get_mut("subscriptions").unwrap();
    let mut names = subscriptions.as_m().unwrap().clone();
    names.insert(OTHER.to_owned(), text("Zoo & sons"));
    *subscriptions = AttributeValue::M(names);
    region.put(organization).await;
}

#[tokio::test]
async fn a_list_and_a_form_are_about_the_subscription_that_was_chosen() {
    let region = Region::start().await;
    second(&region).await;
    region.account_with(json!({"name": "here"})).await;
    let browser = region.admin_browser().await;
    let first = browser.open(LIST).await.is(200);
    assert!(
        first.words().contains("here") && first.words().contains("Zoo & sons"),
        "{first:#?}"
    );
    let chooser = first
        .forms()
        .into_iter()
        .find(|form| form.method == "get" && form.action.is_empty())
        .unwrap();
    assert_eq!(chooser.field("subscription"), region.subscription());

    let other = browser.open(&format!("{LIST}?subscription={OTHER}")).await.is(200);
    assert!(other.words().contains("No service accounts yet"), "{other:#?}");
    let page = browser.open(&format!("{NEW}?subscription={OTHER}")).await.is(200);
    assert!(page.words().contains("In the subscription Zoo & sons"), "{page:#?}");
    browser.submit(&page.form(NEW), &[("name", "there")]).await.is(200);
    let other = browser.open(&format!("{LIST}?subscription={OTHER}")).await.is(200);
    assert!(other.words().contains("there"), "{other:#?}");
    assert!(!browser.open(LIST).await.words().contains("there"));
}

#[tokio::test]
async fn whoever_is_limited_to_one_has_no_choice() {
    let region = Region::start().await;
    second(&region).await;
    let (_, browser) = browser_of(&region, json!(["subscription_admin"]), Some(OTHER)).await;
    let list = browser.open(LIST).await.is(200);
    assert!(
        list.forms()
            .iter()
            .all(|form| form.fields.iter().all(|(name, _)| name != "subscription")),
        "{list:#?}"
    );
    browser
        .open(&format!("{LIST}?subscription={}", region.subscription()))
        .await
        .is(404);
    let form = browser.open(NEW).await.is(200).form(NEW);
    assert_eq!(form.field("subscription"), OTHER);
    browser
        .submit(&form, &[("subscription", region.subscription()), ("name", "x")])
        .await
        .is(404);
}
