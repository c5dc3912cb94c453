//! Two regions.

use serde_json::json;

use super::{Names, unreachable};
use crate::harness::{Account, Parts, pair};

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
