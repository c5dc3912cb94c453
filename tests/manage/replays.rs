//! A repetition with an `Idempotency-Key`, and a cursor, are no way round the rights that the caller
//! has now: those are asked first.

use serde_json::{Value, json};

use crate::harness::{Account, Answer, Apart, Region};

async fn keyed(region: &Region, token: &str, (key, path, body): &(String, String, Value)) -> Answer {
    let asked = region.by(token, "POST", path).header("idempotency-key", key);
    asked.json(body).send().await
}

/// Everything that may come with a key: the key, the path and the body.
async fn acts(region: &Region) -> Vec<(String, String, Value)> {
    let account = region.account().await;
    let subscription = region.subscription();
    let client =
        json!({"name": "c", "redirect_uris": ["https://c.test/"], "token_endpoint_auth_method": "client_secret_basic"});
    let client = region.admin("POST", "/clients").json(&client).send().await;
    let client = client.is(201).text("/client_id");
    let person = json!({"name": "u", "email": "u@acme.test", "user_type": "sales", "roles": ["viewer"]});
    let api =
        json!({"name": "r", "subscription": subscription, "audience": "https://r.test", "scopes": [{"name": "a"}]});
    let all = [
        (
            "/service-accounts".to_owned(),
            json!({"name": "a", "subscription": subscription, "roles": [region.reader()]}),
        ),
        (format!("{}/credentials", account.path()), json!({"name": "c"})),
        (format!("{}/rotate", account.credential()), json!({})),
        (
            "/applications".to_owned(),
            json!({"name": "b", "subscription": subscription}),
        ),
        ("/resources".to_owned(), api),
        ("/users".to_owned(), person),
        ("/roles".to_owned(), json!({"name": "s", "privileges": ["users:read"]})),
        (
            "/clients".to_owned(),
            json!({"name": "x", "redirect_uris": ["https://x.test/"]}),
        ),
        (format!("/clients/{client}/rotate"), json!({})),
    ];
    let keyed = all.into_iter().enumerate();
    keyed
        .map(|(index, (path, body))| (format!("key-{index}"), path, body))
        .collect()
}

#[tokio::test]
async fn a_repetition_takes_what_the_first_time_took_as_the_caller_is_now() {
    let region = Region::start().await;
    let acts = acts(&region).await;
    let second = region.empty_subscription().await;
    let every = [
        "service_accounts:manage",
        "users:manage",
        "roles:manage",
        "settings:manage",
        "clients:manage",
    ];
    // All that is managed, and nothing of what is handed out or seen.
    let manager = region.role("manager", json!(every), json!([])).await;
    let (person, token) = region.person(json!(["organization_admin"]), None).await;
    let is_now = async |roles: Value, subscription: Option<&str>| {
        let change = json!({"roles": roles, "subscription": subscription});
        let path = format!("/users/{person}");
        region.admin("PATCH", &path).json(&change).send().await.is(200);
        region.token_of(&person).await
    };
    for act in &acts {
        let first = keyed(&region, &token, act).await;
        assert!(
            first.status.is_success() && first.header("idempotency-replayed").is_none(),
            "{first:?}"
        );
    }
    let viewer = is_now(json!(["viewer"]), None).await;
    for act in &acts {
        assert_eq!(keyed(&region, &viewer, act).await.problem(403), "forbidden", "{act:?}");
    }
    let elsewhere = is_now(json!(["organization_admin"]), Some(&second)).await;
    for act in &acts {
        let refused = keyed(&region, &elsewhere, act).await;
        let whole = ["/users", "/roles", "/clients"]
            .iter()
            .any(|path| act.1.starts_with(path));
        let status = if whole { 403 } else { 404 };
        refused.problem(status);
    }
    let manager = is_now(json!([manager]), None).await;
    for act in &acts {
        let again = keyed(&region, &manager, act).await;
        let hands_out = ["/service-accounts", "/users", "/roles"]
            .iter()
            .any(|path| act.1.starts_with(path));
        if hands_out {
            assert_eq!(again.problem(403), "beyond-own", "{act:?}");
        } else {
            assert_eq!(again.header("idempotency-replayed"), Some("true"), "{act:?}: {again:?}");
        }
    }
    let admin = is_now(json!(["organization_admin"]), None).await;
    for act in &acts {
        let again = keyed(&region, &admin, act).await;
        assert!(again.status.is_success(), "{act:?}: {again:?}");
        assert_eq!(again.header("idempotency-replayed"), Some("true"), "{act:?}");
    }
}

/// The key is the caller's, and each of the caller's tokens is good for what it says.
#[tokio::test]
async fn a_narrower_token_of_the_same_caller_gets_no_repetition() {
    let region = Region::start().await;
    let robot = region.account_with(json!({"roles": ["subscription_admin"]})).await;
    let whole = robot.management_token(&region).await;
    let body = json!({"name": "a", "subscription": region.subscription(), "roles": ["viewer"]});
    let act = ("key-1".to_owned(), "/service-accounts".to_owned(), body);
    Account::of(&keyed(&region, &whole, &act).await.is(201));
    for (scope, problem) in [
        ("service_accounts:read", "forbidden"),
        ("service_accounts:manage", "beyond-own"),
    ] {
        let narrow = robot
            .grant(&region, &[("scope", scope)])
            .await
            .is(200)
            .text("/access_token");
        assert_eq!(keyed(&region, &narrow, &act).await.problem(403), problem, "{scope}");
    }
    let again = keyed(&region, &whole, &act).await.is(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

/// The caller, the answer that was given, and nothing written: no secret is drawn or hashed for it.
#[tokio::test]
async fn a_repetition_reads_and_writes_nothing() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let token = &region.running.facts.admin.token;
    let body = json!({"name": "a", "subscription": region.subscription(), "roles": [region.reader()]});
    let ask = || {
        let asked = apart.http.post("/api/v1/service-accounts").bearer(token);
        asked.header("idempotency-key", "key-1").json(&body).send()
    };
    ask().await.is(201);
    relay.calls();
    ask().await.is(201);
    assert_eq!(relay.calls(), ["BatchGetItem", "BatchGetItem"]);
}

/// Every list by somebody who sees all of it, then with each of those cursors by somebody who is
/// limited to another subscription, and by the same person once limited.
#[tokio::test]
async fn a_cursor_shows_nobody_more_than_they_reach_now() {
    let region = Region::start().await;
    let second = region.second_subscription().await;
    for subscription in [region.subscription(), &second] {
        for index in 0..3 {
            region
                .account_with(json!({"subscription": subscription, "roles": []}))
                .await;
            let application = json!({"name": format!("{index}"), "subscription": subscription});
            region
                .admin("POST", "/applications")
                .json(&application)
                .send()
                .await
                .is(201);
            region.person(json!(["viewer"]), Some(subscription)).await;
        }
    }
    let (person, _) = region.person(json!(["subscription_admin"]), Some(&second)).await;
    let token = region.token_of(&person).await;
    for path in [
        "/service-accounts",
        "/applications",
        "/users",
        "/audit-events",
        "/resources",
    ] {
        let mut cursors = vec![];
        let named = [("subscription", region.subscription()), ("limit", "1")];
        let query = if path == "/users" { &named[1..] } else { &named[..] };
        loop {
            let mut query = query.to_vec();
            query.extend(cursors.last().map(|cursor: &String| ("cursor", cursor.as_str())));
            let page = region.admin("GET", path).query(&query).send().await.is(200).json();
            match page["next_cursor"].as_str() {
                Some(next) => cursors.push(next.to_owned()),
                None => break,
            }
        }
        for cursor in &cursors {
            let used = region
                .by(&token, "GET", path)
                .query(&[("cursor", cursor.as_str()), ("limit", "100")]);
            let page = used.send().await.is(200).json();
            for item in page["items"].as_array().unwrap() {
                let own = item["subscription"] == *second || item["subscription"].is_null();
                assert!(
                    own && (path == "/users" || !item["subscription"].is_null()),
                    "{path}: {item}"
                );
            }
            let named = [("subscription", region.subscription()), ("cursor", cursor)];
            if path != "/users" {
                region.by(&token, "GET", path).query(&named).send().await.problem(404);
            }
        }
    }
}
