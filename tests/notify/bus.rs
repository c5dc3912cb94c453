//! An event on the bus for every change.

use std::collections::BTreeSet;

use regent::domain::Action;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::clients::tool::{of_python, tests};
use crate::harness::Region;

#[tokio::test]
async fn every_change_of_an_account_and_its_credentials_is_on_the_bus() {
    let region = Region::start().await;
    let account = region.account().await;
    let second = region
        .admin("POST", &format!("{}/credentials", account.path()))
        .json(&json!({"name": "second"}))
        .send()
        .await
        .is(201);
    let rotated = region
        .admin("POST", &format!("{}/rotate", account.credential()))
        .json(&json!({}))
        .send()
        .await
        .is(200);
    region.admin("DELETE", &account.credential()).send().await.is(204);
    region.admin("DELETE", &account.path()).send().await.is(204);

    let events = region.events().await;
    let types: Vec<_> = events
        .iter()
        .map(|event| event["detail-type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "organization.created",
            "service_account.created",
            "credential.created",
            "credential.rotated",
            "credential.deleted",
            "service_account.deleted",
        ]
    );
    for event in &events {
        assert_eq!(event["source"], "regent");
        assert_eq!(event["detail"]["type"], event["detail-type"]);
        assert_eq!(event["detail"]["region"], "us");
        assert_eq!(event["detail"]["organization"], region.running.facts.organization);
    }
    assert_eq!(events[1]["detail"]["target"]["id"], account.id);
    assert_eq!(events[1]["detail"]["actor"]["name"], region.running.facts.admin.email);
    let told = json!(events).to_string();
    for secret in [
        &account.secret,
        &second.text("/client_secret"),
        &rotated.text("/client_secret"),
    ] {
        assert!(!told.contains(secret.as_str()));
    }
}

#[tokio::test]
async fn what_is_told_is_what_is_in_the_audit_trail() {
    let region = Region::start().await;
    region.account().await;
    region.person(json!(["viewer"]), None).await;
    let trail = region.admin("GET", "/audit-events").send().await.is(200).json();
    let ids = |items: &Value, path: &str| -> BTreeSet<String> {
        let items = items.as_array().unwrap().iter();
        items
            .map(|item| item.pointer(path).unwrap().as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        ids(&json!(region.events().await), "/detail/id"),
        ids(&trail["items"], "/id")
    );
}

#[test]
fn the_schema_has_every_type_of_event_and_no_other() {
    let schema = std::fs::read_to_string(tests().join("../events/emitted/event.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let types: Vec<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
    assert_eq!(schema["properties"]["type"]["enum"], json!(types));
}

#[tokio::test]
async fn events_are_as_their_schema_says() {
    let region = Region::start().await;
    region.account().await;
    region.person(json!(["viewer"]), None).await;
    super::record::write(&region, &super::record::requested(&region, "Claude")).await;
    let emitted = tests().join("../events/emitted");
    let example = std::fs::read_to_string(emitted.join("event.example.json")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut told = region.events().await;
    told.push(serde_json::from_str(&example).unwrap());
    let mut check = Command::new(of_python("jsonschema"));
    for (index, event) in told.iter().enumerate() {
        let file = folder.path().join(format!("{index}.json"));
        std::fs::write(&file, event["detail"].to_string()).unwrap();
        check.arg("-i").arg(file);
    }
    let checked = check.arg(emitted.join("event.schema.json")).output().await.unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
