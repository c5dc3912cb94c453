//! Regions started in this process, as the wire tests start them.

use std::os::unix::fs::PermissionsExt;

use regent::app::Clock;
use regent::domain::{RegionLabel, Timestamp};
use reqwest::{Client, StatusCode};

use super::{Bound, Options, start};
use crate::error::StartError;
use crate::folder::FolderError;

mod strangers;

fn options(dir: &tempfile::TempDir) -> Options {
    Options::new(RegionLabel::parse("us").unwrap(), dir.path().to_owned())
}

async fn status(url: &str, token: Option<&str>) -> StatusCode {
    let mut request = Client::new().get(url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn a_started_region_answers_and_its_admin_token_is_good() {
    let dir = tempfile::tempdir().unwrap();
    let region = start(options(&dir)).await.unwrap();
    let issuer = region.issuer.as_str();
    assert_eq!(
        status(&format!("{issuer}/.well-known/jwks.json"), None).await,
        StatusCode::OK
    );
    assert_eq!(status(&format!("{issuer}/nothing"), None).await, StatusCode::NOT_FOUND);
    let verify = format!("{}?resource={}", region.facts.verify, region.facts.api);
    assert_eq!(status(&verify, Some(&region.facts.admin.token)).await, StatusCode::OK);
    assert_eq!(status(&verify, None).await, StatusCode::UNAUTHORIZED);
    region.stop().await;
    assert!(
        Client::new().get(verify).send().await.is_err(),
        "a stopped region is gone"
    );
}

#[tokio::test]
async fn a_restart_keeps_everything_but_the_admin_token() {
    let dir = tempfile::tempdir().unwrap();
    let first = start(options(&dir)).await.unwrap();
    let port = first.issuer.as_str().rsplit_once(':').unwrap().1.parse().unwrap();
    let mut before = first.facts.clone();
    first.stop().await;

    let second = start(Options { port, ..options(&dir) }).await.unwrap();
    let verify = format!("{}?resource={}", before.verify, before.api);
    assert_eq!(
        status(&verify, Some(&before.admin.token)).await,
        StatusCode::OK,
        "the signing key is the same"
    );
    assert_ne!(before.admin.token, second.facts.admin.token);
    before.admin.token.clone_from(&second.facts.admin.token);
    assert_eq!(before.to_json().unwrap(), second.facts.to_json().unwrap());
    second.stop().await;
}

#[tokio::test]
async fn nobody_else_on_the_machine_can_open_a_file_of_a_region() {
    let dir = tempfile::tempdir().unwrap();
    let region = start(options(&dir)).await.unwrap();
    let folder = dir.path().join("us");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let open: Vec<_> = files.filter(|path| mode(path) != 0o600).collect();
    assert!(open.is_empty(), "{open:?}");
    region.stop().await;
}

#[tokio::test]
async fn another_port_makes_another_issuer_of_the_same_state() {
    let dir = tempfile::tempdir().unwrap();
    let first = start(options(&dir)).await.unwrap();
    let before = first.facts.clone();
    // Held until the second has another one.
    let second_dir = tempfile::tempdir().unwrap();
    let holder = Bound::new(options(&second_dir)).await.unwrap();
    first.stop().await;
    let second = start(options(&dir)).await.unwrap();
    drop(holder);
    assert_eq!(before.organization, second.facts.organization);
    assert_eq!(
        before.resource, second.facts.resource,
        "an audience is a name, not an address"
    );
    second.stop().await;
}

#[tokio::test]
async fn a_first_run_that_was_cut_off_begins_again() {
    let dir = tempfile::tempdir().unwrap();
    let first = start(options(&dir)).await.unwrap();
    let organization = first.facts.organization.clone();
    first.stop().await;
    // What is left when the note was written and the table was not.
    for name in ["table.sqlite", "table.sqlite-wal", "table.sqlite-shm"] {
        std::fs::remove_file(dir.path().join("us").join(name)).ok();
    }
    let second = start(options(&dir)).await.unwrap();
    assert_ne!(second.facts.organization, organization);
    let verify = format!("{}?resource={}", second.facts.verify, second.facts.api);
    assert_eq!(status(&verify, Some(&second.facts.admin.token)).await, StatusCode::OK);
    second.stop().await;
}

#[tokio::test]
async fn a_lost_note_is_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    start(options(&dir)).await.unwrap().stop().await;
    std::fs::remove_file(dir.path().join("us/first-run.json")).unwrap();
    let error = start(options(&dir)).await.unwrap_err();
    assert!(matches!(error, StartError::Foreign(_)), "{error}");
    assert!(
        !dir.path().join("us/first-run.json").exists(),
        "and leaves no note that is not true"
    );
}

#[tokio::test]
async fn two_regions_share_a_data_directory_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let us = start(options(&dir)).await.unwrap();
    let eu = start(Options {
        label: RegionLabel::parse("eu").unwrap(),
        ..options(&dir)
    })
    .await
    .unwrap();
    assert_ne!(us.dynamodb_endpoint, eu.dynamodb_endpoint);
    let verify = format!("{}?resource={}", eu.facts.verify, eu.facts.api);
    assert_eq!(
        status(&verify, Some(&us.facts.admin.token)).await,
        StatusCode::UNAUTHORIZED
    );
    us.stop().await;
    eu.stop().await;
}

#[tokio::test]
async fn a_taken_port_and_a_taken_folder_are_named() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let region = start(options(&dir)).await.unwrap();
    let port = region.issuer.as_str().rsplit_once(':').unwrap().1.parse().unwrap();
    let error = start(Options {
        port,
        ..options(&other)
    })
    .await
    .unwrap_err();
    assert!(
        matches!(error, StartError::PortTaken(taken) if taken == port),
        "{error}"
    );
    let error = start(options(&dir)).await.unwrap_err();
    assert!(
        matches!(error, StartError::Folder(FolderError::InUse { .. })),
        "{error}"
    );
    region.stop().await;
}

#[tokio::test]
async fn the_sample_api_refuses_as_api_gateway_does() {
    let dir = tempfile::tempdir().unwrap();
    let region = start(options(&dir)).await.unwrap();
    let me = region.issuer.at("/acme/me");
    assert_eq!(
        status(&me, None).await,
        StatusCode::UNAUTHORIZED,
        "without a token nobody is asked"
    );
    assert_eq!(status(&me, Some("junk")).await, StatusCode::FORBIDDEN);
    assert_eq!(
        status(&me, Some(&region.facts.admin.token)).await,
        StatusCode::FORBIDDEN,
        "another audience"
    );
    let put = Client::new().put(&me).send().await.unwrap();
    assert_eq!(put.status(), StatusCode::NOT_FOUND);
    region.stop().await;
}

#[tokio::test]
async fn a_region_lives_by_the_clock_it_is_given() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::manual(Timestamp::from_seconds(1_800_000_000));
    let region = start(Options {
        clock: Some(clock.clone()),
        ..options(&dir)
    })
    .await
    .unwrap();
    let verify = format!("{}?resource={}", region.facts.verify, region.facts.api);
    let token = region.facts.admin.token.clone();
    assert_eq!(status(&verify, Some(&token)).await, StatusCode::OK);
    clock.advance(super::ADMIN_TOKEN_LIFETIME);
    assert_eq!(status(&verify, Some(&token)).await, StatusCode::UNAUTHORIZED);
    region.stop().await;
}
