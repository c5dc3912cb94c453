//! An origin through which thousands connected is rejected as fast as any other: the decision is one
//! write, and what it ended is counted up to a limit.

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use serde_json::{Value, json};

use crate::harness::{Answer, Apart, Fault, Region, Relay, Row, ThirdParty};

/// Rows like the one that points from the origin to a grant, made through it `epoch` rejections later.
async fn connections(region: &Region, like: &Row, count: usize, epoch: usize) {
    let (client, table) = region.table();
    let text = |text: String| AttributeValue::S(text);
    let rows = (0..count).map(|index| {
        let mut row = like.clone();
        row.insert("sk".to_owned(), text(format!("grn_{epoch}{index:011}")));
        row.insert("approval_epoch".to_owned(), AttributeValue::N(epoch.to_string()));
        let put = PutRequest::builder().set_item(Some(row)).build().unwrap();
        WriteRequest::builder().put_request(put).build()
    });
    for some in rows.collect::<Vec<_>>().chunks(25) {
        let asked = client.batch_write_item().request_items(table, some.to_vec());
        let left = asked.send().await.unwrap().unprocessed_items.unwrap_or_default();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// An approved origin with a grant, that grant's token, and the row that points to it.
async fn connected(region: &Region) -> (ThirdParty<'_>, String, Row) {
    let (app, browser) = ThirdParty::approved(region).await;
    let token = app.tokens(&browser).await.access;
    let rows = region.rows().await.into_iter();
    let mut pointers = rows.filter(|row| row["kind"] == AttributeValue::S("through".to_owned()));
    (app, token, pointers.next().unwrap())
}

async fn reject(region: &Region, apart: &Apart, app: &ThirdParty<'_>) -> Answer {
    let path = format!(
        "/api/v1/oauth-approvals/{}",
        app.approval().await["id"].as_str().unwrap()
    );
    let asked = apart.http.ask("PATCH", &path).bearer(&region.running.facts.admin.token);
    asked.json(&json!({"status": "rejected"})).send().await
}

/// The calls of a decision: one transaction, and after it a bounded number of others.
fn counting(relay: &Relay) -> usize {
    let calls = relay.calls();
    let decided = calls.iter().position(|call| call == "TransactWriteItems").unwrap();
    let (before, after) = calls.split_at(decided);
    assert!(before.iter().all(|call| call == "BatchGetItem"), "{before:?}");
    assert!(after[1..].iter().all(|call| call == "Query"), "{after:?}");
    after.len() - 1
}

#[tokio::test]
async fn five_thousand_connections_end_with_one_write_and_are_counted_to_a_thousand() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (app, token, pointer) = connected(&region).await;
    connections(&region, &pointer, 5_000, 0).await;
    relay.calls();
    let decided = reject(&region, &apart, &app).await.is(200).json();
    assert_eq!(counting(&relay), 1);
    assert_eq!(
        (&decided["ended_grants"], &decided["more_grants_ended"]),
        (&json!(1000), &json!(true))
    );
    assert_eq!(region.verified(&token).await, 401);

    // What a decision ended before is not counted again, and a few are counted exactly.
    app.decide("approved").await.is(200);
    connections(&region, &pointer, 7, 1).await;
    let decided = reject(&region, &apart, &app).await.is(200).json();
    assert_eq!(
        (&decided["ended_grants"], &decided["more_grants_ended"]),
        (&json!(7), &json!(false))
    );
}

#[tokio::test]
async fn a_decision_holds_when_what_it_ended_cannot_be_counted() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (app, token, _) = connected(&region).await;
    relay.fail("Query", Fault::Denied, 1);
    let decided = reject(&region, &apart, &app).await.is(200).json();
    assert_eq!(relay.unmet(), 0);
    assert_eq!(
        (&decided["ended_grants"], &decided["more_grants_ended"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(decided["status"], Value::from("rejected"));
    assert_eq!(region.verified(&token).await, 401);
}

#[tokio::test]
async fn the_console_says_that_there_were_more_connections_than_it_counted() {
    let region = Region::start().await;
    let (app, _, pointer) = connected(&region).await;
    connections(&region, &pointer, 1_001, 0).await;
    let browser = region.admin_browser().await;
    let list = "/console/oauth-approvals";
    let action = format!("{list}/{}", app.approval().await["id"].as_str().unwrap());
    let form = browser.open(list).await.is(200).form(&action);
    let done = browser.submit(&form, &[("status", "rejected")]).await.is(303);
    let done = done.location().unwrap();
    let words = browser.open(done.split('#').next().unwrap()).await.words();
    let says = "You rejected https://app.test. 1000 connections or more ended at once.";
    assert!(words.contains(says), "{words}");
}
