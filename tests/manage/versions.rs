//! `ETag` and `If-Match` (RFC 9110 §13.1.1): nobody overwrites what they have not seen.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::Region;

/// One of every noun: its path and a change to it.
async fn nouns(region: &Region) -> Vec<(String, Value)> {
    let account = region.account().await;
    let (person, _) = region.person(json!([]), None).await;
    let facts = &region.running.facts;
    vec![
        (account.path(), json!({"description": "changed"})),
        (account.credential(), json!({"name": "changed"})),
        (format!("/users/{person}"), json!({"user_type": "sales"})),
        (format!("/roles/{}", region.editor()), json!({"name": "changed"})),
        (
            format!("/applications/{}", facts.applications[0]),
            json!({"name": "changed"}),
        ),
        (
            format!("/resources/{}", region.resource_id().await),
            json!({"name": "changed"}),
        ),
        (
            format!("/subscriptions/{}", region.subscription()),
            json!({"name": "changed"}),
        ),
        (
            format!("/organizations/{}", facts.organization),
            json!({"name": "changed"}),
        ),
        (client(region).await, json!({"name": "changed"})),
    ]
}

async fn client(region: &Region) -> String {
    let asked = json!({"name": "App", "redirect_uris": ["https://app.test/cb"], "token_endpoint_auth_method": "none"});
    let made = region.admin("POST", "/clients").json(&asked).send().await.is(201);
    format!("/clients/{}", made.text("/client_id"))
}

#[tokio::test]
async fn an_edit_names_the_version_it_has_seen() {
    let region = Region::start().await;
    for (path, change) in nouns(&region).await {
        let edit = |tag: &str| region.admin("PATCH", &path).header("if-match", tag).json(&change);
        let seen = region.admin("GET", &path).send().await.is(200);
        let seen = seen.header("etag").unwrap().to_owned();
        for stale in ["\"0\"", "\"999\"", "\"x\"", "\"\"", &seen.replacen('"', "\"0", 1)] {
            assert_eq!(
                edit(stale).send().await.problem(412),
                "version-mismatch",
                "{path} {stale}"
            );
        }
        for wrong in [
            seen.trim_matches('"'),
            &format!("W/{seen}"),
            &format!("{seen}, {seen}"),
            "",
        ] {
            edit(wrong).send().await.problem(400);
        }
        let edited = edit(&seen).send().await.is(200);
        let next = edited.header("etag").unwrap().to_owned();
        assert_ne!(next, seen, "{path}");
        assert_eq!(
            region.admin("GET", &path).send().await.is(200).header("etag"),
            Some(next.as_str()),
            "{path}"
        );
        assert_eq!(edit(&seen).send().await.problem(412), "version-mismatch", "{path}");
        edit("*").send().await.is(200);
        region.admin("PATCH", &path).json(&change).send().await.is(200);
    }
}

#[tokio::test]
async fn a_deletion_may_name_it_too() {
    let region = Region::start().await;
    let account = region.account().await;
    let (person, _) = region.person(json!([]), None).await;
    let role = region.role("doomed", json!([]), json!([])).await;
    let application = json!({"name": "doomed", "subscription": region.subscription()});
    let application = region
        .admin("POST", "/applications")
        .json(&application)
        .send()
        .await
        .is(201)
        .text("/id");
    for path in [
        account.path(),
        format!("/users/{person}"),
        format!("/roles/{role}"),
        format!("/applications/{application}"),
    ] {
        let seen = region.admin("GET", &path).send().await.is(200);
        let stale = region.admin("DELETE", &path).header("if-match", "\"999\"").send().await;
        assert_eq!(stale.problem(412), "version-mismatch", "{path}");
        region.admin("GET", &path).send().await.is(200);
        region
            .admin("DELETE", &path)
            .header("if-match", seen.header("etag").unwrap())
            .send()
            .await
            .is(204);
        region.admin("GET", &path).send().await.problem(404);
    }
}

#[tokio::test]
async fn of_ten_who_have_seen_the_same_one_changes_it() {
    let region = Region::start().await;
    let account = region.account().await;
    let edit = |index: u32| {
        region
            .admin("PATCH", &account.path())
            .json(&json!({"description": format!("by {index}")}))
    };
    let mut asked = JoinSet::new();
    for index in 0..10 {
        asked.spawn(edit(index).header("if-match", "\"1\"").send());
    }
    let answers = asked.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        assert_eq!(answer.problem(412), "version-mismatch");
    }
    let read = region.admin("GET", &account.path()).send().await.is(200).json();
    assert_eq!(read["version"], 2);
}

/// Without `If-Match` the last one wins, and none is lost on the way: different fields both arrive.
#[tokio::test]
async fn changes_of_different_fields_at_once_all_arrive() {
    let region = Region::start().await;
    let account = region.account().await;
    let applications = &region.running.facts.applications;
    let mut asked = JoinSet::new();
    for change in [
        json!({"description": "x"}),
        json!({"applications": applications}),
        json!({"roles": [region.editor()]}),
    ] {
        asked.spawn(region.admin("PATCH", &account.path()).json(&change).send());
    }
    asked.spawn(
        region
            .admin("PATCH", &account.credential())
            .json(&json!({"name": "renamed"}))
            .send(),
    );
    asked.spawn(
        account
            .ask(&region, "/oauth/v1/token", &[("grant_type", "client_credentials")])
            .send(),
    );
    for answer in asked.join_all().await {
        answer.is(200);
    }
    let read = region.admin("GET", &account.path()).send().await.is(200).json();
    assert_eq!(
        (&read["description"], &read["roles"], &read["version"]),
        (&json!("x"), &json!([region.editor()]), &json!(5))
    );
    assert_eq!(read["applications"].as_array().unwrap().len(), 2);
    let credential = region.admin("GET", &account.credential()).send().await.is(200).json();
    assert_eq!(credential["name"], "renamed");
    assert!(credential["last_used_at"].is_string());
}
