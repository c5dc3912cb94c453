//! Instructions per request, as callgrind counts them: the difference between N and 2N requests in
//! [`crate::replay`], so that starting up and warming up fall out.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use regent::app::{App, Clock, Rng};
use regent::config::Config;
use regent::domain::Seconds;
use tokio::net::TcpListener;

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
    let calls = Arc::new(Mutex::new(Vec::new()));
    let dynamodb = listen(&stand.region.dynamodb_endpoint, &calls).await;
    let secrets = listen(&stand.region.secrets_endpoint, &calls).await;
    let clock = Clock::system().now();
    let config = Config {
        dynamodb_endpoint: Some(dynamodb),
        secrets_endpoint: Some(secrets),
        reuse_margin: Seconds(if kind == "new token" { 4_000_000_000 } else { 30 }),
        ..stand.region.app.config().clone()
    };
    let app = App::new(
        config,
        &regent_local::aws::sdk_config(),
        Clock::manual(clock),
        Rng::system(),
    )
    .unwrap();
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
    record.calls.clone_from(&calls.lock().unwrap());
    record
}

type Calls = Arc<Mutex<Vec<Call>>>;

/// Stands before an endpoint of AWS and writes down what it hears.
async fn listen(endpoint: &str, calls: &Calls) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let state = (
        endpoint.to_owned(),
        reqwest::Client::builder().no_proxy().build().unwrap(),
        calls.clone(),
    );
    let routes = Router::new().fallback(relay).with_state(state);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

async fn relay(
    State((endpoint, client, calls)): State<(String, reqwest::Client, Calls)>,
    request: Request,
) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    let asked = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let target = parts.headers["x-amz-target"].to_str().unwrap().to_owned();
    let sent = client.post(endpoint).headers(parts.headers).body(asked.clone());
    let answer = sent.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let told: Bytes = answer.bytes().await.unwrap();
    calls.lock().unwrap().push(Call {
        target,
        length: asked.len(),
        headers: headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect(),
        answer: String::from_utf8(told.to_vec()).unwrap(),
    });
    let mut response = http::Response::new(Body::from(told));
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    response
}
