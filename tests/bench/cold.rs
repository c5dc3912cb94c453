//! Cold start: from starting a function's process to its first poll of the Lambda Runtime API.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::{FUNCTIONS, binary, median};

const RUNS: usize = 31;
/// Then something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn run() {
    println!("\n| cold start | median | fastest | resident |\n|---|---|---|---|");
    for name in FUNCTIONS {
        let runs: Vec<(f64, f64)> = (0..RUNS).map(|_| once(name)).collect();
        let starts: Vec<f64> = runs.iter().map(|run| run.0).collect();
        let fastest = starts.iter().copied().fold(f64::INFINITY, f64::min);
        let resident = median(runs.iter().map(|run| run.1).collect());
        println!(
            "| `{name}` | {:.1} ms | {fastest:.1} ms | {resident:.1} MB |",
            median(starts)
        );
    }
}

/// Milliseconds to the first poll, and the megabytes resident at it.
fn once(name: &str) -> (f64, f64) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut command = Command::new(binary(name));
    command
        .env_clear()
        .envs(environment(name))
        .env("AWS_LAMBDA_RUNTIME_API", address.to_string());
    // Whoever waits in vain is woken by a caller that says nothing.
    let (polled, waiting) = mpsc::channel::<()>();
    let alarm = std::thread::spawn(move || {
        if waiting.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            drop(TcpStream::connect(address));
        }
    });
    let began = Instant::now();
    let mut process = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let (stream, _) = listener.accept().unwrap();
    let mut line = String::new();
    // Kept until the process is gone: it would not wait at a closed one.
    let mut stream = BufReader::new(stream);
    stream.read_line(&mut line).unwrap();
    let took = began.elapsed().as_secs_f64() * 1e3;
    drop(polled);
    alarm.join().unwrap();
    let resident = resident(process.id());
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(
        line.starts_with("GET /2018-06-01/runtime/invocation/next"),
        "{name} said {line:?}"
    );
    (took, resident)
}

/// `VmRSS` of proc(5).
fn resident(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes / 1e3
}

/// What Lambda and the stack tell a function.
pub(crate) fn environment(name: &str) -> Vec<(&'static str, String)> {
    let text = str::to_owned;
    vec![
        ("AWS_LAMBDA_FUNCTION_NAME", text(name)),
        ("AWS_LAMBDA_FUNCTION_VERSION", text("$LATEST")),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", text("1024")),
        ("AWS_LAMBDA_LOG_GROUP_NAME", text("/aws/lambda/bench")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", text("bench")),
        ("AWS_REGION", text("us-east-1")),
        ("AWS_ACCESS_KEY_ID", text("bench")),
        ("AWS_SECRET_ACCESS_KEY", text("bench")),
        ("REGENT_REGION", text("us")),
        ("REGENT_ISSUER", text("https://us.example.com")),
        ("REGENT_TABLE", text("regent-us")),
        ("REGENT_SIGNING_SECRET", text("regent/us/signing-key")),
        ("REGENT_MAIL_FROM", text("regent@example.com")),
        ("REGENT_EVENT_BUS", text("regent-us")),
        ("REGENT_AUDIENCE", text("https://api.example.com")),
        ("REGENT_SIGNING_ALGORITHM", text("ES256")),
        ("REGENT_KEY_LEAD", text("600")),
    ]
}
