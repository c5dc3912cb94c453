//! OAuth approvals in the console: listed, filtered, decided in the row, changed, contested.

use serde_json::json;

use super::browser_of;
use crate::harness::{Browser, HtmlForm, Region, ThirdParty};

const LIST: &str = "/console/oauth-approvals";

/// The form in the row of an app's origin, and where it is posted.
async fn row(app: &ThirdParty<'_>, browser: &Browser, list: &str) -> (String, HtmlForm) {
    let id = app.approval().await["id"].as_str().unwrap().to_owned();
    let action = format!("{LIST}/{id}");
    let form = browser.open(list).await.is(200).form(&action);
    (action, form)
}

#[tokio::test]
async fn a_decision_is_made_in_the_row_and_confirmed() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let empty = browser.open(LIST).await.is(200);
    assert!(empty.words().contains("There is nothing to approve"), "{empty:#?}");

    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    app.request(&browser).await.is(303);
    let list = browser.open(LIST).await.words();
    for said in [
        "Redirect URI Status Requested on Requested by Reviewed on Reviewed by",
        "https://app.test/cb",
        "Waiting approval",
        "Not yet",
        "Nobody yet",
    ] {
        assert!(list.contains(said), "{said}: {list}");
    }
    let (action, form) = row(&app, &browser, LIST).await;
    assert_eq!(form.field("status"), "pending");
    let typed = [("status", "approved"), ("reason", "Looked <at> it")];
    let done = browser.submit(&form, &typed).await.is(303).location().unwrap();
    let id = action.rsplit('/').next().unwrap();
    assert!(done.ends_with(&format!("#{id}")), "back to the row: {done}");
    let page = browser.open(done.split('#').next().unwrap()).await.is(200);
    let words = page.words();
    for said in [
        "You approved https://app.test.",
        "“ Looked <at> it ”",
        "admin@acme.test",
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert_eq!(page.form(&action).field("status"), "approved");
    assert_eq!(app.approval().await["status"], "approved");
}

#[tokio::test]
async fn rejecting_an_approved_origin_says_how_many_connections_ended() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let tokens = app.tokens(&browser).await;
    app.tokens(&browser).await;
    assert_eq!(region.verified(&tokens.access).await, 200);
    let (_, form) = row(&app, &browser, LIST).await;
    let done = browser
        .submit(&form, &[("status", "rejected")])
        .await
        .is(303)
        .location()
        .unwrap();
    let words = browser.open(done.split('#').next().unwrap()).await.words();
    assert!(
        words.contains("You rejected https://app.test. 2 connections ended at once."),
        "{words}"
    );
    assert_eq!(region.verified(&tokens.access).await, 401);
}

#[tokio::test]
async fn who_decides_on_an_old_page_is_told_who_was_faster() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    app.request(&browser).await.is(303);
    let (action, form) = row(&app, &browser, LIST).await;
    app.decide("rejected").await.is(200);
    let told = browser.submit(&form, &[("status", "approved")]).await.is(412);
    let words = told.words();
    assert!(
        words.contains("Somebody else was faster, and your decision was not saved."),
        "{words}"
    );
    assert!(words.contains("rejected this domain on"), "{words}");
    assert_eq!(app.approval().await["status"], "rejected");
    // The page that says so has a form that works.
    browser
        .submit(&told.form(&action), &[("status", "approved")])
        .await
        .is(303);
    assert_eq!(app.approval().await["status"], "approved");
    let history = browser.open(&action).await.is(200).words();
    assert!(
        history.contains("History") && history.contains("Rejected") && history.contains("Approved"),
        "{history}"
    );
}

#[tokio::test]
async fn the_filter_shows_one_status_and_stays_after_a_decision() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let other = ThirdParty::register(&region, "https://other.test/cb").await;
    other.request(&browser).await.is(303);
    for (filter, shown, hidden) in [
        ("?status=pending", "https://other.test/cb", "https://app.test/cb"),
        ("?status=approved", "https://app.test/cb", "https://other.test/cb"),
    ] {
        let words = browser.open(&format!("{LIST}{filter}")).await.is(200).words();
        assert!(words.contains(shown) && !words.contains(hidden), "{filter}: {words}");
    }
    let all = browser.open(&format!("{LIST}?status=")).await.words();
    let (waiting, decided) = (all.find("https://other.test/cb"), all.find("https://app.test/cb"));
    assert!(waiting.unwrap() < decided.unwrap(), "what waits comes first: {all}");
    let none = browser.open(&format!("{LIST}?status=rejected")).await.words();
    assert!(
        none.contains("No domain is rejected") && none.contains("Show all"),
        "{none}"
    );

    let pending = format!("{LIST}?status=pending");
    let (_, form) = row(&other, &browser, &pending).await;
    let done = browser
        .submit(&form, &[("status", "rejected")])
        .await
        .is(303)
        .location()
        .unwrap();
    assert!(done.starts_with(&format!("{pending}&decided=")), "{done}");
    assert_eq!(app.approval().await["status"], "approved");
    browser.open(&format!("{LIST}?status=nonsense")).await.is(400);
}

#[tokio::test]
async fn what_cannot_be_decided_is_said_at_the_form() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    app.request(&browser).await.is(303);
    let (_, form) = row(&app, &browser, LIST).await;
    let long = "x".repeat(501);
    for typed in [
        [("status", "pending"), ("reason", "")],
        [("status", "perhaps"), ("reason", "")],
        [("status", ""), ("reason", "")],
        [("status", "approved"), ("reason", &long)],
    ] {
        let refused = browser.submit(&form, &typed).await.is(400);
        assert!(refused.words().contains("That did not work"), "{typed:?}: {refused:#?}");
    }
    assert_eq!(app.approval().await["status"], "pending");
}

#[tokio::test]
async fn a_link_cannot_make_up_a_confirmation() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    app.request(&browser).await.is(303);
    let id = app.approval().await["id"].as_str().unwrap().to_owned();
    let words = browser
        .open(&format!("{LIST}?decided={id}&ended=9"))
        .await
        .is(200)
        .words();
    assert!(
        !words.contains("You approved") && !words.contains("ended at once"),
        "{words}"
    );
}

#[tokio::test]
async fn who_may_only_look_sees_no_form_and_who_may_not_sees_no_list() {
    let region = Region::start().await;
    let admin = region.admin_browser().await;
    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    app.request(&admin).await.is(303);
    let (action, form) = row(&app, &admin, LIST).await;

    let (_, viewer) = browser_of(&region, json!(["viewer"]), None).await;
    let page = viewer.open(LIST).await.is(200);
    assert!(page.words().contains("Waiting approval"), "{page:#?}");
    assert!(
        page.forms().iter().all(|form| !form.action.starts_with(&action)),
        "{page:#?}"
    );
    viewer.submit(&form, &[("status", "approved")]).await.is(403);

    let (_, reader) = browser_of(&region, json!([region.reader()]), None).await;
    let page = reader.open("/console/sessions").await.is(200);
    assert!(!page.body.contains(LIST), "{page:#?}");
    reader.open(LIST).await.is(403);
    assert_eq!(app.approval().await["status"], "pending");
}
