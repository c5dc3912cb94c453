//! README's runbook, run as it stands against a deployed region.

use std::process::Command;

use serde_json::Value;

use crate::clients::tool::{quoted, sh_blocks};
use crate::infra::cloud::Cloud;
use crate::infra::tools::root;
use crate::lambda::binaries::binary;

/// What stands in for programs of the operator's: the AWS CLI over its own models, cargo without a build.
const PROGRAMS: &str = r#"set -euo pipefail
aws() { "$PYTHON" "$TESTS/infra/aws.py" "$@"; }
cargo() { while [[ $1 != -- ]]; do shift; done; shift; "$REVOKE" "$@"; }
"#;

/// Runs all of it, for an organization of the region. What it printed, line by line.
pub(super) fn run(cloud: &Cloud, organization: &str) -> Vec<Value> {
    let commands = sh_blocks(&quoted("runbook")).replace("org_…", organization);
    assert!(commands.contains(organization), "the runbook revokes nothing");
    let tests = root().join("tests");
    let mut bash = Command::new("bash");
    bash.arg("-c").arg(format!("{PROGRAMS}{commands}")).current_dir(cloud.folder());
    bash.env("TESTS", &tests).env("PYTHON", tests.join(".venv/bin/python")).env("REVOKE", binary("regent-revoke"));
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER"] {
        bash.env(name, cloud.endpoint());
    }
    bash.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    let output = bash.output().expect("bash starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| line.into())).collect()
}
