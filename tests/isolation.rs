//! Nothing crosses a region, and no organization reaches another's things: not by id, not by token,
//! not by a name it knows. What is somebody else's looks exactly like what does not exist.

mod matrix;
mod organizations;
mod regions;
mod restored;

use serde_json::{Value, json};

use crate::harness::{Account, Answer, Asked, Region};

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
