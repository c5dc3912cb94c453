//! In front of the table and the secrets: counts the calls of the AWS SDK, and answers
//! wrongly when told to. The embedded DynamoDB never throttles, collides or leaves keys unprocessed;
//! the real one does.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use regent_local::aws::Credentials;
use regent_local::region::Running;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::signed::passed_on;

/// What the table is made to say instead of the truth.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// A batch read that leaves every key unprocessed.
    Unprocessed,
    /// A transaction cancelled because another one touched the same items.
    Conflict,
    /// A write of one item refused because a transaction is at that item.
    ItemConflict,
    /// A transaction whose first condition does not hold any more.
    Overtaken,
    /// The call is done, and its answer is lost: a server error in its place.
    AnswerLost,
    /// A request refused for good, as a missing permission is.
    Denied,
    /// The call is neither done nor answered: whoever makes it waits until it gives up or is killed.
    Held,
    /// The call waits until [`Relay::resume`], and is done then.
    Paused,
    /// No fault: for those that come before the one that is to fail.
    None,
}

/// A loopback server between functions and the table.
#[derive(Clone)]
pub(crate) struct Relay {
    pub(crate) endpoint: String,
    state: Arc<Inner>,
}

struct Inner {
    credentials: Credentials,
    table: String,
    secrets: String,
    client: reqwest::Client,
    calls: Mutex<Vec<String>>,
    /// What the transactions said to be known by.
    tokens: Mutex<Vec<String>>,
    faults: Mutex<VecDeque<(&'static str, Fault)>>,
    /// How many more calls come before one that meets a fault, and which.
    later: Mutex<Option<(usize, Fault)>>,
    /// Told when a call is held or paused.
    held: Notify,
    /// Told when a paused call may go on.
    resumed: Notify,
}

impl Relay {
    /// In front of a region's, which are told apart by what is asked.
    pub(crate) async fn before(region: &Running) -> Self {
        let state = Arc::new(Inner {
            credentials: region.credentials.clone(),
            table: region.dynamodb_endpoint.clone(),
            secrets: region.secrets_endpoint.clone(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            calls: Mutex::default(),
            tokens: Mutex::default(),
            faults: Mutex::default(),
            later: Mutex::default(),
            held: Notify::new(),
            resumed: Notify::new(),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(relay).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, state }
    }

    /// The operations called since the last time, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.state.calls.lock().unwrap())
    }

    /// The client request tokens of the transactions since the last time, in order.
    pub(crate) fn tokens(&self) -> Vec<String> {
        std::mem::take(&mut *self.state.tokens.lock().unwrap())
    }

    /// The next `times` calls of an operation meet a fault.
    pub(crate) fn fail(&self, operation: &'static str, fault: Fault, times: usize) {
        let faults = std::iter::repeat_n((operation, fault), times);
        self.state.faults.lock().unwrap().extend(faults);
    }

    /// The call after the next `calls` meets a fault, whatever it is.
    pub(crate) fn fail_after(&self, calls: usize, fault: Fault) {
        *self.state.later.lock().unwrap() = Some((calls, fault));
    }

    /// Whether the call of `fail_after` has not come.
    pub(crate) fn still_waits(&self) -> bool {
        self.state.later.lock().unwrap().is_some()
    }

    /// Waits until a call is held or paused.
    pub(crate) async fn holds(&self) {
        self.state.held.notified().await;
    }

    /// Lets the paused call go on.
    pub(crate) fn resume(&self) {
        self.state.resumed.notify_one();
    }

    /// Forgets the call of `fail_after`, if it has not come.
    pub(crate) fn forget(&self) {
        *self.state.later.lock().unwrap() = None;
    }

    /// Faults that nobody met.
    pub(crate) fn unmet(&self) -> usize {
        self.state.faults.lock().unwrap().len()
    }
}

impl Inner {
    fn fault(&self, operation: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let index = faults.iter().position(|(named, _)| *named == operation)?;
        faults.remove(index).map(|(_, fault)| fault)
    }

    fn later(&self) -> Option<Fault> {
        let mut later = self.later.lock().unwrap();
        match later.take()? {
            (0, fault) => Some(fault),
            (calls, fault) => {
                *later = Some((calls - 1, fault));
                None
            }
        }
    }

    async fn forward(&self, headers: HeaderMap, body: Bytes) -> Response {
        let for_secrets = headers["x-amz-target"].as_bytes().starts_with(b"secretsmanager.");
        let endpoint = if for_secrets { &self.secrets } else { &self.table };
        let headers = passed_on(&self.credentials, endpoint, headers, &body);
        let answer = self
            .client
            .post(endpoint)
            .headers(headers)
            .body(body)
            .send()
            .await
            .unwrap();
        let mut response = Response::new(Body::empty());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        response.headers_mut().remove("transfer-encoding");
        *response.body_mut() = Body::from(answer.bytes().await.unwrap());
        response
    }
}

async fn relay(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap();
    let operation = target.rsplit('.').next().unwrap().to_owned();
    inner.calls.lock().unwrap().push(operation.clone());
    if operation == "TransactWriteItems" {
        let asked: Value = serde_json::from_slice(&body).unwrap();
        let token = asked["ClientRequestToken"].as_str().unwrap().to_owned();
        inner.tokens.lock().unwrap().push(token);
    }
    match inner.later().or_else(|| inner.fault(&operation)) {
        None | Some(Fault::None) => inner.forward(headers, body).await,
        Some(Fault::Unprocessed) => {
            let asked: Value = serde_json::from_slice(&body).unwrap();
            answer(200, &json!({"Responses": {}, "UnprocessedKeys": asked["RequestItems"]}))
        }
        Some(Fault::Conflict) => cancelled(&body, "TransactionConflict"),
        Some(Fault::Overtaken) => cancelled(&body, "ConditionalCheckFailed"),
        Some(Fault::ItemConflict) => error(400, "TransactionConflictException", &json!({})),
        Some(Fault::AnswerLost) => {
            inner.forward(headers, body).await;
            error(500, "InternalServerError", &json!({}))
        }
        Some(Fault::Held) => {
            inner.held.notify_one();
            std::future::pending().await
        }
        Some(Fault::Paused) => {
            inner.held.notify_one();
            inner.resumed.notified().await;
            inner.forward(headers, body).await
        }
        Some(Fault::Denied) => error(400, "AccessDeniedException", &json!({})),
    }
}

/// A transaction that came to nothing because of its first write.
fn cancelled(body: &Bytes, why: &str) -> Response {
    let asked: Value = serde_json::from_slice(body).unwrap();
    let mut reasons = vec![json!({"Code": "None"}); asked["TransactItems"].as_array().unwrap().len()];
    reasons[0] = json!({"Code": why, "Message": why});
    error(
        400,
        "TransactionCanceledException",
        &json!({"CancellationReasons": reasons}),
    )
}

fn error(status: u16, name: &str, more: &Value) -> Response {
    let mut body = json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": name});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    answer(status, &body)
}

fn answer(status: u16, body: &Value) -> Response {
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.0")
        .body(Body::from(body.to_string()))
        .unwrap()
}
