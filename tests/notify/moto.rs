//! Somebody else's SES and EventBridge understand what they are told.

use serde_json::{Value, json};

use super::record::{batch, function, requested, unseen, write};
use crate::harness::{Http, Region};
use crate::stores::emulator::{Emulator, MOTO};

/// What moto tells services apart by.
fn signed_for(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=local/20270101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

async fn events(moto: &Http, operation: &str, body: &Value) -> Value {
    let asked = moto
        .post("/")
        .header("authorization", &signed_for("events"))
        .header("x-amz-target", &format!("AWSEvents.{operation}"));
    let answer = asked.body("application/x-amz-json-1.1", body.to_string()).send().await;
    answer.is(200).json()
}

#[tokio::test]
async fn moto_takes_the_mail_and_the_event() {
    let region = Region::start().await;
    let moto = Emulator::start(MOTO).await;
    let http = Http::new(&moto.endpoint);
    http.post("/v2/email/identities")
        .header("authorization", &signed_for("ses"))
        .json(&json!({"EmailIdentity": "regent@us.test"}))
        .send()
        .await
        .is(200);
    events(&http, "CreateEventBus", &json!({"Name": "regent-us"})).await;
    // An archive counts what came by.
    let bus = "arn:aws:events:us-east-1:123456789012:event-bus/regent-us";
    events(
        &http,
        "CreateArchive",
        &json!({"ArchiveName": "all", "EventSourceArn": bus}),
    )
    .await;

    let event = requested(&region, "Claude");
    write(&region, &event).await;
    region.notified().await;
    let row = unseen(&region, &event).await;
    let notify = function(&region.running, &moto.endpoint);
    let answer = notify.handle(batch(&[row])).await.unwrap();
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");

    let archive = events(&http, "DescribeArchive", &json!({"ArchiveName": "all"})).await;
    assert_eq!(archive["EventCount"], 1, "{archive}");
    assert_eq!(region.mails().await.len(), 1, "the second mail went to moto");
}
