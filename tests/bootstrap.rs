//! The first run of a deployed region, by the program that its operator runs.

use std::process::{Output, Stdio};

use regent_local::region::Running;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::harness::Region;
use crate::lambda::binaries::binary;

async fn bootstrap(running: &Running, admin: &str, audience: &str) -> Output {
    let config = running.app.config();
    Command::new(binary("regent-bootstrap"))
        .args(["--organization", "Beta", "--admin", admin])
        .args(["--audience", audience, "--scope", "read:me=Read your profile"])
        .envs([
            ("REGENT_REGION", config.region.as_str()),
            ("REGENT_ISSUER", config.issuer.as_str()),
            ("REGENT_TABLE", &config.table),
            ("REGENT_SIGNING_SECRET", config.signing_secret.as_deref().unwrap()),
            (
                "AWS_ENDPOINT_URL_DYNAMODB",
                config.dynamodb_endpoint.as_deref().unwrap(),
            ),
            (
                "AWS_ENDPOINT_URL_SECRETS_MANAGER",
                config.secrets_endpoint.as_deref().unwrap(),
            ),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap()
}

/// A region. Its clock stands still: what the program signs by the machine's must not come from too
/// far in the future, so it is built before.
async fn region() -> Region {
    binary("regent-bootstrap");
    Region::start().await
}

#[tokio::test]
async fn the_program_founds_an_organization_whose_admin_can_act_at_once() {
    let region = region().await;
    let keys = region.http.get("/.well-known/jwks.json").send().await.json();

    let output = bootstrap(&region.running, "admin@beta.example", "https://api.beta.example").await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let facts: Value = serde_json::from_slice(&output.stdout).unwrap();

    let token = facts["admin"]["token"].as_str().unwrap();
    let account = json!({"name": "first", "subscription": facts["subscription"], "roles": facts["roles"]});
    let created = region
        .by(token, "POST", "/service-accounts")
        .json(&account)
        .send()
        .await;
    let credential = &created.is(201).json()["credential"];
    let (id, secret) = (
        credential["client_id"].as_str().unwrap(),
        credential["client_secret"].as_str().unwrap(),
    );
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
    ];
    let granted = region.http.token().form(&form).send().await;
    assert_eq!(granted.is(200).json()["scope"], "read:me");

    let same = region.http.get("/.well-known/jwks.json").send().await.json();
    assert_eq!(keys, same, "the signing key stays");
}

#[tokio::test]
async fn the_program_makes_no_second_organization_for_the_same_admin_or_api() {
    let region = region().await;
    let (admin, audience) = ("admin@beta.example", "https://api.beta.example");
    let first = bootstrap(&region.running, admin, audience).await;
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    for (admin, audience, said) in [
        (
            "Admin@Beta.example",
            "https://api.gamma.example",
            "e-mail address is taken",
        ),
        ("admin@gamma.example", audience, "audience is taken"),
    ] {
        let again = bootstrap(&region.running, admin, audience).await;
        assert_eq!(again.status.code(), Some(2));
        let expected = format!("regent-bootstrap: refused: {said}\n");
        assert_eq!(String::from_utf8_lossy(&again.stderr), expected);
        assert!(again.stdout.is_empty());
    }
}
