//! The notify function: batches of stream records, and which of them it wants again.

use serde_json::json;

use crate::harness::Http;
use crate::lambda::case::{Case, decides, fails};
use crate::lambda::stage::Stage;

#[tokio::test]
async fn the_notify_binary_tells_what_the_stream_brings() {
    let mut stage = Stage::start().await;
    stage.plays(story()).await;
    let told = async |path: &str| {
        stage.region().notified().await;
        let http = Http::new(stage.region().issuer.as_str());
        let answer = http.get(path).header("accept", "application/json").send().await;
        answer.is(200).json()["items"].as_array().unwrap().clone()
    };
    let mails = told("/_local/mail").await;
    let subjects: Vec<_> = mails.iter().map(|mail| mail["subject"].as_str().unwrap()).collect();
    assert_eq!(
        subjects, ["Acme: claude.ai asks for access"; 3],
        "one each, and none for what came again"
    );
    let events = told("/_local/events").await;
    let ids: Vec<_> = events
        .iter()
        .map(|event| event["detail"]["id"].as_str().unwrap())
        .collect();
    // The first one is the region's own, of its first run.
    let ours = ["1", "2", "3", "5", "7"].map(|end| format!("evt_0000000000a{end}"));
    let mut told: Vec<_> = ids.into_iter().filter(|id| id.starts_with("evt_0000000000a")).collect();
    told.sort_unstable();
    assert_eq!(told, ours);

    stage.loses_the_table().await;
    let again = decides("notify/credential-rotated");
    let sequence = "4421584500000000017450439002";
    stage
        .plays(vec![again.body("/batchItemFailures/0/itemIdentifier", sequence)])
        .await;
}

/// The events of `events/notify`, in order.
pub(super) fn story() -> Vec<Case> {
    let told = |event| decides(event).body("/batchItemFailures", json!([]));
    vec![
        told("notify/approval-requested"),
        told("notify/approval-requested"),
        told("notify/credential-rotated"),
        told("notify/person-gone"),
        told("notify/other-rows"),
        decides("notify/poison-between")
            .body("/batchItemFailures/0/itemIdentifier", "4421584500000000017450439008")
            .body("/batchItemFailures/1", json!(null)),
        fails("notify/no-records", "the event has no Records"),
    ]
}
