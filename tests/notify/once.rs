//! At least once in, once out: deliveries that come again, refusals, claims of the dead.

use regent::domain::{EventId, Seconds};
use regent::store::{Claim, Notice};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::record::{batch, function, requested, row, unseen, write};
use crate::harness::Region;

#[tokio::test]
async fn a_record_that_comes_ten_times_at_once_is_told_once() {
    let region = Region::start().await;
    let event = requested(&region, "Claude");
    write(&region, &event).await;
    let row = row(&region, &event).await;
    let notify = function(&region.running, region.running.outside.endpoint());
    let deliveries: Vec<_> = (0..10)
        .map(|_| {
            let (notify, batch) = (notify.clone(), batch(&[row.clone(), row.clone()]));
            tokio::spawn(async move { notify.handle(batch).await.unwrap() })
        })
        .collect();
    for delivery in deliveries {
        delivery.await.unwrap();
    }
    region.notified().await;
    let again = notify.handle(batch(&[row])).await.unwrap();
    assert!(again.batch_item_failures.is_empty(), "{again:?}");
    assert_eq!(region.mails().await.len(), 1);
    assert_eq!(about(&region, event.id).await, 1);
}

async fn about(region: &Region, id: EventId) -> usize {
    let events = region.events().await;
    events
        .iter()
        .filter(|event| event["detail"]["id"] == id.to_string())
        .count()
}

#[tokio::test]
async fn ses_that_fails_twice_and_then_works_sends_one_mail() {
    let region = Region::start().await;
    region.notified().await;
    region.running.outside.refuse_mails(2);
    let event = requested(&region, "Claude");
    write(&region, &event).await;
    assert_eq!(region.mails().await.len(), 1);
    assert_eq!(
        about(&region, event.id).await,
        1,
        "the bus was told before, and not again"
    );
    assert!(region.dead_letters().await.is_empty());
}

#[tokio::test]
async fn ses_that_fails_for_one_admin_keeps_no_other_from_being_told_and_tells_nobody_twice() {
    let region = Region::start().await;
    for _ in 0..4 {
        region.person(json!(["organization_admin"]), None).await;
    }
    let invitations = region.mails().await.len();
    region.running.outside.refuse_mails(3);
    write(&region, &requested(&region, "Claude")).await;
    let mails = region.mails().await;
    let mut asked: Vec<_> = mails
        .iter()
        .skip(invitations)
        .map(|mail| mail["to"].as_str().unwrap())
        .collect();
    assert_eq!(asked.len(), 5, "{asked:?}");
    asked.sort_unstable();
    asked.dedup();
    assert_eq!(asked.len(), 5, "{asked:?}");
}

/// A function that died between its claim and SES.
#[tokio::test]
async fn a_claim_of_the_dead_holds_a_mail_back_until_its_lease_is_over_and_no_longer() {
    let region = Region::start().await;
    let store = region.running.app.store();
    let event = requested(&region, "Claude");
    let admin = region.admin("GET", "/users").send().await.is(200).text("/items/0/id");
    let notice = Notice {
        event: event.id,
        channel: format!("mail#{admin}"),
        holder: "somebody who died".to_owned(),
        leased_until: region.clock.now().plus(Seconds(10)),
        sent_at: None,
    };
    let claimed = store.claim_notice(&notice, region.clock.now()).await.unwrap();
    assert_eq!(claimed, Claim::Ours);

    write(&region, &event).await;
    let row = row(&region, &event).await;
    let notify = function(&region.running, region.running.outside.endpoint());
    let held = notify.handle(batch(std::slice::from_ref(&row))).await.unwrap();
    assert_eq!(held.batch_item_failures.len(), 1, "it must come again");
    let inbox = region
        .http
        .get("/_local/mail")
        .header("accept", "application/json")
        .send()
        .await;
    assert_eq!(inbox.json()["items"], json!([]));

    region.wait(10);
    assert_eq!(region.mails().await.len(), 1);
    let late = notify.handle(batch(&[row])).await.unwrap();
    assert!(late.batch_item_failures.is_empty());
    assert_eq!(region.mails().await.len(), 1);
}

#[tokio::test]
async fn two_mails_of_one_event_have_the_same_id_for_the_mail_server() {
    let region = Region::start().await;
    let event = requested(&region, "Claude");
    write(&region, &event).await;
    let mails = region.mails().await;
    let raw = region.http.get(mails[0]["raw"].as_str().unwrap()).send().await.is(200);
    let headers: Vec<_> = raw.body.lines().take_while(|line| !line.is_empty()).collect();
    let ids: Vec<_> = headers.iter().filter(|line| line.starts_with("Message-ID: ")).collect();
    let admin: Value = region.admin("GET", "/users").send().await.is(200).json();
    let admin = admin["items"][0]["id"].as_str().unwrap();
    assert_eq!(
        ids,
        [&&*format!("Message-ID: <{}.{admin}@127.0.0.1>", event.id)],
        "{headers:?}"
    );
}

/// It may have sent the mail, or not: nobody sends another before the lease is over.
#[tokio::test]
async fn ses_that_never_answers_is_asked_again_and_not_at_once() {
    let region = Region::start().await;
    let event = requested(&region, "Claude");
    write(&region, &event).await;
    assert_eq!(region.mails().await.len(), 1);
    let batch = batch(&[unseen(&region, &event).await]);

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = function(&region.running, &format!("http://{}", silent.local_addr().unwrap()));
    let good = function(&region.running, region.running.outside.endpoint());
    for notify in [&silent, &good] {
        let answer = notify.handle(batch.clone()).await.unwrap();
        assert_eq!(answer.batch_item_failures.len(), 1);
        assert_eq!(region.mails().await.len(), 1);
    }
    region.wait(15);
    let answer = good.handle(batch).await.unwrap();
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
    assert_eq!(region.mails().await.len(), 2);
}
