//! What a caller writes breaks no line and makes up none.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Logging;
use super::line::{lines, requests};
use crate::lambda::binaries::binary;
use crate::lambda::runtime::Function;

const FORGED: &str =
    r#""}\n{"timestamp":"2026-11-21T23:00:00Z","level":"ERROR","message":"forged","Function":"token"}"#;

/// Bytes as no HTTP library would send them. Whether they are answered is the server's business.
async fn send(address: &str, bytes: &[u8]) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may hang up before it has heard all.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
}

#[tokio::test]
async fn no_request_breaks_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let region = Logging::start(folder.path()).await;
    let address = region.fact("/issuer").trim_start_matches("http://").to_owned();
    let host = format!("host: {address}\r\nconnection: close\r\n");
    for target in [
        FORGED.to_owned(),
        format!("/{}", FORGED.replace(' ', "")),
        "/\u{1b}[31mred".to_owned(),
        "/%0A%22%7D%00%1B%5B31m".to_owned(),
        "/\u{0}\u{7f}\"\\".to_owned(),
        "/ünïcödé\u{2028}\u{202e}".to_owned(),
        format!("/{}", "a".repeat(1 << 20)),
        format!("/verify?{}", "a".repeat(60_000)),
    ] {
        send(&address, format!("GET {target} HTTP/1.1\r\n{host}\r\n").as_bytes()).await;
    }
    for header in ["traceparent", "user-agent", "x-request-id", "authorization", "cookie"] {
        for value in [&format!("x {FORGED}"), "\u{1b}[2J", "a\u{9}b\"\\", "\u{ff}\u{fe}"] {
            let request = format!("POST /oauth/v1/token HTTP/1.1\r\n{host}{header}: {value}\r\n\r\n");
            send(&address, request.as_bytes()).await;
        }
    }
    region.http().get("/health").send().await.is(200);
    let log = region.end().await;
    assert!(lines(&log).iter().all(|line| line["message"] != "forged"));
    let requests = requests(&log);
    assert!(requests.iter().any(|line| line["route"] == "/oauth/v1/token"));
    assert!(
        requests.iter().all(|line| line.to_string().len() < 4096),
        "a line as long as a request"
    );
    assert!(!log.contains("aaaaaaaa") && !log.contains("forged"));
}

#[tokio::test]
async fn no_event_breaks_a_line_whatever_api_gateway_may_pass_on() {
    let folder = tempfile::tempdir().unwrap();
    let environment = [
        ("REGENT_REGION", "us"),
        ("REGENT_ISSUER", "https://us.regent.example"),
        ("REGENT_TABLE", "regent-us"),
        ("REGENT_AUDIENCE", "https://api.example.com"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let verify = Function::start(&binary("regent-verify"), folder.path().join("log"), &environment).await;
    let hostile = format!("x\n\r\u{1b}[31m\u{0}\u{2028}{FORGED}");
    let long = "a".repeat(1 << 20);
    for text in [&hostile, &long] {
        verify
            .invoke(json!({
                "type": "REQUEST", "version": "2.0", "routeKey": text, "rawPath": text, "rawQueryString": text,
                "headers": {"authorization": format!("Bearer {text}"), "traceparent": text}, "cookies": [text],
                "requestContext": {"requestId": text, "http": {"sourceIp": text, "method": text, "path": text}},
            }))
            .await;
        verify
            .invoke(json!({
                "type": "REQUEST", "version": "1.0", "methodArn": text, "resource": text, "httpMethod": text,
                "headers": {"Authorization": text}, "requestContext": {"requestId": text, "identity": {"sourceIp": text}},
            }))
            .await;
        verify
            .invoke(json!({"type": "TOKEN", "methodArn": text, "authorizationToken": text}))
            .await;
    }
    let written = verify.log();
    assert_eq!(requests(&written).len(), 6, "{written}");
    assert!(
        lines(&written)
            .iter()
            .all(|line| line["message"] != "forged" && line.to_string().len() < 16_384)
    );
}
