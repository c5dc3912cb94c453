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
    let secret = ["client_secret_basic", "client_secret_post"];
    let methods = ["client_secret_basic", "client_secret_post", "none"];
    for path in PATHS {
        let answer = region.http.get(path).send().await.is(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(
            answer.json(),
            json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/oauth/v1/authorize"),
                "registration_endpoint": format!("{issuer}/oauth/v1/register"),
                "token_endpoint": format!("{issuer}/oauth/v1/token"),
                "revocation_endpoint": format!("{issuer}/oauth/v1/revoke"),
                "introspection_endpoint": format!("{issuer}/oauth/v1/introspect"),
                "jwks_uri": format!("{issuer}{KEYS}"),
                "scopes_supported": Privilege::ALL.iter().map(|privilege| privilege.as_str()).collect::<Vec<_>>(),
                "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": methods,
                "revocation_endpoint_auth_methods_supported": methods,
                "introspection_endpoint_auth_methods_supported": secret,
                "authorization_response_iss_parameter_supported": true,
                "client_id_metadata_document_supported": true,
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
        // What people and public clients do has tests of its own: tests/authorize and tests/clients.
        for method in list(methods).into_iter().filter(|method| method != "none") {
            for grant in list("grant_types_supported")
                .into_iter()
                .filter(|grant| grant == "client_credentials")
            {
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
async fn an_api_at_this_host_says_who_protects_it_and_which_scopes_it_has() {
    let region = Region::start().await;
    let facts = &region.running.facts;
    let issuer = facts.issuer.as_str();
    let management: Vec<&str> = Privilege::ALL.iter().map(|privilege| privilege.as_str()).collect();
    for (path, resource, scopes) in [
        ("/acme", facts.resource.as_str(), vec!["read:me", "write:me"]),
        ("/api/v1", facts.api.as_str(), management),
    ] {
        let answer = region
            .http
            .get(&format!("/.well-known/oauth-protected-resource{path}"))
            .send()
            .await
            .is(200);
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
        let mut document = answer.json();
        let mut found: Vec<String> = serde_json::from_value(document["scopes_supported"].take()).unwrap();
        let mut scopes = scopes;
        found.sort();
        scopes.sort_unstable();
        assert_eq!(found, scopes);
        assert_eq!(
            document,
            json!({
                "resource": resource,
                "authorization_servers": [issuer],
                "bearer_methods_supported": ["header"],
                "scopes_supported": null,
            })
        );
    }
}

#[tokio::test]
async fn an_api_that_is_not_here_or_switched_off_says_nothing() {
    let region = Region::start().await;
    for path in [
        "",
        "/",
        "/nothing",
        "/acme/",
        "/Acme",
        "/acme?x=1",
        "/%61cme",
        "/a%00b",
        "/acme/me",
        "//acme",
    ] {
        let asked = region.http.get(&format!("/.well-known/oauth-protected-resource{path}"));
        asked.send().await.problem(404);
    }
    let resource = region.resource_id().await;
    let off = region.admin("PATCH", &format!("/resources/{resource}"));
    off.json(&json!({"enabled": false})).send().await.is(200);
    let acme = region.http.get("/.well-known/oauth-protected-resource/acme");
    acme.send().await.problem(404);
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
    ] {
        region.http.get(path).send().await.problem(404);
    }
}
