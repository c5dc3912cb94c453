//! A function's binary as Lambda runs it: the Runtime API gives it one event after the other, its
//! lines go to a file, and its processor time is read when it is through.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::time::timeout;

const PREFIX: &str = "/2018-06-01/runtime";
/// Far longer than the functions' own limits.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running function.
pub(crate) struct Function {
    process: Child,
    lines: PathBuf,
    events: mpsc::Sender<Value>,
    answers: mpsc::Receiver<Result<Value, Value>>,
}

struct Api {
    events: Mutex<mpsc::Receiver<Value>>,
    answers: mpsc::Sender<Result<Value, Value>>,
}

impl Function {
    /// Starts a binary in the environment that the stack gives it.
    pub(crate) async fn start(name: &str, environment: &[(&'static str, String)], lines: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (events, received) = mpsc::channel(1);
        let (sent, answers) = mpsc::channel(1);
        let api = Arc::new(Api {
            events: Mutex::new(received),
            answers: sent,
        });
        let routes = Router::new()
            .route(&format!("{PREFIX}/invocation/next"), get(next))
            .route(&format!("{PREFIX}/invocation/{{id}}/response"), post(response))
            .route(&format!("{PREFIX}/invocation/{{id}}/error"), post(error))
            .with_state(api);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let process = Command::new(crate::binary(name))
            .env_clear()
            .envs(crate::cold::environment(name))
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_LOG_LEVEL", "INFO")
            .stdin(Stdio::null())
            .stdout(File::create(&lines).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} is not built: {error}"));
        Self {
            process,
            lines,
            events,
            answers,
        }
    }

    /// What it answers to an event.
    pub(crate) async fn invoke(&mut self, event: &Value) -> Value {
        self.events.send(event.clone()).await.unwrap();
        let answer = timeout(PATIENCE, self.answers.recv()).await;
        let answer = answer.unwrap_or_else(|_| panic!("no answer; it wrote {}", self.lines()));
        answer.unwrap().unwrap_or_else(|error| panic!("it failed: {error}"))
    }

    /// What it has written.
    pub(crate) fn lines(&self) -> String {
        fs::read_to_string(&self.lines).unwrap()
    }

    /// Processor time it has used, in milliseconds.
    pub(crate) fn processor(&self) -> f64 {
        crate::load::processor(self.process.id()) * 1e3
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn next(State(api): State<Arc<Api>>) -> Result<(HeaderMap, String), StatusCode> {
    let event = api.events.lock().await.recv().await.ok_or(StatusCode::GONE)?;
    let header = |name, value| (name, HeaderValue::from_static(value));
    let headers = HeaderMap::from_iter([
        header(ID, "6f7f0961-f834-4ba2-8c1d-ec4ea4c1a9b1"),
        header(DEADLINE, "4102444800000"),
        header(ARN, "arn:aws:lambda:us-east-1:123456789012:function:regent"),
        header(
            TRACE,
            "Root=1-69b31a00-8d198404e40cad431d1cdc34;Parent=53995c3f42cd8ad8;Sampled=1",
        ),
    ]);
    Ok((headers, event.to_string()))
}

const ID: http::HeaderName = http::HeaderName::from_static("lambda-runtime-aws-request-id");
const DEADLINE: http::HeaderName = http::HeaderName::from_static("lambda-runtime-deadline-ms");
const ARN: http::HeaderName = http::HeaderName::from_static("lambda-runtime-invoked-function-arn");
const TRACE: http::HeaderName = http::HeaderName::from_static("lambda-runtime-trace-id");

async fn response(State(api): State<Arc<Api>>, body: String) -> StatusCode {
    let answer = serde_json::from_str(&body).unwrap();
    api.answers.send(Ok(answer)).await.unwrap();
    StatusCode::ACCEPTED
}

async fn error(State(api): State<Arc<Api>>, body: String) -> StatusCode {
    api.answers.send(Err(Value::String(body))).await.unwrap();
    StatusCode::ACCEPTED
}
