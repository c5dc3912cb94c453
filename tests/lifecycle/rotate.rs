//! Rotation (PRODUCT §2, STANDARDS C1): the same client ID, a new secret, and what becomes of the old.

use serde_json::{Value, json};

use super::Doors;
use crate::harness::{Account, Region};

async fn rotate(region: &Region, account: &Account, overlap: Value) -> Account {
    let path = format!("{}/rotate", account.credential());
    let answer = region
        .admin("POST", &path)
        .json(&json!({"overlap_seconds": overlap}))
        .send()
        .await
        .is(200)
        .not_kept();
    let rotated = account.through(&answer);
    assert_eq!(rotated.client_id, account.client_id);
    assert_ne!(rotated.secret, account.secret);
    rotated
}

#[tokio::test]
async fn the_old_secret_and_its_tokens_are_dead_at_once() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let old = region.account_with(json!({"roles": [region.editor()]})).await;
    let tokens = [
        old.token(&region).await,
        old.grant(&region, &[("scope", "read:me")]).await.text("/access_token"),
    ];
    for token in &tokens {
        assert!(doors.open(token).await);
    }
    let new = rotate(&region, &old, Value::Null).await;
    for token in &tokens {
        assert!(!doors.open(token).await);
        let asked = new.ask(&region, "/oauth/v1/introspect", &[("token", token)]);
        assert_eq!(asked.send().await.is(200).json(), json!({"active": false}));
    }
    old.grant(&region, &[]).await.refused(401, "invalid_client");
    let token = new.token(&region).await;
    assert!(!tokens.contains(&token));
    assert!(doors.open(&token).await);
}

#[tokio::test]
async fn a_rotation_needs_no_body() {
    let region = Region::start().await;
    let account = region.account().await;
    let path = format!("{}/rotate", account.credential());
    let new = account.through(&region.admin("POST", &path).send().await.is(200));
    account.grant(&region, &[]).await.refused(401, "invalid_client");
    new.token(&region).await;
}

#[tokio::test]
async fn during_an_overlap_both_secrets_work_and_then_one() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let old = region.account().await;
    let before = old.token(&region).await;
    let new = rotate(&region, &old, json!(3600)).await;
    assert!(doors.open(&before).await);
    assert_eq!(old.token(&region).await, before);
    let after = new.token(&region).await;
    assert_ne!(after, before);
    region.wait(3599);
    assert!(doors.open(&before).await && doors.open(&after).await);
    old.grant(&region, &[]).await.is(200);
    region.wait(1);
    assert!(!doors.open(&before).await && doors.open(&after).await);
    old.grant(&region, &[]).await.refused(401, "invalid_client");
    assert_eq!(new.token(&region).await, after);
}

#[tokio::test]
async fn another_rotation_ends_an_overlap() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let first = region.account().await;
    let token = first.token(&region).await;
    let second = rotate(&region, &first, json!(3600)).await;
    let third = rotate(&region, &second, json!(0)).await;
    for dead in [&first, &second] {
        dead.grant(&region, &[]).await.refused(401, "invalid_client");
    }
    assert!(!doors.open(&token).await);
    third.token(&region).await;
    // Two at most are ever good, however often one asks for an overlap.
    let fourth = rotate(&region, &third, json!(3600)).await;
    let fifth = rotate(&region, &fourth, json!(3600)).await;
    third.grant(&region, &[]).await.refused(401, "invalid_client");
    fourth.token(&region).await;
    fifth.token(&region).await;
}

#[tokio::test]
async fn an_overlap_is_at_most_a_week() {
    let region = Region::start().await;
    let account = region.account().await;
    let path = format!("{}/rotate", account.credential());
    for overlap in [
        json!(604_801),
        json!(-1),
        json!("60"),
        json!(1.5),
        json!(true),
        json!(4_294_967_296_u64),
    ] {
        let answer = region
            .admin("POST", &path)
            .json(&json!({"overlap_seconds": overlap}))
            .send()
            .await;
        let answer = answer.is(400);
        assert_eq!(answer.text("/errors/0/pointer"), "/overlap_seconds", "{overlap}");
    }
    let unknown = region
        .admin("POST", &path)
        .json(&json!({"client_secret": "mine"}))
        .send()
        .await;
    assert_eq!(unknown.is(400).text("/errors/0/pointer"), "/client_secret");
    // Nothing of it was done.
    account.token(&region).await;
    rotate(&region, &account, json!(604_800)).await;
    account.token(&region).await;
}

#[tokio::test]
async fn what_is_not_there_cannot_be_rotated() {
    let region = Region::start().await;
    let (account, other) = (region.account().await, region.account().await);
    for (account, credential) in [
        (&account.id, other.client_id.as_str()),
        (&account.id, "crd_000000000000"),
        (&account.id, "x"),
        (&account.id, &account.id),
        (&other.id, &account.client_id),
        (&"usr_000000000000".to_owned(), &account.client_id),
        (&"x".to_owned(), &account.client_id),
    ] {
        let path = format!("/service-accounts/{account}/credentials/{credential}/rotate");
        region.admin("POST", &path).send().await.problem(404);
    }
    account.token(&region).await;
    other.token(&region).await;
}

#[tokio::test]
async fn of_many_rotations_only_the_last_secret_is_good() {
    let region = Region::start().await;
    let mut accounts = vec![region.account().await];
    for _ in 0..10 {
        accounts.push(rotate(&region, accounts.last().unwrap(), json!(0)).await);
        accounts.last().unwrap().token(&region).await;
    }
    let last = accounts.pop().unwrap();
    for old in &accounts {
        old.grant(&region, &[]).await.refused(401, "invalid_client");
    }
    let token = last.token(&region).await;
    assert_eq!(crate::harness::Parts::of(&token).claims["gen"], 11);
    let shown = region.admin("GET", &last.credential()).send().await.is(200).json();
    assert_eq!(shown["generation"], 11);
    assert_eq!(
        shown["client_secret"],
        format!("••••••{}", &last.secret[last.secret.len() - 4..])
    );
}
