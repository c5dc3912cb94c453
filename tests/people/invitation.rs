//! Mails to an address of somebody's choosing are few, whoever has them sent.

use regent::domain::{LinkPurpose, Rate};
use serde_json::{Value, json};

use super::{invited, link};
use crate::harness::{Answer, Organization, Region};

const ADA: &str = "ada@elsewhere.test";

fn new(email: &str) -> Value {
    json!({"name": "Ada", "email": email, "user_type": "licensed", "roles": ["viewer"]})
}

async fn create(region: &Region, token: &str, email: &str) -> Answer {
    region.by(token, "POST", "/users").json(&new(email)).send().await
}

async fn invite(region: &Region, token: &str, id: &str) -> Answer {
    region
        .by(token, "POST", &format!("/users/{id}/invitation"))
        .send()
        .await
}

async fn delete(region: &Region, token: &str, id: &str) {
    region.by(token, "DELETE", &format!("/users/{id}")).send().await.is(204);
}

/// Demands a refusal for too many, and says after how many seconds there is another.
#[track_caller]
fn too_many(answer: Answer) -> u32 {
    let wait = answer.header("retry-after").map(|seconds| seconds.parse().unwrap());
    assert_eq!(answer.problem(429), "too-many");
    wait.unwrap()
}

#[tokio::test]
async fn sixty_invitations_are_five_mails_and_the_last_link_works() {
    let region = Region::start().await;
    let token = &region.running.facts.admin.token;
    let id = create(&region, token, ADA).await.is(201).text("/id");
    for _ in 0..4 {
        invite(&region, token, &id).await.is(202);
    }
    let last = link(&region, &id, LinkPurpose::Invitation).await;
    for _ in 0..56 {
        assert_eq!(too_many(invite(&region, token, &id).await), 3600);
    }
    assert_eq!(region.mails_to(ADA).await.len(), 5);
    let page = format!("/password?token={last}");
    region.browser().open(&page).await.is(200);
    region.wait(3600);
    invite(&region, token, &id).await.is(202);
    too_many(invite(&region, token, &id).await);
    assert_eq!(region.mails_to(ADA).await.len(), 6);
}

#[tokio::test]
async fn whoever_is_deleted_and_created_again_is_mailed_no_more_often() {
    let region = Region::start().await;
    let token = &region.running.facts.admin.token;
    for number in 0..5 {
        // What stands behind a plus arrives at the same mailbox.
        let address = ["ada@elsewhere.test", "Ada+x@elsewhere.test", "ada+y+z@elsewhere.test"][number % 3];
        let id = create(&region, token, address).await.is(201).text("/id");
        delete(&region, token, &id).await;
    }
    for address in [ADA, "ada+new@elsewhere.test"] {
        too_many(create(&region, token, address).await);
    }
    // Nor does a way around lead there: somebody who gets the address, and is invited then.
    let (id, _) = invited(&region, json!(["viewer"])).await;
    let path = format!("/users/{id}");
    region
        .admin("PATCH", &path)
        .json(&json!({"email": ADA}))
        .send()
        .await
        .is(200);
    too_many(invite(&region, token, &id).await);
    // Another mailbox is another matter.
    create(&region, token, "grace@elsewhere.test").await.is(201);
}

#[tokio::test]
async fn one_organization_does_not_use_up_what_another_has_to_invite_somebody() {
    let region = Region::start().await;
    let (acme, globex) = (
        region.running.facts.admin.token.clone(),
        Organization::found(&region).await,
    );
    for _ in 0..5 {
        let id = create(&region, &globex.token, ADA).await.is(201).text("/id");
        delete(&region, &globex.token, &id).await;
    }
    too_many(create(&region, &globex.token, ADA).await);
    create(&region, &acme, ADA).await.is(201);
}

#[tokio::test]
async fn many_organizations_together_do_not_flood_a_mailbox() {
    let region = Region::start().await;
    let digest = regent::keys::digest::sha256(ADA.as_bytes());
    empty(&region, format!("invite#to#{digest}"), 20 * 900).await;
    let token = &region.running.facts.admin.token;
    assert_eq!(too_many(create(&region, token, ADA).await), 900);
    create(&region, token, "grace@elsewhere.test").await.is(201);
}

#[tokio::test]
async fn an_organization_has_so_many_invitations() {
    let region = Region::start().await;
    let globex = Organization::found(&region).await;
    empty(&region, format!("invite#by#{}", globex.id), 500 * 60).await;
    assert_eq!(too_many(create(&region, &globex.token, ADA).await), 60);
    create(&region, &region.running.facts.admin.token, ADA).await.is(201);
}

#[tokio::test]
async fn what_mails_nobody_spends_nothing() {
    let region = Region::start().await;
    let (token, globex) = (&region.running.facts.admin.token, Organization::found(&region).await);
    let once = async || {
        let asked = region.by(token, "POST", "/users").header("idempotency-key", "ada");
        asked.json(&new(ADA)).send().await.is(201).text("/id")
    };
    let id = once().await;
    for _ in 0..10 {
        assert_eq!(once().await, id);
        assert_eq!(create(&region, token, ADA).await.problem(409), "email-taken");
        assert_eq!(create(&region, &globex.token, ADA).await.problem(409), "email-taken");
        invite(&region, &globex.token, &id).await.problem(404);
    }
    for _ in 0..4 {
        invite(&region, token, &id).await.is(202);
    }
    assert_eq!(region.mails_to(ADA).await.len(), 5);
}

#[tokio::test]
async fn of_many_invitations_at_once_five_are_mailed() {
    let region = Region::start().await;
    let token = &region.running.facts.admin.token;
    let id = create(&region, token, ADA).await.is(201).text("/id");
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let asking = region.by(token, "POST", &format!("/users/{id}/invitation"));
        asked.spawn(async move { asking.send().await.status.as_u16() });
    }
    let mut statuses = asked.join_all().await;
    statuses.retain(|status| *status == 202);
    assert!((1..=4).contains(&statuses.len()), "{statuses:?}");
    let mails = region.mails_to(ADA).await.len();
    assert!((2..=5).contains(&mails), "{mails}");
}

#[tokio::test]
async fn the_console_says_so_and_keeps_what_was_typed() {
    let region = Region::start().await;
    let token = &region.running.facts.admin.token;
    let id = create(&region, token, ADA).await.is(201).text("/id");
    for _ in 0..4 {
        invite(&region, token, &id).await.is(202);
    }
    let browser = region.admin_browser().await;
    let path = format!("/console/users/{id}/invitation");
    let form = browser.open(&path).await.is(200).form(&path);
    let answer = browser.submit(&form, &[]).await.is(429);
    assert_eq!(answer.header("retry-after"), Some("3600"));
    assert!(
        answer.words().contains("too many invitations to this mailbox"),
        "{}",
        answer.words()
    );

    delete(&region, token, &id).await;
    let form = browser
        .open("/console/users/new")
        .await
        .is(200)
        .form("/console/users/new");
    let typed = [
        ("name", "Ada Lovelace"),
        ("email", ADA),
        ("user_type", "licensed"),
        ("roles", "viewer"),
    ];
    let answer = browser.submit(&form, &typed).await.is(429);
    assert_eq!(answer.header("retry-after"), Some("3600"));
    assert!(
        answer.words().contains("Nothing you typed is lost"),
        "{}",
        answer.words()
    );
    let form = answer.form("/console/users/new");
    assert_eq!((form.field("name"), form.field("email")), ("Ada Lovelace", ADA));
    region.wait(3600);
    browser.submit(&form, &typed).await.is(303);
}

/// Leaves nothing in a bucket that is full again after so many seconds without anything.
async fn empty(region: &Region, what: String, seconds: u32) {
    let all = Rate::new(2, seconds).of(what);
    let app = &region.running.app;
    app.store().take(&all, app.now()).await.unwrap().unwrap();
}
