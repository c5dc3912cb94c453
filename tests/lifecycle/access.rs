//! Access taken away: tokens that allow too much are dead at once, and do not come back.

use serde_json::{Value, json};

use super::Doors;
use crate::harness::Region;

async fn patch(region: &Region, path: &str, body: Value) {
    region.admin("PATCH", path).json(&body).send().await.is(200);
}

#[tokio::test]
async fn a_lost_role_or_application_ends_tokens_and_a_new_one_does_not() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let applications = &region.running.facts.applications;
    let account = region
        .account_with(json!({"roles": [region.editor()], "applications": applications}))
        .await;
    let path = account.path();
    for (change, survives) in [
        (json!({"description": "nightly"}), true),
        (json!({"roles": [region.editor(), region.reader()]}), true),
        // Nothing is lost: the editor may read, too.
        (json!({"roles": [region.editor()]}), true),
        (json!({"roles": [region.editor(), "viewer"]}), true),
        (json!({"roles": [region.editor()]}), false),
        (json!({"roles": [region.reader()]}), false),
        (json!({"roles": [region.editor()]}), true),
        (json!({"applications": applications}), true),
        (json!({"applications": [applications[0]]}), false),
        (json!({"applications": applications}), true),
        (json!({"applications": [applications[1]]}), false),
        (json!({"applications": []}), false),
    ] {
        let token = account
            .grant(&region, &[("scope", "read:me")])
            .await
            .is(200)
            .text("/access_token");
        assert!(doors.open(&token).await);
        patch(&region, &path, change.clone()).await;
        assert_eq!(doors.open(&token).await, survives, "{change}");
        let next = account
            .grant(&region, &[("scope", "read:me")])
            .await
            .is(200)
            .text("/access_token");
        assert_eq!(next == token, survives, "{change}");
    }
}

#[tokio::test]
async fn giving_access_back_does_not_bring_tokens_back() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let account = region.account().await;
    let token = account.token(&region).await;
    patch(&region, &account.path(), json!({"roles": []})).await;
    assert!(!doors.open(&token).await);
    patch(&region, &account.path(), json!({"roles": [region.reader()]})).await;
    assert!(!doors.open(&token).await);
    assert_ne!(account.token(&region).await, token);
}

#[tokio::test]
async fn a_role_that_shrinks_ends_the_tokens_of_whoever_has_it() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let holder = region.account_with(json!({"roles": [region.editor()]})).await;
    let other = region.account().await;
    let tokens = [holder.token(&region).await, other.token(&region).await];
    assert!(doors.open(&tokens[0]).await && doors.open(&tokens[1]).await);
    let resource = region
        .admin("GET", "/resources")
        .send()
        .await
        .is(200)
        .text("/items/0/id");
    let role = format!("/roles/{}", region.editor());
    let scopes = |names: &[&str]| json!({"scopes": [{"resource": resource, "scopes": names}]});
    patch(&region, &role, json!({"name": "Writer", "privileges": ["users:read"]})).await;
    assert!(doors.open(&tokens[0]).await);
    patch(&region, &role, scopes(&["write:me"])).await;
    assert!(!doors.open(&tokens[0]).await && doors.open(&tokens[1]).await);
    assert_eq!(holder.grant(&region, &[]).await.is(200).text("/scope"), "write:me");
    holder
        .grant(&region, &[("scope", "read:me")])
        .await
        .refused(400, "invalid_scope");
    patch(&region, &role, scopes(&["read:me", "write:me"])).await;
    assert!(!doors.open(&tokens[0]).await);
    // A role in use stays; without holders it goes.
    assert_eq!(region.admin("DELETE", &role).send().await.problem(409), "in-use");
    patch(&region, &holder.path(), json!({"roles": []})).await;
    region.admin("DELETE", &role).send().await.is(204);
}

#[tokio::test]
async fn a_scope_that_a_resource_loses_is_lost_to_tokens() {
    let region = Region::start().await;
    let doors = Doors::of(&region).await;
    let account = region.account_with(json!({"roles": [region.editor()]})).await;
    let (both, reads) = (
        account.token(&region).await,
        account.grant(&region, &[("scope", "read:me")]).await,
    );
    let reads = reads.is(200).text("/access_token");
    let resource = region
        .admin("GET", "/resources")
        .send()
        .await
        .is(200)
        .text("/items/0/id");
    patch(
        &region,
        &format!("/resources/{resource}"),
        json!({"scopes": [{"name": "read:me"}]}),
    )
    .await;
    assert!(!doors.open(&both).await && doors.open(&reads).await);
    account
        .grant(&region, &[("scope", "write:me")])
        .await
        .refused(400, "invalid_scope");
    assert_eq!(account.grant(&region, &[]).await.is(200).text("/scope"), "read:me");
}

#[tokio::test]
async fn a_privilege_that_is_lost_is_lost_in_the_same_moment() {
    let region = Region::start().await;
    let account = region.account_with(json!({"roles": ["viewer"]})).await;
    let token = account.management_token(&region).await;
    region.by(&token, "GET", "/users").send().await.is(200);
    patch(&region, &account.path(), json!({"roles": []})).await;
    region.by(&token, "GET", "/users").send().await.problem(401);
}
