//! Conditional writes and transactions: all or nothing, and the right reason for nothing.

use aws_sdk_dynamodb::types::AttributeValue;
use regent::domain::{Audience, Name, OrganizationId, Subscription, SubscriptionId, Timestamp};
use regent::store::Lost;

use super::check::{Check, check};
use super::ground::Ground;
use super::races::service;

pub(super) fn checks() -> Vec<Check> {
    vec![
        check("a first write stays when a second comes", a_first_write_stays),
        check(
            "a replacement needs the revision that was read",
            a_replacement_needs_the_revision,
        ),
        check("a replacement of nothing is lost", a_replacement_of_nothing_is_lost),
        check(
            "a deletion needs the revision that was read",
            a_deletion_needs_the_revision,
        ),
        check(
            "the first failed condition names the reason",
            the_first_failed_condition_names_the_reason,
        ),
        check(
            "a transaction writes all or nothing",
            a_transaction_writes_all_or_nothing,
        ),
        check(
            "an audience is claimed once, and again by its owner",
            an_audience_is_claimed_once,
        ),
        check("the last admin stays", the_last_admin_stays),
        check(
            "an item over 400 KB is refused whole",
            an_item_over_400_kb_is_refused_whole,
        ),
        check("numbers keep every digit", numbers_keep_every_digit),
        check("empty values come back empty", empty_values_come_back_empty),
    ]
}

async fn subscription(ground: &Ground) -> Subscription {
    ground
        .app
        .store()
        .subscription(ground.founded.subscription)
        .await
        .unwrap()
        .unwrap()
}

async fn a_first_write_stays(ground: Ground) {
    let store = ground.app.store();
    let first = store.organization(ground.founded.organization).await.unwrap().unwrap();
    let mut second = first.clone();
    second.name = Name::parse("Usurper").unwrap();
    let lost = store
        .commit(&[store.create_organization(&second).unwrap()])
        .await
        .unwrap();
    assert_eq!(lost, Err(Lost::Changed));
    assert_eq!(store.organization(first.id).await.unwrap(), Some(first));
}

async fn a_replacement_needs_the_revision(ground: Ground) {
    let store = ground.app.store();
    let read = subscription(&ground).await;
    let renamed = |name| Subscription {
        name: Name::parse(name).unwrap(),
        ..read.clone()
    };
    let first = store.replace_subscription(&renamed("first")).unwrap();
    assert_eq!(store.commit(&[first]).await.unwrap(), Ok(()));
    let second = store.replace_subscription(&renamed("second")).unwrap();
    assert_eq!(store.commit(&[second]).await.unwrap(), Err(Lost::Changed));
    let now = subscription(&ground).await;
    assert_eq!((now.name.as_str(), now.revision), ("first", read.revision + 1));
}

async fn a_replacement_of_nothing_is_lost(ground: Ground) {
    let store = ground.app.store();
    let never = Subscription {
        id: "sub_000000000000".parse().unwrap(),
        ..subscription(&ground).await
    };
    let replaced = store
        .commit(&[store.replace_subscription(&never).unwrap()])
        .await
        .unwrap();
    assert_eq!(replaced, Err(Lost::Changed));
    assert_eq!(store.subscription(never.id).await.unwrap(), None);
}

async fn a_deletion_needs_the_revision(ground: Ground) {
    let store = ground.app.store();
    let (subscription, id) = (ground.founded.subscription, ground.founded.applications[0]);
    let read = store.applications(subscription, &[id]).await.unwrap().pop().unwrap();
    store
        .commit(&store.replace_application(&read, &read).unwrap())
        .await
        .unwrap()
        .unwrap();
    let stale = store.delete_application(&read).unwrap();
    assert_eq!(store.commit(&stale).await.unwrap(), Err(Lost::Changed));
    let read = store.applications(subscription, &[id]).await.unwrap().pop().unwrap();
    let fresh = store.delete_application(&read).unwrap();
    assert_eq!(store.commit(&fresh).await.unwrap(), Ok(()));
    assert_eq!(store.applications(subscription, &[id]).await.unwrap(), []);
    assert_eq!(store.commit(&fresh).await.unwrap(), Err(Lost::Changed));
}

/// The name, the place and the address are all taken; reasons come in the order of the writes.
async fn the_first_failed_condition_names_the_reason(ground: Ground) {
    let store = ground.app.store();
    let full = Subscription {
        service_account_limit: 1,
        ..subscription(&ground).await
    };
    store
        .commit(&[store.replace_subscription(&full).unwrap()])
        .await
        .unwrap()
        .unwrap();
    let user = service(&ground, "only");
    let mut writes = store.create_account(&user, full.id).unwrap();
    assert_eq!(store.commit(&writes).await.unwrap(), Ok(()));
    assert_eq!(store.commit(&writes).await.unwrap(), Err(Lost::NameTaken));
    assert_eq!(store.commit(&writes[1..]).await.unwrap(), Err(Lost::LimitReached));
    writes.reverse();
    assert_eq!(store.commit(&writes).await.unwrap(), Err(Lost::EmailTaken));
}

async fn a_transaction_writes_all_or_nothing(ground: Ground) {
    let store = ground.app.store();
    let admin = store.user(ground.founded.admin).await.unwrap().unwrap();
    let before = subscription(&ground).await;
    let mut user = service(&ground, "half");
    user.email = admin.email;
    let writes = store.create_account(&user, before.id).unwrap();
    assert_eq!(store.commit(&writes).await.unwrap(), Err(Lost::EmailTaken));
    assert_eq!(store.user(user.id).await.unwrap(), None);
    assert_eq!(subscription(&ground).await, before);
    let free = store.create_account(&service(&ground, "half"), before.id).unwrap();
    assert_eq!(
        store.commit(&free).await.unwrap(),
        Ok(()),
        "the name was taken all the same"
    );
}

async fn an_audience_is_claimed_once(ground: Ground) {
    let store = ground.app.store();
    let audience = Audience::parse("https://mcp.example.com").unwrap();
    let (one, other): (OrganizationId, OrganizationId) =
        (ground.founded.organization, "org_000000000000".parse().unwrap());
    let (first, second): (SubscriptionId, SubscriptionId) =
        (ground.founded.subscription, "sub_000000000000".parse().unwrap());
    let claimed = async |claim| store.commit(&[claim]).await.unwrap();
    let claim = |owner| store.claim_audience(&audience, owner, first).unwrap();
    assert_eq!(claimed(claim(one)).await, Ok(()));
    for owner in [one, other] {
        assert_eq!(claimed(claim(owner)).await, Err(Lost::Changed), "{owner}");
    }
    // Of two who add to the same claim one does.
    let found = store.audience_claim(&audience).await.unwrap().unwrap();
    let join = || store.join_audience(&audience, &found, second).unwrap();
    assert_eq!(claimed(join()).await, Ok(()));
    assert_eq!(claimed(join()).await, Err(Lost::Changed));
    let found = store.audience_claim(&audience).await.unwrap().unwrap();
    assert_eq!((found.owner, found.subscriptions), (one, vec![first, second]));
}

async fn the_last_admin_stays(ground: Ground) {
    let store = ground.app.store();
    for (by, outcome) in [
        (-1, Err(Lost::LastAdmin)),
        (1, Ok(())),
        (-1, Ok(())),
        (-1, Err(Lost::LastAdmin)),
    ] {
        let count = store.count_admin(ground.founded.organization, by).unwrap();
        assert_eq!(store.commit(&[count]).await.unwrap(), outcome, "{by}");
    }
    let organization = store.organization(ground.founded.organization).await.unwrap().unwrap();
    assert_eq!(organization.admins, 1);
}

async fn an_item_over_400_kb_is_refused_whole(ground: Ground) {
    let store = ground.app.store();
    let caller = ground.admin().await;
    let action = regent::domain::Action::OrganizationEdited;
    let event = |size: usize| {
        let details = [("words", "x".repeat(size))];
        caller.event(
            &ground.app,
            action,
            (&ground.founded.organization, "Acme"),
            None,
            details,
        )
    };
    let (fits, fat) = (event(390_000), event(410_000));
    store.commit(&[store.record(&fits).unwrap()]).await.unwrap().unwrap();
    let user = service(&ground, "beside");
    let mut writes = store.create_account(&user, ground.founded.subscription).unwrap();
    writes.push(store.record(&fat).unwrap());
    assert!(store.commit(&writes).await.is_err());
    assert_eq!(store.user(user.id).await.unwrap(), None);
}

async fn numbers_keep_every_digit(ground: Ground) {
    let store = ground.app.store();
    // One more than what a double can count to.
    let at = Timestamp::from_millis(9_007_199_254_740_993);
    let exact = Subscription {
        created_at: at,
        version: u64::MAX,
        ..subscription(&ground).await
    };
    store
        .commit(&[store.replace_subscription(&exact).unwrap()])
        .await
        .unwrap()
        .unwrap();
    let read = subscription(&ground).await;
    assert_eq!((read.created_at, read.version), (at, u64::MAX));
}

async fn empty_values_come_back_empty(ground: Ground) {
    let made = ground.account("bare").await;
    let read = ground.user(&made).await;
    assert_eq!(read, made.user);
    let account = read.service().unwrap();
    assert_eq!(account.description.as_str(), "");
    assert!(account.credentials[&made.credential].revoked.is_empty());
    let raw = ground
        .dynamodb
        .get_item()
        .table_name(ground.name())
        .key("pk", AttributeValue::S(format!("USER#{}", read.id)))
        .key("sk", AttributeValue::S("USER".to_owned()))
        .send()
        .await
        .unwrap();
    let item = raw.item.unwrap();
    assert_eq!(item["kind"], AttributeValue::S("user".to_owned()));
    assert_eq!(item["version"], AttributeValue::N("1".to_owned()));
}
