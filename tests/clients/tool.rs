//! The programs of other people, from `tests/setup`, and how they are run.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// Ten times what the slowest takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// `tests/`.
pub(crate) fn tests() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of `tests/clients/`.
pub(super) fn script(name: &str) -> PathBuf {
    tests().join("clients").join(name)
}

/// What README.md has between the marks of a quotation.
pub(crate) fn quoted(name: &str) -> String {
    let readme = std::fs::read_to_string(tests().join("../README.md")).expect("README.md");
    let (_, quotation) = readme.split_once(&format!("<!-- {name} -->")).expect("the first mark");
    let (quotation, _) = quotation
        .split_once(&format!("<!-- /{name} -->"))
        .expect("the last mark");
    quotation.to_owned()
}

/// The commands of a text: its `sh` blocks, one after the other.
pub(crate) fn sh_blocks(text: &str) -> String {
    let blocks = text.split("```sh\n").skip(1);
    let blocks: Vec<_> = blocks
        .map(|block| block.split("\n```").next().unwrap_or_default())
        .collect();
    blocks.join("\n\n")
}

/// A program of `tests/.venv`.
pub(crate) fn of_python(name: &str) -> PathBuf {
    installed(name, &tests().join(".venv/bin").join(name))
}

/// Node, with the packages of `tests/clients`.
pub(crate) fn node() -> PathBuf {
    installed("openid-client", &script("node_modules/openid-client"));
    on_path("node")
}

/// A program on the machine's PATH, or where Debian keeps servers.
pub(crate) fn on_path(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = folders.map(|folder| folder.join(name)).find(|program| program.exists());
    found.unwrap_or_else(|| panic!("{name} is not installed: run tests/setup, then this test again"))
}

fn installed(name: &str, path: &Path) -> PathBuf {
    assert!(
        path.exists(),
        "{name} is not installed: run tests/setup, then this test again"
    );
    path.to_owned()
}

/// Runs a program with JSON on its stdin and returns its stdout. Anything but success fails the
/// test with all that it said.
pub(super) async fn run(program: &mut Command, brief: &Value) -> String {
    let mut process = program
        // The region is on loopback, whatever proxy this machine has.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program starts");
    let mut stdin = process.stdin.take().expect("its stdin");
    stdin
        .write_all(brief.to_string().as_bytes())
        .await
        .expect("it reads its brief");
    drop(stdin);
    let output = timeout(PATIENCE, process.wait_with_output()).await.expect("it ends");
    let output = output.expect("it ends");
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{} with\n{stdout}\n{stderr}", output.status);
    stdout.into_owned()
}
