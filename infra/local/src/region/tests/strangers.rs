//! What stands in for AWS, asked by whoever can reach loopback: a page in the developer's browser,
//! another user of the machine.

use aws_sdk_secretsmanager::Client as Secrets;
use reqwest::{Client, Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::options;
use crate::aws::Credentials;
use crate::guard::tests::signed;
use crate::region::{Running, start};

/// A call that tells or changes something, at the listener that takes it.
struct Call {
    url: String,
    service: &'static str,
    target: &'static str,
    body: Value,
}

/// One that reads and one that writes, of each listener.
fn calls(region: &Running) -> Vec<Call> {
    let config = region.app.config();
    let (table, secret) = (&config.table, &config.signing_secret);
    let item = json!({"pk": {"S": "stranger"}, "sk": {"S": "stranger"}});
    let event = json!({"Source": "stranger", "DetailType": "a.b", "Detail": "{}"});
    let token = "11111111-1111-1111-1111-111111111111";
    let (dynamodb, secrets) = (&region.dynamodb_endpoint, &region.secrets_endpoint);
    let outside = region.outside.endpoint();
    let mail = json!({"Content": {"Raw": {"Data": "RnJvbTogYUB4LnRlc3QNClRvOiBiQHgudGVzdA0KDQo="}}});
    let call = |url: &str, service, target, body| Call {
        url: url.to_owned(),
        service,
        target,
        body,
    };
    vec![
        call(
            dynamodb,
            "dynamodb",
            "DynamoDB_20120810.Scan",
            json!({"TableName": table}),
        ),
        call(
            dynamodb,
            "dynamodb",
            "DynamoDB_20120810.PutItem",
            json!({"TableName": table, "Item": item}),
        ),
        call(
            secrets,
            "secretsmanager",
            "secretsmanager.GetSecretValue",
            json!({"SecretId": secret}),
        ),
        call(
            secrets,
            "secretsmanager",
            "secretsmanager.CreateSecret",
            json!({"Name": "stranger", "SecretString": "x", "ClientRequestToken": token}),
        ),
        call(outside, "events", "AWSEvents.PutEvents", json!({"Entries": [event]})),
        call(&format!("{outside}/v2/email/outbound-emails"), "ses", "none", mail),
    ]
}

impl Call {
    fn by(&self, credentials: &Credentials) -> Request {
        let headers = [
            ("x-amz-target", self.target),
            ("content-type", "application/x-amz-json-1.0"),
        ];
        signed(credentials, self.service, &self.url, &headers, self.body.to_string())
    }

    fn with(&self, credentials: &Credentials, name: &'static str, value: &str) -> Request {
        let mut request = self.by(credentials);
        request.headers_mut().insert(name, value.parse().unwrap());
        request
    }

    /// What the local region was once content with.
    fn made_up(&self) -> Request {
        let made_up = "AWS4-HMAC-SHA256 Credential=local/20260312/us-east-1/dynamodb/aws4_request, \
            SignedHeaders=host, Signature=0000000000000000000000000000000000000000000000000000000000000000";
        self.with(
            &Credentials::new("local", "local", None, None, "test"),
            "authorization",
            made_up,
        )
    }

    /// What a page may send without asking first.
    fn simple(&self) -> Request {
        let simple = Client::new().post(&self.url).header("content-type", "text/plain");
        simple.body(self.body.to_string()).build().unwrap()
    }
}

async fn send(request: Request) -> Response {
    Client::new().execute(request).await.unwrap()
}

async fn is_refused(request: Request) {
    let what = format!("{request:?}");
    let answer = send(request).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{what}");
    let mut names = answer.headers().keys();
    assert!(!names.any(|name| name.as_str().starts_with("access-control")), "{what}");
    let body: Value = answer.json().await.unwrap();
    let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["__type", "message"], "{what}: it tells nothing else");
}

/// How much there is: rows, secrets, events, mails.
async fn kept(region: &Running) -> [usize; 4] {
    let (config, aws) = (region.app.config(), region.aws());
    let table = aws_sdk_dynamodb::config::Builder::from(&aws).endpoint_url(&region.dynamodb_endpoint);
    let table = aws_sdk_dynamodb::Client::from_conf(table.build());
    let rows = table
        .scan()
        .table_name(&config.table)
        .consistent_read(true)
        .send()
        .await;
    let secrets = aws_sdk_secretsmanager::config::Builder::from(&aws).endpoint_url(&region.secrets_endpoint);
    let secrets = Secrets::from_conf(secrets.build());
    let stranger = secrets.describe_secret().secret_id("stranger").send().await;
    let outside = region.outside.kept();
    [
        rows.unwrap().items().len(),
        usize::from(stranger.is_ok()),
        outside.events().unwrap().len(),
        outside.mails(10).unwrap().len(),
    ]
}

#[tokio::test]
async fn a_stranger_reads_and_changes_nothing_of_what_stands_in_for_aws() {
    let (dir, another) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let region = start(options(&dir)).await.unwrap();
    let other = start(options(&another)).await.unwrap();
    region.notified().await;
    let (own, strange) = (&region.credentials, &other.credentials);
    let before = kept(&region).await;
    for call in calls(&region) {
        is_refused(call.made_up()).await;
        is_refused(call.simple()).await;
        is_refused(Client::new().get(&call.url).build().unwrap()).await;
        // The credentials of a region that was started beside this one, or before it.
        is_refused(call.by(strange)).await;
        for origin in ["https://evil.example", "null", region.issuer.as_str()] {
            is_refused(call.with(own, "origin", origin)).await;
        }
        is_refused(call.with(own, "host", "evil.example")).await;
        let mut preflight = call.with(own, "origin", "https://evil.example");
        *preflight.method_mut() = Method::OPTIONS;
        is_refused(preflight).await;
    }
    assert_eq!(kept(&region).await, before);
    for call in calls(&region) {
        let answer = send(call.by(own)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{}", call.target);
    }
    let [rows, _, events, mails] = before;
    assert_eq!(kept(&region).await, [rows + 1, 1, events + 1, mails + 1]);
    region.stop().await;
    other.stop().await;
}
