//! Many at once: exactly one of them is first, or exactly as many as there is room for.

use std::collections::{BTreeMap, BTreeSet};

use regent::app::App;
use regent::domain::{
    AccountName, Application, Description, Email, Name, RoleRef, ServiceAccount, Subscription, TokenLifetime, User,
    UserId, UserKind,
};
use regent::store::{Lost, Write};
use tokio::task::JoinSet;

use super::check::{Check, check};
use super::ground::Ground;

/// How many race.
const RACERS: usize = 32;

pub(super) fn checks() -> Vec<Check> {
    vec![
        check("of 32 replacements at once one wins", of_32_replacements_one_wins),
        check("of 32 creations of one name one wins", of_32_creations_one_wins),
        check("of 32 renewals of one key one wins", of_32_renewals_one_wins),
        check("40 creations at 24 leave 25", forty_creations_at_24_leave_25),
        check("32 counts at once are all counted", counts_are_all_counted),
    ]
}

/// A service account as the store takes it, with no credential whose secret would take time to hash.
pub(super) fn service(ground: &Ground, name: &str) -> User {
    let (id, account_name) = (
        UserId::from_random(ground.app.random()),
        AccountName::parse(name).unwrap(),
    );
    let subscription = ground.founded.subscription;
    User {
        id,
        organization: ground.founded.organization,
        name: Name::parse(name).unwrap(),
        email: Email::of_service_account(&account_name, id, subscription, "us.example.com"),
        roles: BTreeSet::from([RoleRef::Custom(ground.founded.roles[0])]),
        kind: UserKind::Service(ServiceAccount {
            subscription,
            description: Description::parse("").unwrap(),
            applications: BTreeSet::new(),
            token_lifetime: TokenLifetime::DEFAULT,
            credentials: BTreeMap::new(),
        }),
        epoch: 0,
        grants_epoch: 0,
        created_at: ground.app.now(),
        updated_at: ground.app.now(),
        version: 1,
        revision: 1,
    }
}

/// Commits all of them at once; how many went through, and how the others were lost.
async fn race(app: &App, racers: Vec<Vec<Write>>) -> (usize, Vec<Lost>) {
    let mut race = JoinSet::new();
    for writes in racers {
        let app = app.clone();
        race.spawn(async move { app.store().commit(&writes).await.unwrap() });
    }
    let outcomes = race.join_all().await;
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    (won, outcomes.into_iter().filter_map(Result::err).collect())
}

async fn of_32_replacements_one_wins(ground: Ground) {
    let store = ground.app.store();
    let read = store.subscription(ground.founded.subscription).await.unwrap().unwrap();
    let renamed = |number| Subscription {
        name: Name::parse(&format!("by {number}")).unwrap(),
        ..read.clone()
    };
    let racers = (0..RACERS)
        .map(|number| vec![store.replace_subscription(&renamed(number)).unwrap()])
        .collect();
    assert_eq!(race(&ground.app, racers).await, (1, vec![Lost::Changed; RACERS - 1]));
    let now = store.subscription(read.id).await.unwrap().unwrap();
    assert_eq!(now.revision, read.revision + 1);
}

async fn of_32_creations_one_wins(ground: Ground) {
    let store = ground.app.store();
    let application = || Application {
        id: regent::domain::ApplicationId::from_random(ground.app.random()),
        organization: ground.founded.organization,
        subscription: ground.founded.subscription,
        name: Name::parse("Warehouse").unwrap(),
        created_at: ground.app.now(),
        version: 1,
        revision: 1,
    };
    let racers = (0..RACERS)
        .map(|_| store.create_application(&application()).unwrap())
        .collect();
    assert_eq!(race(&ground.app, racers).await, (1, vec![Lost::NameTaken; RACERS - 1]));
    let paging = regent::store::Paging::parse(None, None).unwrap();
    let there = store.catalog(ground.founded.subscription, &paging).await.unwrap();
    assert_eq!(there.items.len(), 2, "the one of the first run and the winner's");
}

async fn of_32_renewals_one_wins(ground: Ground) {
    let store = ground.app.store();
    let (caller, now) = (ground.founded.admin, ground.app.now());
    let replay = |status| regent::store::Replay::new(String::new(), status, String::new(), None, now);
    let racers = (0..RACERS)
        .map(|_| vec![store.remember(caller, "key", &replay(201), now).unwrap()])
        .collect();
    assert_eq!(race(&ground.app, racers).await, (1, vec![Lost::KeyUsed; RACERS - 1]));
}

async fn forty_creations_at_24_leave_25(ground: Ground) {
    let (store, subscription) = (ground.app.store(), ground.founded.subscription);
    for number in 0..24 {
        let one = store
            .create_account(&service(&ground, &format!("early {number}")), subscription)
            .unwrap();
        store.commit(&one).await.unwrap().unwrap();
    }
    let late = |number: i32| {
        store
            .create_account(&service(&ground, &format!("late {number}")), subscription)
            .unwrap()
    };
    let (won, lost) = race(&ground.app, (0..40).map(late).collect()).await;
    assert_eq!((won, lost), (1, vec![Lost::LimitReached; 39]));
    let paging = regent::store::Paging::parse(Some(100), None).unwrap();
    assert_eq!(store.accounts(subscription, &paging).await.unwrap().items.len(), 25);
    let counted = store
        .subscription(subscription)
        .await
        .unwrap()
        .unwrap()
        .service_accounts;
    assert_eq!(counted, 25);
}

async fn counts_are_all_counted(ground: Ground) {
    let (store, organization) = (ground.app.store(), ground.founded.organization);
    let racers = (0..RACERS)
        .map(|_| vec![store.count_admin(organization, 1).unwrap()])
        .collect();
    assert_eq!(race(&ground.app, racers).await, (RACERS, vec![]));
    let counted = store.organization(organization).await.unwrap().unwrap();
    assert_eq!(counted.admins as usize, 1 + RACERS);
}
