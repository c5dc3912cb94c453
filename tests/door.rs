//! The door: behind an edge of its own a region answers nothing that came around it, and believes
//! the edge, and nobody else, where a caller is.

use regent::domain::EdgeSecret;
use serde_json::{Value, json};

use crate::harness::{Apart, Asked, Http, Region};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const VIEWER: &str = "cloudfront-viewer-address";
const SHUT: &str = "Ask at the issuer's own address.";

/// The functions of a region as they are behind an edge.
async fn behind_an_edge(region: &Region) -> Apart {
    Apart::with(region, |config| config.edge_secret = EdgeSecret::parse(SECRET).ok()).await
}

fn through(asked: Asked, viewer: &str) -> Asked {
    asked.header("x-regent-edge", SECRET).header(VIEWER, viewer)
}

#[tokio::test]
async fn nothing_is_answered_to_whoever_comes_around_the_edge() {
    let region = Region::start().await;
    let apart = behind_an_edge(&region).await;
    for path in [
        "/health",
        "/.well-known/oauth-authorization-server",
        "/.well-known/jwks.json",
        "/oauth/v1/token",
        "/oauth/v1/authorize",
        "/sign-in",
        "/console",
        "/api/v1/users",
        "/api/v1/openapi.json",
        "/verify",
        "/there-is-nothing-here",
    ] {
        let wrong = [
            ("x-regent-edge", "fedcba9876543210fedcba9876543210"),
            (VIEWER, "192.0.2.1:1"),
        ];
        let unknown = [("x-regent-edge", SECRET), (VIEWER, "somewhere")];
        for headers in [&[][..], &wrong, &unknown, &[("x-regent-edge", SECRET)]] {
            let asked = headers
                .iter()
                .fold(apart.http.get(path), |asked, (name, value)| asked.header(name, value));
            let answer = asked.send().await.is(403);
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            assert_eq!(answer.json()["detail"], SHUT, "{path}");
        }
        let answer = through(apart.http.get(path), "192.0.2.1:1").send().await;
        assert!(!answer.body.contains(SHUT), "{path}: {answer:?}");
    }
    through(apart.http.get("/health"), "192.0.2.1:1").send().await.is(200);
}

/// Makes something that the audit trail tells of, and says from where the trail thinks it came.
async fn trailed(region: &Region, http: &Http, name: &str, headers: &[(&str, &str)]) -> Value {
    let asked = http
        .post("/api/v1/service-accounts")
        .bearer(&region.running.facts.admin.token);
    let asked = headers
        .iter()
        .fold(asked, |asked, (name, value)| asked.header(name, value));
    let account = json!({"name": name, "subscription": region.subscription(), "roles": [region.reader()]});
    let id = asked.json(&account).send().await.is(201).text("/id");
    let events = region.admin("GET", "/audit-events").send().await.is(200).json();
    let mut events = events["items"].as_array().unwrap().iter();
    let event = events.find(|event| event["target"]["id"] == *id).unwrap();
    event["source_ip"].clone()
}

#[tokio::test]
async fn callers_are_where_the_edge_says_and_nowhere_else() {
    let region = Region::start().await;
    let apart = behind_an_edge(&region).await;
    for (viewer, address) in [
        ("198.51.100.7:4711", "198.51.100.7"),
        ("2001:db8::7:4711", "2001:db8::7"),
    ] {
        let headers = [
            ("x-regent-edge", SECRET),
            (VIEWER, viewer),
            ("x-forwarded-for", "192.0.2.99"),
        ];
        assert_eq!(trailed(&region, &apart.http, address, &headers).await, address);
    }
    // Without an edge the same headers are a caller's own words.
    let spoofed = [("x-regent-edge", SECRET), (VIEWER, "198.51.100.7:4711")];
    assert_eq!(trailed(&region, &region.http, "spoofed", &spoofed).await, "127.0.0.1");
}
