//! SIGKILL in the middle of writing: what was acknowledged is there.

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Program;
use crate::harness::{Answer, Http};

/// What was acknowledged of one account: how it was created, and its token.
struct Acknowledged {
    created: Answer,
    token: Option<String>,
}

/// Creates accounts and takes tokens until the server is gone. `body` has the beginning of a name.
async fn work(http: Http, admin: String, body: Value, done: mpsc::UnboundedSender<Acknowledged>) {
    for index in 0.. {
        let mut body = body.clone();
        body["name"] = json!(format!("{} {index}", body["name"].as_str().unwrap()));
        let Ok(created) = http
            .post("/api/v1/service-accounts")
            .bearer(&admin)
            .json(&body)
            .try_send()
            .await
        else {
            return;
        };
        let created = created.is(201);
        let token = grant(&http, &created).await;
        let gone = token.is_none();
        done.send(Acknowledged { created, token }).unwrap();
        if gone {
            return;
        }
    }
}

async fn grant(http: &Http, created: &Answer) -> Option<String> {
    let (id, secret) = (
        created.text("/credential/client_id"),
        created.text("/credential/client_secret"),
    );
    let asked = http
        .token()
        .basic(&id, &secret)
        .form(&[("grant_type", "client_credentials")]);
    Some(asked.try_send().await.ok()?.is(200).text("/access_token"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_it_writes_it_loses_nothing_that_it_acknowledged() {
    let data = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<Acknowledged> = vec![];
    let mut port = 0;
    for round in 0..3 {
        let program = Program::start(data.path(), port, &["us"]).await;
        port = program.port();
        check(&program, &acknowledged).await;
        let facts = &program.facts[0];
        let settings = format!("/api/v1/subscriptions/{}", facts["subscription"].as_str().unwrap());
        let raised = program.http().ask("PATCH", &settings).bearer(program.admin());
        raised
            .json(&json!({"service_account_limit": 10_000}))
            .send()
            .await
            .is(200);

        let (done, mut came) = mpsc::unbounded_channel();
        for worker in 0..4 {
            let name = format!("{round} {worker}");
            let body = json!({"name": name, "subscription": facts["subscription"], "roles": [facts["roles"][0]]});
            tokio::spawn(work(program.http(), program.admin().to_owned(), body, done.clone()));
        }
        drop(done);
        for _ in 0..25 {
            acknowledged.push(came.recv().await.unwrap());
        }
        program.kill().await;
        while let Some(more) = came.recv().await {
            acknowledged.push(more);
        }
    }
    let program = Program::start(data.path(), port, &["us"]).await;
    check(&program, &acknowledged).await;
    program.interrupt().await;
}

/// Everything acknowledged is there and works; nothing is counted that is not there.
async fn check(program: &Program, acknowledged: &[Acknowledged]) {
    let (http, facts) = (program.http(), &program.facts[0]);
    for Acknowledged { created, token } in acknowledged {
        let path = format!("/api/v1/service-accounts/{}", created.text("/id"));
        http.get(&path).bearer(program.admin()).send().await.is(200);
        let again = grant(&http, created).await.unwrap();
        if let Some(token) = token {
            assert_eq!(again, *token);
        }
        let verify = http
            .get("/verify")
            .query(&[("resource", facts["resource"].as_str().unwrap())]);
        verify.bearer(&again).send().await.is(200);
    }
    let mut listed = 0;
    let mut cursor = String::new();
    loop {
        let asked = http
            .get("/api/v1/service-accounts")
            .query(&[("limit", "100"), ("cursor", &cursor)]);
        let page = asked.bearer(program.admin()).send().await.is(200).json();
        listed += page["items"].as_array().unwrap().len();
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    let settings = format!("/api/v1/subscriptions/{}", facts["subscription"].as_str().unwrap());
    let counted = http.get(&settings).bearer(program.admin()).send().await.is(200).json();
    assert_eq!(counted["service_accounts"], listed);
    assert!(listed >= acknowledged.len());
}
