//! Secrets in every place where somebody may put one, by mistake or on purpose, at every door; and
//! none of them in the log, at its most talkative.

use regent::domain::{BrowserSecret, ClientSecret};
use serde_json::json;

use super::Logging;
use super::grep::told;
use super::line::requests;
use crate::harness::{Asked, Browser, Http};

/// A path of every kind of every function, and some of none.
const DOORS: [(&str, &str); 22] = [
    ("POST", "/oauth/v1/token"),
    ("POST", "/oauth/v1/revoke"),
    ("POST", "/oauth/v1/introspect"),
    ("POST", "/oauth/v1/register"),
    ("GET", "/health"),
    ("GET", "/.well-known/oauth-protected-resource"),
    ("GET", "/oauth/v1/authorize"),
    ("POST", "/oauth/v1/authorize"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in"),
    ("POST", "/sign-out"),
    ("POST", "/forgot-password"),
    ("GET", "/password"),
    ("POST", "/password"),
    ("GET", "/console/service-accounts"),
    ("POST", "/console/service-accounts/new"),
    ("GET", "/api/v1/service-accounts"),
    ("POST", "/api/v1/service-accounts"),
    ("PATCH", "/api/v1/users/usr_000000000000"),
    ("GET", "/verify"),
    ("GET", "/no/such/path"),
    ("DELETE", "/oauth/v1/token"),
];

/// What every form field, parameter and member is tried as.
const NAMES: [&str; 16] = [
    "client_secret",
    "client_id",
    "grant_type",
    "code",
    "code_verifier",
    "redirect_uri",
    "refresh_token",
    "token",
    "scope",
    "resource",
    "state",
    "email",
    "password",
    "csrf",
    "next",
    "name",
];

const HEADERS: [&str; 14] = [
    "x-regent-edge",
    "cookie",
    "x-csrf-token",
    "if-match",
    "if-none-match",
    "idempotency-key",
    "traceparent",
    "tracestate",
    "x-amzn-trace-id",
    "x-request-id",
    "user-agent",
    "referer",
    "origin",
    "x-forwarded-for",
];

/// Every way to send a secret through a door. Some do not make a request at all.
fn ways(http: &Http, (method, path): (&str, &str), secret: &str) -> Vec<Asked> {
    let asked = || http.ask(method, path);
    let mut ways = vec![
        asked().bearer(secret),
        asked().basic(secret, "x"),
        asked().basic("x", secret),
        asked().header("authorization", secret),
        asked().header("content-type", secret),
        asked().header(
            "cookie",
            &format!("__Host-regent={secret}; __Host-regent_form={secret}"),
        ),
        asked().raw_form(secret),
        asked().raw_form(format!("{secret}=x")),
        asked().body("application/json", format!("{{\"name\": \"{secret}\", ")),
        asked().body("application/json", format!("\"{secret}\"")),
        asked().json(&json!({secret: secret})),
        asked().body("text/plain", secret),
        asked().query(&[(secret, "x")]),
        http.ask(method, &format!("{path}/{secret}")),
        http.ask(method, &format!("{path}%2F{secret}")),
        http.ask(method, &format!("/{secret}")),
        // Only letters are a method.
        http.ask(&secret.replace(|c: char| !c.is_ascii_alphanumeric(), ""), path),
        asked().form(&[("client_id", &format!("https://app.example/client?{secret}"))]),
        asked().query(&[("client_id", &format!("https://app.example/client?{secret}"))]),
    ];
    ways.extend(NAMES.map(|name| asked().form(&[(name, secret), (name, secret)])));
    ways.extend(NAMES.map(|name| asked().query(&[(name, secret)]).json(&json!({name: secret}))));
    ways.extend(HEADERS.map(|name| asked().header(name, secret)));
    ways
}

/// What is sent: what was really given out, the same spoilt, and what only looks like it.
async fn secrets(region: &Logging, http: &Http) -> Vec<(&'static str, String)> {
    let fact = |pointer| region.fact(pointer).to_owned();
    let (token, password) = (fact("/admin/token"), fact("/admin/password"));
    let body = json!({
        "name": "nightly", "subscription": fact("/subscription"), "roles": [fact("/roles/0")],
        "applications": [fact("/applications/0")],
    });
    let account = http
        .post("/api/v1/service-accounts")
        .bearer(&token)
        .json(&body)
        .send()
        .await;
    let account = account.is(201);
    let (id, secret) = (
        account.text("/credential/client_id"),
        account.text("/credential/client_secret"),
    );
    let grant = [("grant_type", "client_credentials")];
    let access = http
        .token()
        .basic(&id, &secret)
        .form(&grant)
        .send()
        .await
        .is(200)
        .text("/access_token");
    let browser = Browser::new(region.fact("/issuer"));
    let form = browser.open("/sign-in").await.is(200).form("/sign-in");
    let form_cookie = browser.cookie("__Host-regent_form").unwrap();
    browser.sign_in(&fact("/admin/email"), &password).await.is(303);
    let session = browser.cookie("__Host-regent").unwrap();
    vec![
        ("client secret", secret),
        (
            "another client secret",
            ClientSecret::from_random([7; 32]).expose().to_owned(),
        ),
        ("password", password),
        ("admin token", token),
        ("access token", access.clone()),
        ("spoilt token", format!("{}x{}", &access[..90], &access[91..])),
        ("CSRF token", form.field("csrf").to_owned()),
        ("form cookie", form_cookie),
        ("session", session),
        ("device cookie", browser.cookie("__Host-regent_device").unwrap()),
        ("link token", BrowserSecret::from_random([8; 32]).expose().to_owned()),
        ("code", "c0de-Zm9vYmFyYmF6cXV4LXRoYXQtaXMtbm8tY29kZQ".to_owned()),
    ]
}

#[tokio::test]
async fn no_line_tells_a_secret_whatever_door_it_came_to() {
    let folder = tempfile::tempdir().unwrap();
    let region = Logging::start(folder.path()).await;
    let http = region.http();
    let secrets = secrets(&region, &http).await;
    let mut sent = 0;
    for (first, door) in DOORS.iter().enumerate() {
        // Each door sees each way, and over all doors each way sees each secret.
        let of = |index: usize| &secrets[(first + index) % secrets.len()].1;
        let count = ways(&http, *door, of(0)).len();
        let tried = (0..count).map(|index| ways(&http, *door, of(index)).swap_remove(index));
        let tried: Vec<_> = tried.map(|asked| tokio::spawn(asked.try_send())).collect();
        for answer in tried {
            // What makes no request is refused by the client itself.
            sent += usize::from(answer.await.unwrap().is_ok());
        }
    }
    let log = region.end().await;
    let lines = requests(&log);
    // Paths that no function has end at the gateway.
    assert!(
        sent > 1000 && lines.len() > 1000,
        "{sent} requests, {} lines",
        lines.len()
    );
    let refused = lines.iter().filter(|line| line["message"] == "refused").count();
    assert!(refused > 500, "{refused}");
    assert_eq!(lines.iter().filter(|line| line["message"] == "failed").count(), 0);
    for (name, secret) in secrets {
        assert_eq!(told(&log, &secret), None, "a {name} is in the log");
    }
}
