//! Others are at the same items: whoever loses such a race runs again, and what was done is known by
//! its token.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regent::acts::notice::{Unsent, once};
use regent::domain::EventId;
use serde_json::json;

use super::{accounts, create, grant, unavailable};
use crate::harness::{Account, Apart, Fault, Region};

#[tokio::test]
async fn a_write_of_one_item_that_meets_a_transaction_is_tried_again_and_not_for_ever() {
    let region = Region::start().await;
    let account = region.account().await;
    let (apart, relay) = Apart::relayed(&region).await;
    // A token: its credential's use, and the token itself.
    relay.fail("UpdateItem", Fault::ItemConflict, 3);
    relay.fail("PutItem", Fault::ItemConflict, 3);
    let token = grant(&apart.http, &account).send().await.is(200).text("/access_token");
    assert_eq!((relay.unmet(), account.token(&region).await), (0, token.clone()));
    // Its end.
    relay.fail("UpdateItem", Fault::ItemConflict, 3);
    let revoke = apart.http.post("/oauth/v1/revoke").form(&[("token", &token)]);
    let revoke = revoke.basic(&account.client_id, &account.secret);
    revoke.send().await.is(200);
    assert_eq!((relay.unmet(), region.verified(&token).await), (0, 401));
    // A throttle.
    relay.fail("UpdateItem", Fault::ItemConflict, 3);
    let admin = &region.running.facts.admin;
    let browser = apart.browser();
    browser.sign_in(&admin.email, &admin.password).await.is(303);
    // A session's use.
    region.wait(120);
    relay.fail("UpdateItem", Fault::ItemConflict, 3);
    browser.open("/console/sessions").await.is(200);
    assert_eq!(relay.unmet(), 0);

    relay.fail("PutItem", Fault::ItemConflict, 1000);
    unavailable("token", &grant(&apart.http, &account).send().await);
}

#[test]
fn no_write_of_one_item_is_sent_another_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let files = fs::read_dir(root.join("shared/src/store")).unwrap();
    let code: String = files
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let count = |what: &str| code.matches(what).count();
    let writes = count(".put_item()") + count(".update_item()") + count(".delete_item()");
    assert!(writes > 0);
    assert_eq!(writes, count("self.alone(|| "));
}

#[tokio::test]
async fn a_notice_whose_row_a_transaction_is_at_is_given_once() {
    let region = Region::start().await;
    let (app, relay) = Apart::app(&region).await;
    let event = EventId::from_random(app.random());
    for operation in ["PutItem", "DeleteItem"] {
        relay.fail(operation, Fault::ItemConflict, 2);
    }
    let refused = async || Err(Unsent::Refused("not now".to_owned()));
    once(&app, event, "event", refused).await.unwrap_err();
    relay.fail("UpdateItem", Fault::ItemConflict, 2);
    once(&app, event, "event", async || Ok(())).await.unwrap();
    once(&app, event, "event", async || panic!("given twice"))
        .await
        .unwrap();
    assert_eq!(relay.unmet(), 0);
}

#[tokio::test]
async fn a_transaction_that_is_sent_again_keeps_its_token_and_another_one_has_its_own() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    relay.fail("TransactWriteItems", Fault::Conflict, 3);
    let made = create(&region, &apart.http, "busy").send().await.is(201);
    let first = relay.tokens();
    assert_eq!((first.len(), BTreeSet::from_iter(&first).len()), (4, 1));

    // What was read has changed: the act is planned anew, and is another transaction.
    relay.fail("TransactWriteItems", Fault::Overtaken, 2);
    let edit = apart
        .http
        .ask("PATCH", &format!("/api/v1{}", Account::of(&made).path()));
    let edit = edit.bearer(&region.running.facts.admin.token);
    edit.json(&json!({"description": "Edited"})).send().await.is(200);
    let next = relay.tokens();
    let all: BTreeSet<_> = next.iter().chain(&first).collect();
    assert_eq!((next.len(), all.len()), (3, 4));
}

/// The write happened, its answer was lost, and the SDK's own repeat met another transaction: the next
/// attempt is ours, and still the same transaction.
#[tokio::test]
async fn an_answer_that_is_lost_before_a_collision_is_not_done_twice() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    relay.fail("TransactWriteItems", Fault::AnswerLost, 1);
    relay.fail("TransactWriteItems", Fault::Conflict, 1);
    let made = create(&region, &apart.http, "once").send().await.is(201);
    let tokens = relay.tokens();
    assert_eq!((tokens.len(), BTreeSet::from_iter(&tokens).len()), (3, 1));
    assert_eq!((relay.unmet(), accounts(&region).await.len()), (0, 1));
    Account::of(&made).token(&region).await;
}
