//! What the embedded table never does and the real one may: throttle, collide, lose answers, be gone.
//! Whatever happens, nobody gets what cannot be decided (PRODUCT §4), and nothing is done twice.

mod bookkeeping;
mod collisions;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Account, Answer, Apart, Asked, Fault, Http, Region};

fn grant(http: &Http, account: &Account) -> Asked {
    http.token()
        .basic(&account.client_id, &account.secret)
        .form(&[("grant_type", "client_credentials")])
}

/// One request to every face, each of which would be served.
fn faces(region: &Region, http: &Http, account: &Account, token: &str) -> Vec<(&'static str, Asked)> {
    let form = |path: &str| {
        http.post(path)
            .basic(&account.client_id, &account.secret)
            .form(&[("token", token)])
    };
    let api = |method: &str, path: &str| {
        http.ask(method, &format!("/api/v1{path}"))
            .bearer(&region.running.facts.admin.token)
    };
    let new = json!({"name": "x", "subscription": region.subscription()});
    vec![
        ("token", grant(http, account)),
        ("introspect", form("/oauth/v1/introspect")),
        ("revoke", form("/oauth/v1/revoke")),
        ("keys", http.get("/.well-known/jwks.json")),
        (
            "verify",
            http.get("/verify")
                .query(&[("resource", region.resource())])
                .bearer(token),
        ),
        ("list", api("GET", "/service-accounts")),
        ("create", api("POST", "/service-accounts").json(&new)),
        ("rotate", api("POST", &format!("{}/rotate", account.credential()))),
        ("delete", api("DELETE", &account.path())),
        ("trail", api("GET", "/audit-events")),
    ]
}

#[track_caller]
fn unavailable(what: &str, answer: &Answer) {
    assert_eq!(answer.status, 503, "{what}: {answer:?}");
    assert_eq!(answer.header("retry-after"), Some("1"), "{what}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    for secret in ["127.0.0.1", "dispatch", "dynamo", "Dynamo", "regent-us"] {
        assert!(!answer.body.contains(secret), "{what} tells about {secret}: {answer:?}");
    }
}

#[tokio::test]
async fn a_table_that_does_not_answer_lets_nobody_in() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    // Nobody listens there; the kernel refuses at once.
    let gone = Apart::at(&region, "http://127.0.0.1:1").await;
    let mut all = JoinSet::new();
    for (what, asked) in faces(&region, &gone.http, &account, &token) {
        all.spawn(async move { unavailable(what, &asked.send().await) });
    }
    all.join_all().await;
    // What needs no table is there.
    gone.http
        .get("/.well-known/oauth-authorization-server")
        .send()
        .await
        .is(200);
}

#[tokio::test]
async fn a_table_that_refuses_lets_nobody_in_and_a_warm_process_neither() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    let (apart, relay) = Apart::relayed(&region).await;
    grant(&apart.http, &account).send().await.is(200);
    apart
        .http
        .get("/verify")
        .query(&[("resource", region.resource())])
        .bearer(&token)
        .send()
        .await
        .is(200);
    for (what, asked) in faces(&region, &apart.http, &account, &token) {
        // The published keys are good for two seconds, and the set of them is served without the table.
        region.wait(2);
        relay.fail("BatchGetItem", Fault::Denied, 1);
        unavailable(what, &asked.send().await);
        assert_eq!(relay.unmet(), 0, "{what}");
    }
    // And nothing of it has happened.
    assert_eq!(account.token(&region).await, token);
}

#[tokio::test]
async fn keys_left_unprocessed_are_asked_for_again_and_not_for_ever() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    let (apart, relay) = Apart::relayed(&region).await;
    for times in 1..=3 {
        relay.fail("BatchGetItem", Fault::Unprocessed, times);
        assert_eq!(
            grant(&apart.http, &account).send().await.is(200).text("/access_token"),
            token
        );
        assert_eq!((relay.unmet(), relay.calls().len()), (0, times + 1));
    }
    relay.fail("BatchGetItem", Fault::Unprocessed, 4);
    unavailable("token", &grant(&apart.http, &account).send().await);
    relay.fail("BatchGetItem", Fault::Unprocessed, 4);
    let verify = apart
        .http
        .get("/verify")
        .query(&[("resource", region.resource())])
        .bearer(&token);
    unavailable("verify", &verify.send().await);
    assert_eq!(relay.unmet(), 0);
}

fn create(region: &Region, http: &Http, name: &str) -> Asked {
    let body = json!({"name": name, "subscription": region.subscription(), "roles": [region.reader()]});
    http.post("/api/v1/service-accounts")
        .bearer(&region.running.facts.admin.token)
        .json(&body)
}

async fn accounts(region: &Region) -> Vec<Value> {
    let listed = region.admin("GET", "/service-accounts").send().await.is(200).json();
    listed["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn transactions_that_collide_are_tried_again_and_not_for_ever() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    relay.fail("TransactWriteItems", Fault::Conflict, 3);
    let made = create(&region, &apart.http, "third time lucky").send().await.is(201);
    assert_eq!((relay.unmet(), accounts(&region).await.len()), (0, 1));
    Account::of(&made).token(&region).await;
    relay.fail("TransactWriteItems", Fault::Conflict, 1000);
    unavailable("create", &create(&region, &apart.http, "never").send().await);
    assert_eq!(accounts(&region).await.len(), 1);
}

/// The write happened and its answer did not arrive: the SDK asks again with the same request token,
/// and nothing happens twice.
#[tokio::test]
async fn an_answer_that_is_lost_is_not_done_twice() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    relay.fail("TransactWriteItems", Fault::AnswerLost, 1);
    let account = Account::of(&create(&region, &apart.http, "once").send().await.is(201));
    assert_eq!((relay.unmet(), accounts(&region).await.len()), (0, 1));
    // A token's write, too: what is answered is what is kept.
    relay.fail("PutItem", Fault::AnswerLost, 1);
    let token = grant(&apart.http, &account).send().await.is(200).text("/access_token");
    assert_eq!(relay.unmet(), 0);
    assert_eq!(account.token(&region).await, token);
    assert_eq!(region.verified(&token).await, 200);
}

#[tokio::test]
async fn a_write_that_fails_is_no_success() {
    let region = Region::start().await;
    let account = region.account().await;
    let (apart, relay) = Apart::relayed(&region).await;
    relay.fail("PutItem", Fault::Denied, 1);
    unavailable("token", &grant(&apart.http, &account).send().await);
    assert_eq!(relay.unmet(), 0);
    let token = grant(&apart.http, &account).send().await.is(200).text("/access_token");
    let fields = [("token", token.as_str())];
    let revoke = || {
        apart
            .http
            .post("/oauth/v1/revoke")
            .basic(&account.client_id, &account.secret)
            .form(&fields)
    };
    relay.fail("UpdateItem", Fault::Denied, 1);
    unavailable("revoke", &revoke().send().await);
    assert_eq!(region.verified(&token).await, 200);
    revoke().send().await.is(200);
    assert_eq!(region.verified(&token).await, 401);
    relay.fail("TransactWriteItems", Fault::Denied, 1);
    let asked = apart
        .http
        .ask("DELETE", &format!("/api/v1{}", account.path()))
        .bearer(&region.running.facts.admin.token);
    unavailable("delete", &asked.send().await);
    account.token(&region).await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_an_outage_and_never_a_pass() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    let is_theirs = |row: &crate::harness::Row| row["pk"].as_s().unwrap() == &format!("USER#{}", account.id);
    for row in region.rows().await.into_iter().filter(is_theirs) {
        let keys = ["pk", "sk"].map(|name| (name.to_owned(), row[name].clone()));
        region.put(keys.into()).await;
    }
    unavailable(
        "verify",
        &region
            .http
            .get("/verify")
            .query(&[("resource", region.resource())])
            .bearer(&token)
            .send()
            .await,
    );
    unavailable("token", &account.grant(&region, &[]).await);
}
