//! Records that nobody can read, between records that everybody can.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use regent_local::region::Options;
use serde_json::json;
use tokio::time::sleep;

use super::record::{batch, function, requested, sequence, unseen, write};
use crate::harness::{Region, Row};

/// A row in the audit trail's place that is no event.
fn poison(region: &Region) -> Row {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let pk = format!("AUDIT#{}", region.running.facts.organization);
    [
        ("pk", text(&pk)),
        ("sk", text("000000000000000#poison")),
        ("kind", text("audit")),
        ("at", text("never")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

#[tokio::test]
async fn a_poison_record_between_two_good_ones_holds_neither_up_and_ends_in_the_dead_letters() {
    let region = Region::with(|options| Options {
        notify_attempts: 4,
        ..options
    })
    .await;
    let (before, after) = (requested(&region, "Before"), requested(&region, "After"));
    write(&region, &before).await;
    region.put(poison(&region)).await;
    write(&region, &after).await;

    let mails = region.mails().await;
    let said: Vec<_> = mails.iter().map(|mail| mail["text"].as_str().unwrap()).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("“Before”") && said[1].contains("“After”"), "{said:?}");
    let dead = region.dead_letters().await;
    assert_eq!(dead.len(), 1, "{dead:?}");
    assert_eq!(dead[0]["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(dead[0]["requestContext"]["approximateInvokeCount"], 4);
    assert_eq!(dead[0]["DDBStreamBatchInfo"]["batchSize"], 1);
    assert!(
        !json!(dead).to_string().contains("Before"),
        "a letter says where, not what"
    );
}

#[tokio::test]
async fn what_comes_after_a_poison_record_does_not_wait_for_its_end() {
    // It never ends.
    let region = Region::with(|options| Options {
        notify_attempts: u32::MAX,
        ..options
    })
    .await;
    region.put(poison(&region)).await;
    write(&region, &requested(&region, "After")).await;
    for _ in 0..3000 {
        let inbox = region.http.get("/_local/mail").header("accept", "application/json");
        if inbox.send().await.json()["items"].as_array().unwrap().len() == 1 {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("no mail");
}

#[tokio::test]
async fn the_function_names_what_failed_and_tells_the_rest() {
    let region = Region::with(|options| Options {
        notify_attempts: 2,
        ..options
    })
    .await;
    let good = requested(&region, "Good");
    write(&region, &good).await;
    let good = unseen(&region, &good).await;
    region.notified().await;
    let notify = function(&region.running, region.running.outside.endpoint());
    let mut torn = batch(&[poison(&region), good.clone(), poison(&region)]);
    torn["Records"][2]["dynamodb"]["NewImage"] = json!({"pk": {"Q": []}});
    let answer = notify.handle(torn).await.unwrap();
    let named: Vec<_> = answer
        .batch_item_failures
        .iter()
        .map(|failure| failure.item_identifier.clone())
        .collect();
    assert_eq!(named, [Some(sequence(1)), Some(sequence(3))]);
    assert_eq!(region.mails().await.len(), 2);

    let mut nameless = batch(&[poison(&region)]);
    nameless["Records"][0]["dynamodb"]
        .as_object_mut()
        .unwrap()
        .remove("SequenceNumber");
    assert!(notify.handle(nameless).await.is_err(), "all of it must come again");
    for junk in [json!({}), json!([]), json!({"Records": 3})] {
        assert!(notify.handle(junk).await.is_err());
    }
}

#[tokio::test]
async fn rows_that_are_no_audit_events_are_passed_over() {
    let region = Region::start().await;
    region.notified().await;
    let other: Vec<Row> = region.rows().await;
    let other = other
        .into_iter()
        .filter(|row| !row["pk"].as_s().unwrap().starts_with("AUDIT#"));
    let batch = batch(&other.collect::<Vec<_>>());
    assert!(!batch["Records"].as_array().unwrap().is_empty());
    let before = region.events().await.len();
    let notify = function(&region.running, region.running.outside.endpoint());
    assert!(notify.handle(batch).await.unwrap().batch_item_failures.is_empty());
    assert_eq!(region.events().await.len(), before);
}
