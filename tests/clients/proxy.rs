//! nginx with `auth_request` in front of a small API.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use regent::domain::{Scopes, ServiceAccount};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::sleep;

use super::region::{Account, Region};
use super::tool::{on_path, quoted, script};
use crate::harness::{Answer, Http, encoded};

/// An API that knows nothing of tokens: it answers the headers it was given.
async fn api() -> SocketAddr {
    let routes = Router::new().fallback(async |request: Request| {
        let headers: Map<String, Value> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().into()))
            .collect();
        Value::Object(headers).to_string()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

/// nginx, in the foreground and in one process, so that killing it ends all of it.
struct Proxy {
    http: Http,
    _process: Child,
    _folder: TempDir,
}

/// The template with its gaps filled.
fn filled(folder: &str, listen: &str, regent: &str, api: &str, resource: &str) -> String {
    let template = fs::read_to_string(script("nginx.conf.template")).expect("the template");
    [
        ("folder", folder),
        ("listen", listen),
        ("regent", regent),
        ("api", api),
        ("resource", &encoded(resource)),
    ]
    .iter()
    .fold(template, |text, (gap, value)| {
        text.replace(&format!("{{{{{gap}}}}}"), value)
    })
}

impl Proxy {
    async fn start(region: &Region) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let listen = free.expect("a free port");
        let path = folder.path().to_str().expect("a path in UTF-8");
        let regent = region.fact("issuer").trim_start_matches("http://");
        let api = api().await.to_string();
        let config = filled(path, &listen.to_string(), regent, &api, region.fact("resource"));
        let file = folder.path().join("nginx.conf");
        fs::write(&file, config).expect("the folder takes a file");
        let mut process = Command::new(on_path("nginx"))
            .args(["-g", "daemon off; master_process off;", "-e", "stderr", "-p"])
            .arg(folder.path())
            .arg("-c")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("nginx starts");
        for _ in 0..300 {
            if TcpStream::connect(listen).is_ok() {
                let http = Http::new(&format!("http://{listen}"));
                return Self {
                    http,
                    _process: process,
                    _folder: folder,
                };
            }
            let ended = process.try_wait().expect("its state");
            assert!(
                ended.is_none(),
                "nginx ended: {:?}",
                fs::read_to_string(folder.path().join("error.log"))
            );
            sleep(Duration::from_millis(50)).await;
        }
        panic!("nginx does not answer at {listen}");
    }

    /// Asks the API behind it, with headers that only the proxy may write.
    async fn ask(&self, method: &str, token: Option<&str>) -> Answer {
        let asked = self
            .http
            .ask(method, "/reports?month=5")
            .header("x-auth-subject", "somebody-else");
        let asked = asked.header("x-auth-applications", "app_of_others");
        match token {
            Some(token) => asked.bearer(token).send().await,
            None => asked.send().await,
        }
    }
}

async fn token(region: &Region, account: &Account) -> String {
    let asked = region.http.token().basic(&account.client_id, &account.secret);
    let answer = asked.form(&[("grant_type", "client_credentials")]).send().await;
    answer.is(200).text("/access_token")
}

#[tokio::test]
async fn a_good_token_comes_through_with_the_callers_identity() {
    let region = Region::start().await;
    let proxy = Proxy::start(&region).await;
    let account = region.account("proxied", 1).await;
    let token = token(&region, &account).await;
    for method in ["GET", "POST", "DELETE"] {
        let told = proxy.ask(method, Some(&token)).await.is(200).json();
        for (header, value) in [
            ("x-auth-subject", account.client_id.as_str()),
            ("x-auth-client-id", account.client_id.as_str()),
            ("x-auth-organization", region.fact("organization")),
            ("x-auth-subscription", region.fact("subscription")),
            ("x-auth-scope", "read:me write:me"),
        ] {
            assert_eq!(told[header], value, "{method} {header}: {told}");
        }
        let seen: Vec<&str> = told["x-auth-applications"]
            .as_str()
            .expect("applications")
            .split(' ')
            .collect();
        let theirs = region.facts["applications"].as_array().expect("applications");
        assert!(seen.len() == theirs.len() && theirs.iter().all(|id| seen.contains(&id.as_str().unwrap_or_default())));
        assert_eq!(told["authorization"], Value::Null, "the API saw the token");
    }
    region.stop().await;
}

#[tokio::test]
async fn refusals_come_through_with_their_challenges() {
    let region = Region::start().await;
    let proxy = Proxy::start(&region).await;
    let reader = region.account("reader", 0).await;
    let token = token(&region, &reader).await;

    let missing = proxy.ask("GET", None).await.is(401);
    let challenge = missing.header("www-authenticate").expect("one challenge");
    assert!(
        challenge.starts_with("Bearer") && !challenge.contains("error"),
        "{challenge}"
    );
    let garbage = proxy.ask("GET", Some("garbage")).await.is(401);
    let challenge = garbage.header("www-authenticate").expect("one challenge");
    assert!(challenge.contains(r#"error="invalid_token""#), "{challenge}");
    proxy.ask("GET", Some(&token)).await.is(200);
    let more = proxy.ask("POST", Some(&token)).await.is(403);
    let challenge = more.header("www-authenticate").expect("one challenge");
    assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
    assert!(challenge.contains(r#"scope="write:me""#), "{challenge}");
    region.stop().await;
}

#[tokio::test]
async fn a_token_is_refused_on_the_request_after_its_end() {
    let region = Region::start().await;
    let proxy = Proxy::start(&region).await;
    let account = region.account("short-lived", 0).await;

    let revoked = token(&region, &account).await;
    proxy.ask("GET", Some(&revoked)).await.is(200);
    let asked = region
        .http
        .post("/oauth/v1/revoke")
        .basic(&account.client_id, &account.secret);
    asked.form(&[("token", &revoked)]).send().await.is(200);
    proxy.ask("GET", Some(&revoked)).await.is(401);

    let rotated = token(&region, &account).await;
    proxy.ask("GET", Some(&rotated)).await.is(200);
    let path = format!(
        "/service-accounts/{}/credentials/{}/rotate",
        account.id, account.client_id
    );
    region.admin("POST", &path, None).await.is(200);
    proxy.ask("GET", Some(&rotated)).await.is(401);

    let other = region.account("soon gone", 0).await;
    let deleted = token(&region, &other).await;
    proxy.ask("GET", Some(&deleted)).await.is(200);
    region
        .admin("DELETE", &format!("/service-accounts/{}", other.id), None)
        .await
        .is(204);
    proxy.ask("GET", Some(&deleted)).await.is(401);
    region.stop().await;
}

/// With nginx's own buffers, as the configuration leaves them.
#[tokio::test]
async fn the_longest_scopes_and_the_most_applications_come_through() {
    let region = Region::start().await;
    let proxy = Proxy::start(&region).await;
    let subscription = region.fact("subscription").to_owned();
    let resources = region.admin("GET", "/resources", None).await.is(200);
    let mut left = Scopes::LONGEST - "read:me write:me ".len();
    let mut scopes = vec![json!({"name": "read:me"}), json!({"name": "write:me"})];
    while left > 0 {
        let length = left.min(100);
        scopes.push(json!({"name": format!("{:0length$}", scopes.len())}));
        left = left.saturating_sub(length + 1);
    }
    let path = format!("/resources/{}", resources.text("/items/0/id"));
    region
        .admin("PATCH", &path, Some(json!({"scopes": scopes})))
        .await
        .is(200);
    let mut applications = region.facts["applications"].as_array().expect("applications").clone();
    while applications.len() < ServiceAccount::MAX_APPLICATIONS {
        let new = json!({"name": format!("number {}", applications.len()), "subscription": subscription});
        let made = region.admin("POST", "/applications", Some(new)).await.is(201);
        applications.push(made.json()["id"].clone());
    }
    let new = json!({
        "name": "everything", "subscription": subscription, "roles": ["subscription_admin"], "applications": applications,
    });
    let account = Account::of(&region.admin("POST", "/service-accounts", Some(new)).await.is(201));
    let token = token(&region, &account).await;
    let told = proxy.ask("GET", Some(&token)).await.is(200).json();
    assert_eq!(told["x-auth-scope"].as_str().map(str::len), Some(Scopes::LONGEST));
    let seen = told["x-auth-applications"].as_str().map(|all| all.split(' ').count());
    assert_eq!(seen, Some(ServiceAccount::MAX_APPLICATIONS));
    region.stop().await;
}

#[tokio::test]
async fn nobody_comes_through_while_the_region_does_not_answer() {
    let region = Region::start().await;
    let proxy = Proxy::start(&region).await;
    let account = region.account("unlucky", 0).await;
    let token = token(&region, &account).await;
    proxy.ask("GET", Some(&token)).await.is(200);
    region.stop().await;
    let answer = proxy.ask("GET", Some(&token)).await.is(503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert!(!answer.body.contains(&json!(account.client_id).to_string()));
}

/// From the upstreams on, as for a region that `cargo run` started and an API on port 3000.
#[test]
fn the_readme_quotes_the_configuration_word_for_word() {
    let config = filled(
        "",
        "8080",
        "127.0.0.1:8787",
        "127.0.0.1:3000",
        "http://127.0.0.1:8787/acme",
    );
    let (_, recipe) = config.split_once("    upstream regent {").expect("the upstreams");
    let recipe = format!("    upstream regent {{{}", recipe.trim_end().trim_end_matches('}'));
    let recipe: Vec<&str> = recipe
        .trim_end()
        .lines()
        .map(|line| line.strip_prefix("    ").unwrap_or(line))
        .collect();
    let quoted = quoted("nginx");
    let quoted = quoted
        .split("```nginx\n")
        .nth(1)
        .and_then(|block| block.split("\n```").next());
    assert_eq!(quoted, Some(recipe.join("\n").as_str()));
}
