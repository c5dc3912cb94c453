//! Scopes: what was asked, what the roles grant (RFC 6749 §3.3).

use serde_json::json;

use crate::harness::Region;

#[tokio::test]
async fn the_scope_of_the_answer_is_what_was_granted() {
    let region = Region::start().await;
    let reader = region.account().await;
    let editor = region.account_with(json!({"roles": [region.editor()]})).await;
    for (account, asked, granted) in [
        (&reader, "", Ok("read:me")),
        (&reader, "read:me", Ok("read:me")),
        (&reader, "write:me", Err(())),
        (&reader, "read:me write:me", Err(())),
        (&editor, "", Ok("read:me write:me")),
        (&editor, "write:me", Ok("write:me")),
        (&editor, "write:me read:me read:me", Ok("read:me write:me")),
        (&editor, "delete:me", Err(())),
        (&editor, "READ:ME", Err(())),
        (&editor, "read:m", Err(())),
        (&editor, "users:read", Err(())),
        (&editor, "openid", Err(())),
        (&editor, "offline_access", Err(())),
        (&editor, "*", Err(())),
    ] {
        let answer = account.grant(&region, &[("scope", asked)]).await;
        match granted {
            Ok(granted) => assert_eq!(answer.is(200).text("/scope"), granted, "{asked}"),
            Err(()) => drop(answer.refused(400, "invalid_scope")),
        }
    }
}

#[tokio::test]
async fn characters_that_no_scope_has_are_refused() {
    let region = Region::start().await;
    let account = region.account().await;
    let long = "a".repeat(101);
    let many = (0..101).map(|index| format!("s{index}")).collect::<Vec<_>>().join(" ");
    for scope in [
        "\"read:me\"",
        "read\\me",
        "read:me\n",
        "read:me\t",
        "\u{0}",
        "é",
        "read:me\u{200b}",
        "\u{202e}em:daer",
        " ",
        " read:me",
        "read:me ",
        "read:me  read:me",
        "read:me,read:me",
        long.as_str(),
        many.as_str(),
    ] {
        account
            .grant(&region, &[("scope", scope)])
            .await
            .refused(400, "invalid_scope");
    }
}

#[tokio::test]
async fn order_and_repetition_of_scopes_make_no_other_token() {
    let region = Region::start().await;
    let account = region.account_with(json!({"roles": [region.editor()]})).await;
    let token = async |scope| {
        account
            .grant(&region, &[("scope", scope)])
            .await
            .is(200)
            .text("/access_token")
    };
    let one = token("read:me write:me").await;
    assert_eq!(token("write:me read:me").await, one);
    assert_eq!(token("write:me read:me write:me").await, one);
    assert_ne!(token("read:me").await, one);
}

#[tokio::test]
async fn an_account_without_roles_gets_nothing() {
    let region = Region::start().await;
    let account = region.account_with(json!({"roles": []})).await;
    for fields in [
        vec![],
        vec![("scope", "read:me")],
        vec![("resource", region.resource())],
    ] {
        account.grant(&region, &fields).await.refused(400, "invalid_scope");
    }
}

#[tokio::test]
async fn access_comes_from_roles_and_follows_them() {
    let region = Region::start().await;
    let account = region.account().await;
    let roles = async |roles: &[&str]| {
        let answer = region
            .admin("PATCH", &account.path())
            .json(&json!({"roles": roles}))
            .send()
            .await;
        answer.is(200);
    };
    account
        .grant(&region, &[("scope", "write:me")])
        .await
        .refused(400, "invalid_scope");
    roles(&[region.editor()]).await;
    account.grant(&region, &[("scope", "write:me")]).await.is(200);
    roles(&[]).await;
    account.grant(&region, &[]).await.refused(400, "invalid_scope");
    roles(&[region.reader(), region.editor()]).await;
    assert_eq!(
        account.grant(&region, &[]).await.is(200).text("/scope"),
        "read:me write:me"
    );
}

#[tokio::test]
async fn privileges_are_scopes_of_the_management_api() {
    let region = Region::start().await;
    let account = region.account_with(json!({"roles": ["viewer"]})).await;
    let api = region.running.facts.api.as_str();
    let reads = "audit:read oauth_approvals:read service_accounts:read users:read";
    for (fields, scope) in [
        (vec![("resource", api)], reads),
        (vec![("scope", "audit:read")], "audit:read"),
        (
            vec![("scope", "users:read audit:read"), ("resource", api)],
            "audit:read users:read",
        ),
    ] {
        let answer = account.grant(&region, &fields).await.is(200);
        assert_eq!(answer.text("/scope"), scope);
        region
            .by(&answer.text("/access_token"), "GET", "/audit-events")
            .send()
            .await
            .is(200);
    }
    for fields in [
        vec![("scope", "users:manage")],
        vec![("scope", "users:read read:me")],
        vec![("scope", "users:read"), ("resource", region.resource())],
        vec![("scope", "read:me"), ("resource", api)],
    ] {
        account.grant(&region, &fields).await.refused(400, "invalid_scope");
    }
}
