//! At most 25 service accounts per subscription: a setting, and exact however many ask at once.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, Apart, Region};

/// Asks for accounts all at once, of two processes.
async fn at_once(region: &Region, other: &Apart, count: usize) -> Vec<Answer> {
    let mut asked = JoinSet::new();
    for index in 0..count {
        let http = if index % 2 == 0 { &region.http } else { &other.http };
        let body = json!({"name": format!("racer {index}"), "subscription": region.subscription(), "roles": [region.reader()]});
        let request = http
            .post("/api/v1/service-accounts")
            .bearer(&region.running.facts.admin.token);
        asked.spawn(request.json(&body).send());
    }
    asked.join_all().await
}

/// Those that were made; the others must have been told of the limit.
fn made(answers: Vec<Answer>) -> Vec<Answer> {
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    for answer in refused {
        assert_eq!(answer.problem(409), "limit-reached");
    }
    made
}

async fn counted(region: &Region) -> (u64, usize) {
    let subscription = region
        .admin("GET", &format!("/subscriptions/{}", region.subscription()))
        .send()
        .await;
    let listed = region
        .admin("GET", "/service-accounts?limit=100")
        .send()
        .await
        .is(200)
        .json();
    let counted = subscription.is(200).json()["service_accounts"].as_u64().unwrap();
    (counted, listed["items"].as_array().unwrap().len())
}

async fn setting(region: &Region, changes: Value) -> Answer {
    region
        .admin("PATCH", &format!("/subscriptions/{}", region.subscription()))
        .json(&changes)
        .send()
        .await
}

#[tokio::test]
async fn forty_at_once_from_nothing_are_twenty_five() {
    let region = Region::start().await;
    let other = Apart::with(&region, |_| ()).await;
    let made = made(at_once(&region, &other, 40).await);
    assert_eq!(made.len(), 25);
    assert_eq!(counted(&region).await, (25, 25));
    for answer in &made {
        crate::harness::Account::of(answer).token(&region).await;
    }
}

#[tokio::test]
async fn forty_at_once_at_twenty_four_are_one() {
    let region = Region::start().await;
    let other = Apart::with(&region, |_| ()).await;
    for _ in 0..24 {
        region.account().await;
    }
    assert_eq!(made(at_once(&region, &other, 40).await).len(), 1);
    assert_eq!(counted(&region).await, (25, 25));
}

#[tokio::test]
async fn a_deleted_account_makes_room_for_one() {
    let region = Region::start().await;
    setting(&region, json!({"service_account_limit": 2})).await.is(200);
    let (first, second) = (region.account().await, region.account().await);
    let other = Apart::with(&region, |_| ()).await;
    assert_eq!(made(at_once(&region, &other, 4).await).len(), 0);
    region.admin("DELETE", &first.path()).send().await.is(204);
    region.admin("DELETE", &first.path()).send().await.problem(404);
    assert_eq!(made(at_once(&region, &other, 4).await).len(), 1);
    let person = json!({"user_type": "sales", "confirm_credential_loss": true});
    region
        .admin("PATCH", &format!("/users/{}", second.id))
        .json(&person)
        .send()
        .await
        .is(200);
    assert_eq!(counted(&region).await, (1, 1));
    region.account().await;
    assert_eq!(made(at_once(&region, &other, 4).await).len(), 0);
}

#[tokio::test]
async fn deleting_one_account_many_times_at_once_counts_once() {
    let region = Region::start().await;
    let (account, _stays) = (region.account().await, region.account().await);
    let mut asked = JoinSet::new();
    for _ in 0..10 {
        asked.spawn(region.admin("DELETE", &account.path()).send());
    }
    let answers = asked.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 204) {
        answer.problem(404);
    }
    assert_eq!(counted(&region).await, (1, 1));
}

#[tokio::test]
async fn the_limit_is_a_setting() {
    let region = Region::start().await;
    for wrong in [json!(0), json!(-1), json!(10_001), json!("25"), json!(null), json!(2.5)] {
        let answer = setting(&region, json!({"service_account_limit": wrong})).await.is(400);
        assert_eq!(answer.text("/errors/0/pointer"), "/service_account_limit", "{wrong}");
    }
    let accounts = [region.account().await, region.account().await];
    // A lower limit costs nobody anything.
    setting(&region, json!({"service_account_limit": 1})).await.is(200);
    for account in &accounts {
        account.token(&region).await;
    }
    let body = json!({"name": "third", "subscription": region.subscription()});
    let refused = region.admin("POST", "/service-accounts").json(&body).send().await;
    assert_eq!(refused.problem(409), "limit-reached");
    setting(&region, json!({"service_account_limit": 3})).await.is(200);
    region
        .admin("POST", "/service-accounts")
        .json(&body)
        .send()
        .await
        .is(201);
    assert_eq!(counted(&region).await, (3, 3));
}
