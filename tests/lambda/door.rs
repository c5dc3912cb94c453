//! The door, as a deployed function has it: told of the edge's secret by its environment.

use std::fs;

use serde_json::{Value, json};

use crate::harness::Region;
use crate::lambda::binaries::binary;
use crate::lambda::event::{Known, read};
use crate::lambda::runtime::{Function, Outcome};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

async fn status(function: &Function, headers: &Value) -> Value {
    let resource = ("resource".to_owned(), "https://shop.example.com".to_owned());
    let encoded = (
        "resource_encoded".to_owned(),
        "https%3A%2F%2Fshop.example.com".to_owned(),
    );
    let known = Known::from([resource, encoded]);
    let mut event = read("verify/forward-auth-no-bearer", &known);
    event["headers"]
        .as_object_mut()
        .unwrap()
        .extend(headers.as_object().unwrap().clone());
    match function.invoke(event).await {
        Outcome::Answered(answer) => answer["statusCode"].clone(),
        Outcome::Failed(why) => panic!("{why}"),
    }
}

#[tokio::test]
async fn the_verify_binary_keeps_its_door_shut_and_authorizers_need_none() {
    let region = Region::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (config, credentials) = (region.running.app.config(), &region.running.credentials);
    let environment = [
        ("REGENT_REGION", config.region.to_string()),
        ("REGENT_ISSUER", config.issuer.to_string()),
        ("REGENT_TABLE", config.table.clone()),
        ("REGENT_AUDIENCE", "https://shop.example.com".to_owned()),
        ("REGENT_EDGE_SECRET", SECRET.to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", region.running.dynamodb_endpoint.clone()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id().to_owned()),
        ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key().to_owned()),
    ];
    let log = folder.path().join("log");
    let function = Function::start(&binary("regent-verify"), log.clone(), &environment).await;
    let viewer = "198.51.100.7:4711";
    assert_eq!(
        status(&function, &json!({"cloudfront-viewer-address": viewer})).await,
        403
    );
    assert_eq!(status(&function, &json!({"x-regent-edge": SECRET})).await, 403);
    let both = json!({"x-regent-edge": SECRET, "cloudfront-viewer-address": viewer});
    assert_eq!(status(&function, &both).await, 401);

    // What API Gateway itself asks is no HTTP request, and has no edge before it.
    let event = json!({"type": "REQUEST", "version": "2.0", "routeKey": "GET /", "headers": {}});
    let answer = function.invoke(event).await;
    assert_eq!(answer, Outcome::Answered(json!({"isAuthorized": false})));

    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("the request did not come through the edge"), "{log}");
    assert!(
        log.contains("the edge does not say who asked it") && log.contains("198.51.100.7"),
        "{log}"
    );
    assert!(!log.contains(SECRET), "{log}");
}
