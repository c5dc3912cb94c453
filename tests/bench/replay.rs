//! The functions without a network: AWS's answers come from a record. What callgrind counts here is
//! the handler and the AWS SDK with its serialisation, signing and retry layers, up to where the
//! SDK would hand the request to its HTTP client; no socket, no TLS, no HTTP server.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use axum::Router;
use axum::body::Body;
use http::Request;
use regent::app::{App, Clock, Rng};
use regent::config::Config;
use regent::domain::{Issuer, RegionLabel, Seconds, Timestamp};
use serde_json::Value;
use tower::ServiceExt;

/// What is counted.
pub(crate) const KINDS: [&str; 4] = ["same token", "new token", "verification", "wrong secret"];

/// One kind of request, and all that AWS answers to it.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Record {
    pub(crate) issuer: String,
    pub(crate) table: String,
    pub(crate) signing_secret: String,
    pub(crate) reuse_margin: u32,
    /// The time that it is.
    pub(crate) millis: i64,
    pub(crate) path: String,
    pub(crate) form: Option<String>,
    pub(crate) bearer: Option<String>,
    pub(crate) status: u16,
    pub(crate) calls: Vec<Call>,
}

/// A call of AWS.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Call {
    pub(crate) target: String,
    /// Of what was asked. Tells calls of one operation apart; their members come in any order.
    pub(crate) length: usize,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) answer: String,
}

/// Serves `count` requests of a kind from its record.
pub(crate) fn run(kind: &str, folder: &Path, count: usize) {
    let text = std::fs::read_to_string(folder.join(kind)).unwrap();
    let record: Record = serde_json::from_str(&text).unwrap();
    let config = Config {
        signing_secret: Some(record.signing_secret),
        reuse_margin: Seconds(record.reuse_margin),
        ..Config::new(
            RegionLabel::parse("us").unwrap(),
            Issuer::parse(&record.issuer).unwrap(),
            record.table,
        )
    };
    let aws = regent_local::aws::sdk_config(&regent_local::aws::credentials(&Rng::system()))
        .into_builder()
        .http_client(Recorded::new(record.calls))
        .build();
    let clock = Clock::manual(Timestamp::from_millis(record.millis));
    let app = App::new(config, &aws, clock, Rng::system()).unwrap();
    let routes = crate::serve::routes(&app);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        for _ in 0..count {
            let answer = ask(&routes, &record.path, record.form.as_deref(), record.bearer.as_deref()).await;
            assert_eq!(answer.status, record.status, "{}", answer.json);
        }
    });
}

/// An answer of the functions.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) json: Value,
}

/// Asks the functions: a form is posted, anything else is got.
pub(crate) async fn ask(routes: &Router, path: &str, form: Option<&str>, bearer: Option<&str>) -> Answer {
    let mut request = Request::builder()
        .uri(path)
        .method(if form.is_some() { "POST" } else { "GET" });
    if form.is_some() {
        request = request.header("content-type", "application/x-www-form-urlencoded");
    }
    if let Some(bearer) = bearer {
        request = request.header("authorization", format!("Bearer {bearer}"));
    }
    let request = request.body(Body::from(form.unwrap_or_default().to_owned())).unwrap();
    let response = routes.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Answer {
        status,
        json: serde_json::from_slice(&body).unwrap_or_default(),
    }
}

/// An HTTP client that reaches nobody.
#[derive(Clone, Debug)]
struct Recorded(Arc<HashMap<(String, usize), Told>>);

#[derive(Debug)]
struct Told {
    headers: Vec<(String, String)>,
    answer: String,
}

impl Recorded {
    /// The last answer to a call counts; one whose length varies is looked up under 0.
    fn new(calls: Vec<Call>) -> Self {
        let mut told = HashMap::new();
        for call in calls {
            for length in [call.length, 0] {
                let (headers, answer) = (call.headers.clone(), call.answer.clone());
                told.insert((call.target.clone(), length), Told { headers, answer });
            }
        }
        Self(Arc::new(told))
    }
}

impl HttpConnector for Recorded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let length = request.body().bytes().map_or(0, <[u8]>::len);
        let told = self
            .0
            .get(&(target.clone(), length))
            .or_else(|| self.0.get(&(target.clone(), 0)));
        let told = told.unwrap_or_else(|| panic!("nothing is recorded of {target}"));
        let mut response = HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from(told.answer.as_str()));
        for (name, value) in &told.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl HttpClient for Recorded {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
