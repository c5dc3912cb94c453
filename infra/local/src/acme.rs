//! The sample API, `/acme/me`: what an API owner has in the cloud, an HTTP API with the Lambda authorizer.
//!
//! It does as API Gateway does: no identity source, no call (401); the authorizer gets a payload
//! 2.0 event; what it refuses is 403; what it cannot decide is 500. Behind it, the API answers the
//! identity it was given.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use regent::app::App;
use regent::domain::Audience;
use regent::web::source;
use regent_verify::{Authorizer, AuthorizerEvent, Settings};
use serde_json::{Map, Value, json};

use crate::aws::{ACCOUNT, REGION};
use crate::gateway::{json_answer, not_found};

#[derive(Clone)]
struct Acme {
    app: App,
    authorizer: Authorizer,
    audience: Audience,
}

/// `GET` needs `read:me`, `POST` needs `write:me`.
pub(crate) fn router(app: App, audience: Audience) -> Router {
    let authorizer = Authorizer::new(app.clone(), Settings::default());
    let me = get(me).post(me).fallback(async || not_found());
    Router::new().route("/acme/me", me).with_state(Acme {
        app,
        authorizer,
        audience,
    })
}

async fn me(State(acme): State<Acme>, request: Request) -> Response {
    if !request.headers().contains_key(AUTHORIZATION) {
        return message(StatusCode::UNAUTHORIZED, "Unauthorized");
    }
    let Some(event) = AuthorizerEvent::parse(&acme.event(&request).to_string()) else {
        return message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
    };
    match acme.authorizer.authorize(&event).await {
        Ok(answer) if answer["isAuthorized"] == true => json_answer(StatusCode::OK, &answer["context"]),
        Ok(_) => message(StatusCode::FORBIDDEN, "Forbidden"),
        Err(_) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
}

fn message(status: StatusCode, message: &str) -> Response {
    json_answer(status, &json!({ "message": message }))
}

impl Acme {
    /// The event of a `REQUEST` authorizer of an HTTP API, payload format 2.0.
    fn event(&self, request: &Request) -> Value {
        let (method, path) = (request.method(), request.uri().path());
        let route = format!("{method} {path}");
        let scope = if *method == Method::POST { "write:me" } else { "read:me" };
        let request_id = format!("{:016x}", u64::from_be_bytes(self.app.random()));
        let headers = headers(request);
        json!({
            "version": "2.0",
            "type": "REQUEST",
            "routeArn": format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:acme/$default/{method}{path}"),
            "identitySource": [headers["authorization"]],
            "routeKey": route,
            "rawPath": path,
            "rawQueryString": request.uri().query().unwrap_or_default(),
            "requestContext": {
                "accountId": ACCOUNT,
                "apiId": "acme",
                "domainName": headers["host"],
                "http": {
                    "method": method.as_str(),
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": source(request.extensions()),
                    "userAgent": headers["user-agent"],
                },
                "requestId": request_id,
                "routeKey": route,
                "stage": "$default",
                "timeEpoch": self.app.now().millis(),
            },
            "stageVariables": { "regent_audience": self.audience.as_str(), "regent_scope": scope },
            "headers": headers,
        })
    }
}

/// Names in lower case, repeated headers joined by commas.
fn headers(request: &Request) -> Value {
    let mut joined: Map<String, Value> = Map::new();
    for name in request.headers().keys() {
        let values = request
            .headers()
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()));
        let values: Vec<_> = values.collect();
        joined.insert(name.to_string(), Value::String(values.join(",")));
    }
    Value::Object(joined)
}
