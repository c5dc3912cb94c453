//! `infra/check`, as an operator runs it: it passes a sound region, and each of its checks fails where
//! what stands before the region spoils just that.

use std::net::Ipv4Addr;
use std::process::Output;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::clients::tool::{on_path, tests};
use crate::harness::Region;

/// What stands before a region and spoils its answers.
#[derive(Clone)]
struct Before {
    base: String,
    region: String,
    spoils: Spoils,
}

/// How an answer is spoilt, each way with what `infra/check` says of it. The string is the path.
type Spoils = &'static [(&'static str, fn(&str, &mut Spoilt))];

/// An answer on its way.
struct Spoilt {
    /// The headers of the request.
    asked: HeaderMap,
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Spoilt {
    /// Gives a header another name.
    fn rename(&mut self, from: HeaderName, to: &'static str) {
        if let Some(value) = self.headers.remove(from) {
            self.headers.insert(HeaderName::from_static(to), value);
        }
    }
}

impl Before {
    async fn start(region: &Region, spoils: Spoils) -> String {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let before = Self {
            base: base.clone(),
            region: region.running.facts.issuer.clone(),
            spoils,
        };
        let routes = Router::new().fallback(pass).with_state(before);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        base
    }
}

/// The region's answer as if its issuer were here, and spoilt.
async fn pass(State(before): State<Before>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none());
    let there = parts.uri.to_string().replace(&before.base, &before.region);
    let asked = client
        .build()
        .unwrap()
        .request(parts.method, format!("{}{there}", before.region));
    let mut headers = parts.headers;
    headers.remove(header::HOST);
    let answer = asked.headers(headers.clone()).body(body).send().await.unwrap();
    let mut spoilt = Spoilt {
        asked: headers,
        status: answer.status(),
        headers: answer.headers().clone(),
        body: answer.text().await.unwrap().replace(&before.region, &before.base),
    };
    spoilt.headers.remove(header::CONTENT_LENGTH);
    for (_, spoil) in before.spoils {
        spoil(parts.uri.path(), &mut spoilt);
    }
    let mut response = Response::new(Body::from(spoilt.body));
    (*response.status_mut(), *response.headers_mut()) = (spoilt.status, spoilt.headers);
    response
}

async fn check(arguments: &[&str]) -> (Option<i32>, String) {
    on_path("jq");
    on_path("curl");
    let mut command = Command::new(on_path("bash"));
    command.arg(tests().join("../infra/check")).args(arguments);
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    let Output { status, stdout, stderr } = command.output().await.expect("bash starts");
    let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    (status.code(), said)
}

#[tokio::test]
async fn a_sound_region_passes_also_through_what_leaves_it_alone() {
    let region = Region::start().await;
    let sound = Before::start(&region, &[]).await;
    // Nobody listens at the discard port.
    for arguments in [
        vec![region.running.facts.issuer.as_str()],
        vec![&sound, "http://127.0.0.1:9"],
    ] {
        let (code, said) = check(&arguments).await;
        assert_eq!(code, Some(0), "{said}");
        assert!(said.ends_with("all well\n") && !said.contains("FAIL"), "{said}");
    }
}

/// What a closed way round answers.
const REFUSES: Spoils = &[("", |_, answer| answer.status = StatusCode::FORBIDDEN)];

/// What is spoilt, and what is said of it; together what does not hide each other.
const SPOILT: [Spoils; 4] = [
    &[
        (
            "renamed by the gateway to x-amzn-remapped-www-authenticate",
            |_, answer| {
                answer.rename(header::WWW_AUTHENTICATE, "x-amzn-remapped-www-authenticate");
            },
        ),
        ("keys: there are none", |path, answer| {
            if path.ends_with("jwks.json") {
                r#"{"keys":[]}"#.clone_into(&mut answer.body);
            }
        }),
        ("health: 503 instead of 200", |path, answer| {
            if path == "/health" {
                answer.status = StatusCode::SERVICE_UNAVAILABLE;
            }
        }),
        ("token: 405 without Allow: POST", |_, answer| {
            answer.headers.remove(header::ALLOW);
        }),
        ("the answer may be kept (Cache-Control: public)", |_, answer| {
            answer
                .headers
                .insert(header::CACHE_CONTROL, HeaderValue::from_static("public"));
        }),
        ("frame-ancestors", |_, answer| {
            answer.headers.remove(header::CONTENT_SECURITY_POLICY);
        }),
        ("CORS: pages of other sites may read", |_, answer| {
            let everybody = HeaderValue::from_static("*");
            answer.headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everybody);
        }),
        ("a path that nobody has: 200 instead of 404", |_, answer| {
            if answer.status == StatusCode::NOT_FOUND {
                answer.status = StatusCode::OK;
            }
        }),
        ("openid-configuration is another document", |path, answer| {
            if path.ends_with("openid-configuration") {
                answer.body.push(' ');
            }
        }),
    ],
    &[
        ("verify: no token: 401 without WWW-Authenticate", |_, answer| {
            answer.headers.remove(header::WWW_AUTHENTICATE);
        }),
        ("keys: there is a PRIVATE key among them", |path, answer| {
            if path.ends_with("jwks.json") {
                answer.body = answer.body.replacen("\"kty\"", "\"d\":\"AQAB\",\"kty\"", 1);
            }
        }),
        ("health: 'fail', not pass", |path, answer| {
            if path == "/health" {
                r#"{"status":"fail"}"#.clone_into(&mut answer.body);
            }
        }),
        ("token: GET: 200 instead of 405", |_, answer| {
            if answer.status == StatusCode::METHOD_NOT_ALLOWED {
                answer.status = StatusCode::OK;
            }
        }),
        ("a caller can write another host into it", |_, answer| {
            if let Some(host) = answer.asked.get("x-forwarded-host") {
                answer.body.push_str(host.to_str().unwrap());
            }
        }),
        ("metadata: the issuer is '", |_, answer| {
            answer.body = answer
                .body
                .replacen("\",\"authorization_endpoint", "/\",\"authorization_endpoint", 1);
        }),
    ],
    &[("metadata: jwks_uri is 'http://127.0.0.1:9/", |_, answer| {
        answer.body = answer
            .body
            .replace("\"jwks_uri\":\"http:", "\"jwks_uri\":\"http://127.0.0.1:9/");
    })],
    &[("metadata: 502 instead of 200", |_, answer| {
        answer.status = StatusCode::BAD_GATEWAY;
    })],
];

#[tokio::test]
async fn whatever_spoils_an_answer_is_found() {
    let region = Region::start().await;
    for spoils in SPOILT {
        let before = Before::start(&region, spoils).await;
        let (code, said) = check(&[&before]).await;
        assert_eq!(code, Some(1), "{said}");
        for (complaint, _) in spoils {
            let found = said
                .lines()
                .any(|line| line.starts_with("FAIL") && line.contains(complaint));
            assert!(found, "{complaint}:\n{said}");
        }
    }
}

#[tokio::test]
async fn a_way_round_the_edge_is_found() {
    let region = Region::start().await;
    let issuer = region.running.facts.issuer.as_str();
    let (code, said) = check(&[issuer, issuer]).await;
    assert_eq!(code, Some(1));
    assert!(said.contains("FAIL  the API's own URL is open (200)"), "{said}");
    let refusing = Before::start(&region, REFUSES).await;
    let (code, said) = check(&[issuer, &refusing]).await;
    assert_eq!(code, Some(0), "{said}");

    let (code, said) = check(&["http://127.0.0.1:9"]).await;
    assert_eq!(code, Some(1));
    assert!(said.contains("FAIL  no answer from"), "{said}");
}

#[tokio::test]
async fn wrong_use_is_told_from_a_failed_check() {
    for arguments in [
        vec![],
        vec!["https://oauth.example.com/"],
        vec!["https://oauth.example.com/path"],
        vec!["http://oauth.example.com"],
        vec!["oauth.example.com"],
        vec!["https://a.example.com", "https://b.example.com", "more"],
    ] {
        let (code, said) = check(&arguments).await;
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains("usage: infra/check"), "{said}");
    }
}
