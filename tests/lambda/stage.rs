//! A local region's table and secrets, the functions beside it, and the stories they play.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use regent::domain::RegionLabel;
use regent_local::region::{Options, Running, start};

use crate::lambda::case::Case;
use crate::lambda::event::{Known, read};
use crate::lambda::functions::Functions;
use crate::lambda::known;

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
        for secret in [
            "admin_token",
            "admin_password",
            "access_token",
            "client_secret",
            "wrong_secret",
            "session",
            "form_cookie",
            "code",
            "refresh_token",
            "person_token",
        ] {
            let told = self
                .known
                .get(secret)
                .is_some_and(|secret| logs.contains(secret.as_str()));
            assert!(!told, "a {secret} is in a function's log:\n{logs}");
        }
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
