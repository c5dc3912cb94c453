//! Regions that stop while something is left to tell, and go on where they were.

use regent::app::Clock;
use regent::domain::RegionLabel;
use regent_local::region::{Options, Running, start};
use serde_json::{Value, json};

use crate::harness::Http;

async fn on(folder: &tempfile::TempDir) -> Running {
    let label = RegionLabel::parse("us").unwrap();
    let clock = Some(Clock::manual(Clock::system().now()));
    start(Options {
        clock,
        ..Options::new(label, folder.path().to_owned())
    })
    .await
    .unwrap()
}

async fn told(region: &Running, path: &str) -> Vec<Value> {
    let answer = Http::new(region.issuer.as_str())
        .get(path)
        .header("accept", "application/json")
        .send()
        .await;
    answer.is(200).json()["items"].as_array().unwrap().clone()
}

async fn invite(region: &Running, email: &str) {
    let asked = json!({"name": "Somebody", "email": email, "user_type": "licensed", "roles": ["viewer"]});
    let http = Http::new(region.issuer.as_str());
    let users = http.post("/api/v1/users").bearer(&region.facts.admin.token);
    users.json(&asked).send().await.is(201);
}

#[tokio::test]
async fn a_mail_that_could_not_go_out_goes_out_after_a_restart_and_nothing_is_told_twice() {
    let folder = tempfile::tempdir().unwrap();
    let first = on(&folder).await;
    invite(&first, "ada@acme.test").await;
    first.notified().await;
    first.outside.refuse_mails(u32::MAX);
    invite(&first, "grace@acme.test").await;
    first.stop().await;

    let second = on(&folder).await;
    second.notified().await;
    let mails = told(&second, "/_local/mail").await;
    let to: Vec<_> = mails.iter().map(|mail| mail["to"].as_str().unwrap()).collect();
    assert_eq!(to, ["grace@acme.test", "ada@acme.test"]);
    let events = told(&second, "/_local/events").await;
    let types: Vec<_> = events
        .iter()
        .map(|event| event["detail-type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["organization.created", "user.created", "user.created"]);
    second.stop().await;
}

#[tokio::test]
async fn a_region_that_lost_its_mail_file_tells_the_stream_again_and_mails_nobody_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = on(&folder).await;
    invite(&first, "ada@acme.test").await;
    first.notified().await;
    first.stop().await;
    for name in ["outside.sqlite", "outside.sqlite-wal", "outside.sqlite-shm"] {
        std::fs::remove_file(folder.path().join("us").join(name)).ok();
    }
    let second = on(&folder).await;
    second.notified().await;
    assert!(
        told(&second, "/_local/mail").await.is_empty(),
        "the table knows that it was sent"
    );
    second.stop().await;
}
