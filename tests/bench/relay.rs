//! Stands before an endpoint of AWS, passes everything on, and writes down what it hears.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use http::{HeaderMap, Response};
use tokio::net::TcpListener;

/// A call, and its answer.
#[derive(Clone)]
pub(crate) struct Heard {
    /// `x-amz-target`: the API's version and the operation.
    pub(crate) target: String,
    pub(crate) asked: Bytes,
    pub(crate) headers: HeaderMap,
    pub(crate) answer: Bytes,
}

/// Where to call, and what was heard there.
pub(crate) struct Relay {
    pub(crate) address: String,
    heard: Log,
}

type Log = Arc<Mutex<Vec<Heard>>>;

impl Relay {
    /// Before this endpoint.
    pub(crate) async fn start(endpoint: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let heard = Log::default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let state = (endpoint.to_owned(), client, heard.clone());
        let routes = Router::new().fallback(relay).with_state(state);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, heard }
    }

    /// What was heard since it was last asked.
    pub(crate) fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

async fn relay(
    State((endpoint, client, heard)): State<(String, reqwest::Client, Log)>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let asked = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let target = parts.headers["x-amz-target"].to_str().unwrap().to_owned();
    let sent = client.post(endpoint).headers(parts.headers).body(asked.clone());
    let answer = sent.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let answer = answer.bytes().await.unwrap();
    heard.lock().unwrap().push(Heard {
        target,
        asked,
        headers: headers.clone(),
        answer: answer.clone(),
    });
    let mut response = Response::new(Body::from(answer));
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    response
}
