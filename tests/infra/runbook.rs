//! README's runbook, run as it stands against a deployed region.

use std::process::Command;

use serde_json::Value;

use crate::clients::tool::{quoted, sh_blocks};
use crate::infra::api::Api;
use crate::infra::cloud::Cloud;
use crate::infra::deploy::RESOURCE;
use crate::infra::tools::root;
use crate::lambda::binaries::binary;

/// What stands in for programs of the operator's: the AWS CLI over its own models, cargo without a build.
const PROGRAMS: &str = r#"set -euo pipefail
aws() { "$PYTHON" "$TESTS/infra/aws.py" "$@"; }
cargo() { while [[ $1 != -- ]]; do shift; done; shift; "$REVOKE" "$@"; }
"#;

/// An operator rotates and drops the keys, revokes all of an organization, and restores the table.
pub(super) async fn is_followed(cloud: &Cloud, api: &Api, client: &[(&str, String)], organization: &str) {
    let grant = [client, &[("grant_type", "client_credentials".to_owned())]].concat();
    let token = async || {
        let (status, token) = api.form("/oauth/v1/token", &grant).await;
        assert_eq!(status, 200, "{token}");
        token["access_token"].as_str().expect("a token").to_owned()
    };
    let verify = format!("/verify?resource={RESOURCE}&scope=read:ledger");
    let before = token().await;
    assert_eq!(api.get(&verify, &before).await.0, 200);
    let said = run(cloud, organization);
    let said = |member: &str| {
        said.iter()
            .find_map(|line| line.get(member))
            .cloned()
            .unwrap_or_default()
    };
    assert!(
        said("dropped").as_array().is_some_and(|keys| !keys.is_empty()),
        "no key was dropped"
    );
    assert!(
        said("users").as_u64().is_some_and(|users| users > 0),
        "nobody's tokens were revoked"
    );
    assert_eq!(api.get(&verify, &before).await.0, 401, "a token outlived its key");
    let after = token().await;
    assert_eq!(api.get(&verify, &after).await.0, 200);
    let header = |token: &str| token.split('.').next().map(str::to_owned);
    assert_ne!(header(&before), header(&after), "a dropped key signs");
}

/// Runs all of it, for an organization of the region. What it printed that is JSON.
fn run(cloud: &Cloud, organization: &str) -> Vec<Value> {
    let commands = sh_blocks(&quoted("runbook")).replace("org_…", organization);
    assert!(commands.contains(organization), "the runbook revokes nothing");
    let tests = root().join("tests");
    let mut bash = Command::new("bash");
    bash.arg("-c")
        .arg(format!("{PROGRAMS}{commands}"))
        .current_dir(cloud.folder());
    bash.env("TESTS", &tests)
        .env("PYTHON", tests.join(".venv/bin/python"))
        .env("REVOKE", binary("regent-revoke"));
    for name in [
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    ] {
        bash.env(name, cloud.endpoint());
    }
    bash.env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test");
    let output = bash.output().expect("bash starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let values = |line| serde_json::Deserializer::from_str(line).into_iter::<Value>();
    said.lines().flat_map(values).filter_map(Result::ok).collect()
}
