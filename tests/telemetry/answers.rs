//! The questions of the night, asked of the log.

use serde_json::{Value, json};

use super::Logging;
use super::line::{lines, requests};
use crate::harness::{Answer, Browser};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The one line of a request that was answered.
fn line_of<'a>(lines: &'a [Value], answer: &Answer) -> &'a Value {
    let id = answer.header("x-request-id").expect("an id");
    let found: Vec<&Value> = lines.iter().filter(|line| line["request_id"] == id).collect();
    assert_eq!(found.len(), 1, "{id}: {found:?}");
    found[0]
}

/// The line holds these members.
fn says(line: &Value, wanted: &Value) {
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(line[name], *value, "{name} in {line}");
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told by one log")]
async fn the_log_says_who_asked_for_what_and_why_it_was_refused() {
    let folder = tempfile::tempdir().unwrap();
    let region = Logging::start(folder.path()).await;
    let (http, admin) = (region.http(), region.fact("/admin/token").to_owned());
    let made = json!({
        "name": "nightly", "subscription": region.fact("/subscription"), "roles": [region.fact("/roles/0")],
        "applications": [region.fact("/applications/0")],
    });
    let created = http
        .post("/api/v1/service-accounts")
        .bearer(&admin)
        .json(&made)
        .send()
        .await
        .is(201);
    let (account, id) = (created.text("/id"), created.text("/credential/client_id"));
    let secret = created.text("/credential/client_secret");
    let credential = created.text("/credential/id");
    let grant = |secret: &str| {
        let form = [("grant_type", "client_credentials")];
        http.token().basic(&id, secret).form(&form).send()
    };
    // Its tail is a checksum: whatever else it ends in is wrong.
    let end = if secret.ends_with('x') { 'y' } else { 'x' };
    let wrong = grant(&format!("{}{end}", &secret[..secret.len() - 1])).await.is(401);
    let issued = grant(&secret).await.is(200);
    let reused = grant(&secret).await.is(200);
    let token = issued.text("/access_token");
    let verify = |scope: &'static str| {
        let asked = http
            .get("/verify")
            .query(&[("resource", region.fact("/resource")), ("scope", scope)]);
        asked
            .bearer(&token)
            .header("traceparent", &format!("00-{TRACE}-00f067aa0ba902b7-01"))
    };
    let accepted = verify("read:me").send().await.is(200);
    let short = verify("write:me").send().await.is(403);
    let healthy = http.get("/health").send().await.is(200);
    let nowhere = http.get("/oauth/v1/secret-looking-path").send().await.is(404);
    let browser = Browser::new(region.fact("/issuer"));
    let form = browser.open("/sign-in").await.form("/sign-in");
    let fields = [("email", region.fact("/admin/email")), ("password", "not this one")];
    let mistyped = browser.submit(&form, &fields).await.is(422);
    let rotate = format!("/api/v1/service-accounts/{account}/credentials/{credential}/rotate");
    let rotated = http.post(&rotate).bearer(&admin).json(&json!({})).send().await.is(200);
    let events = http
        .get("/api/v1/audit-events")
        .query(&[("action", "credential.rotated")]);
    let event = events.bearer(&admin).send().await.is(200).json()["items"][0].clone();

    let log = region.end().await;
    let lines = requests(&log);
    let of_account = json!({
        "Function": "token", "Region": "us", "method": "POST", "route": "/oauth/v1/token", "client_id": id,
        "credential": credential, "account": account, "source_ip": "127.0.0.1",
    });
    let wrong = line_of(&lines, &wrong);
    says(
        wrong,
        &json!({"level": "INFO", "message": "refused", "status": 401, "Refused": 1}),
    );
    assert!(
        wrong["reason"]
            .as_str()
            .unwrap()
            .starts_with("client authentication failed"),
        "{wrong}"
    );
    for (answer, metric) in [(&issued, "Issued"), (&reused, "Reused")] {
        let line = line_of(&lines, answer);
        says(line, &of_account);
        says(
            line,
            &json!({"message": "served", "status": 200, "Requests": 1, metric: 1}),
        );
        assert_eq!(line.get("Refused"), None, "{line}");
    }
    let of_api =
        json!({"Function": "verify", "resource": region_resource(&lines), "account": account, "trace_id": TRACE});
    says(line_of(&lines, &accepted), &of_api);
    says(line_of(&lines, &accepted), &json!({"Accepted": 1, "status": 200}));
    says(
        line_of(&lines, &short),
        &json!({"Refused": 1, "reason": "token refused: insufficient scope"}),
    );
    assert!(line_of(&lines, &healthy)["SigningKeyAge"].as_u64().unwrap() < 600);
    let nowhere = line_of(&lines, &nowhere);
    says(nowhere, &json!({"route": "unknown", "status": 404}));
    assert!(
        nowhere.get("Refused").is_none() && !log.contains("secret-looking"),
        "{nowhere}"
    );
    let admin = line_of(&lines, &rotated)["account"].clone();
    says(
        line_of(&lines, &mistyped),
        &json!({"Function": "authorize", "account": admin, "reason": "wrong address or password", "Refused": 1}),
    );
    let line = line_of(&lines, &rotated);
    says(
        line,
        &json!({"Function": "accounts", "action": "credential.rotated", "target": event["target"]["id"]}),
    );
    says(
        &event,
        &json!({"request_id": line["request_id"], "source_ip": "127.0.0.1"}),
    );
    assert_eq!(event["actor"]["id"], admin);
    assert!(
        lines
            .iter()
            .any(|line| line["Function"] == "notify" && line["records"].is_u64())
    );
}

fn region_resource(lines: &[Value]) -> &Value {
    let verified = lines.iter().find(|line| line["Function"] == "verify").unwrap();
    &verified["resource"]
}

#[tokio::test]
async fn at_its_most_talkative_it_is_only_our_own_code_that_talks() {
    let folder = tempfile::tempdir().unwrap();
    let region = Logging::start(folder.path()).await;
    region.http().get("/.well-known/jwks.json").send().await.is(200);
    let log = region.end().await;
    let talk = lines(&log).into_iter().filter(|line| line["level"] == "DEBUG");
    let foreign: Vec<Value> = talk
        .filter(|line| !line["target"].as_str().unwrap().starts_with("regent"))
        .collect();
    assert_eq!(foreign, Vec::<Value>::new());
}
