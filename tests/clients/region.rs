//! A region as a newcomer starts it: the `regent-local` binary, as a process of its own.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use regent_local::sockets::{self, Socket};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::harness::{Answer, Http};
use crate::lambda::binaries::binary;

/// Half a minute is far more than it takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running region. It ends with [`Region::stop`], at the latest when this is dropped.
pub(crate) struct Region {
    pub(crate) http: Http,
    /// The line of `--json`.
    pub(crate) facts: Value,
    process: Child,
    folder: TempDir,
}

/// A service account with the secret that is shown once.
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) secret: String,
}

impl Account {
    /// The account that the answer to its creation reveals.
    pub(super) fn of(answer: &Answer) -> Self {
        Self {
            id: answer.text("/id"),
            client_id: answer.text("/credential/client_id"),
            secret: answer.text("/credential/client_secret"),
        }
    }
}

impl Region {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with more options.
    pub(super) async fn start_with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = File::create(folder.path().join("log")).expect("a log file");
        let mut process = Command::new(binary("regent-local"))
            .args(["--json", "--port", "0", "--data-dir"])
            .arg(folder.path().join("data"))
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("regent-local starts");
        let mut line = String::new();
        let mut stdout = BufReader::new(process.stdout.take().expect("its stdout"));
        let read = timeout(PATIENCE, stdout.read_line(&mut line)).await;
        assert!(
            matches!(read, Ok(Ok(1..))),
            "no region came up:\n{}",
            std::fs::read_to_string(folder.path().join("log")).unwrap_or_default()
        );
        let facts: Value = serde_json::from_str(&line).expect("one line of JSON");
        Self {
            http: Http::new(facts["issuer"].as_str().expect("an issuer")),
            facts,
            process,
            folder,
        }
    }

    /// Ends it as Ctrl-C does, and demands that it ends well.
    pub(crate) async fn stop(mut self) {
        let pid = self.process.id().expect("it still runs").to_string();
        let told = Command::new("kill").args(["-INT", &pid]).status().await;
        assert!(told.expect("kill starts").success());
        let ended = timeout(PATIENCE, self.process.wait()).await.expect("it ends");
        assert!(ended.expect("it ends").success());
    }

    /// A folder of this test's own.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where its process listens, as the system knows it.
    pub(crate) fn listeners(&self) -> Vec<SocketAddr> {
        let process = PathBuf::from(format!("/proc/{}", self.process.id().expect("it runs")));
        let own = std::fs::read_dir(process.join("fd")).expect("its files");
        let own: Vec<String> = own
            .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
            .map(|file| file.to_string_lossy().into_owned())
            .collect();
        let tables = ["net/tcp", "net/tcp6"].map(|table| std::fs::read_to_string(process.join(table)));
        let tables = tables.map(|table| table.expect("the system's sockets"));
        let sockets = tables.iter().flat_map(|table| sockets::parse(table));
        let of_this = |socket: &Socket| socket.listens && own.contains(&format!("socket:[{}]", socket.inode));
        sockets.filter(of_this).map(|socket| socket.local).collect()
    }

    /// Its files, whose content has these words.
    pub(crate) fn holds(&self, words: &str) -> Vec<PathBuf> {
        let (mut found, mut folders) = (Vec::new(), vec![self.folder.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let content = std::fs::read(&path).expect("a file");
                if content.windows(words.len()).any(|part| part == words.as_bytes()) {
                    found.push(path);
                }
            }
        }
        found
    }

    /// What it told people on stderr, once the last line of that begins with a word.
    pub(crate) async fn said(&self, last: &str) -> String {
        for _ in 0..300 {
            let said = std::fs::read_to_string(self.folder.path().join("log")).expect("its log");
            let line = said.trim_end().lines().last().unwrap_or_default();
            if line.starts_with(last) && said.ends_with('\n') {
                return said;
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("it never says {last}");
    }

    /// One of the facts.
    pub(crate) fn fact(&self, name: &str) -> &str {
        self.facts[name].as_str().unwrap_or_else(|| panic!("no {name}"))
    }

    /// The sample API.
    pub(crate) fn sample(&self) -> String {
        format!("{}/acme/me", self.fact("issuer"))
    }

    /// Asks the management API as the first admin.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let asked = self.http.ask(method, &format!("/api/v1{path}"));
        let asked = asked.bearer(self.facts["admin"]["token"].as_str().expect("a token"));
        match body {
            Some(body) => asked.json(&body).send().await,
            None => asked.send().await,
        }
    }

    /// A service account that sees both applications and holds the role at this place of the facts.
    pub(crate) async fn account(&self, name: &str, role: usize) -> Account {
        let asked = json!({
            "name": name,
            "subscription": self.facts["subscription"],
            "applications": self.facts["applications"],
            "roles": [self.facts["roles"][role]],
        });
        Account::of(&self.admin("POST", "/service-accounts", Some(asked)).await.is(201))
    }

    /// What a client for people is told, on its stdin: with the admin, who is a person, too.
    pub(super) fn persons_brief(&self) -> Value {
        let mut brief = json!({});
        for name in ["issuer", "api", "verify", "resource", "subscription", "admin"] {
            brief[name] = self.facts[name].clone();
        }
        brief
    }

    /// What a client of another language is told, on its stdin.
    pub(crate) async fn brief(&self, name: &str) -> Value {
        let (account, other) = (self.account(name, 0).await, self.account("somebody else", 0).await);
        json!({
            "issuer": self.facts["issuer"],
            "verify": self.facts["verify"],
            "resource": self.facts["resource"],
            "organization": self.facts["organization"],
            "subscription": self.facts["subscription"],
            "sample": self.sample(),
            "client_id": account.client_id,
            "client_secret": account.secret,
            // Well-formed, and somebody else's.
            "wrong_secret": other.secret,
        })
    }
}
