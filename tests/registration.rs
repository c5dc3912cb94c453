//! Dynamic client registration (RFC 7591): what an app gets, and what it never gets.

use regent::acts::client::find;
use regent::domain::{Client, ClientId, Rate, Registration};
use serde_json::{Value, json};

use crate::harness::{Answer, Region, Row, ThirdParty};

const PATH: &str = "/oauth/v1/register";

async fn register(region: &Region, metadata: &Value) -> Answer {
    region.http.post(PATH).json(metadata).send().await
}

async fn known(region: &Region, client_id: &str) -> Option<Client> {
    let id = ClientId::parse(client_id).unwrap();
    find(&region.running.app, &id).await.unwrap()
}

#[tokio::test]
async fn a_public_client_registers_and_is_told_what_was_registered() {
    let region = Region::start().await;
    let asked = json!({
        "client_name": "MCP Inspector",
        "redirect_uris": ["http://localhost:6274/oauth/callback", "http://localhost:6274/oauth/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": "read:me",
        "client_id": "cli_us_000000000000",
        "x-unknown": {"a": [1]},
    });
    let answer = register(&region, &asked).await.is(201).not_kept();
    let id = answer.text("/client_id");
    assert!(id.starts_with("cli_us_") && id != "cli_us_000000000000", "{id}");
    assert_eq!(
        answer.json(),
        json!({
            "client_id": id,
            "client_id_issued_at": region.running.app.now().seconds(),
            "client_name": "MCP Inspector",
            "redirect_uris": ["http://localhost:6274/oauth/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        })
    );
    assert!(known(&region, &id).await.unwrap().is_public());
}

#[tokio::test]
async fn whoever_says_little_gets_the_defaults_and_a_secret() {
    let region = Region::start().await;
    let answer = register(&region, &json!({"redirect_uris": ["https://app.test/cb"]}))
        .await
        .is(201);
    let body = answer.json();
    assert_eq!(body["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(body["grant_types"], json!(["authorization_code"]));
    assert_eq!(body["client_name"], "app.test");
    assert_eq!(body["client_secret_expires_at"], 0);
    let secret = answer.text("/client_secret");
    assert!(secret.starts_with("rgs_"));
    for row in region.rows().await {
        assert!(!format!("{row:?}").contains(&secret), "the secret is in the table");
    }
}

#[tokio::test]
async fn refusals_say_which_metadata_is_wrong() {
    let region = Region::start().await;
    let good = "https://app.test/cb";
    for (metadata, code) in [
        (json!({}), "invalid_redirect_uri"),
        (json!({"redirect_uris": []}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["http://app.test/cb"]}), "invalid_redirect_uri"),
        (
            json!({"redirect_uris": ["https://app.test/#f"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": [good], "client_name": 1}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [good], "response_types": ["token"]}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [good], "grant_types": ["client_credentials"]}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [good], "grant_types": ["refresh_token"]}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [good], "token_endpoint_auth_method": "private_key_jwt"}),
            "invalid_client_metadata",
        ),
        (json!([]), "invalid_client_metadata"),
    ] {
        let answer = register(&region, &metadata).await;
        assert_eq!(answer.clone().refused(400, code).status, 400, "{metadata}");
    }
    for (content_type, body) in [
        ("application/x-www-form-urlencoded", "redirect_uris=https://app.test/"),
        ("text/plain", r#"{"redirect_uris":["https://app.test/"]}"#),
        ("application/json", "{"),
        ("application/json", ""),
    ] {
        let asked = region.http.post(PATH).body(content_type, body);
        asked.send().await.refused(400, "invalid_client_metadata");
    }
    let long = region.http.post(PATH).body("application/json", vec![b' '; 70_000]);
    long.send().await.refused(413, "invalid_request");
    let answer = region.http.get(PATH).send().await;
    assert_eq!(answer.header("allow"), Some("POST"));
    answer.problem(405);
}

#[tokio::test]
async fn a_registered_client_gets_no_token_of_its_own() {
    let region = Region::start().await;
    let answer = register(&region, &json!({"redirect_uris": ["https://app.test/cb"]}))
        .await
        .is(201);
    let fields = [("grant_type", "client_credentials")];
    let asked = region.http.token().form(&fields);
    let asked = asked.basic(&answer.text("/client_id"), &answer.text("/client_secret"));
    let status = asked.send().await.status.as_u16();
    assert!([400, 401].contains(&status), "{status}");
}

/// The row with a partition key.
async fn row(region: &Region, pk: &str) -> Row {
    let rows = region.rows().await;
    let found = rows.into_iter().find(|row| row["pk"].as_s().unwrap() == pk);
    found.unwrap_or_else(|| panic!("no {pk}"))
}

/// A public client of the least that is needed.
fn least() -> Value {
    json!({"redirect_uris": ["https://app.test/cb"], "token_endpoint_auth_method": "none"})
}

/// Leaves `left` in a bucket of `rate`.
async fn leave(region: &Region, what: &str, rate: Rate, left: u32) {
    let all = Rate::new(2, (rate.burst - left) * rate.interval.0).of(what.to_owned());
    let app = &region.running.app;
    app.store().take(&all, app.now()).await.unwrap().unwrap();
}

#[tokio::test]
async fn one_source_registers_a_thousand_and_then_one_every_half_minute() {
    let region = Region::start().await;
    leave(&region, "register#from#127.0.0.1", Rate::new(1000, 30), 10).await;
    for _ in 0..10 {
        register(&region, &least()).await.is(201);
    }
    let refused = register(&region, &least())
        .await
        .refused(429, "temporarily_unavailable");
    let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert_eq!(wait, 30);
    // What is refused anyway costs nothing.
    register(&region, &json!({})).await.refused(400, "invalid_redirect_uri");
    region.wait(wait);
    register(&region, &least()).await.is(201);
    register(&region, &least()).await.is(429);
}

#[tokio::test]
async fn sources_together_register_ten_thousand_and_then_one_every_five_seconds() {
    let region = Region::start().await;
    leave(&region, "register", Rate::new(10_000, 5), 1).await;
    let id = register(&region, &least()).await.is(201).text("/client_id");
    for _ in 0..3 {
        let refused = register(&region, &least())
            .await
            .refused(429, "temporarily_unavailable");
        assert_eq!(refused.header("retry-after"), Some("5"));
        assert!(refused.text("/error_description").contains("in this region"));
    }
    // The region's refusals cost the source nothing.
    let source = row(&region, "THROTTLE#register#from#127.0.0.1").await;
    let full_at: i64 = source["full_at"].as_n().unwrap().parse().unwrap();
    assert!(full_at - region.running.app.now().millis() <= 30_000, "{full_at}");

    // Who is registered goes on: asks, is approved, and gets tokens.
    let client = ThirdParty::known(&region, &id, "https://app.test/cb");
    let browser = region.admin_browser().await;
    client.request(&browser).await;
    client.decide("approved").await.is(200);
    let tokens = client.tokens(&browser).await;
    client.refresh(&tokens.refresh).send().await.is(200);
    // And so does whoever an admin registers.
    ThirdParty::register(&region, "https://other.test/cb").await;
    region.wait(5);
    register(&region, &least()).await.is(201);
}

#[tokio::test]
async fn a_client_that_nobody_ever_used_is_gone_after_a_week() {
    let region = Region::start().await;
    let id = register(&region, &least()).await.text("/client_id");
    let row = row(&region, &format!("CLIENT#{id}")).await;
    let expires_at: i64 = row["expires_at"].as_n().unwrap().parse().unwrap();
    assert_eq!(expires_at - region.running.app.now().seconds(), 7 * 86_400);
    region.wait(7 * 86_400 - 1);
    assert!(known(&region, &id).await.is_some());
    region.wait(1);
    assert!(known(&region, &id).await.is_none());
}

#[tokio::test]
async fn a_client_that_waits_for_its_origin_to_be_approved_is_kept() {
    let region = Region::start().await;
    let id = register(&region, &least()).await.text("/client_id");
    let joined = register(&region, &least()).await.text("/client_id");
    for (id, browser) in [
        (&id, region.admin_browser().await),
        // The second to ask for the same origin, with a client of their own.
        (&joined, region.person_browser(json!([region.reader()])).await),
    ] {
        ThirdParty::known(&region, id, "https://app.test/cb")
            .request(&browser)
            .await;
    }
    region.wait(89 * 86_400);
    assert!(known(&region, &id).await.is_some() && known(&region, &joined).await.is_some());
}

#[tokio::test]
async fn a_client_that_is_used_is_kept_for_ninety_days_after_it() {
    let region = Region::start().await;
    let app = &region.running.app;
    let used = register(&region, &least()).await.text("/client_id");
    let client = known(&region, &used).await.unwrap();
    let renew = async |client: &Client| {
        let write = app.store().keep_client(client, app.now()).unwrap();
        app.store().commit(&[write.unwrap()]).await.unwrap().unwrap();
    };
    renew(&client).await;
    // A later use renews it, once a day at most.
    let client = known(&region, &used).await.unwrap();
    assert!(app.store().keep_client(&client, app.now()).unwrap().is_none());
    region.wait(89 * 86_400);
    renew(&client).await;
    region.wait(86_400);
    let kept = known(&region, &used).await.unwrap();
    let Registration::Dynamic { ends_at } = kept.registration else {
        panic!("{kept:?}")
    };
    assert_eq!(ends_at.seconds() - app.now().seconds(), 89 * 86_400);
    region.wait(89 * 86_400);
    assert!(known(&region, &used).await.is_none());
}
