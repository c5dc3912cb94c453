//! What AWS answers may be broken in the middle of a secret. The error says that it was broken.

use std::net::Ipv4Addr;

use axum::Router;
use http::StatusCode;
use regent::acts::signing_key;
use regent::app::{App, Rng};
use regent::domain::UserId;
use serde_json::json;
use tokio::net::TcpListener;

use super::grep::told;
use crate::harness::Region;

/// A server that answers everything the same.
async fn answering(status: u16, body: String) -> String {
    let status = StatusCode::from_u16(status).unwrap();
    let routes = Router::new().fallback(async move || (status, [("content-type", "application/x-amz-json-1.1")], body));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    endpoint
}

#[tokio::test]
async fn a_broken_answer_with_a_private_key_in_it_is_not_repeated() {
    let region = Region::start().await;
    let pkcs8 = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdGhpcy1pcy1hLXByaXZhdGUta2V5";
    let bundle = json!({"keys": [{"kid": "k1", "alg": "ES256", "pkcs8": pkcs8}]}).to_string();
    let quoted = serde_json::to_string(&bundle).unwrap();
    let good = format!("{{\"Name\":\"x\",\"VersionId\":\"v\",\"SecretString\":{quoted}}}");
    for (status, body) in [
        (200, good[..good.len() - 3].to_owned()),
        (200, format!("{{\"SecretString\":[{quoted}]}}")),
        (200, good.replace("keys", "kyes")),
        (200, good.clone()),
        (200, bundle.clone()),
        (400, good.clone()),
        (500, good.clone()),
        (418, bundle.clone()),
    ] {
        let endpoint = answering(status, body.clone()).await;
        let mut config = region.running.app.config().clone();
        config.secrets_endpoint = Some(endpoint.clone());
        let app = |config| App::new(config, &region.running.aws(), region.clock.clone(), Rng::system());
        let error = signing_key(&app(config.clone()).unwrap()).await.unwrap_err();
        assert_eq!(told(&format!("{error} {error:?}"), pkcs8), None, "{status} {body}");
        // The table's answers are as private: hashes, sessions, sealed tokens.
        config.dynamodb_endpoint = Some(endpoint);
        let error = app(config).unwrap().store().user(UserId::from_random([0; 12])).await;
        let error = error.err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(told(&error, pkcs8), None, "{status} {body}");
    }
}
