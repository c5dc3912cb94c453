//! Two organizations in one region.

use serde_json::json;

use super::{Names, asked, requests, unreachable};
use crate::harness::{Account, Forge, Organization, Parts, Region};

#[tokio::test]
async fn another_organizations_things_do_not_exist() {
    let region = Region::start().await;
    let globex = Organization::found(&region).await;
    let theirs = Account::create_in(&region, &globex).await;
    let resources = region.by(&globex.token, "GET", "/resources").send().await.is(200);
    let names = Names {
        user: globex.admin.clone(),
        organization: globex.id.clone(),
        subscription: globex.subscription.clone(),
        application: globex.application.clone(),
        role: globex.role.clone(),
        resource: resources.text("/items/0/id"),
    };
    let robot = region
        .account_with(json!({"roles": ["organization_admin"]}))
        .await
        .management_token(&region)
        .await;
    let admin = region.running.facts.admin.token.as_str();
    unreachable(&region, admin, &theirs, &names).await;
    for request in requests(&theirs.id, &theirs.client_id, &names) {
        let answer = asked(&region, &robot, &request).send().await;
        assert!([403, 404].contains(&answer.status.as_u16()), "{request:?}: {answer:?}");
    }
    // Everything is as it was.
    theirs.token(&region).await;
    let read = region
        .by(&globex.token, "GET", &theirs.path())
        .send()
        .await
        .is(200)
        .json();
    assert_eq!((&read["version"], &read["description"]), (&json!(1), &json!("")));
}

#[tokio::test]
async fn ids_of_another_organization_are_refused_inside_a_request() {
    let region = Region::start().await;
    let globex = Organization::found(&region).await;
    let account = region.account().await;
    let their_resource = region
        .by(&globex.token, "GET", "/resources")
        .send()
        .await
        .is(200)
        .text("/items/0/id");
    for (method, path, body) in [
        ("PATCH", account.path(), json!({"roles": [globex.role]})),
        ("PATCH", account.path(), json!({"applications": [globex.application]})),
        (
            "POST",
            "/service-accounts".to_owned(),
            json!({"name": "x", "subscription": region.subscription(), "roles": [globex.role]}),
        ),
        (
            "POST",
            "/users".to_owned(),
            json!({"name": "x", "email": "x@x.test", "user_type": "sales", "roles": [globex.role]}),
        ),
        (
            "POST",
            "/roles".to_owned(),
            json!({"name": "x", "scopes": [{"resource": their_resource, "scopes": ["read:me"]}]}),
        ),
        (
            "PATCH",
            format!("/roles/{}", region.reader()),
            json!({"scopes": [{"resource": their_resource, "scopes": ["read:me"]}]}),
        ),
        (
            "PATCH",
            format!("/subscriptions/{}", region.subscription()),
            json!({"default_resource": their_resource}),
        ),
    ] {
        let answer = region.admin(method, &path).json(&body).send().await;
        assert!(
            [400, 404].contains(&answer.status.as_u16()),
            "{method} {path} {body}: {answer:?}"
        );
    }
    // An audience belongs to one organization of the region.
    let taken = json!({"name": "x", "subscription": region.subscription(), "audience": globex.resource, "scopes": [{"name": "read:me"}]});
    assert_eq!(
        region
            .admin("POST", "/resources")
            .json(&taken)
            .send()
            .await
            .problem(409),
        "audience-taken"
    );
    // So does an address; which organization has it is not said.
    let taken = json!({"name": "x", "email": "ADMIN@globex.test", "user_type": "sales"});
    assert_eq!(
        region.admin("POST", "/users").json(&taken).send().await.problem(409),
        "email-taken"
    );
}

#[tokio::test]
async fn lists_and_the_trail_show_ones_own_and_nothing_else() {
    let region = Region::start().await;
    let globex = Organization::found(&region).await;
    let (_ours, theirs) = (region.account().await, Account::create_in(&region, &globex).await);
    for path in [
        "/service-accounts",
        "/users",
        "/roles",
        "/applications",
        "/resources",
        "/subscriptions",
        "/organizations",
        "/audit-events",
    ] {
        for (token, stranger) in [
            (&region.running.facts.admin.token, &globex),
            (&globex.token, &first(&region)),
        ] {
            let body = region
                .by(token, "GET", path)
                .query(&[("limit", "100")])
                .send()
                .await
                .is(200)
                .body;
            for id in [
                &stranger.id,
                &stranger.subscription,
                &stranger.application,
                &stranger.role,
                &stranger.resource,
                &stranger.admin,
            ] {
                assert!(!body.contains(id.as_str()), "{path} shows {id}: {body}");
            }
        }
    }
    let events = region
        .admin("GET", "/audit-events")
        .query(&[("target", theirs.id.as_str())])
        .send()
        .await
        .is(200);
    assert_eq!(events.json()["items"], json!([]));
}

/// The first organization as the second one's kind of facts.
fn first(region: &Region) -> Organization {
    let facts = &region.running.facts;
    Organization {
        id: facts.organization.clone(),
        subscription: facts.subscription.clone(),
        application: facts.applications[0].clone(),
        role: facts.roles[0].clone(),
        resource: facts.resource.clone(),
        admin: Parts::of(&facts.admin.token).claims["sub"].as_str().unwrap().to_owned(),
        token: facts.admin.token.clone(),
    }
}

#[tokio::test]
async fn a_token_of_another_organization_opens_nothing_here() {
    let region = Region::start().await;
    let globex = Organization::found(&region).await;
    let theirs = Account::create_in(&region, &globex).await;
    theirs
        .grant(&region, &[("resource", region.resource())])
        .await
        .refused(400, "invalid_target");
    let token = theirs.token(&region).await;
    assert_eq!(Parts::of(&token).claims["aud"], globex.resource.as_str());
    assert_eq!(region.verified(&token).await, 401);
    let at_home = region
        .http
        .get("/verify")
        .query(&[("resource", globex.resource.as_str())])
        .bearer(&token);
    let at_home = at_home.send().await.is(200);
    assert_eq!(at_home.header("x-auth-organization"), Some(globex.id.as_str()));
    // Even signed by the region's own key, a token for their API does not speak for one of ours.
    let key = Forge::of(&region).await;
    let parts = Parts::of(&token).claim("aud", region.resource());
    assert_eq!(
        region
            .verified(&parts.signed(|message| key.sign(message)).token())
            .await,
        401
    );
}
