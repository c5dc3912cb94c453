//! `regent-local` as a program: what it prints, what it survives, and how it says that it cannot.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::harness::{Answer, Http};
use crate::lambda::binaries::binary;

/// Far more than a start or an end takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn command(data: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(binary("regent-local"));
    command.args(options).arg("--data-dir").arg(data);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// The program, with the facts of its regions.
struct Program {
    process: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    facts: Vec<Value>,
}

impl Program {
    async fn start(data: &Path, port: u16, labels: &[&str]) -> Self {
        let port = port.to_string();
        let mut options = vec!["--json", "--port", &port];
        options.extend(labels.iter().flat_map(|label| ["--region", label]));
        let mut process = command(data, &options).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut facts = vec![];
        for _ in labels {
            let line = timeout(PATIENCE, stdout.next_line()).await.expect("it starts in time");
            facts.push(serde_json::from_str(&line.unwrap().expect("a line of facts")).unwrap());
        }
        Self { process, stdout, facts }
    }

    fn http(&self) -> Http {
        Http::new(self.facts[0]["issuer"].as_str().unwrap())
    }

    fn admin(&self) -> &str {
        self.facts[0]["admin"]["token"].as_str().unwrap()
    }

    fn port(&self) -> u16 {
        self.facts[0]["issuer"]
            .as_str()
            .unwrap()
            .rsplit(':')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// SIGKILL: no farewell, no flush.
    async fn kill(mut self) {
        self.process.start_kill().unwrap();
        self.process.wait().await.unwrap();
    }

    /// Ctrl-C. Nothing but the facts may have been on stdout.
    async fn interrupt(mut self) {
        let pid = self.process.id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &pid])
                .status()
                .await
                .unwrap()
                .success()
        );
        assert_eq!(timeout(PATIENCE, self.stdout.next_line()).await.unwrap().unwrap(), None);
        assert!(timeout(PATIENCE, self.process.wait()).await.unwrap().unwrap().success());
    }
}

/// What was acknowledged of one account: how it was created, and its token.
struct Acknowledged {
    created: Answer,
    token: Option<String>,
}

/// Creates accounts and takes tokens until the server is gone.
async fn work(http: Http, admin: String, body: Value, worker: usize, done: mpsc::UnboundedSender<Acknowledged>) {
    for index in 0.. {
        let mut body = body.clone();
        body["name"] = json!(format!("w{worker} {} {index}", http_port(&body)));
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

/// Makes names of different rounds different.
fn http_port(body: &Value) -> String {
    body["description"].as_str().unwrap().to_owned()
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
        let body = json!({"description": round.to_string(), "subscription": facts["subscription"], "roles": [facts["roles"][0]]});
        for worker in 0..4 {
            tokio::spawn(work(
                program.http(),
                program.admin().to_owned(),
                body.clone(),
                worker,
                done.clone(),
            ));
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

#[tokio::test]
async fn a_restart_changes_nothing_but_the_admins_token() {
    let data = tempfile::tempdir().unwrap();
    let first = Program::start(data.path(), 0, &["us"]).await;
    let keys = first.http().get("/.well-known/jwks.json").send().await.is(200).json();
    let (mut before, port) = (first.facts[0].clone(), first.port());
    first.interrupt().await;
    let second = Program::start(data.path(), port, &["us"]).await;
    assert_eq!(
        second.http().get("/.well-known/jwks.json").send().await.is(200).json(),
        keys
    );
    let mut after = second.facts[0].clone();
    for token in [&mut before, &mut after].map(|facts| facts["admin"]["token"].take()) {
        let users = second
            .http()
            .get("/api/v1/users")
            .bearer(token.as_str().unwrap())
            .send()
            .await;
        users.is(200);
    }
    assert_eq!(after, before);
    second.interrupt().await;
}

#[tokio::test]
async fn two_regions_on_two_ports_share_nothing() {
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path(), 0, &["us", "eu"]).await;
    let [us, eu] = program.facts.as_slice() else {
        panic!("not two regions: {:?}", program.facts);
    };
    assert_eq!((&us["region"], &eu["region"]), (&json!("us"), &json!("eu")));
    for fact in [
        "issuer",
        "api",
        "verify",
        "organization",
        "subscription",
        "applications",
        "roles",
        "resource",
    ] {
        assert_ne!(us[fact], eu[fact], "{fact}");
    }
    let names: Vec<&String> = us.as_object().unwrap().keys().collect();
    let mut expected = [
        "region",
        "issuer",
        "api",
        "verify",
        "admin",
        "organization",
        "subscription",
        "applications",
        "roles",
        "resource",
    ];
    expected.sort_unstable();
    assert_eq!(names, expected);
    for (here, there) in [(us, eu), (eu, us)] {
        let http = Http::new(here["issuer"].as_str().unwrap());
        http.get("/api/v1/users")
            .bearer(here["admin"]["token"].as_str().unwrap())
            .send()
            .await
            .is(200);
        http.get("/api/v1/users")
            .bearer(there["admin"]["token"].as_str().unwrap())
            .send()
            .await
            .is(401);
    }
    program.interrupt().await;
}

async fn refused(data: &Path, options: &[&str]) -> String {
    let Output { status, stdout, stderr } = timeout(PATIENCE, command(data, options).output())
        .await
        .unwrap()
        .unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(
        (status.code(), stdout.as_slice()),
        (Some(2), b"".as_slice()),
        "{options:?}: {said}"
    );
    said
}

#[tokio::test]
async fn what_cannot_start_says_so_in_one_sentence() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().port().to_string();
    let running = Program::start(&data.path().join("held"), 0, &["us"]).await;
    for (folder, options, part) in [
        (data.path().join("a"), vec!["--port", &taken], "is taken"),
        (data.path().join("b"), vec!["--region", "US"], "must be a region label"),
        (
            data.path().join("c"),
            vec!["--region", "us", "--region", "us"],
            "is given twice",
        ),
        (file, vec!["--port", "0"], "cannot use the data directory"),
        (
            data.path().join("held"),
            vec!["--port", "0"],
            "is in use by another running region",
        ),
    ] {
        let said = refused(&folder, &options).await;
        assert!(said.starts_with("regent-local: ") && said.contains(part), "{said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
    for options in [vec!["--port", "x"], vec!["--nonsense"]] {
        refused(&data.path().join("d"), &options).await;
    }
    running.interrupt().await;
}
