//! The functions' binaries, built when they are not there yet.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// One of them, as fresh as the sources.
pub(crate) fn binary(name: &str) -> PathBuf {
    FOLDER
        .get_or_init(build)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// `cargo test` builds no other package's binaries. `--all-targets` keeps the features of the
/// dependencies as `cargo test --workspace` has them, so that hardly anything but linking is left.
fn build() -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    let folder = test
        .parent()
        .and_then(Path::parent)
        .expect("target/PROFILE/deps/this")
        .to_path_buf();
    let target = folder.parent().expect("target/PROFILE").to_path_buf();
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo told this test about itself would make it believe that everything has changed.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" || name == "CARGO_MANIFEST_PATH" {
            cargo.env_remove(name.as_ref());
        }
    }
    cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--workspace", "--all-targets", "--quiet"]);
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    let status = cargo.arg("--target-dir").arg(target).status().expect("cargo starts");
    assert!(status.success(), "the functions do not build");
    folder
}
