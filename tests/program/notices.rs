//! SIGKILL while mails are on their way: whoever was to get one gets it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::Program;

/// The `Message-ID`s of the mails to each address.
async fn mailed(program: &Program) -> BTreeMap<String, BTreeSet<String>> {
    let inbox = program
        .http()
        .get("/_local/mail")
        .header("accept", "application/json")
        .send()
        .await;
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mail in inbox.is(200).json()["items"].as_array().unwrap() {
        let raw = program
            .http()
            .get(mail["raw"].as_str().unwrap())
            .send()
            .await
            .is(200)
            .body;
        let id = raw
            .lines()
            .find(|line| line.starts_with("Message-ID:"))
            .unwrap()
            .to_owned();
        found
            .entry(mail["to"].as_str().unwrap().to_owned())
            .or_default()
            .insert(id);
    }
    found
}

async fn invite(program: &Program, email: &str) {
    let asked: Value = json!({"name": "Somebody", "email": email, "user_type": "licensed", "roles": ["viewer"]});
    let users = program.http().post("/api/v1/users").bearer(program.admin());
    users.json(&asked).send().await.is(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_it_still_mails_everybody_who_was_invited() {
    let data = tempfile::tempdir().unwrap();
    let mut invited = BTreeSet::new();
    let mut port = 0;
    for round in 0..3 {
        let program = Program::start(data.path(), port, &["us"]).await;
        port = program.port();
        for number in 0..5 {
            let email = format!("somebody-{round}-{number}@acme.test");
            invite(&program, &email).await;
            invited.insert(email);
        }
        // Whatever of it was told by now.
        program.kill().await;
    }
    let program = Program::start(data.path(), port, &["us"]).await;
    // Longer than the claim of a killed attempt lasts, many times over.
    for _ in 0..600 {
        let mailed = mailed(&program).await;
        if mailed.len() == invited.len() {
            assert_eq!(mailed.keys().cloned().collect::<BTreeSet<_>>(), invited);
            for (to, ids) in mailed {
                assert_eq!(ids.len(), 1, "{to}: what went out twice says so");
            }
            return program.interrupt().await;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("somebody got no mail: {:?}", mailed(&program).await);
}
