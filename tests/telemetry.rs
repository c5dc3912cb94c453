//! What a region says of itself: lines that answer questions at night, and never a secret.

mod answers;
mod broken;
pub(crate) mod grep;
mod hostile;
pub(crate) mod line;
mod secrets;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::harness::Http;
use crate::lambda::binaries::binary;

/// Far more than a start takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A region in a process of its own, which logs as the cloud does, and all that there is.
struct Logging {
    process: Child,
    facts: Value,
    log: std::path::PathBuf,
}

impl Logging {
    async fn start(folder: &Path) -> Self {
        let log = folder.join("log");
        let mut process = Command::new(binary("regent-local"))
            .args(["--json", "--log-json", "--port", "0", "--data-dir"])
            .arg(folder)
            .env("RUST_LOG", "trace")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut facts = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = timeout(PATIENCE, facts.next_line()).await.expect("it starts in time");
        let facts = serde_json::from_str(&line.unwrap().expect("a line of facts")).unwrap();
        Self { process, facts, log }
    }

    fn fact(&self, pointer: &str) -> &str {
        self.facts.pointer(pointer).unwrap().as_str().unwrap()
    }

    fn http(&self) -> Http {
        Http::new(self.fact("/issuer"))
    }

    /// All that it wrote, once it has ended.
    async fn end(mut self) -> String {
        self.process.start_kill().unwrap();
        self.process.wait().await.unwrap();
        std::fs::read_to_string(&self.log).unwrap()
    }
}
