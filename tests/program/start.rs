//! Starts: what a restart changes, two regions at once, and what cannot start.

use std::path::Path;
use std::process::Output;

use serde_json::json;
use tokio::time::timeout;

use super::{PATIENCE, Program, command};
use crate::harness::Http;

#[tokio::test]
async fn a_restart_changes_nothing_but_the_admins_token() {
    let data = tempfile::tempdir().unwrap();
    let first = Program::start(data.path(), 0, &["us"]).await;
    let keys = first.http().get("/.well-known/jwks.json").send().await.is(200).json();
    let (mut before, port) = (first.facts[0].clone(), first.port());
    first.interrupt().await;
    let second = Program::start(data.path(), port, &["us"]).await;
    assert_eq!(
        second.http().get("/.well-known/jwks.json").send().await.is(200).json(),
        keys
    );
    let mut after = second.facts[0].clone();
    for token in [&mut before, &mut after].map(|facts| facts["admin"]["token"].take()) {
        let users = second
            .http()
            .get("/api/v1/users")
            .bearer(token.as_str().unwrap())
            .send()
            .await;
        users.is(200);
    }
    assert_eq!(after, before);
    second.interrupt().await;
}

#[tokio::test]
async fn two_regions_on_two_ports_share_nothing() {
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path(), 0, &["us", "eu"]).await;
    let [us, eu] = program.facts.as_slice() else {
        panic!("not two regions: {:?}", program.facts);
    };
    assert_eq!((&us["region"], &eu["region"]), (&json!("us"), &json!("eu")));
    for fact in [
        "issuer",
        "api",
        "verify",
        "organization",
        "subscription",
        "applications",
        "roles",
        "resource",
    ] {
        assert_ne!(us[fact], eu[fact], "{fact}");
    }
    let names: Vec<&String> = us.as_object().unwrap().keys().collect();
    let mut expected = [
        "region",
        "issuer",
        "api",
        "verify",
        "admin",
        "organization",
        "subscription",
        "applications",
        "roles",
        "resource",
    ];
    expected.sort_unstable();
    assert_eq!(names, expected);
    for (here, there) in [(us, eu), (eu, us)] {
        let http = Http::new(here["issuer"].as_str().unwrap());
        http.get("/api/v1/users")
            .bearer(here["admin"]["token"].as_str().unwrap())
            .send()
            .await
            .is(200);
        http.get("/api/v1/users")
            .bearer(there["admin"]["token"].as_str().unwrap())
            .send()
            .await
            .is(401);
    }
    program.interrupt().await;
}

async fn refused(data: &Path, options: &[&str]) -> String {
    let Output { status, stdout, stderr } = timeout(PATIENCE, command(data, options).output())
        .await
        .unwrap()
        .unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(
        (status.code(), stdout.as_slice()),
        (Some(2), b"".as_slice()),
        "{options:?}: {said}"
    );
    said
}

#[tokio::test]
async fn what_cannot_start_says_so_in_one_sentence() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().port().to_string();
    let running = Program::start(&data.path().join("held"), 0, &["us"]).await;
    for (folder, options, part) in [
        (data.path().join("a"), vec!["--port", &taken], "is taken"),
        (data.path().join("b"), vec!["--region", "US"], "must be a region label"),
        (
            data.path().join("c"),
            vec!["--region", "us", "--region", "us"],
            "is given twice",
        ),
        (file, vec!["--port", "0"], "cannot use the data directory"),
        (
            data.path().join("held"),
            vec!["--port", "0"],
            "is in use by another running region",
        ),
    ] {
        let said = refused(&folder, &options).await;
        assert!(said.starts_with("regent-local: ") && said.contains(part), "{said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
    for options in [vec!["--port", "x"], vec!["--nonsense"]] {
        refused(&data.path().join("d"), &options).await;
    }
    running.interrupt().await;
}
