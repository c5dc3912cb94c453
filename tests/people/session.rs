//! How long a session lasts, and what ends it.

use serde_json::json;
use tokio::task::JoinSet;

use super::{PASSWORD, person, signed_in};
use crate::harness::{Region, Row};
use regent::domain::{Session, UserId};

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;

#[tokio::test]
async fn a_session_ends_after_two_hours_of_nothing() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    region.wait(2 * HOUR - 1);
    assert!(signed_in(&browser).await, "and that was a use");
    region.wait(2 * HOUR - 1);
    assert!(signed_in(&browser).await);
    region.wait(2 * HOUR);
    assert!(!signed_in(&browser).await);
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_whatever_happens() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    for _ in 0..11 {
        region.wait(HOUR);
        assert!(signed_in(&browser).await);
    }
    region.wait(HOUR - 1);
    assert!(signed_in(&browser).await);
    region.wait(1);
    assert!(!signed_in(&browser).await);
}

#[tokio::test]
async fn uses_are_noted_once_a_minute() {
    let region = Region::start().await;
    let (apart, relay) = crate::harness::Apart::relayed(&region).await;
    let browser = apart.browser();
    let admin = &region.running.facts.admin;
    browser.sign_in(&admin.email, &admin.password).await.is(303);
    relay.calls();
    signed_in(&browser).await;
    assert_eq!(relay.calls(), ["BatchGetItem"], "one read, and nothing to note");
    region.wait(MINUTE);
    signed_in(&browser).await;
    signed_in(&browser).await;
    assert_eq!(relay.calls(), ["BatchGetItem", "UpdateItem", "BatchGetItem"]);
}

#[tokio::test]
async fn a_use_at_the_same_moment_brings_no_ended_session_back() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    region.wait(2 * MINUTE);
    let csrf = region.sign_out_token(&browser).await;
    region.wait(2 * MINUTE);
    let mut uses = JoinSet::new();
    for _ in 0..10 {
        let tab = browser.copy();
        uses.spawn(async move { signed_in(&tab).await });
    }
    let tab = browser.copy();
    browser.post("/sign-out", &[("csrf", &csrf)]).await.is(303);
    uses.join_all().await;
    assert!(!signed_in(&tab).await);
    let left = region
        .rows()
        .await
        .iter()
        .filter(|row| row["sk"].as_s().unwrap().starts_with("SESSION#"))
        .count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn whoever_is_removed_demoted_or_retyped_is_out_at_once() {
    let region = Region::start().await;
    let roles = json!(["organization_admin"]);
    let viewer = json!({"roles": ["viewer"]});
    let limited = json!({"subscription": region.subscription()});
    for (method, body, out) in [
        ("DELETE", json!({}), true),
        ("PATCH", viewer, true),
        ("PATCH", limited, true),
        ("PATCH", json!({"name": "Another name"}), false),
        ("PATCH", json!({"user_type": "sales"}), false),
    ] {
        let (id, email) = person(&region, roles.clone()).await;
        let browser = region.browser();
        browser.sign_in(&email, PASSWORD).await.is(303);
        assert!(signed_in(&browser).await);
        let path = format!("/users/{id}");
        let asked = region.admin(method, &path);
        let asked = if method == "PATCH" { asked.json(&body) } else { asked };
        let answer = asked.send().await;
        assert!(answer.status.is_success(), "{answer:?}");
        assert_eq!(!signed_in(&browser).await, out, "{method} {body}");
        let api = browser.ask("GET", "/api/v1/users").send().await;
        assert_eq!(api.status == 401, out, "{method} {body}");
    }
}

#[tokio::test]
async fn a_role_that_grants_more_does_so_at_once_and_one_that_grants_less_ends_sessions() {
    let region = Region::start().await;
    let role = region.role("Looks at people", json!(["users:read"]), json!([])).await;
    let (_, email) = person(&region, json!([role])).await;
    let browser = region.browser();
    browser.sign_in(&email, PASSWORD).await.is(303);
    let path = format!("/roles/{role}");
    let edit = |privileges| region.admin("PATCH", &path).json(&json!({"privileges": privileges}));
    browser.ask("GET", "/api/v1/audit-events").send().await.problem(403);
    edit(json!(["users:read", "audit:read"])).send().await.is(200);
    browser.ask("GET", "/api/v1/audit-events").send().await.is(200);
    edit(json!(["audit:read"])).send().await.is(200);
    browser.ask("GET", "/api/v1/users").send().await.problem(401);
    assert!(!signed_in(&browser).await);
}

#[tokio::test]
async fn all_other_sessions_end_however_many_there_are() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let store = region.running.app.store();
    let user = UserId::parse(&region.admin_id().await).unwrap();
    let user = store.user(user).await.unwrap().unwrap();
    let now = region.clock.now();
    for number in 0..200 {
        let session = Session {
            user: user.id,
            organization: user.organization,
            digest: format!("session {number}"),
            created_at: now,
            last_seen_at: now,
            ends_at: now.plus(Session::LIFETIME),
            epoch: user.epoch(None),
            source_ip: "203.0.113.9".to_owned(),
            user_agent: String::new(),
            device: String::new(),
        };
        let write = store.create_session(&session).unwrap();
        store.commit(&[write]).await.unwrap().unwrap();
    }
    let page = browser.open("/console/sessions").await.is(200);
    let forms = page.forms();
    let all = forms
        .iter()
        .find(|form| form.fields.iter().any(|(_, value)| value == "others"));
    browser.submit(all.unwrap(), &[]).await.is(303);
    let is_session = |row: &Row| row["sk"].as_s().unwrap().starts_with("SESSION#");
    let left = region.rows().await.iter().filter(|row| is_session(row)).count();
    assert_eq!(left, 1);
    assert!(signed_in(&browser).await);
}
