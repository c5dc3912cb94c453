//! Settings in the console.

use serde_json::json;

use super::browser_of;
use crate::harness::Region;

const PATH: &str = "/console/settings";

#[tokio::test]
async fn name_and_admitted_clients_of_the_organization_change() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let form = browser.open(PATH).await.is(200).form(PATH);
    let mut typed = form.clone();
    typed.fields.retain(|(name, _)| name != "dynamic_registration");
    let saved = browser.submit(&typed, &[("name", "Acme & Sons")]).await;
    let saved = saved.leads_to(&format!("{PATH}?done=settings-saved"));
    let path = format!("/organizations/{}", region.running.facts.organization);
    let now = region.admin("GET", &path).send().await.json();
    assert_eq!(now["name"], "Acme & Sons");
    assert_eq!(now["dynamic_registration_enabled"], false);
    assert_eq!(now["metadata_documents_enabled"], true);
    let page = browser.open(&saved.location().unwrap()).await.is(200);
    assert!(
        page.words().contains("Acme & Sons") && page.words().contains("Settings saved."),
        "{page:#?}"
    );
    let stale = browser.submit(&form, &[("name", "Mine")]).await.is(412);
    assert_eq!(stale.form(PATH).field("name"), "Mine");
    browser.submit(&stale.form(PATH), &[("name", " ")]).await.is(400);
}

#[tokio::test]
async fn a_plan_without_service_accounts_ends_their_tokens_at_once() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let token = region.account().await.token(&region).await;
    let path = format!("{PATH}/subscriptions/{}", region.subscription());
    let form = browser.open(&path).await.is(200).form(&path);
    let mut off = form.clone();
    off.fields.retain(|(name, _)| name != "service_accounts");
    browser
        .submit(&off, &[])
        .await
        .leads_to(&format!("{PATH}?done=settings-saved"));
    assert_ne!(region.verified(&token).await, 200);
    let form = browser.open(&path).await.form(&path);
    let on = [("service_accounts", "yes"), ("service_account_limit", "7")];
    browser.submit(&form, &on).await.is(303);
    assert_eq!(region.verified(&token).await, 200);
    let refused = browser.submit(&form, &[("service_account_limit", "0")]).await;
    assert!(matches!(refused.status.as_u16(), 400 | 412), "{refused:#?}");
}

#[tokio::test]
async fn whoever_is_limited_to_a_subscription_sees_only_that() {
    let region = Region::start().await;
    let (_, browser) = browser_of(&region, json!(["subscription_admin"]), Some(region.subscription())).await;
    let page = browser.open(PATH).await.is(200);
    assert!(page.forms().iter().all(|form| form.action != PATH), "{page:#?}");
    assert!(page.body.contains(region.subscription()), "{page:#?}");
}

#[tokio::test]
async fn everything_is_revoked_after_a_question_and_the_admin_signs_in_again() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let token = region.account().await.token(&region).await;
    let path = format!("{PATH}/revoke");
    let (_, limited) = browser_of(&region, json!(["subscription_admin"]), Some(region.subscription())).await;
    assert!(!limited.open(PATH).await.is(200).body.contains(&path));
    limited.open(&path).await.is(403);
    assert!(browser.open(PATH).await.is(200).body.contains(&path));
    let form = browser.open(&path).await.is(200).form(&path);
    assert_eq!(region.verified(&token).await, 200);
    let done = format!("{PATH}?done=everything-revoked");
    browser.submit(&form, &[]).await.leads_to(&done);
    assert_eq!(region.verified(&token).await, 401);
    browser.open(&done).await.is(303);
    let again = region.admin_browser().await;
    assert!(again.open(&done).await.is(200).words().contains("is dead"));
}
