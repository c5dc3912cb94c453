//! A local region's table and secrets, the functions beside it, and the stories they play.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_secretsmanager::Client;
use regent::domain::RegionLabel;
use regent_local::region::{Options, Running, start};
use serde_json::Value;

use crate::lambda::case::Case;
use crate::lambda::event::{Known, read};
use crate::lambda::functions::Functions;
use crate::lambda::known;
use crate::lambda::runtime::{Outcome, TRACE};
use crate::telemetry::grep::told;
use crate::telemetry::line::{lines, requests};

/// What is known and no secret. All else is one.
const PUBLIC: [&str; 24] = [
    "admin_email",
    "application",
    "approval",
    "approval_etag",
    "asset",
    "client_id",
    "client_id_encoded",
    "etag",
    "issuer",
    "new_key",
    "organization",
    "other_region_client_id",
    "own_client",
    "registered_client",
    "resource",
    "resource_encoded",
    "role",
    "rotation",
    "second_client_id",
    "service_account",
    // The name of it.
    "signing_secret",
    "subscription",
    "unknown_client_id",
    "user",
];

/// The signing keys of a region that Secrets Manager has, current and pending.
async fn private_keys(region: &Running) -> Vec<(String, String)> {
    let config = aws_sdk_secretsmanager::config::Builder::from(&region.aws());
    let client = Client::from_conf(config.endpoint_url(&region.secrets_endpoint).build());
    let secret = region.app.config().signing_secret.clone().expect("the region signs");
    let mut keys = Vec::new();
    for stage in ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"] {
        let read = client.get_secret_value().secret_id(&secret).version_stage(stage);
        let value = read.send().await.ok().and_then(|answer| answer.secret_string);
        let value = value.map(|value| serde_json::from_str::<Value>(&value).expect("JSON"));
        let bundle = value.iter().filter_map(|value| value["keys"].as_array()).flatten();
        keys.extend(bundle.map(|key| {
            (
                "private key".to_owned(),
                key["pkcs8"].as_str().expect("a key").to_owned(),
            )
        }));
    }
    assert!(!keys.is_empty(), "no keys to look for");
    keys
}

static STAGES: AtomicU32 = AtomicU32::new(0);

/// Where the functions meet their events.
pub(super) struct Stage {
    functions: Functions,
    known: Known,
    region: Running,
    folder: Folder,
}

/// A folder that is gone when the test is, however it ends.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in a temporary folder hurts nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Stage {
    pub(super) async fn start() -> Self {
        let number = STAGES.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("regent-lambda-{}-{number}", std::process::id()));
        let label = RegionLabel::parse("us").expect("a label");
        let region = start(Options::new(label, folder.clone()))
            .await
            .expect("a region starts");
        let functions = Functions::start(&region, &region.dynamodb_endpoint, &folder).await;
        let mut known = known::of(&region.facts);
        known::derive(&mut known);
        Self {
            functions,
            known,
            region,
            folder: Folder(folder),
        }
    }

    /// Feeds the events in order, checks what comes of each, and that no log tells a secret.
    pub(super) async fn plays(&mut self, story: Vec<Case>) {
        let mut failures = Vec::new();
        for case in story {
            let event = read(case.event(), &self.known);
            let outcome = self.functions.of(case.event()).invoke(event).await;
            if let Err(failure) = case.check(&outcome, &mut self.known) {
                // At once, too: a later event may lack what this one should have taught.
                eprintln!("{}: {failure}", case.event());
                failures.push(format!("{}: {failure}", case.event()));
            }
            known::derive(&mut self.known);
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        let logs = self.functions.logs();
        lines(&logs);
        for line in requests(&logs) {
            assert_eq!(
                line["trace_id"], TRACE,
                "a line outside of its invocation's trace: {line}"
            );
        }
        let mut secrets = self.known.clone();
        secrets.retain(|name, _| !PUBLIC.contains(&name.as_str()));
        secrets.extend(private_keys(&self.region).await);
        for (name, secret) in secrets {
            let told = told(&logs, &secret);
            assert_eq!(told, None, "a {name} is in a function's log:\n{logs}");
        }
    }

    /// Feeds an event that was changed, whatever comes of it.
    pub(super) async fn feeds(&self, name: &str, change: impl FnOnce(&mut Value)) -> Outcome {
        let mut event = read(name, &self.known);
        change(&mut event);
        self.functions.of(name).invoke(event).await
    }

    /// Tells what `{{name}}` stands for.
    pub(super) fn knows(&mut self, name: &str, value: String) {
        self.known.insert(name.to_owned(), value);
    }

    /// The region beside the functions.
    pub(super) fn region(&self) -> &Running {
        &self.region
    }

    /// New processes, whose table is at a port where nobody listens.
    pub(super) async fn loses_the_table(&mut self) {
        self.functions = Functions::start(&self.region, "http://127.0.0.1:9", &self.folder.0).await;
    }
}
