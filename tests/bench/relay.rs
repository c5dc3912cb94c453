//! Stands before an endpoint of AWS, passes everything on, and writes down what it hears.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use http::{HeaderMap, Response};
use regent_local::aws::Credentials;
use tokio::net::TcpListener;

use crate::signed::passed_on;

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

#[derive(Clone)]
struct Place {
    credentials: Credentials,
    endpoint: String,
    client: reqwest::Client,
    heard: Log,
}

impl Relay {
    /// Before this endpoint.
    pub(crate) async fn start(credentials: &Credentials, endpoint: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let heard = Log::default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let state = Place {
            credentials: credentials.clone(),
            endpoint: endpoint.to_owned(),
            client,
            heard: heard.clone(),
        };
        let routes = Router::new().fallback(relay).with_state(state);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, heard }
    }

    /// What was heard since it was last asked.
    pub(crate) fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

async fn relay(State(place): State<Place>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let asked = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let target = parts.headers["x-amz-target"].to_str().unwrap().to_owned();
    let headers = passed_on(&place.credentials, &place.endpoint, parts.headers, &asked);
    let sent = place.client.post(&place.endpoint).headers(headers).body(asked.clone());
    let answer = sent.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let answer = answer.bytes().await.unwrap();
    place.heard.lock().unwrap().push(Heard {
        target,
        asked,
        headers: headers.clone(),
        answer: answer.clone(),
    });
    let mut response = Response::new(Body::from(answer));
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    response
}
