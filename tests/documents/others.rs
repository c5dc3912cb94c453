//! What others do, and what fails elsewhere, is held against no document.

use regent::acts::client::find;
use regent::domain::{ClientId, Error};
use serde_json::json;
use tokio::task::JoinSet;

use super::server::{Reply, Server};
use super::{asked, document};
use crate::harness::{Apart, Fault, Region};

/// Anybody can make up client IDs, and hosts that take all the time they get.
#[tokio::test]
async fn slow_hosts_of_strangers_keep_no_good_app_out() {
    let region = Region::start().await;
    let (slow, good) = (Server::start().await, Server::start().await);
    slow.says(Reply::never());
    let url = good.url("/client.json");
    good.says(Reply::json(&document(&url, &json!({}))));
    let mut asking = JoinSet::new();
    for number in 0..40 {
        let (app, id) = (region.running.app.clone(), slow.url(&format!("/{number}")));
        asking.spawn(async move { find(&app, &ClientId::parse(&id).unwrap()).await.is_ok() });
    }
    while slow.heads().len() < 2 {
        tokio::task::yield_now().await;
    }
    asked(&region, &url).await.unwrap();
    assert!(asking.join_all().await.into_iter().all(|found| !found));
}

#[tokio::test]
async fn a_table_that_fails_is_no_fault_of_a_document() {
    let (region, server) = (Region::start().await, Server::start().await);
    let url = server.url("/client.json");
    server.says(Reply::json(&document(&url, &json!({}))));
    let id = ClientId::parse(&url).unwrap();
    let (app, relay) = Apart::app(&region).await;
    // It cannot be read: at first, or once it is this request's turn.
    for readable in [0, 1] {
        relay.fail("BatchGetItem", Fault::None, readable);
        relay.fail("BatchGetItem", Fault::Denied, 1);
        let failed = find(&app, &id).await.unwrap_err();
        assert!(matches!(failed, Error::Unavailable(_)), "{failed:?}");
    }
    assert_eq!(server.heads().len(), 0);
    // What it said cannot be kept: it was read all the same, and is read again.
    for heads in [1, 2] {
        relay.fail("TransactWriteItems", Fault::Denied, 1);
        assert_eq!(find(&app, &id).await.unwrap().unwrap().name.as_str(), "App");
        assert_eq!(server.heads().len(), heads);
    }
    find(&app, &id).await.unwrap().unwrap();
    find(&app, &id).await.unwrap().unwrap();
    assert_eq!((server.heads().len(), relay.unmet()), (3, 0));
}
