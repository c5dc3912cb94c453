//! The management API's own description (OpenAPI 3.1): served, whole, and true.

mod schema;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Account, Region};
use schema::wrong;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

async fn document(region: &Region) -> Value {
    let answer = region.http.get("/api/v1/openapi.json").send().await.is(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()
}

/// Every operation: method, path, description.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, item)| METHODS.map(|method| (method, path.as_str(), &item[method])));
    all.filter(|(_, _, operation)| !operation.is_null()).collect()
}

#[tokio::test]
async fn it_is_served_to_everybody_and_names_this_region() {
    let region = Region::start().await;
    let document = document(&region).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(document["servers"], json!([{"url": region.running.facts.issuer}]));
    assert_eq!(document["security"], json!([{"bearer": []}, {"session": []}]));
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}

#[tokio::test]
async fn every_operation_in_it_answers_and_no_other() {
    let region = Region::start().await;
    let document = document(&region).await;
    let described: BTreeSet<(&str, &str)> = operations(&document)
        .iter()
        .map(|(method, path, _)| (*method, *path))
        .collect();
    let paths: BTreeSet<&str> = described.iter().map(|(_, path)| *path).collect();
    assert!(described.len() > 30, "{described:?}");
    for path in paths {
        let real = path
            .replace("{id}", "usr_000000000000")
            .replace("{credential}", "crd_000000000000")
            .replace("{client_id}", "cli_us_000000000000");
        assert!(real.starts_with("/api/v1/") && !real.contains('{'), "{path}");
        for method in METHODS {
            let status = region
                .http
                .ask(&method.to_uppercase(), &real)
                .send()
                .await
                .status
                .as_u16();
            let expected = match described.contains(&(method, path)) {
                true if path.ends_with("/openapi.json") => 200,
                true => 401,
                false => 405,
            };
            assert_eq!(status, expected, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_operation_is_named_and_says_how_it_fails() {
    let region = Region::start().await;
    let document = document(&region).await;
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let what = format!("{method} {path}");
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{what}");
        assert!(
            operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()),
            "{what}"
        );
        if path.ends_with("/openapi.json") {
            continue;
        }
        let responses = operation["responses"].as_object().unwrap();
        for status in ["401", "403", "503"] {
            let schema = &responses[status]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{what} {status}");
        }
        assert!(responses.keys().any(|status| status.starts_with('2')), "{what}");
        for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let parameters = operation["parameters"].as_array().unwrap();
            let found = parameters
                .iter()
                .any(|one| one["name"] == name && one["in"] == "path" && one["required"] == true);
            assert!(found, "{what}: {name}");
        }
    }
}

#[tokio::test]
async fn what_is_answered_is_what_is_described() {
    let region = Region::start().await;
    let document = document(&region).await;
    let account = region
        .account_with(json!({"description": "x", "applications": region.running.facts.applications}))
        .await;
    account.token(&region).await;
    let Account { id, .. } = &account;
    let credential = account.body["credential"]["id"].as_str().unwrap();
    let facts = &region.running.facts;
    let admin = crate::harness::Parts::of(&facts.admin.token).claims["sub"]
        .as_str()
        .unwrap()
        .to_owned();
    for (method, path, body, real) in [
        (
            "post",
            "/service-accounts",
            json!({"name": "made", "subscription": region.subscription()}),
            vec![],
        ),
        ("get", "/service-accounts", Value::Null, vec![]),
        ("get", "/service-accounts/{id}", Value::Null, vec![id.as_str()]),
        ("patch", "/service-accounts/{id}", json!({"description": "y"}), vec![id]),
        (
            "post",
            "/service-accounts/{id}/credentials",
            json!({"name": "c"}),
            vec![id],
        ),
        ("get", "/service-accounts/{id}/credentials", Value::Null, vec![id]),
        (
            "get",
            "/service-accounts/{id}/credentials/{credential}",
            Value::Null,
            vec![id, credential],
        ),
        (
            "post",
            "/service-accounts/{id}/credentials/{credential}/rotate",
            json!({"overlap_seconds": 60}),
            vec![id, credential],
        ),
        (
            "patch",
            "/service-accounts/{id}/credentials/{credential}",
            json!({"name": "d"}),
            vec![id, credential],
        ),
        (
            "post",
            "/service-accounts/{id}/credentials/delete",
            json!({"client_ids": [credential]}),
            vec![id],
        ),
        ("get", "/users", Value::Null, vec![]),
        ("get", "/users/{id}", Value::Null, vec![&admin]),
        (
            "post",
            "/users",
            json!({"name": "u", "email": "u@acme.test", "user_type": "sales"}),
            vec![],
        ),
        ("get", "/roles", Value::Null, vec![]),
        ("get", "/roles/{id}", Value::Null, vec![region.editor()]),
        ("post", "/roles", json!({"name": "r"}), vec![]),
        ("get", "/applications", Value::Null, vec![]),
        ("get", "/applications/{id}", Value::Null, vec![&facts.applications[0]]),
        ("get", "/resources", Value::Null, vec![]),
        ("get", "/subscriptions", Value::Null, vec![]),
        ("get", "/subscriptions/{id}", Value::Null, vec![region.subscription()]),
        ("get", "/organizations", Value::Null, vec![]),
        ("get", "/organizations/{id}", Value::Null, vec![&facts.organization]),
        ("get", "/audit-events", Value::Null, vec![]),
        ("get", "/users/{id}", Value::Null, vec!["usr_000000000000"]),
        ("post", "/roles", json!({"name": ""}), vec![]),
    ] {
        answers_as_described(&region, &document, (method, path, body), &real).await;
    }
}

#[tokio::test]
async fn what_is_answered_about_clients_is_what_is_described() {
    let region = Region::start().await;
    let document = document(&region).await;
    let app = |name: &str| json!({"name": name, "redirect_uris": ["https://app.test/"]});
    let made = region.admin("POST", "/clients").json(&app("A")).send().await.is(201);
    let id = made.text("/client_id");
    for (method, path, body) in [
        ("get", "/clients", Value::Null),
        ("post", "/clients", app("B")),
        ("post", "/clients", app("")),
        ("get", "/clients/{client_id}", Value::Null),
        ("patch", "/clients/{client_id}", json!({"name": "C"})),
        ("post", "/clients/{client_id}/rotate", json!({"overlap_seconds": 60})),
        ("get", "/clients/{client_id}", Value::Null),
    ] {
        answers_as_described(&region, &document, (method, path, body), &[&id]).await;
    }
}

/// Asks as the admin, the path filled with what is real, and compares the answer with its schema.
async fn answers_as_described(
    region: &Region,
    document: &Value,
    (method, path, body): (&str, &str, Value),
    real: &[&str],
) {
    let gaps: &[&str] = if path.contains("{client_id}") {
        &["{client_id}"]
    } else {
        &["{id}", "{credential}"]
    };
    let filled = gaps.iter().zip(real);
    let filled = filled.fold(path.to_owned(), |path, (gap, value)| path.replace(gap, value));
    let asked = region.admin(&method.to_uppercase(), &filled);
    let asked = if body.is_null() { asked } else { asked.json(&body) };
    let answer = asked.send().await;
    let described = &document["paths"][format!("/api/v1{path}")][method]["responses"][answer.status.as_str()];
    let schema = &described["content"][answer.header("content-type").unwrap()]["schema"];
    assert!(
        schema.is_object(),
        "{method} {path}: {} is not described",
        answer.status
    );
    assert_eq!(wrong(document, schema, &answer.json(), ""), None, "{method} {path}");
}
