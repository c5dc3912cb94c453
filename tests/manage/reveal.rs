//! A secret is shown once, and is nowhere after (PRODUCT §2).

use serde_json::json;

use crate::harness::{Account, Region};

#[tokio::test]
async fn no_read_shows_a_secret_or_a_whole_client_id_again() {
    let region = Region::start().await;
    let account = region.account_with(json!({"name": "Shy"})).await;
    let added = region
        .admin("POST", &format!("{}/credentials", account.path()))
        .json(&json!({"name": "second"}));
    let second = account.through(&added.send().await.is(201));
    let rotated = region
        .admin("POST", &format!("{}/rotate", second.credential()))
        .send()
        .await
        .is(200);
    let rotated = second.through(&rotated);
    let edited = region
        .admin("PATCH", &second.credential())
        .json(&json!({"name": "renamed"}))
        .send()
        .await
        .is(200);
    let mut bodies = vec![edited.body];
    for path in [
        "/service-accounts".to_owned(),
        account.path(),
        format!("{}/credentials", account.path()),
        account.credential(),
        second.credential(),
        "/users".to_owned(),
        format!("/users/{}", account.id),
        "/audit-events".to_owned(),
        "/subscriptions".to_owned(),
    ] {
        bodies.push(region.admin("GET", &path).send().await.is(200).not_kept().body);
    }
    let described = region
        .admin("PATCH", &account.path())
        .json(&json!({"description": "x"}))
        .send()
        .await;
    bodies.push(described.is(200).body);
    let token = rotated.token(&region).await;
    let introspected = account
        .ask(&region, "/oauth/v1/introspect", &[("token", &token)])
        .send()
        .await
        .is(200);
    for secret in [&account.secret, &second.secret, &rotated.secret] {
        assert!(!introspected.body.contains(secret.as_str()));
        for body in &bodies {
            assert!(
                !body.contains(secret.as_str()) && !body.contains(&account.client_id) && !body.contains("argon2"),
                "{body}"
            );
        }
    }
}

#[tokio::test]
async fn a_list_shows_the_last_four_characters_of_each() {
    let region = Region::start().await;
    let account = region.account().await;
    let path = format!("{}/credentials", account.path());
    let second = region
        .admin("POST", &path)
        .json(&json!({"name": "second"}))
        .send()
        .await
        .is(201);
    let second = account.through(&second);
    let listed = region.admin("GET", &path).send().await.is(200).json();
    let shown: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["client_id"].clone(), item["client_secret"].clone()))
        .collect();
    let masked = |account: &Account| {
        let tail = |text: &str| json!(format!("••••••{}", &text[text.len() - 4..]));
        (tail(&account.client_id), tail(&account.secret))
    };
    assert_eq!(shown.len(), 2);
    for account in [&account, &second] {
        assert!(shown.contains(&masked(account)), "{shown:?}");
    }
}

/// What somebody with a copy of the table would hold: hashes and sealed tokens.
#[tokio::test]
async fn the_table_holds_neither_a_secret_nor_a_token() {
    let region = Region::start().await;
    let account = region.account().await;
    let path = format!("{}/rotate", account.credential());
    let asked = region
        .admin("POST", &path)
        .header("idempotency-key", "k")
        .json(&json!({"overlap_seconds": 600}));
    let rotated = account.through(&asked.send().await.is(200));
    let tokens = [account.token(&region).await, rotated.token(&region).await];
    let rows = region.rows().await;
    let mut hashed = false;
    for row in &rows {
        let text = format!("{row:?}");
        hashed |= text.contains("$argon2id$v=19$m=19456,t=2,p=1$");
        for secret in [
            &account.secret,
            &rotated.secret,
            &tokens[0],
            &tokens[1],
            &region.running.facts.admin.password,
        ] {
            assert!(!text.contains(secret.as_str()), "{text}");
        }
        for token in &tokens {
            assert!(!text.contains(token.rsplit('.').next().unwrap()), "{text}");
        }
        // Bytes are printed as numbers; a sealed token that is none would be the token's own.
        for bytes in row.values().filter_map(|value| value.as_b().ok()) {
            assert!(!tokens.iter().any(|token| holds(bytes.as_ref(), token)), "{text}");
        }
    }
    assert!(hashed);
}

fn holds(bytes: &[u8], token: &str) -> bool {
    let part = &token.as_bytes()[token.len() - 20..];
    bytes.windows(part.len()).any(|window| window == part)
}
