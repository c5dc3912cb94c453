//! Nothing crosses a region, and no organization reaches another's things: not by id, not by token,
//! not by a name it knows. What is somebody else's looks exactly like what does not exist.

use serde_json::{Value, json};

use crate::harness::{Account, Answer, Asked, Forge, Organization, Parts, Region, pair};

/// What a stranger sees of a refusal.
fn seen(answer: &Answer) -> (u16, Value) {
    (answer.status.as_u16(), answer.json())
}

fn asked(region: &Region, token: &str, (method, path, body): &(&str, String, Value)) -> Asked {
    let asked = region.by(token, method, path);
    if body.is_null() { asked } else { asked.json(body) }
}

/// Every request that names an id, with the ids of others in it.
fn requests(account: &str, credential: &str, of: &Names) -> Vec<(&'static str, String, Value)> {
    let Names {
        user,
        organization,
        subscription,
        application,
        role,
        resource,
    } = of;
    let account = format!("/service-accounts/{account}");
    let credential = format!("{account}/credentials/{credential}");
    let at = |method, path: String, body| (method, path, body);
    let mut all = vec![];
    for (path, change) in [
        (account.clone(), json!({"description": "x"})),
        (credential.clone(), json!({"name": "x"})),
        (format!("/users/{user}"), json!({"roles": []})),
        (format!("/roles/{role}"), json!({"name": "x"})),
        (format!("/applications/{application}"), json!({"name": "x"})),
        (format!("/resources/{resource}"), json!({"enabled": false})),
        (
            format!("/subscriptions/{subscription}"),
            json!({"service_accounts_enabled": false}),
        ),
        (format!("/organizations/{organization}"), json!({"name": "x"})),
    ] {
        all.push(at("GET", path.clone(), Value::Null));
        all.push(at("PATCH", path.clone(), change));
        if !path.starts_with("/subscriptions") && !path.starts_with("/organizations") {
            all.push(at("DELETE", path, Value::Null));
        }
    }
    all.push(at("GET", format!("{account}/credentials"), Value::Null));
    all.push(at("POST", format!("{account}/credentials"), json!({"name": "mine"})));
    all.push(at("POST", format!("{credential}/rotate"), Value::Null));
    for noun in ["service-accounts", "applications", "resources"] {
        all.push(at("GET", format!("/{noun}?subscription={subscription}"), Value::Null));
    }
    all.push(at(
        "POST",
        "/service-accounts".to_owned(),
        json!({"name": "x", "subscription": subscription}),
    ));
    all.push(at(
        "POST",
        "/applications".to_owned(),
        json!({"name": "x", "subscription": subscription}),
    ));
    let api =
        json!({"name": "x", "subscription": subscription, "audience": "https://x.test", "scopes": [{"name": "a"}]});
    all.push(at("POST", "/resources".to_owned(), api));
    let person = json!({"name": "x", "email": "x@x.test", "user_type": "sales", "subscription": subscription});
    all.push(at("POST", "/users".to_owned(), person));
    all
}

struct Names {
    user: String,
    organization: String,
    subscription: String,
    application: String,
    role: String,
    resource: String,
}

fn nobodys() -> Names {
    let id = |prefix: &str| format!("{prefix}_000000000000");
    Names {
        user: id("usr"),
        organization: id("org"),
        subscription: id("sub"),
        application: id("app"),
        role: id("rol"),
        resource: id("res"),
    }
}

/// Asks for everything of somebody, and for what is nobody's; the answers must be the same.
async fn unreachable(region: &Region, token: &str, theirs: &Account, of: &Names) {
    let existing = requests(&theirs.id, &theirs.client_id, of);
    let missing = requests("usr_000000000000", "crd_000000000000", &nobodys());
    for (request, like) in existing.iter().zip(&missing) {
        let answer = asked(region, token, request).send().await;
        assert_eq!(answer.status, 404, "{request:?}: {answer:?}");
        assert_eq!(
            seen(&answer),
            seen(&asked(region, token, like).send().await),
            "{request:?}"
        );
    }
}

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

#[tokio::test]
async fn nothing_of_one_region_is_anything_in_another() {
    let (us, eu) = pair().await;
    let (ours, theirs) = (
        us.account().await,
        eu.account_with(json!({"roles": [eu.reader(), "viewer"]})).await,
    );
    let tokens = [
        theirs.token(&eu).await,
        theirs.management_token(&eu).await,
        eu.running.facts.admin.token.clone(),
    ];
    for token in &tokens {
        us.by(token, "GET", "/users").send().await.problem(401);
        for resource in [
            us.resource(),
            eu.resource(),
            &us.running.facts.api,
            &eu.running.facts.api,
        ] {
            us.http
                .get("/verify")
                .query(&[("resource", resource)])
                .bearer(token)
                .send()
                .await
                .is(401);
        }
        let asked = ours
            .ask(&us, "/oauth/v1/introspect", &[("token", token)])
            .send()
            .await
            .is(200);
        assert_eq!(asked.json(), json!({"active": false}));
        ours.ask(&us, "/oauth/v1/revoke", &[("token", token)])
            .send()
            .await
            .is(200);
    }
    assert_eq!(eu.verified(&tokens[0]).await, 200);
    ours.grant(&us, &[("resource", eu.resource())])
        .await
        .refused(400, "invalid_target");
    for path in ["/oauth/v1/token", "/oauth/v1/introspect", "/oauth/v1/revoke"] {
        let fields = [("grant_type", "client_credentials"), ("token", tokens[0].as_str())];
        theirs
            .ask(&us, path, &fields)
            .send()
            .await
            .refused(401, "invalid_client");
        let renamed = Account {
            client_id: theirs.client_id.replace("svc_eu_", "svc_us_"),
            ..theirs.clone()
        };
        renamed
            .ask(&us, path, &fields)
            .send()
            .await
            .refused(401, "invalid_client");
    }
    let resource = eu.resource_id().await;
    let facts = &eu.running.facts;
    let names = Names {
        user: Parts::of(&facts.admin.token).claims["sub"].as_str().unwrap().to_owned(),
        organization: facts.organization.clone(),
        subscription: facts.subscription.clone(),
        application: facts.applications[0].clone(),
        role: facts.roles[0].clone(),
        resource,
    };
    unreachable(&us, &us.running.facts.admin.token, &theirs, &names).await;
    let keys = [&us, &eu].map(|region| region.http.get("/.well-known/jwks.json"));
    let [ours, theirs] = keys;
    assert_ne!(ours.send().await.is(200).body, theirs.send().await.is(200).body);
}
