//! Lists come in pages, and a walk through them meets everything exactly once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::Region;

/// Walks a list to its end; returns the ids as they came.
async fn walk(region: &Region, path: &str, limit: usize) -> Vec<String> {
    let mut ids = vec![];
    let mut cursor = None;
    loop {
        let mut query = vec![("limit".to_owned(), limit.to_string())];
        query.extend(cursor.map(|cursor| ("cursor".to_owned(), cursor)));
        let query: Vec<(&str, &str)> = query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let page = region.admin("GET", path).query(&query).send().await.is(200).json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        ids.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            assert_eq!(page["next_cursor"], Value::Null);
            return ids;
        }
        assert!(ids.len() < 1000, "the walk does not end");
    }
}

/// Seven of everything that can be made.
async fn seven(region: &Region) -> String {
    let account = region.account().await;
    for index in 0..7 {
        let resource = json!({
            "name": format!("resource {index}"), "subscription": region.subscription(),
            "audience": format!("https://r{index}.example.com"), "scopes": [{"name": "a"}],
        });
        for (path, body) in [
            (
                "/applications",
                json!({"name": format!("application {index}"), "subscription": region.subscription()}),
            ),
            ("/resources", resource),
            ("/roles", json!({"name": format!("role {index}")})),
            (
                "/service-accounts",
                json!({"name": format!("account {index}"), "subscription": region.subscription()}),
            ),
            (
                &format!("{}/credentials", account.path()),
                json!({"name": format!("credential {index}")}),
            ),
            (
                "/users",
                json!({"name": "u", "email": format!("u{index}@acme.test"), "user_type": "sales"}),
            ),
        ] {
            region.admin("POST", path).json(&body).send().await.is(201);
        }
    }
    format!("{}/credentials", account.path())
}

#[tokio::test]
async fn a_walk_meets_everything_once_whatever_the_size_of_its_steps() {
    let region = Region::start().await;
    let credentials = seven(&region).await;
    for (path, count) in [
        ("/service-accounts", 8),
        (credentials.as_str(), 8),
        ("/users", 16),
        ("/roles", 3 + 2 + 7),
        ("/applications", 2 + 7),
        ("/resources", 1 + 7),
        ("/subscriptions", 1),
        ("/organizations", 1),
        ("/audit-events", 1 + 1 + 6 * 7),
    ] {
        let whole = walk(&region, path, 100).await;
        assert_eq!(whole.len(), count, "{path}");
        assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), count, "{path}");
        for limit in [1, 2, 3, count, count + 1] {
            assert_eq!(walk(&region, path, limit).await, whole, "{path} by {limit}");
        }
        let unlimited = region.admin("GET", path).send().await.is(200).json();
        assert!(unlimited["items"].as_array().unwrap().len() >= count.min(20), "{path}");
    }
}

#[tokio::test]
async fn what_is_made_or_deleted_meanwhile_moves_nobody_else() {
    let region = Region::start().await;
    let mut accounts = vec![];
    for name in ["b", "d", "f", "h", "j"] {
        accounts.push(region.account_with(json!({"name": name})).await);
    }
    let first = region
        .admin("GET", "/service-accounts?limit=2")
        .send()
        .await
        .is(200)
        .json();
    let cursor = first["next_cursor"].as_str().unwrap();
    region.admin("DELETE", &accounts[1].path()).send().await.is(204);
    region.account_with(json!({"name": "a"})).await;
    region.account_with(json!({"name": "g"})).await;
    let rest = region
        .admin("GET", "/service-accounts")
        .query(&[("limit", "100"), ("cursor", cursor)])
        .send()
        .await;
    let names = |page: &Value| -> Vec<String> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&first), ["b", "d"]);
    assert_eq!(names(&rest.is(200).json()), ["f", "g", "h", "j"]);
}

#[tokio::test]
async fn a_page_that_makes_no_sense_is_refused() {
    let region = Region::start().await;
    let account = region.account().await;
    let credentials = format!("{}/credentials", account.path());
    for path in [
        "/service-accounts",
        "/users",
        "/roles",
        "/applications",
        "/resources",
        "/subscriptions",
        "/organizations",
        "/audit-events",
        &credentials,
    ] {
        for (name, value) in [
            ("limit", "0"),
            ("limit", "101"),
            ("limit", "-1"),
            ("limit", "x"),
            ("limit", "1.5"),
            ("limit", "99999999999999999999"),
            ("cursor", "x"),
            ("cursor", "!!!!"),
            ("cursor", "é"),
            ("cursor", "AAAA"),
            ("cursor", &"A".repeat(5000)),
        ] {
            let answer = region.admin("GET", path).query(&[(name, value)]).send().await;
            let found = answer.status;
            // A cursor is a place in a list; one that is readable and nowhere begins or ends somewhere.
            assert!(
                found == 400 || (name == "cursor" && found == 200),
                "{path} {name}={value}: {answer:?}"
            );
        }
        region
            .admin("GET", path)
            .query(&[("limit", "1"), ("limit", "1")])
            .send()
            .await
            .problem(400);
        region
            .admin("GET", path)
            .query(&[("unknown", "x")])
            .send()
            .await
            .is(200);
    }
}

#[tokio::test]
async fn a_cursor_leads_nowhere_else() {
    let region = Region::start().await;
    seven(&region).await;
    let globex = crate::harness::Organization::found(&region).await;
    let theirs = region
        .by(&globex.token, "GET", "/users?limit=100")
        .send()
        .await
        .is(200)
        .json();
    for path in ["/service-accounts", "/users", "/applications", "/audit-events"] {
        let page = region
            .admin("GET", path)
            .query(&[("limit", "1")])
            .send()
            .await
            .is(200)
            .json();
        let cursor = page["next_cursor"].as_str().unwrap();
        let used = region
            .by(&globex.token, "GET", path)
            .query(&[("cursor", cursor)])
            .send()
            .await;
        if used.status == 200 {
            for item in used.json()["items"].as_array().unwrap() {
                let own = item["organization"] == globex.id || item["subscription"] == globex.subscription;
                assert!(own, "{path}: {item}");
            }
        } else {
            used.problem(400);
        }
    }
    assert_eq!(theirs["items"].as_array().unwrap().len(), 1);
}
