//! `regent-local` as a program: what it prints, what it survives, and how it says that it cannot.

mod durability;
mod notices;
mod start;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::harness::Http;
use crate::lambda::binaries::binary;

/// Far more than a start or an end takes.
const PATIENCE: Duration = Duration::from_mins(1);

fn command(data: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(binary("regent-local"));
    command.args(options).arg("--data-dir").arg(data);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// The program, with the facts of its regions.
struct Program {
    process: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    facts: Vec<Value>,
}

impl Program {
    async fn start(data: &Path, port: u16, labels: &[&str]) -> Self {
        let port = port.to_string();
        let mut options = vec!["--json", "--port", &port];
        options.extend(labels.iter().flat_map(|label| ["--region", label]));
        let mut process = command(data, &options).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut facts = vec![];
        for _ in labels {
            let line = timeout(PATIENCE, stdout.next_line()).await.expect("it starts in time");
            facts.push(serde_json::from_str(&line.unwrap().expect("a line of facts")).unwrap());
        }
        Self { process, stdout, facts }
    }

    fn http(&self) -> Http {
        Http::new(self.facts[0]["issuer"].as_str().unwrap())
    }

    fn admin(&self) -> &str {
        self.facts[0]["admin"]["token"].as_str().unwrap()
    }

    fn port(&self) -> u16 {
        self.facts[0]["issuer"]
            .as_str()
            .unwrap()
            .rsplit(':')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// SIGKILL: no farewell, no flush.
    async fn kill(mut self) {
        self.process.start_kill().unwrap();
        self.process.wait().await.unwrap();
    }

    /// Ctrl-C. Nothing but the facts may have been on stdout.
    async fn interrupt(mut self) {
        let pid = self.process.id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &pid])
                .status()
                .await
                .unwrap()
                .success()
        );
        assert_eq!(timeout(PATIENCE, self.stdout.next_line()).await.unwrap().unwrap(), None);
        assert!(timeout(PATIENCE, self.process.wait()).await.unwrap().unwrap().success());
    }
}
