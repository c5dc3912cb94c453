//! What the audit trail leaves out: by filter, and because it never happened.

use serde_json::json;

use super::trail::{actions, events};
use crate::harness::Region;

#[tokio::test]
async fn what_was_refused_or_repeated_leaves_no_event() {
    let region = Region::start().await;
    let account = region.account_with(json!({"name": "one"})).await;
    let (_, viewer) = region.person(json!(["viewer"]), None).await;
    let before = events(&region, &[]).await;
    let taken = json!({"name": "ONE", "subscription": region.subscription()});
    region
        .admin("POST", "/service-accounts")
        .json(&taken)
        .send()
        .await
        .problem(409);
    region.by(&viewer, "DELETE", &account.path()).send().await.problem(403);
    let stale = region
        .admin("PATCH", &account.path())
        .header("if-match", "\"9\"")
        .json(&json!({"description": "x"}));
    stale.send().await.problem(412);
    region
        .admin("PATCH", &format!("/users/{}", account.id))
        .json(&json!({"user_type": "sales"}))
        .send()
        .await
        .problem(409);
    assert_eq!(events(&region, &[]).await, before);
    let asked = || {
        region
            .admin("POST", &format!("{}/rotate", account.credential()))
            .header("idempotency-key", "k")
    };
    for _ in 0..3 {
        asked().send().await.is(200);
    }
    assert_eq!(events(&region, &[]).await.len(), before.len() + 1);
}

#[tokio::test]
async fn the_trail_is_filtered_by_time_actor_target_and_action() {
    let region = Region::start().await;
    let admin = crate::harness::Parts::of(&region.running.facts.admin.token).claims["sub"]
        .as_str()
        .unwrap()
        .to_owned();
    let first = region.account_with(json!({"name": "first"})).await;
    region.wait(10);
    let then = region.clock.now().to_rfc3339();
    let robot = region
        .account_with(json!({"name": "robot", "roles": ["subscription_admin"]}))
        .await;
    region.wait(10);
    let token = robot.management_token(&region).await;
    region.by(&token, "DELETE", &first.path()).send().await.is(204);
    let now = region.clock.now().to_rfc3339();
    for (query, expected) in [
        (
            vec![],
            vec![
                "organization.created",
                "service_account.created",
                "service_account.created",
                "service_account.deleted",
            ],
        ),
        (
            vec![("since", then.as_str())],
            vec!["service_account.created", "service_account.deleted"],
        ),
        (vec![("since", &now)], vec!["service_account.deleted"]),
        (
            vec![("until", &then)],
            vec![
                "organization.created",
                "service_account.created",
                "service_account.created",
            ],
        ),
        (
            vec![("since", &then), ("until", &then)],
            vec!["service_account.created"],
        ),
        (
            vec![("actor", &admin)],
            vec!["service_account.created", "service_account.created"],
        ),
        (
            vec![("actor", "admin@acme.test")],
            vec!["service_account.created", "service_account.created"],
        ),
        (vec![("actor", &robot.id)], vec!["service_account.deleted"]),
        (
            vec![("target", &first.id)],
            vec!["service_account.created", "service_account.deleted"],
        ),
        (
            vec![("target", "first")],
            vec!["service_account.created", "service_account.deleted"],
        ),
        (
            vec![("target", &first.id), ("actor", &robot.id)],
            vec!["service_account.deleted"],
        ),
        (
            vec![("action", "service_account.deleted")],
            vec!["service_account.deleted"],
        ),
        (
            vec![("subscription", region.subscription())],
            vec![
                "service_account.created",
                "service_account.created",
                "service_account.deleted",
            ],
        ),
        (vec![("target", "nobody")], vec![]),
    ] {
        assert_eq!(actions(&events(&region, &query).await), expected, "{query:?}");
    }
    for (name, value) in [
        ("since", "yesterday"),
        ("until", "2026-13-01T00:00:00Z"),
        ("action", "x"),
        ("subscription", "x"),
    ] {
        region
            .admin("GET", "/audit-events")
            .query(&[(name, value)])
            .send()
            .await
            .problem(400);
    }
}
