//! What the other region's management API answered: ids, cursors, idempotency keys.

use serde_json::{Value, json};

use super::{Attempt, INVITED, Stage};
use crate::harness::{Parts, Region};
use crate::isolation::{Names, unreachable};

pub(super) fn attempts(stage: &Stage<'_>) -> Vec<Attempt> {
    let Stage { us, account, own, .. } = stage;
    let credential = format!("{}/credentials/{}", own.path(), account.client_id);
    // The other region approved this origin; here nobody has asked.
    let approval = format!("/oauth-approvals/{}", stage.approval);
    let app = format!("/clients/{}", stage.app.client_id);
    let renamed = app.replacen("_eu_", "_us_", 1);
    let mut all = vec![];
    for (method, path, body) in [
        ("GET", &approval, Value::Null),
        ("PATCH", &approval, json!({"status": "rejected"})),
        ("GET", &app, Value::Null),
        ("DELETE", &app, Value::Null),
        ("DELETE", &renamed, Value::Null),
        ("PATCH", &credential, json!({"name": "x"})),
        ("DELETE", &credential, Value::Null),
    ] {
        let asked = us.admin(method, path);
        let asked = if body.is_null() { asked } else { asked.json(&body) };
        all.push(Attempt::new(format!("{method} {path}"), asked, "404"));
    }
    for path in [
        format!("/console/service-accounts/{}", account.id),
        format!("/console{approval}"),
        format!("/console{app}"),
    ] {
        all.push(Attempt::new(&path, stage.own_admin.ask("GET", &path), "404"));
    }
    all
}

/// Ids of the other region, answered as ids of nothing.
pub(super) async fn theirs_look_like_nothing(stage: &Stage<'_>) {
    let Stage { us, eu, account, .. } = stage;
    let facts = &eu.running.facts;
    let names = Names {
        user: Parts::of(&facts.admin.token).claims["sub"].as_str().unwrap().to_owned(),
        organization: facts.organization.clone(),
        subscription: facts.subscription.clone(),
        application: facts.applications[0].clone(),
        role: facts.roles[0].clone(),
        resource: {
            let store = eu.running.app.store();
            let id = regent::domain::SubscriptionId::parse(eu.subscription()).unwrap();
            let found = store.subscription(id).await.unwrap().unwrap();
            found.resources.keys().next().unwrap().to_string()
        },
    };
    unreachable(us, &us.running.facts.admin.token, account, &names).await;
}

/// A cursor is a place in whatever list it is shown to; a key is its caller's own.
pub(super) async fn a_cursor_or_a_key_means_nothing_elsewhere(stage: &Stage<'_>) {
    let Stage { us, eu, .. } = stage;
    for path in ["/users", "/audit-events", "/service-accounts", "/clients"] {
        let page = |region: &Region, query: &[(&str, &str)]| region.admin("GET", path).query(query);
        let theirs = page(eu, &[("limit", "1")]).send().await.is(200);
        let cursor = theirs.json()["next_cursor"].as_str().map(str::to_owned);
        let Some(cursor) = cursor else { continue };
        let answer = page(us, &[("limit", "100"), ("cursor", &cursor)]).send().await.is(200);
        for id in stage.ids() {
            assert!(!answer.body.contains(id), "{path}: {answer:#?}");
        }
    }
    let invite = |region: &Region| {
        let new = json!({"name": "Grace", "email": "grace@acme.test", "user_type": "licensed"});
        let asked = region.admin("POST", "/users").header("idempotency-key", INVITED);
        asked.json(&new)
    };
    let first = invite(eu).send().await.is(201).text("/id");
    let here = invite(us).send().await.is(201).text("/id");
    assert_ne!(first, here);
    assert_eq!(invite(eu).send().await.is(201).text("/id"), first, "replayed at home");
}
