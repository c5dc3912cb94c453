//! Batch reads, and what is read past its end.

use aws_sdk_dynamodb::types::{AttributeValue, TimeToLiveStatus};
use regent::domain::{Application, ApplicationId, Name};
use regent::store::{Lost, Replay};

use super::check::{Check, check};
use super::ground::Ground;

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "a batch of 100 reads those that are there",
            a_batch_reads_those_that_are_there,
        ),
        check("a batch may name a key twice", a_batch_may_name_a_key_twice),
        check("a batch reads its own writes", a_batch_reads_its_own_writes),
        check(
            "what has ended is not read, collected or not",
            what_has_ended_is_not_read,
        ),
        check(
            "expiry is a number of seconds in the attribute of the TTL",
            expiry_is_a_number_of_seconds,
        ),
    ]
}

fn application(ground: &Ground, number: usize) -> Application {
    Application {
        id: ApplicationId::from_random(ground.app.random()),
        organization: ground.founded.organization,
        subscription: ground.founded.subscription,
        name: Name::parse(&format!("application {number}")).unwrap(),
        created_at: ground.app.now(),
        version: 1,
        revision: 1,
    }
}

async fn create(ground: &Ground, applications: &[Application]) {
    for application in applications {
        let writes = ground.app.store().create_application(application).unwrap();
        ground.app.store().commit(&writes).await.unwrap().unwrap();
    }
}

async fn a_batch_reads_those_that_are_there(ground: Ground) {
    let all: Vec<Application> = (0..100).map(|number| application(&ground, number)).collect();
    let there: Vec<Application> = all.iter().step_by(3).cloned().collect();
    create(&ground, &there).await;
    let ids: Vec<ApplicationId> = all.iter().map(|application| application.id).collect();
    let read = ground
        .app
        .store()
        .applications(ground.founded.subscription, &ids)
        .await
        .unwrap();
    assert_eq!(read, there, "in the order asked for");
}

async fn a_batch_may_name_a_key_twice(ground: Ground) {
    let subscription = ground.founded.subscription;
    let read = ground
        .app
        .store()
        .subscriptions(&[subscription, subscription])
        .await
        .unwrap();
    assert_eq!(read.len(), 1);
}

async fn a_batch_reads_its_own_writes(ground: Ground) {
    for number in 0..20 {
        let one = application(&ground, number);
        create(&ground, std::slice::from_ref(&one)).await;
        let read = ground
            .app
            .store()
            .applications(one.subscription, &[one.id])
            .await
            .unwrap();
        assert_eq!(read, [one]);
    }
}

async fn what_has_ended_is_not_read(ground: Ground) {
    let (store, caller) = (ground.app.store(), ground.founded.admin);
    let remember = |status| {
        let now = ground.app.now();
        let replay = Replay::new("print".to_owned(), status, "{}".to_owned(), None, now);
        store.remember(caller, "key", &replay, now).unwrap()
    };
    let status = async || {
        store
            .replay(caller, "key", ground.app.now())
            .await
            .unwrap()
            .map(|replay| replay.status)
    };
    assert_eq!(store.commit(&[remember(201)]).await.unwrap(), Ok(()));
    assert_eq!(store.commit(&[remember(200)]).await.unwrap(), Err(Lost::KeyUsed));
    ground.wait(86_399);
    assert_eq!(status().await, Some(201));
    ground.wait(1);
    assert_eq!(status().await, None);
    assert_eq!(
        store.commit(&[remember(200)]).await.unwrap(),
        Ok(()),
        "its place is free"
    );
    assert_eq!(status().await, Some(200));
}

async fn expiry_is_a_number_of_seconds(ground: Ground) {
    let now = ground.app.now();
    let replay = Replay::new("print".to_owned(), 201, "{}".to_owned(), None, now);
    let write = ground
        .app
        .store()
        .remember(ground.founded.admin, "key", &replay, now)
        .unwrap();
    ground.app.store().commit(&[write]).await.unwrap().unwrap();
    let raw = ground
        .dynamodb
        .get_item()
        .table_name(ground.name())
        .key("pk", AttributeValue::S(format!("IDEMPOTENCY#{}", ground.founded.admin)))
        .key("sk", AttributeValue::S("key".to_owned()))
        .send()
        .await
        .unwrap();
    let end = (now.seconds() + 86_400).to_string();
    assert_eq!(raw.item.unwrap()["expires_at"], AttributeValue::N(end));
    let ttl = ground
        .dynamodb
        .describe_time_to_live()
        .table_name(ground.name())
        .send()
        .await
        .unwrap();
    let ttl = ttl.time_to_live_description.unwrap();
    assert_eq!(ttl.attribute_name.as_deref(), Some("expires_at"));
    assert_eq!(ttl.time_to_live_status, Some(TimeToLiveStatus::Enabled));
}
