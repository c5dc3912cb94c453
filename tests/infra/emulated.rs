//! The stack as ministack can make it, with the functions that cargo has just built.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::infra::functions::FUNCTIONS;
use crate::infra::tools::{Tool, infra, root};
use crate::lambda::binaries::binary;

/// The template without what the emulator cannot make: the schedule of rotation, the health check,
/// alarms over several metrics. `functions` is where the functions' folders are.
pub(super) fn makeable(folder: &Path, functions: &Path) -> PathBuf {
    let json = Tool::new("python")
        .arg(root().join("tests/infra/emulated.py"))
        .arg(infra().join("template.yaml"))
        .arg(functions)
        .runs();
    fs::create_dir_all(folder).expect("a folder");
    let file = folder.join("template.json");
    fs::write(&file, json).expect("a file");
    file
}

/// What `sam build` leaves: the template with a folder per function. The emulator runs `bootstrap` here.
pub(super) fn built(folder: &Path) -> PathBuf {
    for id in FUNCTIONS {
        let name = id.replace("Function", "").to_lowercase();
        let code = folder.join(&name);
        fs::create_dir_all(&code).expect("a folder");
        let bootstrap = code.join("bootstrap");
        let program = binary(&format!("regent-{name}"));
        fs::write(&bootstrap, format!("#!/bin/sh\nexec '{}'\n", program.display())).expect("a file");
        fs::set_permissions(&bootstrap, fs::Permissions::from_mode(0o755)).expect("ours to permit");
    }
    makeable(folder, folder)
}
