//! Ends (PRODUCT §1, §2): deleted credentials and accounts, and service accounts that become people.

use serde_json::{Value, json};

use super::Doors;
use crate::harness::{Account, Region};

async fn credential(region: &Region, account: &Account, name: &str) -> Account {
    let path = format!("{}/credentials", account.path());
    account.through(
        &region
            .admin("POST", &path)
            .json(&json!({"name": name}))
            .send()
            .await
            .is(201),
    )
}

#[tokio::test]
async fn a_deleted_credential_is_dead_at_once_and_the_others_live() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let first = region.account().await;
    let second = credential(&region, &first, "second").await;
    let tokens = [first.token(&region).await, second.token(&region).await];
    assert!(doors.open(&tokens[0]).await && doors.open(&tokens[1]).await);
    region.admin("DELETE", &first.credential()).send().await.is(204);
    assert!(!doors.open(&tokens[0]).await && doors.open(&tokens[1]).await);
    first.grant(&region, &[]).await.refused(401, "invalid_client");
    assert_eq!(second.token(&region).await, tokens[1]);
    region.admin("DELETE", &first.credential()).send().await.problem(404);
    region.admin("GET", &first.credential()).send().await.problem(404);
    // The last one may go, too.
    region.admin("DELETE", &second.credential()).send().await.is(204);
    assert!(!doors.open(&tokens[1]).await);
    region.admin("GET", &first.path()).send().await.is(200);
}

#[tokio::test]
async fn many_are_deleted_together_or_not_at_all() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let first = region.account().await;
    let (second, third) = (
        credential(&region, &first, "2").await,
        credential(&region, &first, "3").await,
    );
    let stranger = region.account().await;
    let path = format!("{}/credentials/delete", first.path());
    let delete = async |ids: Value| {
        region
            .admin("POST", &path)
            .json(&json!({"client_ids": ids}))
            .send()
            .await
    };
    let mut tokens = vec![];
    for account in [&first, &second, &third] {
        tokens.push(account.token(&region).await);
    }
    for (ids, status) in [
        (json!([]), 400),
        (json!("x"), 400),
        (json!([first.client_id, "x"]), 400),
        (json!([first.client_id, 5]), 400),
        (json!([first.client_id, first.client_id]), 400),
        (json!([first.client_id, first.body["credential"]["id"]]), 400),
        (json!([first.client_id, "crd_000000000000"]), 404),
        (json!([first.client_id, stranger.client_id]), 404),
        (json!(vec!["crd_000000000000"; 11]), 400),
    ] {
        delete(ids).await.problem(status);
    }
    for token in &tokens {
        assert!(doors.open(token).await);
    }
    let answer = delete(json!([first.client_id, third.client_id])).await.is(200);
    assert_eq!(answer.json()["deleted"].as_array().unwrap().len(), 2);
    assert!(!doors.open(&tokens[0]).await && doors.open(&tokens[1]).await && !doors.open(&tokens[2]).await);
    delete(json!([first.client_id])).await.problem(404);
    stranger.token(&region).await;
}

#[tokio::test]
async fn a_deleted_account_is_gone_with_everything_it_had() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let account = region
        .account_with(json!({"name": "Phoenix", "roles": [region.editor(), "viewer"]}))
        .await;
    let second = credential(&region, &account, "second").await;
    let management = account.management_token(&region).await;
    let tokens = [account.token(&region).await, second.token(&region).await];
    for token in &tokens {
        assert!(doors.open(token).await);
    }
    region.admin("DELETE", &account.path()).send().await.is(204);
    for token in &tokens {
        assert!(!doors.open(token).await);
    }
    region.by(&management, "GET", "/users").send().await.problem(401);
    for gone in [&account, &second] {
        gone.grant(&region, &[]).await.refused(401, "invalid_client");
    }
    for (method, path) in [
        ("GET", account.path()),
        ("DELETE", account.path()),
        ("PATCH", account.path()),
        ("GET", format!("{}/credentials", account.path())),
        ("POST", format!("{}/rotate", account.credential())),
        ("GET", format!("/users/{}", account.id)),
    ] {
        let asked = region.admin(method, &path);
        let asked = if method == "PATCH" {
            asked.json(&json!({}))
        } else {
            asked
        };
        asked.send().await.problem(404);
    }
    // Its name is free, and the next one of that name is another.
    let next = region.account_with(json!({"name": "Phoenix"})).await;
    assert_ne!(next.id, account.id);
    assert!(!doors.open(&tokens[0]).await);
    account.grant(&region, &[]).await.refused(401, "invalid_client");
}

#[tokio::test]
async fn becoming_a_person_destroys_the_credentials_and_must_be_confirmed() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let account = region.account_with(json!({"name": "Pinocchio"})).await;
    let second = credential(&region, &account, "second").await;
    let tokens = [account.token(&region).await, second.token(&region).await];
    let user = format!("/users/{}", account.id);
    for unconfirmed in [
        json!({"user_type": "licensed"}),
        json!({"user_type": "sales", "confirm_credential_loss": false}),
    ] {
        let answer = region.admin("PATCH", &user).json(&unconfirmed).send().await.is(409);
        assert!(answer.text("/detail").contains("2 credentials"), "{answer:?}");
        assert_eq!(answer.problem(409), "confirmation-needed");
    }
    assert!(doors.open(&tokens[0]).await && doors.open(&tokens[1]).await);

    let confirmed = json!({"user_type": "licensed", "confirm_credential_loss": true});
    let person = region
        .admin("PATCH", &user)
        .json(&confirmed)
        .send()
        .await
        .is(200)
        .json();
    assert_eq!(
        (&person["user_type"], &person["roles"]),
        (&json!("licensed"), &json!([region.reader()]))
    );
    for (token, account) in tokens.iter().zip([&account, &second]) {
        assert!(!doors.open(token).await);
        account.grant(&region, &[]).await.refused(401, "invalid_client");
    }
    region.admin("GET", &account.path()).send().await.problem(404);
    region.admin("GET", &account.credential()).send().await.problem(404);
    let listed = region.admin("GET", "/service-accounts").send().await.is(200).json();
    assert_eq!(listed["items"], json!([]));
    let subscription = region
        .admin("GET", &format!("/subscriptions/{}", region.subscription()))
        .send()
        .await
        .is(200);
    assert_eq!(subscription.json()["service_accounts"], 0);

    // There is no way back, and the name is free.
    let back = json!({"user_type": "service", "confirm_credential_loss": true});
    region.admin("PATCH", &user).json(&back).send().await.problem(400);
    let next = region.account_with(json!({"name": "pinocchio"})).await;
    next.token(&region).await;
    assert!(!doors.open(&tokens[0]).await);
}

#[tokio::test]
async fn deleting_the_user_deletes_the_service_account() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let account = region.account().await;
    let token = account.token(&region).await;
    region
        .admin("DELETE", &format!("/users/{}", account.id))
        .send()
        .await
        .is(204);
    assert!(!doors.open(&token).await);
    region.admin("GET", &account.path()).send().await.problem(404);
    account.grant(&region, &[]).await.refused(401, "invalid_client");
}
