//! The programs that `tests/setup` installs, run in `infra/` without a terminal or an account.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ is in the repository")
        .to_path_buf()
}

/// Its `infra/`.
pub(super) fn infra() -> PathBuf {
    root().join("infra")
}

/// Every template that is deployed by itself: the region's, the web ACL's, those for consumers.
pub(super) fn templates() -> Vec<PathBuf> {
    let folders = [infra(), infra().join("consumer")];
    let files = folders
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten();
    let mut found: Vec<_> = files
        .map(|file| file.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .filter(|path| {
            let text = std::fs::read_to_string(path).expect("a file of text");
            text.contains("\nAWSTemplateFormatVersion:")
        })
        .collect();
    found.sort();
    found
}

/// One program of `tests/.venv`, with its arguments.
pub(super) struct Tool {
    name: &'static str,
    command: Command,
}

impl Tool {
    /// Fails the test with what to do about it where the program is not installed.
    pub(super) fn new(name: &'static str) -> Self {
        Self::of("tests/.venv", name)
    }

    /// One that cannot live in `tests/.venv`.
    pub(super) fn of(environment: &str, name: &'static str) -> Self {
        let folder = root().join(environment).join("bin");
        let program = folder.join(name);
        assert!(
            program.exists(),
            "{name} is not installed: run tests/setup, then this test again"
        );
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(folder).chain(std::env::split_paths(&path));
        let mut command = Command::new(program);
        command
            .current_dir(infra())
            .env("PATH", std::env::join_paths(path).expect("a PATH of paths"))
            .env("AWS_DEFAULT_REGION", "eu-central-1")
            .env("SAM_CLI_TELEMETRY", "0")
            // A cloud of the tests is on loopback, whatever proxy this machine has.
            .env("NO_PROXY", "127.0.0.1,localhost")
            .env("no_proxy", "127.0.0.1,localhost")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        Self { name, command }
    }

    pub(super) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(super) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    pub(super) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// As a command, for a program that is to stay.
    pub(super) fn command(self) -> Command {
        self.command
    }

    /// Runs it; anything but success fails the test with all that it said. Returns its stdout.
    pub(super) fn runs(mut self) -> String {
        let Output { status, stdout, stderr } = self.command.output().expect("the program starts");
        let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(
            status.success(),
            "{} ended with {status}\n{stdout}\n{stderr}",
            self.name
        );
        stdout.into_owned()
    }
}
