//! The stand-ins, asked by hand: what the AWS SDK never asks, and what it must hear then.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use regent::app::Rng;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use super::Outside;
use crate::aws::{Credentials, credentials};
use crate::guard::tests::signed;

/// The stand-ins, with whoever may ask them.
struct Place {
    outside: Outside,
    credentials: Credentials,
    _folder: tempfile::TempDir,
}

fn open() -> Place {
    let (folder, credentials) = (tempfile::tempdir().unwrap(), credentials(&Rng::system()));
    let file = folder.path().join("outside.sqlite");
    Place {
        outside: Outside::open(&file, &credentials).unwrap(),
        credentials,
        _folder: folder,
    }
}

async fn send(place: &Place, body: Value) -> Response {
    let url = format!("{}/v2/email/outbound-emails", place.outside.endpoint());
    let request = signed(&place.credentials, "ses", &url, &[], body.to_string());
    Client::new().execute(request).await.unwrap()
}

async fn put(place: &Place, operation: &str, body: Value) -> (u16, Value) {
    let target = format!("AWSEvents.{operation}");
    let (url, headers) = (place.outside.endpoint(), [("x-amz-target", target.as_str())]);
    let request = signed(&place.credentials, "events", url, &headers, body.to_string());
    let answer = Client::new().execute(request).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn raw(message: &str) -> Value {
    json!({"Content": {"Raw": {"Data": BASE64_STANDARD.encode(message)}}})
}

#[tokio::test]
async fn a_raw_message_names_its_sender_and_recipient_itself() {
    let place = open();
    let answer = send(
        &place,
        raw("From: a@x.test\r\nTo: B <b@x.test>\r\nSubject: Hi\r\n\r\nHi\r\n"),
    )
    .await;
    assert_eq!(answer.status(), 200);
    let mails = place.outside.kept().mails(10).unwrap();
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (mails[0].sender.as_str(), mails[0].recipient.as_str()),
        ("a@x.test", "b@x.test")
    );
    place.outside.close().await;
}

#[tokio::test]
async fn what_is_no_mail_is_refused_in_the_protocol_of_ses() {
    let place = open();
    for bad in [
        json!({}),
        json!({"Content": {"Simple": {}}}),
        json!({"Content": {"Raw": {"Data": "%"}}}),
        raw("Subject: nobody\r\n\r\n"),
        json!({"Destination": {"ToAddresses": ["a@x.test", "b@x.test"]}, "Content": raw("From: a@x.test\r\n\r\n")["Content"]}),
    ] {
        let answer = send(&place, bad.clone()).await;
        assert_eq!(answer.status(), 400, "{bad}");
        assert_eq!(answer.headers()["x-amzn-errortype"], "BadRequestException", "{bad}");
    }
    place.outside.refuse_mails(1);
    let good = || raw("From: a@x.test\r\nTo: b@x.test\r\n\r\n");
    assert_eq!(send(&place, good()).await.status(), 429);
    assert_eq!(send(&place, good()).await.status(), 200);
    assert_eq!(place.outside.kept().mails(10).unwrap().len(), 1);
}

#[tokio::test]
async fn an_entry_that_is_no_event_fails_and_the_others_do_not() {
    let place = open();
    let good = json!({"Source": "regent", "DetailType": "a.b", "Detail": "{}", "Time": 1_800_000_000.5});
    let bad = json!({"Source": "regent", "DetailType": "a.b", "Detail": "nothing"});
    let (status, answer) = put(&place, "PutEvents", json!({"Entries": [good, bad]})).await;
    assert_eq!((status, &answer["FailedEntryCount"]), (200, &json!(1)));
    assert_eq!(answer["Entries"][1]["ErrorCode"], "MalformedDetail");
    let kept = place.outside.kept().events().unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["id"], answer["Entries"][0]["EventId"]);
    assert_eq!(kept[0]["time"], "2027-01-15T08:00:00Z");
}

#[tokio::test]
async fn another_operation_is_unknown() {
    let place = open();
    let (status, answer) = put(&place, "CreateEventBus", json!({"Entries": [{}]})).await;
    assert_eq!((status, &answer["__type"]), (400, &json!("UnknownOperationException")));
    let (status, answer) = put(&place, "PutEvents", json!({"Entries": []})).await;
    assert_eq!((status, &answer["__type"]), (400, &json!("ValidationException")));
}
