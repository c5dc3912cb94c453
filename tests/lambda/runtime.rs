//! The Lambda Runtime API, as far as a function uses it, and a function that runs against it.
//!
//! `GET …/invocation/next` waits for an event, `POST …/invocation/{id}/response` answers it,
//! `POST …/invocation/{id}/error` fails it, `POST …/init/error` says that the function cannot start.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path as Segment, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex as Queue, mpsc, oneshot};

/// How long an invocation may take before the test gives up: Lambda would long have done so.
const PATIENCE: Duration = Duration::from_secs(30);
/// What the function may believe to be its deadline: far away, since no clock is asked here.
const DEADLINE: &str = "4102444800000";
/// The trace that every invocation is part of.
pub(super) const TRACE: &str = "1-69b31a00-000000000000000000000000";
const PREFIX: &str = "/2018-06-01/runtime";

/// What became of an event.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// The function's answer.
    Answered(Value),
    /// The function failed; API Gateway looks at the message.
    Failed(String),
}

struct Api {
    events: Queue<mpsc::Receiver<(String, Value)>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
}

/// A function's process. It ends when this is dropped.
pub(crate) struct Function {
    name: String,
    api: Arc<Api>,
    events: mpsc::Sender<(String, Value)>,
    invocations: Mutex<u64>,
    log: PathBuf,
    process: Queue<Child>,
}

impl Function {
    /// Starts a binary with nothing in its environment but what Lambda and the caller give it.
    pub(crate) async fn start(binary: &Path, log: PathBuf, environment: &[(&str, String)]) -> Self {
        let name = binary
            .file_stem()
            .and_then(|name| name.to_str())
            .expect("a name")
            .to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address").to_string();
        let (events, received) = mpsc::channel(1);
        let api = Arc::new(Api {
            events: Queue::new(received),
            waiting: Mutex::default(),
        });
        tokio::spawn(axum::serve(listener, router(api.clone())).into_future());

        let out = File::create(&log).expect("a log file");
        let process = Command::new(binary)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", &name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/regent-test/{name}"))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "2026/03/12/[$LATEST]0")
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env("AWS_LAMBDA_LOG_LEVEL", "DEBUG")
            .envs(environment.iter().map(|(variable, value)| (variable, value)))
            .stdin(Stdio::null())
            .stdout(out.try_clone().expect("the same file"))
            .stderr(out)
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        Self {
            name,
            api,
            events,
            invocations: Mutex::new(0),
            log,
            process: Queue::new(process),
        }
    }

    /// Hands an event over and waits for what becomes of it.
    pub(crate) async fn invoke(&self, event: Value) -> Outcome {
        let id = {
            let mut count = self.invocations.lock().expect("no panic elsewhere");
            *count += 1;
            format!("00000000-0000-4000-8000-{:012}", *count)
        };
        let (answer, answered) = oneshot::channel();
        self.api
            .waiting
            .lock()
            .expect("no panic elsewhere")
            .insert(id.clone(), answer);
        let outcome = async {
            self.events.send((id, event)).await.expect("the Runtime API is up");
            answered.await.expect("the Runtime API is up")
        };
        let mut process = self.process.lock().await;
        let what = tokio::select! {
            outcome = outcome => return outcome,
            status = process.wait() => format!("ended with {}", status.expect("a status")),
            () = tokio::time::sleep(PATIENCE) => "did not answer".to_owned(),
        };
        panic!("{} {what}. Its log:\n{}", self.name, self.log())
    }

    /// All that it wrote.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route(&format!("{PREFIX}/invocation/next"), get(next))
        .route(&format!("{PREFIX}/invocation/{{id}}/response"), post(response))
        .route(&format!("{PREFIX}/invocation/{{id}}/error"), post(error))
        .route(&format!("{PREFIX}/init/error"), post(async || StatusCode::ACCEPTED))
        .with_state(api)
}

async fn next(State(api): State<Arc<Api>>) -> Result<(HeaderMap, String), StatusCode> {
    let (id, event) = api.events.lock().await.recv().await.ok_or(StatusCode::GONE)?;
    let mut headers = HeaderMap::new();
    let id = HeaderValue::from_str(&id).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    headers.insert("lambda-runtime-aws-request-id", id);
    headers.insert("lambda-runtime-deadline-ms", HeaderValue::from_static(DEADLINE));
    headers.insert(
        "lambda-runtime-invoked-function-arn",
        HeaderValue::from_static("arn:aws:lambda:eu-central-1:123456789012:function:regent"),
    );
    headers.insert(
        "lambda-runtime-trace-id",
        HeaderValue::from_str(&format!("Root={TRACE};Sampled=0")).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?,
    );
    Ok((headers, event.to_string()))
}

async fn response(State(api): State<Arc<Api>>, Segment(id): Segment<String>, body: String) -> StatusCode {
    // A stream's response would not be JSON; ours never is one.
    api.settle(
        &id,
        serde_json::from_str(&body).map_or(Outcome::Failed(body), Outcome::Answered),
    )
}

async fn error(State(api): State<Arc<Api>>, Segment(id): Segment<String>, body: String) -> StatusCode {
    let error: Value = serde_json::from_str(&body).unwrap_or_default();
    api.settle(
        &id,
        Outcome::Failed(error["errorMessage"].as_str().unwrap_or(&body).to_owned()),
    )
}

impl Api {
    fn settle(&self, id: &str, outcome: Outcome) -> StatusCode {
        let waiting = self.waiting.lock().expect("no panic elsewhere").remove(id);
        // Nobody waits any longer only where the test has already failed.
        waiting
            .and_then(|waiting| waiting.send(outcome).ok())
            .map_or(StatusCode::NOT_FOUND, |()| StatusCode::ACCEPTED)
    }
}
