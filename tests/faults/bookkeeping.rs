//! What is only noted: a table that takes no notes costs nobody an answer (PRODUCT §11).

use regent::acts::notice::{NoticeError, Unsent, once};
use regent::domain::EventId;

use super::{grant, unavailable};
use crate::harness::{Apart, Fault, Region, Relay};

/// For whatever is asked meanwhile, the table takes no writes.
fn takes_no_writes(relay: &Relay, fault: Fault) {
    for operation in ["UpdateItem", "PutItem", "DeleteItem", "TransactWriteItems"] {
        relay.fail(operation, fault, 100);
    }
}

#[tokio::test]
async fn a_token_is_given_again_by_a_table_that_takes_no_writes() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    for fault in [Fault::Denied, Fault::Held] {
        // Its last use has been noted too long ago.
        region.wait(120);
        let (apart, relay) = Apart::relayed(&region).await;
        takes_no_writes(&relay, fault);
        let again = grant(&apart.http, &account).send().await.is(200);
        assert_eq!(again.text("/access_token"), token);
        assert_eq!(relay.calls(), ["BatchGetItem", "UpdateItem"]);
    }
    // A new one cannot be given: nobody would give the same one afterwards.
    let (apart, relay) = Apart::relayed(&region).await;
    takes_no_writes(&relay, Fault::Denied);
    let other = [("grant_type", "client_credentials"), ("scope", "read:me")];
    let asked = apart
        .http
        .token()
        .basic(&account.client_id, &account.secret)
        .form(&other);
    unavailable("token", &asked.send().await);
}

#[tokio::test]
async fn a_right_password_signs_in_though_its_throttles_are_not_filled_again() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let admin = &region.running.facts.admin;
    // Three throttles are taken from, by two calls each the first time; then they are filled again.
    relay.fail("UpdateItem", Fault::None, 6);
    relay.fail("UpdateItem", Fault::Denied, 3);
    apart.browser().sign_in(&admin.email, &admin.password).await.is(303);
    assert_eq!(relay.unmet(), 0);
}

#[tokio::test]
async fn a_notice_that_was_given_was_given_though_that_is_not_noted() {
    let region = Region::start().await;
    let (app, relay) = Apart::app(&region).await;
    relay.fail("UpdateItem", Fault::Denied, 1);
    let event = EventId::from_random(app.random());
    once(&app, event, "event", async || Ok(())).await.unwrap();
    // One that was refused says why, though its claim could not be given back.
    relay.fail("DeleteItem", Fault::Denied, 1);
    let event = EventId::from_random(app.random());
    let refused = Unsent::Refused("no such bus".to_owned());
    let given = once(&app, event, "event", async || Err(refused.clone())).await;
    assert!(matches!(given, Err(NoticeError::Unsent(why)) if why == refused));
    assert_eq!(relay.unmet(), 0);
}
