//! Metadata and keys (RFC 8414, RFC 7517 §5): what is advertised works, what works is advertised.

use regent::domain::Privilege;
use serde_json::json;

use crate::harness::{Region, encoded};

const PATHS: [&str; 2] = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
];
const KEYS: &str = "/.well-known/jwks.json";

#[tokio::test]
async fn the_metadata_is_this_and_under_both_names() {
    let region = Region::start().await;
    let issuer = region.running.facts.issuer.as_str();
    let methods = ["client_secret_basic", "client_secret_post"];
    for path in PATHS {
        let answer = region.http.get(path).send().await.is(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(
            answer.json(),
            json!({
                "issuer": issuer,
                "token_endpoint": format!("{issuer}/oauth/v1/token"),
                "revocation_endpoint": format!("{issuer}/oauth/v1/revoke"),
                "introspection_endpoint": format!("{issuer}/oauth/v1/introspect"),
                "jwks_uri": format!("{issuer}{KEYS}"),
                "scopes_supported": Privilege::ALL.iter().map(|privilege| privilege.as_str()).collect::<Vec<_>>(),
                "grant_types_supported": ["client_credentials"],
                "response_types_supported": [],
                "token_endpoint_auth_methods_supported": methods,
                "revocation_endpoint_auth_methods_supported": methods,
                "introspection_endpoint_auth_methods_supported": methods,
            })
        );
    }
}

#[tokio::test]
async fn what_is_advertised_works() {
    let region = Region::start().await;
    let account = region.account().await;
    let metadata = region.http.get(PATHS[0]).send().await.is(200).json();
    let list = |name: &str| metadata[name].as_array().unwrap().clone();
    for (endpoint, methods) in [
        ("token_endpoint", "token_endpoint_auth_methods_supported"),
        (
            "introspection_endpoint",
            "introspection_endpoint_auth_methods_supported",
        ),
        ("revocation_endpoint", "revocation_endpoint_auth_methods_supported"),
    ] {
        for method in list(methods) {
            for grant in list("grant_types_supported") {
                let token = account.token(&region).await;
                let asked = region.http.post(metadata[endpoint].as_str().unwrap());
                let fields = [("grant_type", grant.as_str().unwrap()), ("token", &token)];
                let asked = match method.as_str().unwrap() {
                    "client_secret_basic" => asked
                        .basic(&encoded(&account.client_id), &encoded(&account.secret))
                        .form(&fields),
                    "client_secret_post" => {
                        let own = [
                            ("client_id", account.client_id.as_str()),
                            ("client_secret", &account.secret),
                        ];
                        asked.form(&[&fields, &own[..]].concat())
                    }
                    other => panic!("{other} is advertised and unknown to this test"),
                };
                asked.send().await.is(200);
            }
        }
    }
    let keys = region
        .http
        .get(metadata["jwks_uri"].as_str().unwrap())
        .send()
        .await
        .is(200)
        .json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_issuer_is_the_configured_one_whatever_a_request_says() {
    let region = Region::start().await;
    let issuer = region.running.facts.issuer.as_str();
    let token = region.account().await.token(&region).await;
    assert_eq!(crate::harness::Parts::of(&token).claims["iss"], issuer);
    let asked = region
        .http
        .get(PATHS[0])
        .header("host", "evil.test")
        .header("forwarded", "host=evil.test;proto=https");
    let asked = asked
        .header("x-forwarded-host", "evil.test")
        .header("x-forwarded-proto", "https");
    assert_eq!(asked.send().await.is(200).text("/issuer"), issuer);
}

#[tokio::test]
async fn documents_can_be_kept_and_asked_for_again() {
    let region = Region::start().await;
    for path in [PATHS[0], PATHS[1], KEYS] {
        let answer = region.http.get(path).send().await.is(200);
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
        assert_eq!(answer.header("pragma"), None);
        let tag = answer.header("etag").unwrap();
        let head = region.http.ask("HEAD", path).send().await.is(200);
        assert_eq!((head.header("etag"), head.body.as_str()), (Some(tag), ""));
        let length = answer.body.len().to_string();
        assert_eq!(head.header("content-length"), Some(length.as_str()));
        for (seen, status) in [
            (tag.to_owned(), 304),
            (format!("W/{tag}"), 304),
            (format!("\"x\", {tag}"), 304),
            ("*".to_owned(), 304),
            ("\"x\"".to_owned(), 200),
            (tag.trim_matches('"').to_owned(), 200),
        ] {
            let again = region
                .http
                .get(path)
                .header("if-none-match", &seen)
                .send()
                .await
                .is(status);
            assert_eq!(again.header("etag"), Some(tag));
            assert_eq!(again.body.is_empty(), status == 304, "{seen}");
        }
    }
}

#[tokio::test]
async fn other_methods_and_paths_are_refused_in_json() {
    let region = Region::start().await;
    for path in [PATHS[0], PATHS[1], KEYS] {
        for method in ["POST", "PUT", "DELETE"] {
            let answer = region.http.ask(method, path).send().await;
            assert_eq!(answer.header("allow"), Some("GET,HEAD"), "{method} {path}");
            answer.problem(405);
        }
    }
    for path in [
        "/.well-known/nothing",
        "/.well-known/oauth-authorization-server/x",
        "/oauth/v1",
        "/oauth/v1/authorize",
    ] {
        region.http.get(path).send().await.problem(404);
    }
}
