//! The whole way through the mailbox: an invitation, a forgotten password, and what a link in an
//! old mail is still good for.

use serde_json::{Value, json};

use super::{PASSWORD, signed_in};
use crate::harness::{Region, password_link as link};

async fn newest(region: &Region, address: &str) -> Value {
    let mut mails = region.mails_to(address).await;
    mails.pop().unwrap_or_else(|| panic!("no mail to {address}"))
}

async fn invite(region: &Region, address: &str) -> String {
    let new = json!({"name": "Ada", "email": address, "user_type": "licensed", "roles": ["viewer"]});
    region
        .admin("POST", "/users")
        .json(&new)
        .send()
        .await
        .is(201)
        .text("/id")
}

async fn set_password(region: &Region, path: &str, password: &str) -> u16 {
    let browser = region.browser();
    let page = browser.open(path).await;
    if page.status != 200 {
        return page.status.as_u16();
    }
    let answer = browser.submit(&page.form("/password"), &[("password", password)]).await;
    assert_eq!(signed_in(&browser).await, answer.status == 303);
    answer.status.as_u16()
}

async fn forget(region: &Region, address: &str) {
    let browser = region.browser();
    let form = browser.open("/forgot-password").await.form("/forgot-password");
    browser.submit(&form, &[("email", address)]).await.is(200);
}

#[tokio::test]
async fn whoever_is_created_is_invited_by_mail_and_gets_in() {
    let region = Region::start().await;
    invite(&region, "ada@acme.test").await;
    let mail = newest(&region, "ada@acme.test").await;
    assert_eq!(set_password(&region, &link(&mail), PASSWORD).await, 303);
    assert_eq!(set_password(&region, &link(&mail), "nine clarinets").await, 410);
    region.browser().sign_in("ada@acme.test", PASSWORD).await.is(303);
}

#[tokio::test]
async fn a_second_invitation_makes_the_first_one_void() {
    let region = Region::start().await;
    let id = invite(&region, "ada@acme.test").await;
    let first = newest(&region, "ada@acme.test").await;
    let admin = region.admin_id().await;
    region.wait(49 * 3600);
    assert_eq!(
        set_password(&region, &link(&first), PASSWORD).await,
        410,
        "two days are over"
    );
    let token = region.token_of(&admin).await;
    let path = format!("/users/{id}/invitation");
    region.by(&token, "POST", &path).send().await.is(202);
    let second = newest(&region, "ada@acme.test").await;
    region.by(&token, "POST", &path).send().await.is(202);
    let third = newest(&region, "ada@acme.test").await;
    assert_eq!(set_password(&region, &link(&second), PASSWORD).await, 410);
    assert_eq!(set_password(&region, &link(&third), PASSWORD).await, 303);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail() {
    let region = Region::start().await;
    let admin = region.running.facts.admin.clone();
    let before = region.admin_browser().await;
    forget(&region, &admin.email).await;
    let mail = newest(&region, &admin.email).await;
    assert!(signed_in(&before).await, "asking changes nothing");
    assert_eq!(set_password(&region, &link(&mail), "nine clarinets").await, 303);
    assert!(!signed_in(&before).await);
    region.browser().sign_in(&admin.email, &admin.password).await.is(422);
    region.browser().sign_in(&admin.email, "nine clarinets").await.is(303);
}

#[tokio::test]
async fn nobody_is_mailed_at_an_address_that_is_no_persons() {
    let region = Region::start().await;
    let account = region.account().await;
    let program = account.body["email"].as_str().unwrap();
    for address in ["nobody@acme.test", program, "no address"] {
        forget(&region, address).await;
    }
    let told: Vec<Value> = region.mails().await;
    assert!(
        told.iter().all(|mail| mail["to"] == *region.running.facts.admin.email),
        "{told:#?}"
    );
    assert!(
        told.iter()
            .all(|mail| !mail["text"].as_str().unwrap().contains("/password?token="))
    );
}

#[tokio::test]
async fn a_mail_to_an_address_that_was_given_up_leads_nowhere() {
    let region = Region::start().await;
    let id = invite(&region, "ada@old.test").await;
    let mail = newest(&region, "ada@old.test").await;
    let asked = json!({"email": "ada@acme.test"});
    region
        .admin("PATCH", &format!("/users/{id}"))
        .json(&asked)
        .send()
        .await
        .is(200);
    assert_eq!(set_password(&region, &link(&mail), PASSWORD).await, 410);
    region
        .admin("POST", &format!("/users/{id}/invitation"))
        .send()
        .await
        .is(202);
    let mail = newest(&region, "ada@acme.test").await;
    assert_eq!(set_password(&region, &link(&mail), PASSWORD).await, 303);
}
