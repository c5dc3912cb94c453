//! What was stored under older limits: it can be read and mended, yields a token for less, and a refusal
//! that says so for more. Nothing is signed or kept that nobody accepts.

use regent::domain::{Description, Scope, Scopes, SubscriptionId};
use serde_json::json;

use super::{resource, scopes};
use crate::harness::{Region, ThirdParty, Tokens, parameter};

#[tokio::test]
async fn scopes_that_no_token_can_carry_are_refused_where_they_are_typed() {
    let region = Region::start().await;
    let refused = resource(&region, "https://large.test", &scopes(Scopes::LONGEST + 1))
        .await
        .is(400);
    assert_eq!(refused.text("/errors/0/pointer"), "/scopes");
    let words = refused.text("/errors/0/detail");
    assert!(words.contains("2048") && words.contains("2049"), "{words}");
    let made = resource(&region, "https://large.test", &scopes(Scopes::LONGEST))
        .await
        .is(201);
    let path = format!("/resources/{}", made.text("/id"));
    let longer: Vec<_> = scopes(Scopes::LONGEST + 1)
        .iter()
        .map(|name| json!({"name": name}))
        .collect();
    let refused = region
        .admin("PATCH", &path)
        .json(&json!({"scopes": longer}))
        .send()
        .await
        .is(400);
    assert_eq!(refused.text("/errors/0/pointer"), "/scopes");
}

/// The sample API with as many and as long scopes as it could have before, beside its own.
async fn enlarge(region: &Region) -> Vec<String> {
    let store = region.running.app.store();
    let id = SubscriptionId::parse(region.subscription()).unwrap();
    let mut subscription = store.subscription(id).await.unwrap().unwrap();
    let sample = subscription.resources.values_mut().next().unwrap();
    let names = scopes(48 * 101 - 1);
    let wordless = names
        .iter()
        .map(|name| (Scope::parse(name).unwrap(), Description::default()));
    sample.scopes.extend(wordless);
    let write = store.replace_subscription(&subscription).unwrap();
    store.commit(&[write]).await.unwrap().unwrap();
    names
}

#[tokio::test]
async fn an_account_asks_for_fewer_scopes_than_an_old_api_has() {
    let region = Region::start().await;
    let account = region.account_with(json!({"roles": ["subscription_admin"]})).await;
    let names = enlarge(&region).await;
    let tokens = async || {
        let rows = region.rows().await;
        rows.iter()
            .filter(|row| row["sk"].as_s().unwrap().starts_with("TOKEN#"))
            .count()
    };
    let refused = account.grant(&region, &[]).await.refused(400, "invalid_scope");
    assert!(refused.text("/error_description").contains("fewer"), "{refused:?}");
    account
        .grant(&region, &[("scope", &names.join(" "))])
        .await
        .refused(400, "invalid_scope");
    assert_eq!(tokens().await, 0);
    let token = account
        .grant(&region, &[("scope", &names[..20].join(" "))])
        .await
        .is(200);
    let asked = region.http.get("/verify").query(&[("resource", region.resource())]);
    asked.bearer(&token.text("/access_token")).send().await.is(200);

    // The API can still be read and edited, and is mended by fewer scopes.
    let path = format!("/resources/{}", region.resource_id().await);
    region.admin("GET", &path).send().await.is(200);
    region
        .admin("PATCH", &path)
        .json(&json!({"name": "Old"}))
        .send()
        .await
        .is(200);
    let fewer = json!({"scopes": [{"name": "read:me"}, {"name": "write:me"}]});
    region.admin("PATCH", &path).json(&fewer).send().await.is(200);
    assert_eq!(
        account.grant(&region, &[]).await.is(200).text("/scope"),
        "read:me write:me"
    );
}

#[tokio::test]
async fn an_app_asks_a_person_for_fewer_scopes_than_an_old_api_has() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let names = enlarge(&region).await;
    for everything in ["", &names.join(" ")] {
        let answer = browser.open(&app.path(&[("scope", everything)])).await;
        // All names are too long for a URL that one can come back to, too.
        if answer.status == 400 {
            continue;
        }
        let location = answer.is(303).location().unwrap();
        assert_eq!(parameter(&location, "error").as_deref(), Some("invalid_scope"));
    }
    let few = app.path(&[("scope", &names[..20].join(" "))]);
    let answer = app.allow_at(&browser, &few).await.is(303);
    let code = parameter(&answer.location().unwrap(), "code").unwrap();
    let tokens = Tokens::of(&app.redeem(&code, &[]).send().await.is(200));
    assert_eq!(
        region
            .http
            .get("/verify")
            .query(&[("resource", region.resource())])
            .bearer(&tokens.access)
            .send()
            .await
            .status,
        200
    );
    app.refresh(&tokens.refresh).send().await.is(200);
}
