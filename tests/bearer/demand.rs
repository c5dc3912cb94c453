//! What an API asks of a token (RFC 6750 §2.1, §3), through the forward-authentication endpoint.

use serde_json::json;

use super::{BARE, INVALID, at, challenged, of};
use crate::harness::Region;

#[tokio::test]
async fn a_good_token_is_answered_with_its_identity() {
    let region = Region::start().await;
    let mut applications = region.running.facts.applications.clone();
    applications.sort();
    let account = region
        .account_with(json!({"applications": applications, "roles": [region.editor()]}))
        .await;
    let token = account.token(&region).await;
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let asked = region
            .http
            .ask(method, "/verify")
            .query(&[("resource", region.resource())]);
        let answer = asked.bearer(&token).send().await.is(200).not_kept();
        let identity: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| name.as_str().starts_with("x-auth-"))
            .collect();
        assert_eq!(identity.len(), 6);
        for (name, value) in [
            ("x-auth-subject", account.client_id.as_str()),
            ("x-auth-client-id", &account.client_id),
            ("x-auth-organization", &region.running.facts.organization),
            ("x-auth-subscription", region.subscription()),
            ("x-auth-scope", "read:me write:me"),
            ("x-auth-applications", &applications.join(" ")),
        ] {
            assert_eq!(answer.header(name), Some(value), "{method} {name}");
        }
    }
}

#[tokio::test]
async fn a_scope_that_is_missing_is_named() {
    let region = Region::start().await;
    let account = region.account_with(json!({"roles": [region.editor()]})).await;
    let reads = account
        .grant(&region, &[("scope", "read:me")])
        .await
        .is(200)
        .text("/access_token");
    let both = account.token(&region).await;
    for (token, demanded, enough) in [
        (&reads, "", true),
        (&reads, "read:me", true),
        (&reads, "write:me", false),
        (&reads, "read:me write:me", false),
        (&reads, "unheard:of", false),
        (&both, "write:me read:me", true),
        (&both, "READ:ME", false),
    ] {
        let answer = at(&region, &[("scope", demanded)]).bearer(token).send().await;
        if enough {
            answer.is(200);
        } else {
            let challenge = format!(
                r#"Bearer realm="regent", error="insufficient_scope", error_description="The token does not have the scope this request needs.", scope="{demanded}""#
            );
            challenged(answer, 403, &of(region.resource(), &challenge));
        }
    }
}

#[tokio::test]
async fn who_has_no_good_token_is_told_the_scopes_to_ask_for() {
    let region = Region::start().await;
    let demanded = [("scope", "read:me write:me")];
    for (asked, challenge) in [
        (at(&region, &demanded), BARE),
        (at(&region, &demanded).bearer("x.y.z"), INVALID),
    ] {
        let challenge = format!(r#"{challenge}, scope="read:me write:me""#);
        challenged(asked.send().await, 401, &of(region.resource(), &challenge));
    }
    let elsewhere = region.http.get("/verify").query(&[("resource", "urn:example:api")]);
    challenged(elsewhere.send().await, 401, BARE);
}

#[tokio::test]
async fn a_token_is_good_at_its_own_api_only() {
    let region = Region::start().await;
    let account = region.account_with(json!({"roles": [region.reader(), "viewer"]})).await;
    let (acme, api) = (account.token(&region).await, account.management_token(&region).await);
    let audience = region.running.facts.api.as_str();
    for (token, resource, good) in [
        (&acme, region.resource(), true),
        (&acme, audience, false),
        (&acme, "https://api.example.com", false),
        (&acme, &region.resource().replace("/acme", ""), false),
        (&acme, &format!("{}/", region.resource()), false),
        (&acme, &region.resource().to_uppercase(), false),
        (&api, audience, true),
        (&api, region.resource(), false),
    ] {
        let answer = region
            .http
            .get("/verify")
            .query(&[("resource", resource)])
            .bearer(token)
            .send()
            .await;
        if good {
            answer.is(200);
        } else {
            challenged(answer, 401, &of(resource, INVALID));
        }
    }
    region.by(&api, "GET", "/users").send().await.is(200);
    let answer = region.by(&acme, "GET", "/users").send().await;
    assert_eq!(answer.header("www-authenticate"), Some(of(audience, INVALID).as_str()));
    assert_eq!(answer.problem(401), "about:blank");
}

#[tokio::test]
async fn a_demand_that_makes_no_sense_is_the_proxys_mistake() {
    let region = Region::start().await;
    let token = region.account().await.token(&region).await;
    for query in [
        "",
        "?scope=read:me",
        "?resource=",
        "?resource=acme",
        "?resource=%2Facme",
        "?resource=https%3A%2F%2Fa.test%23f",
        "?resource=https://a.test&resource=https://a.test",
        "?resource=https://a.test&scope=a&scope=b",
        "?resource=https://a.test&scope=%22",
        "?resource=https://a.test&scope=a++b",
        "?resource=%ff",
    ] {
        for asked in [
            region.http.get(&format!("/verify{query}")),
            region.http.get(&format!("/verify{query}")).bearer(&token),
        ] {
            asked.send().await.refused(400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn an_expired_token_is_refused_to_the_second() {
    let region = Region::start().await;
    let account = region.account_with(json!({"token_lifetime": 300})).await;
    let token = account.token(&region).await;
    region.wait(299);
    assert_eq!(region.verified(&token).await, 200);
    region.wait(1);
    challenged(
        at(&region, &[]).bearer(&token).send().await,
        401,
        &of(region.resource(), INVALID),
    );
}

#[tokio::test]
async fn the_sample_api_behind_the_real_authorizer_agrees() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    let me = region.http.get("/acme/me").bearer(&token).send().await.is(200);
    assert_eq!(
        me.json(),
        json!({
            "subject": account.client_id,
            "client_id": account.client_id,
            "organization": region.running.facts.organization,
            "subscription": region.subscription(),
            "scope": "read:me",
            "applications": "",
        })
    );
    region.http.post("/acme/me").bearer(&token).send().await.is(403);
    region.http.get("/acme/me").send().await.is(401);
    region
        .http
        .get("/acme/me")
        .query(&[("access_token", token.as_str())])
        .send()
        .await
        .is(401);
    account
        .ask(&region, "/oauth/v1/revoke", &[("token", &token)])
        .send()
        .await
        .is(200);
    region.http.get("/acme/me").bearer(&token).send().await.is(403);
}
