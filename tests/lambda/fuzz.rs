//! Whole events with hostile values in every place: whatever comes, a function answers or refuses, and
//! never panics. Deployed, a panic is the end of the process.

use axum::Router;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use regent::telemetry::watched;
use regent::web::{Origin, lambda};
use regent_notify::{Mailbox, Notify};
use regent_rotate::Rotate;
use regent_verify::{Authorizer, AuthorizerEvent, Settings};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::harness::Region;
use crate::lambda::event::{Known, read};
use crate::lambda::known;

/// What has ended processes before, and what looks like it might.
const NASTY: [&str; 40] = [
    "",
    " ",
    "a b",
    "[",
    "]",
    "h:99999",
    "http,https",
    "//",
    "/",
    "?",
    "#",
    "%",
    "%zz",
    "%00",
    "\0",
    "\n",
    "\u{7f}",
    "ü",
    "\u{202e}",
    "../..",
    "/..",
    "\\",
    "@",
    ":",
    "::1",
    "{",
    "|",
    "<script>",
    "$default",
    "[::1]:1",
    "2.0",
    "1.0",
    "POST",
    "text/html",
    "=",
    "/oauth/v1/token",
    "/oauth/v1/authorize",
    "/verify",
    "/sign-in",
    "/.well-known/jwks.json",
];

fn hostile() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => select(&NASTY[..]).prop_map(Value::from),
        2 => any::<String>().prop_map(Value::from),
        2 => "[ -~]{0,40}".prop_map(Value::from),
        1 => (1_usize..80_000).prop_map(|length| "a".repeat(length).into()),
        1 => any::<f64>().prop_map(Value::from),
        1 => select(vec![json!(null), json!(true), json!(0), json!(-1), json!(i64::MAX), json!(u64::MAX)]),
        1 => select(vec![json!([]), json!({}), json!([null]), json!([""]), json!({"": []}), json!({"a b": "c"})]),
    ]
}

/// Every place in an event.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    let within: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(values) => values
            .iter()
            .enumerate()
            .map(|(at, value)| (at.to_string(), value))
            .collect(),
        _ => vec![],
    };
    for (name, value) in within {
        let place = format!("{here}/{}", name.replace('~', "~0").replace('/', "~1"));
        places(value, &place, found);
        found.push(place);
    }
}

/// An event with something else in some of its places, or with members that it should not have.
fn changed(event: Value) -> impl Strategy<Value = Value> {
    let mut all = vec![];
    places(&event, "", &mut all);
    let name = option::weighted(
        0.3,
        prop_oneof![select(&NASTY[..]).prop_map(str::to_owned), any::<String>()],
    );
    vec((select(all), name, hostile()), 0..5).prop_map(move |changes| {
        let mut event = event.clone();
        for (place, name, value) in changes {
            match (event.pointer_mut(&place), name) {
                (Some(Value::Object(members)), Some(name)) => drop(members.insert(name, value)),
                (Some(place), _) => *place = value,
                (None, _) => {}
            }
        }
        event
    })
}

/// Feeds so many of these. What makes one fail is made as small as it can be.
fn feed(events: &impl Strategy<Value = Value>, cases: u32, to: impl AsyncFn(Value)) {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let fed = block_in_place(|| {
        TestRunner::new(config).run(events, |event| {
            Handle::current().block_on(to(event));
            Ok(())
        })
    });
    fed.unwrap_or_else(|why| panic!("{why}"));
}

fn known(region: &Region) -> Known {
    let mut known = known::of(&region.running.facts);
    known.insert("access_token".to_owned(), region.running.facts.admin.token.clone());
    known.insert(
        "signing_secret".to_owned(),
        region.running.app.config().signing_secret.clone().unwrap(),
    );
    known.insert("rotation".to_owned(), "5c0ffee0-0000-4000-8000-000000000000".to_owned());
    known.insert("client_id".to_owned(), "svc_us_000000000000".to_owned());
    known::derive(&mut known);
    known
}

/// What a REST API sends for the same request as an HTTP API's event.
fn of_rest_api(event: &Value) -> Value {
    let many = |members: &Value| -> Value {
        let members = members.as_object().unwrap().iter();
        members.map(|(name, value)| (name.clone(), json!([value]))).collect()
    };
    let query = json!({"resource": "https://api.test", "scope": "read:me"});
    json!({
        "version": "1.0", "resource": "/{proxy+}", "path": event["rawPath"], "httpMethod": "GET",
        "headers": event["headers"], "multiValueHeaders": many(&event["headers"]),
        "queryStringParameters": query, "multiValueQueryStringParameters": many(&query),
        "pathParameters": {"proxy": "verify"}, "stageVariables": {"a": "b"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "a1b2", "domainName": "a1b2.execute-api.test", "domainPrefix": "a1b2",
            "extendedRequestId": "x=", "httpMethod": "GET", "path": "/prod/verify", "protocol": "HTTP/1.1", "requestId": "r",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "curl"}, "requestTime": "12/Mar/2026:19:40:58 +0000",
            "requestTimeEpoch": 1_773_344_458_000_u64, "resourceId": "1", "resourcePath": "/{proxy+}", "stage": "prod",
            "authorizer": {"principalId": "p"},
        },
        "body": "YT1i", "isBase64Encoded": true,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_answered() {
    let region = Region::start().await;
    let (app, known) = (region.running.app.clone(), known(&region));
    let routers = [
        regent_token::router(app.clone()),
        regent_accounts::router(app.clone()),
        regent_authorize::router(app.clone()),
        regent_console::router(app.clone()),
        regent_verify::router(app),
    ];
    let answer = async |router: Router, event: &Value| {
        let event = to_raw_value(event).unwrap();
        let answer = lambda::answer(router, &event, lambda_http::Context::default())
            .await
            .unwrap();
        let answer: Value = serde_json::from_str(answer.get()).unwrap();
        answer["statusCode"].as_u64().unwrap()
    };
    let template = read("verify/forward-auth-no-bearer", &known);
    let form = read("token/token-empty-body", &known);
    for template in [of_rest_api(&template), template, form] {
        feed(&changed(template), 500, async |event| {
            for router in &routers {
                let status = answer(router.clone(), &event).await;
                assert!((200..500).contains(&status), "{status}");
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_of_an_authorizer_is_decided_or_refused() {
    let region = Region::start().await;
    let (app, mut known) = (region.running.app.clone(), known(&region));
    let account = region.account().await;
    known.insert("access_token".to_owned(), account.token(&region).await);
    let authorizer = Authorizer::new(app.clone(), Settings::default());
    for name in [
        "verify/authorizer-http-route-scopes",
        "verify/authorizer-rest-route-scopes",
        "verify/authorizer-token",
    ] {
        feed(&changed(read(name, &known)), 500, async |event| {
            let event = event.to_string();
            if let Some(event) = AuthorizerEvent::parse(&event) {
                let ledger = event.ledger(Origin::default(), &app);
                let authorization = Box::pin(watched(ledger, authorizer.authorize(&event)));
                drop(authorization.await);
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_batch_of_records_and_every_step_is_handled_or_refused() {
    let region = Region::start().await;
    let (app, known) = (region.running.app.clone(), known(&region));
    let outside = region.running.outside.endpoint();
    let settings = regent_notify::Settings {
        from: Mailbox::parse("regent@us.test").unwrap(),
        bus: "regent-us".to_owned(),
        ses_endpoint: Some(outside.to_owned()),
        eventbridge_endpoint: Some(outside.to_owned()),
    };
    let notify = Notify::new(app.clone(), &region.running.aws(), settings);
    for name in ["notify/approval-requested", "notify/credential-rotated"] {
        feed(&changed(read(name, &known)), 100, async |event| {
            drop(notify.handle(event).await);
        });
    }
    let rotate = Rotate::new(app);
    for name in ["rotate/create-secret", "rotate/test-secret", "rotate/emergency-no-key"] {
        feed(&changed(read(name, &known)), 100, async |event| {
            drop(rotate.handle(event).await);
        });
    }
}
