//! What everybody sees of themselves: sessions, connected apps; and the audit trail of all of it.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use super::browser_of;
use crate::harness::{Apart, Browser, HtmlForm, Region, Row, ThirdParty};

const SESSIONS: &str = "/console/sessions";
const APPS: &str = "/console/connected-apps";
const AUDIT: &str = "/console/audit-events";

/// The forms of a page that go to a path.
async fn forms(browser: &Browser, path: &str) -> Vec<HtmlForm> {
    let all = browser.open(path).await.is(200).forms();
    all.into_iter().filter(|form| form.action == path).collect()
}

#[tokio::test]
async fn a_session_elsewhere_is_ended_and_this_one_goes_on() {
    let region = Region::start().await;
    let (here, there) = (region.admin_browser().await, region.admin_browser().await);
    let words = here.open(SESSIONS).await.is(200).words();
    assert!(
        words.contains("Test browser") && words.contains("This session"),
        "{words}"
    );
    let forms = forms(&here, SESSIONS).await;
    assert_eq!(forms.len(), 2, "all others, and the other one: {forms:#?}");
    let one = forms.iter().find(|form| form.field("session") != "others").unwrap();
    let done = format!("{SESSIONS}?done=session-ended");
    here.submit(one, &[]).await.leads_to(&done);
    here.submit(one, &[]).await.leads_to(&done);
    there.open(SESSIONS).await.is(303);
    assert!(here.open(&done).await.is(200).words().contains("Session ended."));
}

#[tokio::test]
async fn all_other_sessions_end_at_once() {
    let region = Region::start().await;
    let here = region.admin_browser().await;
    let others = [region.admin_browser().await, region.admin_browser().await];
    let (_, stranger) = browser_of(&region, json!(["viewer"]), None).await;
    let forms = forms(&here, SESSIONS).await;
    let all = forms.iter().find(|form| form.field("session") == "others").unwrap();
    here.submit(all, &[])
        .await
        .leads_to(&format!("{SESSIONS}?done=sessions-ended"));
    for other in &others {
        other.open(SESSIONS).await.is(303);
    }
    here.open(SESSIONS).await.is(200);
    stranger.open(SESSIONS).await.is(200);
}

/// Ninety with a write, however many there are: none is read twice.
#[tokio::test]
async fn hundreds_of_other_sessions_end_in_a_few_calls() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (here, admin) = (apart.browser(), &region.running.facts.admin);
    here.sign_in(&admin.email, &admin.password).await.is(303);
    let is_session = |row: &Row| row["kind"] == AttributeValue::S("session".to_owned());
    let session = region.rows().await.into_iter().find(is_session).unwrap();
    for index in 0..250 {
        let (mut other, digest) = (session.clone(), format!("other{index}"));
        other.insert("sk".to_owned(), AttributeValue::S(format!("SESSION#{digest}")));
        other.insert("digest".to_owned(), AttributeValue::S(digest));
        region.put(other).await;
    }
    let forms = forms(&here, SESSIONS).await;
    let all = forms.iter().find(|form| form.field("session") == "others").unwrap();
    relay.calls();
    here.submit(all, &[]).await.is(303);
    let calls = relay.calls();
    let count = |name: &str| calls.iter().filter(|call| *call == name).count();
    // And one that asks which browsers the person is known by.
    assert_eq!((count("Query"), count("TransactWriteItems")), (4, 3), "{calls:?}");
    assert_eq!(region.rows().await.iter().filter(|row| is_session(row)).count(), 1);
    here.open(SESSIONS).await.is(200);
}

#[tokio::test]
async fn a_disconnected_app_is_dead_and_another_persons_is_not_touched() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let empty = browser.open(APPS).await.is(200).words();
    assert!(empty.contains("No app is connected"), "{empty}");
    let (_, other) = browser_of(&region, json!([region.reader()]), None).await;
    let (mine, theirs) = (app.tokens(&browser).await, app.tokens(&other).await);
    let words = browser.open(APPS).await.words();
    assert!(
        words.contains("Third party app.test") && words.contains("read:me"),
        "{words}"
    );

    let form = forms(&browser, APPS).await.remove(0);
    let foreign = forms(&other, APPS).await.remove(0);
    let done = format!("{APPS}?done=app-disconnected");
    browser
        .submit(&form, &[("grant", foreign.field("grant"))])
        .await
        .leads_to(&done);
    assert_eq!(region.verified(&theirs.access).await, 200);
    browser.submit(&form, &[]).await.leads_to(&done);
    browser.submit(&form, &[]).await.leads_to(&done);
    assert_eq!(region.verified(&mine.access).await, 401);
    app.refresh(&mine.refresh).send().await.is(400);
    assert_eq!(region.verified(&theirs.access).await, 200);
    browser.submit(&form, &[("grant", "nonsense")]).await.is(400);
}

#[tokio::test]
async fn the_trail_is_filtered_and_its_next_page_keeps_the_filter() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let words = browser.open(AUDIT).await.is(200).words();
    for said in [
        "When Who What To what From Details",
        "oauth_approval. approved",
        "client. created",
        "Integration",
    ] {
        // The admin's token is a person's.
        assert_eq!(words.contains(said), said != "Integration", "{said}: {words}");
    }
    let rows = async |query: &str| {
        let page = browser.open(&format!("{AUDIT}?{query}")).await.is(200);
        page.body.matches("<tr role=\"row\" id=\"").count()
    };
    assert_eq!(rows("action=oauth_approval.approved").await, 1);
    assert_eq!(rows(&format!("target={}", app.client_id)).await, 1);
    assert_eq!(
        rows("actor=admin%40acme.test&action=client.created&since=&until=").await,
        1
    );
    assert_eq!(rows("actor=nobody%40acme.test").await, 0);
    assert_eq!(rows("until=2001-01-01T00:00").await, 0);
    assert!(rows("since=2001-01-01T00:00").await > 3);
    browser.open(&format!("{AUDIT}?since=yesterday")).await.is(400);
    browser.open(&format!("{AUDIT}?action=nonsense")).await.is(400);

    for n in 0..30 {
        let asked = json!({"name": format!("App {n}"), "redirect_uris": ["https://many.test/cb"], "token_endpoint_auth_method": "none"});
        region.admin("POST", "/clients").json(&asked).send().await.is(201);
    }
    let first = browser.open(&format!("{AUDIT}?action=client.created")).await.is(200);
    let (_, link) = first.body.split_once("rel=\"next\"").map_or_else(
        || panic!("{first:#?}"),
        |(before, _)| before.rsplit_once("href=\"").unwrap(),
    );
    let next = link.split('"').next().unwrap().replace("&amp;", "&");
    assert!(
        next.starts_with(&format!("{AUDIT}?action=client.created&cursor=")),
        "{next}"
    );
    let second = browser.open(&next).await.is(200);
    assert!(
        second.words().contains("client. created") && !second.words().contains("oauth_approval. approved"),
        "{second:#?}"
    );
}
