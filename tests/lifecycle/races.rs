//! At the same moment: whatever overtakes whatever, an end that was answered is an end.

use serde_json::json;
use tokio::task::JoinSet;

use super::Doors;
use crate::harness::{Account, Answer, Asked, Parts, Region};

/// Token requests, all at once, around one request of the admin's; returns the tokens and its answer.
async fn around(region: &Region, doors: &Doors<'_>, account: &Account, admin: Asked) -> (Vec<String>, Answer) {
    let mut asked = JoinSet::new();
    for index in 0..30 {
        let http = if index % 2 == 0 {
            &region.http
        } else {
            &doors.other.http
        };
        let scope = if index % 3 == 0 { "read:me" } else { "" };
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        let request = http.token().basic(&account.client_id, &account.secret).form(&fields);
        asked.spawn(request.send());
    }
    let admin = admin.send().await;
    let answers = asked.join_all().await.into_iter();
    let granted = answers.filter(|answer| answer.status == 200);
    (granted.map(|answer| answer.text("/access_token")).collect(), admin)
}

#[tokio::test]
async fn what_was_granted_during_an_end_does_not_outlive_it() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    for _ in 0..5 {
        let account = region.account_with(json!({"roles": [region.editor()]})).await;
        let less = region
            .admin("PATCH", &account.path())
            .json(&json!({"roles": [region.reader()]}));
        let (tokens, answer) = around(&region, &doors, &account, less).await;
        answer.is(200);
        for token in &tokens {
            // Granted after the end, to an account that may still read, it is no relic.
            let after = Parts::of(token).claims["epo"] == 1;
            assert_eq!(doors.open(token).await, after);
        }
        let rotate = region.admin("POST", &format!("{}/rotate", account.credential()));
        let (tokens, answer) = around(&region, &doors, &account, rotate).await;
        let account = account.through(&answer.is(200));
        for token in &tokens {
            assert!(!doors.open(token).await);
        }
        let user = format!("/users/{}", account.id);
        let person = json!({"user_type": "sales", "confirm_credential_loss": true});
        let person = region.admin("PATCH", &user).json(&person);
        let (tokens, answer) = around(&region, &doors, &account, person).await;
        answer.is(200);
        for token in &tokens {
            assert!(!doors.open(token).await);
        }
    }
}

#[tokio::test]
async fn rotations_at_once_leave_one_secret() {
    let region = Region::start().await;
    let account = region.account().await;
    let mut asked = JoinSet::new();
    for _ in 0..5 {
        asked.spawn(region.admin("POST", &format!("{}/rotate", account.credential())).send());
    }
    let answers = asked.join_all().await;
    let rotated: Vec<Account> = answers
        .into_iter()
        .map(|answer| account.through(&answer.is(200)))
        .collect();
    let mut good = 0;
    for account in rotated.iter().chain([&account]) {
        good += usize::from(account.grant(&region, &[]).await.status == 200);
    }
    assert_eq!(good, 1);
    let shown = region.admin("GET", &account.credential()).send().await.is(200).json();
    assert_eq!(shown["generation"], 6);
}

#[tokio::test]
async fn a_revocation_is_not_overtaken_by_those_who_ask_for_the_same_token() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let account = region.account().await;
    for _ in 0..5 {
        let token = account.token(&region).await;
        let revoke = account.ask(&region, "/oauth/v1/revoke", &[("token", &token)]);
        let (tokens, answer) = around(&region, &doors, &account, revoke).await;
        answer.is(200);
        assert!(!doors.open(&token).await);
        assert_ne!(account.token(&region).await, token);
        for other in tokens.iter().filter(|other| **other != token) {
            assert!(doors.open(other).await);
        }
    }
}
