//! The published keys as the functions use them: read along with what a request reads anyway, for two
//! seconds at most; and whether the region signs (`/health`).

use serde_json::json;

use crate::harness::{Account, Answer, Apart, Asked, Fault, Http, Region, Relay, ThirdParty, Tokens, VERIFIER};

const KEYS: &str = "/.well-known/jwks.json";
const READ: &str = "BatchGetItem";
const SECRET: &str = "GetSecretValue";

/// Functions that have just started, all of whose calls are counted.
async fn cold(region: &Region) -> (Http, Relay) {
    let running = &region.running;
    let relay = Relay::before(running).await;
    let apart = Apart::with(region, |config| {
        config.dynamodb_endpoint = Some(relay.endpoint.clone());
        config.secrets_endpoint = Some(relay.endpoint.clone());
    });
    (apart.await.http, relay)
}

async fn counted(relay: &Relay, asked: Asked) -> (Answer, Vec<String>) {
    relay.calls();
    let answer = asked.send().await;
    (answer, relay.calls())
}

fn grant(http: &Http, account: &Account, scope: &str) -> Asked {
    let form = [("grant_type", "client_credentials"), ("scope", scope)];
    http.token().basic(&account.client_id, &account.secret).form(&form)
}

#[tokio::test]
async fn the_keys_cost_a_request_no_call_of_their_own() {
    let region = Region::start().await;
    let account = region.account().await;
    let (http, relay) = cold(&region).await;
    let (first, calls) = counted(&relay, grant(&http, &account, "read:me")).await;
    assert_eq!(calls, [READ, "UpdateItem", SECRET, "PutItem"]);
    let token = first.is(200).text("/access_token");
    region.wait(2);
    let (same, calls) = counted(&relay, grant(&http, &account, "read:me")).await;
    assert_eq!(
        (same.is(200).text("/access_token"), calls),
        (token.clone(), vec![READ.to_owned()])
    );
    region.wait(2);
    let (other, calls) = counted(&relay, grant(&http, &account, "")).await;
    other.is(200);
    assert_eq!(calls, [READ, "PutItem"], "the signing key is in memory");
    region.wait(2);
    let asked = http
        .get("/verify")
        .query(&[("resource", region.resource())])
        .bearer(&token);
    let (good, calls) = counted(&relay, asked).await;
    assert_eq!((good.status.as_u16(), calls), (200, vec![READ.to_owned()]));
}

#[tokio::test]
async fn nor_when_a_person_s_code_or_refresh_token_is_redeemed() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let (http, relay) = cold(&region).await;
    let redeem = async |code: String| {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", &*app.redirect_uri),
            ("code_verifier", VERIFIER),
            ("client_id", &*app.client_id),
        ];
        let (answer, calls) = counted(&relay, http.token().form(&form)).await;
        (Tokens::of(&answer.is(200)), calls)
    };
    let (_, calls) = redeem(app.code(&browser).await).await;
    assert_eq!(calls, [READ, READ, SECRET, "TransactWriteItems"]);
    region.wait(2);
    let (tokens, calls) = redeem(app.code(&browser).await).await;
    assert_eq!(calls, [READ, READ, "TransactWriteItems"]);
    region.wait(2);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*tokens.refresh),
        ("client_id", &*app.client_id),
    ];
    let (answer, calls) = counted(&relay, http.token().form(&form)).await;
    answer.is(200);
    assert_eq!(calls, [READ, READ, "TransactWriteItems"]);
}

/// Whoever asks often, or with made-up keys, makes the table do no more.
#[tokio::test]
async fn the_keys_are_read_once_in_two_seconds_however_often_they_are_asked_for() {
    let region = Region::start().await;
    let token = region.account().await.token(&region).await;
    let (http, relay) = cold(&region).await;
    for lease in 0..3 {
        relay.calls();
        for _ in 0..5 {
            http.get(KEYS).send().await.is(200);
            http.get("/health").send().await.is(200);
        }
        let secrets = usize::from(lease == 0);
        let calls = relay.calls();
        assert_eq!(calls, [&[READ][..], &[SECRET][..secrets]].concat(), "lease {lease}");
        region.wait(2);
    }
    let unknown = crate::harness::Parts::of(&token).header("kid", "x").token();
    let ask = || {
        http.get("/verify")
            .query(&[("resource", region.resource())])
            .bearer(&unknown)
    };
    let (answer, calls) = counted(&relay, ask()).await;
    assert_eq!((answer.status.as_u16(), calls.len()), (401, 1));
    for _ in 0..5 {
        let (answer, calls) = counted(&relay, ask()).await;
        assert_eq!((answer.status.as_u16(), calls.len()), (401, 0));
    }
}

#[tokio::test]
async fn a_region_is_healthy_while_it_can_issue_tokens() {
    let region = Region::start().await;
    let (http, relay) = cold(&region).await;
    let health = async |method: &str| http.ask(method, "/health").send().await;
    // Secrets Manager first: a process that never had the key signs nothing.
    relay.fail(SECRET, Fault::Denied, 1);
    let sick = health("GET").await.is(503).not_kept();
    assert_eq!(sick.json(), json!({"status": "fail", "region": "us"}));
    let well = health("GET").await.is(200).not_kept();
    assert_eq!(well.json(), json!({"status": "pass", "region": "us"}));
    assert_eq!(health("HEAD").await.is(200).body, "");
    region.wait(2);
    relay.fail(READ, Fault::Denied, 1);
    health("GET").await.is(503);
    health("GET").await.is(200);
    for method in ["POST", "PUT", "DELETE"] {
        let answer = health(method).await;
        assert_eq!(answer.header("allow"), Some("GET,HEAD"), "{method}");
        answer.problem(405);
    }
    let keyless = Apart::with(&region, |config| config.signing_secret = None).await;
    keyless.http.get("/health").send().await.is(503);
}
