//! `sam deploy --config-env …` from the template, but for what `emulated` leaves out, into a
//! CloudFormation that is not ours; then the functions at work there, behind its HTTP API, in the roles it was given.

use std::fs::{self, File};
use std::process::Command;

use serde_json::{Value, json};

use crate::infra::api::{Api, Person, csrf};
use crate::infra::cloud::{Cloud, Outputs};
use crate::infra::emulated::{built, makeable};
use crate::infra::runbook;
use crate::infra::tools::root;
use crate::lambda::binaries::binary;

/// The audience of the first organization's API.
pub(super) const RESOURCE: &str = "https://ledger.example.com";
/// The first admin's.
const PASSWORD: &str = "seven trombones";

#[test]
fn two_regions_deploy_and_share_nothing() {
    let cloud = Cloud::start();
    let template = makeable(&cloud.folder().join("stack"), &root().join("functions"));
    let us = cloud.deploy("us", "us-east-1", &template);
    let eu = cloud.deploy("eu", "eu-central-1", &template);
    for key in [
        "Issuer",
        "ApiId",
        "TableName",
        "TableStreamArn",
        "SigningKeyArn",
        "VerifyFunctionArn",
        "EventBusName",
        "NotifyFailuresUrl",
        "RotateFunctionName",
        "AlarmTopicArn",
        "DashboardUrl",
        "Console",
    ] {
        assert_ne!(us.get(key), eu.get(key), "{key} is shared");
    }
    assert_eq!(
        eu.get("Issuer"),
        format!("https://{}.execute-api.eu-central-1.amazonaws.com", eu.get("ApiId"))
    );
}

/// From nothing to a revoked token. Whatever a role lacks is refused there as it would be by AWS.
#[tokio::test]
async fn the_deployed_functions_do_their_work_within_their_roles() {
    let cloud = Cloud::start();
    let stack = cloud.deploy("eu", "eu-central-1", &built(&cloud.folder().join("stack")));
    let facts = bootstrap(&cloud, &stack);
    let admin = facts["admin"]["token"].as_str().expect("a token");
    let api = Api::of(&cloud, &stack);

    let account = json!({"name": "nightly-export", "subscription": facts["subscription"], "roles": facts["roles"]});
    let (status, account) = api.post("/api/v1/service-accounts", admin, &account).await;
    assert_eq!(status, 201, "{account}");
    let text = |pointer| {
        account
            .pointer(pointer)
            .and_then(Value::as_str)
            .expect("a text")
            .to_owned()
    };
    let client = [
        ("client_id", text("/credential/client_id")),
        ("client_secret", text("/credential/client_secret")),
    ];

    let grant = [client.as_slice(), &[("grant_type", "client_credentials".to_owned())]].concat();
    let (status, token) = api.form("/oauth/v1/token", &grant).await;
    assert_eq!((status, &token["scope"]), (200, &json!("read:ledger")), "{token}");
    let token = token["access_token"].as_str().expect("a token").to_owned();

    let verify = format!("/verify?resource={RESOURCE}&scope=read:ledger");
    assert_eq!(api.get(&verify, &token).await.0, 200);
    let (_, metadata) = api.get("/.well-known/oauth-authorization-server", "").await;
    assert_eq!(metadata["issuer"], stack.get("Issuer"));

    let id = text("/id");
    let rotate = format!("/api/v1/service-accounts/{id}/credentials/{}/rotate", client[0].1);
    let (status, rotated) = api.post(&rotate, admin, &json!({})).await;
    assert_eq!(status, 200, "{rotated}");
    assert_eq!(api.get(&verify, &token).await.0, 401, "a token outlived its secret");
    assert_eq!(
        api.form("/oauth/v1/token", &grant).await.0,
        401,
        "a secret outlived its rotation"
    );
    let secret = rotated["client_secret"].as_str();
    let renewed = [
        client[0].clone(),
        ("client_secret", secret.expect("a secret").to_owned()),
    ];
    connects_an_app(&api, &facts).await;
    runbook::is_followed(&cloud, &api, &renewed, facts["organization"].as_str().expect("an id")).await;
}

/// A person signs in and lets an app in; the admin approves its domain, then rejects it.
async fn connects_an_app(api: &Api, facts: &Value) {
    let text = |pointer: &str| {
        facts
            .pointer(pointer)
            .and_then(Value::as_str)
            .expect("a text")
            .to_owned()
    };
    let metadata = json!({"client_name": "Field Notes", "redirect_uris": ["https://notes.example/cb"], "token_endpoint_auth_method": "none"});
    let (status, client) = api.post("/oauth/v1/register", "", &metadata).await;
    assert_eq!(status, 201, "{client}");
    let client = client["client_id"].as_str().expect("a client ID").to_owned();

    let mut person = Person::new(api);
    let page = person.open("/sign-in").await;
    let fields = [
        ("email", text("/admin/email")),
        ("password", text("/admin/password")),
        ("csrf", csrf(&page)),
    ];
    assert_eq!(person.submit("/sign-in", &fields).await, "/console");
    assert!(
        person
            .open("/console/service-accounts")
            .await
            .contains("nightly-export")
    );

    let request = format!(
        "/oauth/v1/authorize?response_type=code&client_id={client}&redirect_uri=https%3A%2F%2Fnotes.example%2Fcb&state=x\
         &scope=read%3Aledger&resource=https%3A%2F%2Fledger.example.com&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    let page = person.open(&request).await;
    person
        .submit(&request, &[("action", "request".to_owned()), ("csrf", csrf(&page))])
        .await;
    let admin = text("/admin/token");
    let (_, approvals) = api.get("/api/v1/oauth-approvals", &admin).await;
    let approval = format!(
        "/api/v1/oauth-approvals/{}",
        approvals["items"][0]["id"].as_str().expect("an id")
    );
    assert_eq!(
        api.patch(&approval, &admin, &json!({"status": "approved"})).await.0,
        200
    );

    let page = person.open(&request).await;
    let allow = [
        ("action", "allow".to_owned()),
        ("subscription", text("/subscription")),
        ("csrf", csrf(&page)),
    ];
    let back = person.submit(&request, &allow).await;
    let code = back
        .split("code=")
        .nth(1)
        .and_then(|rest| rest.split('&').next())
        .expect("a code");
    let grant = [
        ("grant_type", "authorization_code"),
        ("client_id", &client),
        ("code", code),
        ("redirect_uri", "https://notes.example/cb"),
        ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    ];
    let grant = grant.map(|(name, value)| (name, value.to_owned()));
    let (status, tokens) = api.form("/oauth/v1/token", &grant).await;
    assert_eq!(status, 200, "{tokens}");
    let verify = format!("/verify?resource={RESOURCE}&scope=read:ledger");
    let token = tokens["access_token"].as_str().expect("a token");
    assert_eq!(api.get(&verify, token).await.0, 200);
    let refresh = [
        ("grant_type", "refresh_token".to_owned()),
        ("client_id", client.clone()),
        (
            "refresh_token",
            tokens["refresh_token"].as_str().expect("a token").to_owned(),
        ),
    ];
    assert_eq!(api.form("/oauth/v1/token", &refresh).await.0, 200);
    // A replayed code ends the grant: the token function deletes what counted it.
    assert_eq!(api.form("/oauth/v1/token", &grant).await.0, 400);
    assert_eq!(
        api.get(&verify, token).await.0,
        401,
        "a token outlived the replay of its code"
    );
    assert_eq!(
        api.patch(&approval, &admin, &json!({"status": "rejected"})).await.0,
        200
    );
    assert!(
        person
            .open("/console/audit-events")
            .await
            .contains("oauth_approval.rejected")
    );
}

/// What the operator does once: the first key, organization and admin, from the stack's outputs.
fn bootstrap(cloud: &Cloud, stack: &Outputs) -> Value {
    let secret = stack.get("SigningKeyArn");
    // CloudFormation leaves the secret without a value; this emulator gives it an empty one.
    let empty = "import boto3, sys; s = boto3.client('secretsmanager'); i = sys.argv[1]; \
        [v] = s.describe_secret(SecretId=i)['VersionIdsToStages']; \
        s.update_secret_version_stage(SecretId=i, VersionStage='AWSCURRENT', RemoveFromVersionId=v)";
    cloud.tool("python").args(["-c", empty, secret]).runs();
    let (password, token) = (cloud.folder().join("password"), cloud.folder().join("token"));
    fs::write(&password, PASSWORD).expect("a file");
    let output = Command::new(binary("regent-bootstrap"))
        .args(["--password-stdin", "--token-file"])
        .arg(&token)
        .stdin(File::open(&password).expect("a file"))
        .args([
            "--organization",
            "Acme",
            "--admin",
            "admin@acme.test",
            "--audience",
            RESOURCE,
        ])
        .args(["--scope", "read:ledger=See the ledger"])
        .env_clear()
        .env("REGENT_REGION", "eu")
        .env("REGENT_ISSUER", stack.get("Issuer"))
        .env("REGENT_TABLE", stack.get("TableName"))
        .env("REGENT_SIGNING_SECRET", secret)
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_ENDPOINT_URL_DYNAMODB", cloud.endpoint())
        .env("AWS_ENDPOINT_URL_SECRETS_MANAGER", cloud.endpoint())
        .output()
        .expect("regent-bootstrap starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut facts: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    facts["admin"]["password"] = json!(PASSWORD);
    facts["admin"]["token"] = json!(fs::read_to_string(&token).expect("a token").trim_end());
    facts
}
