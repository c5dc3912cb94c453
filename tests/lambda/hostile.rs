//! What callers may write into a request: every binary answers it, and lives.

use serde_json::{Value, json};

use crate::lambda::runtime::Outcome;
use crate::lambda::stage::Stage;

/// One event of each function that answers HTTP, and what comes of it.
const GOOD: [(&str, u16); 5] = [
    ("token/jwks", 200),
    ("accounts/openapi", 200),
    ("authorize/sign-in-form", 200),
    ("console/console-anonymous", 303),
    ("verify/forward-auth-no-bearer", 401),
];

/// The status that an event is answered with. A process that ends makes the test fail.
async fn status(stage: &Stage, event: &str, change: impl FnOnce(&mut Value)) -> Value {
    match stage.feeds(event, change).await {
        Outcome::Answered(answer) => answer["statusCode"].clone(),
        Outcome::Failed(why) => panic!("{event}: {why}"),
    }
}

#[tokio::test]
async fn whatever_host_and_scheme_a_caller_claims_a_binary_answers_as_to_any_other() {
    let stage = Stage::start().await;
    let long = "a".repeat(70_000);
    let odd = [
        "",
        " ",
        "a b",
        "[",
        "h:99999",
        "h:port",
        "u@h",
        "/",
        "?",
        "#",
        "h#f",
        "%",
        "ü",
        "http,https",
        "1http",
        &long,
    ];
    for (event, expected) in GOOD {
        for name in ["host", "x-forwarded-proto"] {
            for value in odd {
                let told = status(&stage, event, |event| event["headers"][name] = json!(value)).await;
                assert_eq!(told, expected, "{event} with {name}: {value:.99}");
            }
        }
        let bare = |event: &mut Value| {
            event["headers"].as_object_mut().unwrap().remove("host");
            event["requestContext"]["domainName"] = json!("[");
        };
        assert_eq!(status(&stage, event, bare).await, expected, "{event}");
    }
}

#[tokio::test]
async fn what_is_no_request_is_answered_by_400_and_ends_no_binary() {
    let stage = Stage::start().await;
    for (event, expected) in GOOD {
        for (pointer, value) in [
            ("/headers", json!({"a b": "c"})),
            ("/headers", json!({"a": "b\nc"})),
            ("/headers", json!([])),
            ("/requestContext/http/method", json!("G T")),
            ("/requestContext/http", json!(null)),
            ("/requestContext", json!({"requestId": "r"})),
            ("/rawPath", json!([])),
            ("/rawPath", json!(format!("/{}", "a".repeat(70_000)))),
            ("/isBase64Encoded", json!("yes")),
        ] {
            let told = status(&stage, event, |event| {
                *event.pointer_mut(pointer).unwrap() = value.clone();
            })
            .await;
            assert_eq!(told, 400, "{event} with {pointer} {value:.99}");
        }
        let body = |event: &mut Value| (event["body"], event["isBase64Encoded"]) = (json!("%"), json!(true));
        assert_eq!(status(&stage, event, body).await, 400, "{event}");
        for whole in [json!({}), json!([]), json!(null)] {
            assert_eq!(status(&stage, event, |event| *event = whole).await, 400, "{event}");
        }
        assert_eq!(status(&stage, event, |_| {}).await, expected, "{event}");
    }
    // An authorizer's answer is no HTTP response: what cannot be read lets nobody in.
    let odd = |event: &mut Value| event["headers"] = json!({"authorization": ["Bearer x"]});
    let refused = stage.feeds("verify/authorizer-http-no-bearer", odd).await;
    assert_eq!(refused, Outcome::Failed("verification is unavailable".to_owned()));
}
