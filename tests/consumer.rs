//! Somebody's own API behind Regent's authorizer: the templates of `infra/consumer`, and the real
//! authorizer with the events that API Gateway would make of exactly those templates.
//!
//! ```text
//! snippet   a template as CloudFormation gets it: routes, stage variables, authorizer
//! gateway   API Gateway before it: routing, identity sources, its cache, policies, gateway responses
//! access    who comes in at which route, and who does not
//! cached    the same where API Gateway remembers decisions
//! template  what the templates must keep saying
//! ```

mod access;
mod cached;
mod gateway;
mod snippet;
mod template;

use serde_json::json;

use crate::consumer::gateway::Gateway;
use crate::consumer::snippet::{AUDIENCE, Kind, Snippet};
use crate::harness::{Account, Region};

/// Every route of the templates as a caller writes it, and what it needs.
const ROUTES: [(&str, &str, &str); 8] = [
    ("GET", "/items", "read:items"),
    ("POST", "/items", "read:items write:items"),
    ("GET", "/items/1", "read:items"),
    ("GET", "/items/2", "read:items"),
    ("DELETE", "/items/1", "write:items"),
    ("GET", "/files/a", "files"),
    ("PUT", "/files/a/b", "files"),
    ("GET", "/me", ""),
];

/// A region that knows the API, and an account that may do everything at it.
struct Shop {
    region: Region,
    account: Account,
}

impl Shop {
    async fn open() -> Self {
        let region = Region::start().await;
        let names = ["read:items", "write:items", "files"];
        let scopes = names.map(|name| json!({"name": name}));
        let api =
            json!({"name": "Shop", "subscription": region.subscription(), "audience": AUDIENCE, "scopes": scopes});
        let resource = region.admin("POST", "/resources").json(&api).send().await.is(201);
        let scopes = json!([{"resource": resource.text("/id"), "scopes": names}]);
        let role = region.role("shop", json!([]), scopes).await;
        let account = region.account_with(json!({"roles": [role]})).await;
        Self { region, account }
    }

    /// A token with these scopes.
    async fn token(&self, scopes: &str) -> String {
        let fields = [("resource", AUDIENCE), ("scope", scopes)];
        self.account
            .grant(&self.region, &fields)
            .await
            .is(200)
            .text("/access_token")
    }

    async fn revoke(&self, token: &str) {
        let asked = self.account.ask(&self.region, "/oauth/v1/revoke", &[("token", token)]);
        asked.send().await.is(200);
    }

    fn gateway(&self, kind: Kind) -> Gateway {
        Gateway::new(Snippet::of(kind), self.region.running.app.clone())
    }
}

/// Whether scopes are enough for a route.
fn enough(held: &str, needed: &str) -> bool {
    needed
        .split_whitespace()
        .all(|scope| held.split(' ').any(|held| held == scope))
}
