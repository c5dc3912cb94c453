//! Instructions per request, as callgrind counts them: the difference between N and 2N requests in
//! [`crate::replay`], so that starting up and warming up fall out.

use std::path::Path;
use std::process::Command;

use regent::app::{App, Clock, Rng};
use regent::config::Config;
use regent::domain::Seconds;

use crate::relay::{Heard, Relay};
use crate::replay::{Call, KINDS, Record, ask};
use crate::stand::Stand;

/// N.
const REQUESTS: u64 = 300;

pub(crate) fn run() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    for kind in KINDS {
        let record = runtime.block_on(record(kind));
        let text = serde_json::to_string(&record).unwrap();
        std::fs::write(folder.path().join(kind), text).unwrap();
    }
    println!("\n| request | instructions |\n|---|---|");
    for kind in KINDS {
        let (once, twice) = (
            instructions(kind, folder.path(), REQUESTS),
            instructions(kind, folder.path(), 2 * REQUESTS),
        );
        println!("| {kind} | {:.0} k |", (twice - once) as f64 / REQUESTS as f64 / 1e3);
    }
}

fn instructions(kind: &str, folder: &Path, count: u64) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap())
        .args(["replay", kind])
        .arg(folder)
        .arg(count.to_string())
        .output()
        .expect("valgrind is installed");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let collected = said.lines().find_map(|line| line.split("Collected :").nth(1));
    collected.unwrap_or_else(|| panic!("{said}")).trim().parse().unwrap()
}

/// What AWS answers while requests of this kind are served, warm and cold.
async fn record(kind: &str) -> Record {
    let stand = Stand::start(2).await;
    let dynamodb = Relay::start(&stand.region.credentials, &stand.region.dynamodb_endpoint).await;
    let secrets = Relay::start(&stand.region.credentials, &stand.region.secrets_endpoint).await;
    let clock = Clock::system().now();
    let config = Config {
        dynamodb_endpoint: Some(dynamodb.address.clone()),
        secrets_endpoint: Some(secrets.address.clone()),
        reuse_margin: Seconds(if kind == "new token" { 4_000_000_000 } else { 30 }),
        ..stand.region.app.config().clone()
    };
    let app = App::new(config, &stand.region.aws(), Clock::manual(clock), Rng::system()).unwrap();
    let routes = crate::serve::routes(&app);
    let form = stand.form(0, &stand.clients[0].1);
    let mut token = None;
    // The first one proves the secret and finds no token; the second one finds the first one's.
    for _ in 0..2 {
        let answer = ask(&routes, "/oauth/v1/token", Some(&form), None).await;
        token = answer.json["access_token"].as_str().map(str::to_owned);
    }
    let (path, form) = match kind {
        "verification" => (stand.verify(), None),
        "wrong secret" => ("/oauth/v1/token".to_owned(), Some(stand.form(0, &stand.clients[1].1))),
        _ => ("/oauth/v1/token".to_owned(), Some(form)),
    };
    let mut record = Record {
        issuer: app.config().issuer.to_string(),
        table: app.config().table.clone(),
        signing_secret: app.config().signing_secret.clone().unwrap(),
        reuse_margin: app.config().reuse_margin.0,
        millis: clock.millis(),
        status: if kind == "wrong secret" { 401 } else { 200 },
        path,
        form,
        bearer: token.filter(|_| kind == "verification"),
        calls: Vec::new(),
    };
    for _ in 0..2 {
        let answer = ask(&routes, &record.path, record.form.as_deref(), record.bearer.as_deref()).await;
        assert_eq!(answer.status, record.status, "{kind}: {}", answer.json);
    }
    stand.region.stop().await;
    record.calls = dynamodb.take().into_iter().chain(secrets.take()).map(call).collect();
    record
}

/// As the record keeps it.
fn call(heard: Heard) -> Call {
    let text =
        |(name, value): (&http::HeaderName, &http::HeaderValue)| (name.to_string(), value.to_str().unwrap().to_owned());
    Call {
        target: heard.target,
        length: heard.asked.len(),
        headers: heard.headers.iter().map(text).collect(),
        answer: String::from_utf8(heard.answer.to_vec()).unwrap(),
    }
}
