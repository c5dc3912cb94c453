//! The table fails in the middle: closed, said so, and open again.

use crate::harness::{Apart, Fault, Region, ThirdParty, Tokens};

const READ: &str = "BatchGetItem";

#[tokio::test]
async fn a_domain_that_cannot_be_checked_can_be_tried_again() {
    let region = Region::start().await;
    let (app, _) = ThirdParty::approved(&region).await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (browser, admin) = (apart.browser(), &region.running.facts.admin);
    browser.sign_in(&admin.email, &admin.password).await.is(303);
    let path = app.path(&[]);
    // The session and the client are read, the approval is not; then the API that is asked for.
    for readable in [2, 3] {
        relay.fail(READ, Fault::None, readable);
        relay.fail(READ, Fault::Denied, 1);
        let page = browser.open(&path).await.is(503);
        let words = page.words();
        assert!(words.contains("could not be checked"), "{words}");
        assert!(
            words.contains("Try again") && words.contains("Return to app"),
            "{words}"
        );
        assert!(!page.body.contains("value=\"allow\""));
    }
    assert!(browser.open(&path).await.is(200).body.contains("value=\"allow\""));
}

#[tokio::test]
async fn allowing_while_the_table_fails_allows_nothing_and_loses_nothing() {
    let region = Region::start().await;
    let (app, _) = ThirdParty::approved(&region).await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (browser, admin) = (apart.browser(), &region.running.facts.admin);
    browser.sign_in(&admin.email, &admin.password).await.is(303);
    let form = browser.open(&app.path(&[])).await.is(200).form("/oauth/v1/authorize");
    relay.fail("TransactWriteItems", Fault::Denied, 1);
    let refused = browser.submit(&form, &[("action", "allow")]).await.is(503);
    assert!(refused.words().contains("Try again"));
    browser.submit(&form, &[("action", "allow")]).await.is(303);
}

#[tokio::test]
async fn a_lost_answer_costs_neither_code_nor_refresh_token() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let (apart, relay) = Apart::relayed(&region).await;
    let tokens = app.tokens(&browser).await;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh.as_str()),
        ("client_id", app.client_id.as_str()),
    ];
    relay.fail(READ, Fault::Denied, 1);
    apart
        .http
        .token()
        .form(&fields)
        .send()
        .await
        .refused(503, "temporarily_unavailable");
    // The write is done, the SDK hears an error and repeats it: the token before the current one is
    // answered with the current one.
    relay.fail("TransactWriteItems", Fault::AnswerLost, 1);
    let next = Tokens::of(&apart.http.token().form(&fields).send().await.is(200));
    assert_eq!(region.verified(&next.access).await, 200);
    app.refresh(&next.refresh).send().await.is(200);
}
