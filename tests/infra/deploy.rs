//! `sam deploy --config-env …` from the template as it stands, into a CloudFormation that is not
//! ours; then the functions at work there, behind its HTTP API, in the roles it was given.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::infra::cloud::{Cloud, Outputs};
use crate::infra::tools::infra;
use crate::lambda::binaries::binary;

const RESOURCE: &str = "https://ledger.example.com";

#[test]
fn two_regions_deploy_and_share_nothing() {
    let cloud = Cloud::start();
    let template = infra().join("template.yaml");
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
}

/// What `sam build` leaves: the template with a folder per function. The emulator runs `bootstrap` here.
fn built(folder: &Path) -> PathBuf {
    let mut template = fs::read_to_string(infra().join("template.yaml")).expect("the template");
    for name in ["token", "authorize", "accounts", "console", "verify", "notify"] {
        let code = folder.join(name);
        fs::create_dir_all(&code).expect("a folder");
        let bootstrap = code.join("bootstrap");
        let program = binary(&format!("regent-{name}"));
        fs::write(&bootstrap, format!("#!/bin/sh\nexec '{}'\n", program.display())).expect("a file");
        fs::set_permissions(&bootstrap, fs::Permissions::from_mode(0o755)).expect("ours to permit");
        template = template.replace(&format!("../functions/{name}"), name);
    }
    let file = folder.join("template.yaml");
    fs::write(&file, template).expect("a file");
    file
}

/// What the operator does once: the first key, organization and admin, from the stack's outputs.
fn bootstrap(cloud: &Cloud, stack: &Outputs) -> Value {
    let secret = stack.get("SigningKeyArn");
    // CloudFormation leaves the secret without a value; this emulator gives it an empty one.
    let empty = "import boto3, sys; s = boto3.client('secretsmanager'); i = sys.argv[1]; \
        [v] = s.describe_secret(SecretId=i)['VersionIdsToStages']; \
        s.update_secret_version_stage(SecretId=i, VersionStage='AWSCURRENT', RemoveFromVersionId=v)";
    cloud.tool("python").args(["-c", empty, secret]).runs();
    let output = Command::new(binary("regent-bootstrap"))
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
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}

/// The HTTP API of a stack, which the emulator knows by its host.
struct Api {
    client: reqwest::Client,
    url: String,
    host: String,
}

impl Api {
    fn of(cloud: &Cloud, stack: &Outputs) -> Self {
        Self {
            client: reqwest::Client::builder().no_proxy().build().expect("a client"),
            url: cloud.endpoint().to_owned(),
            host: format!("{}.execute-api.localhost", stack.get("ApiId")),
        }
    }

    async fn get(&self, path: &str, bearer: &str) -> (u16, Value) {
        self.send(self.client.get(format!("{}{path}", self.url)).bearer_auth(bearer))
            .await
    }

    async fn post(&self, path: &str, bearer: &str, body: &Value) -> (u16, Value) {
        self.send(
            self.client
                .post(format!("{}{path}", self.url))
                .bearer_auth(bearer)
                .json(body),
        )
        .await
    }

    async fn form(&self, path: &str, fields: &[(&str, String)]) -> (u16, Value) {
        self.send(self.client.post(format!("{}{path}", self.url)).form(fields))
            .await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let answer = request
            .header("host", &self.host)
            .send()
            .await
            .expect("the API answers");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}
