//! Bearer tokens: who accepts them, who does not, and how they end (RFC 6750, 7009, 7662, 8414).
//!
//! ```text
//! header       where a token is looked for                 demand    what an API asks of it
//! forged       tokens that this region never issued        garbled   what is no token at all
//! signed       tokens with a right signature that it never would have issued
//! revoke       tokens given up                             introspect   tokens asked about
//! discovery    what is advertised works                  keys      how often the keys are read, and health
//! ```

mod demand;
mod discovery;
mod forged;
mod garbled;
mod header;
mod introspect;
mod keys;
mod revoke;
mod signed;

use serde_json::json;

use crate::harness::{Account, Answer, Asked, Region};

const BARE: &str = r#"Bearer realm="regent""#;
const INVALID: &str = r#"Bearer realm="regent", error="invalid_token", error_description="The token is expired, revoked, malformed, or meant for another API or region. Request a new one.""#;

/// Asks every face: forward authentication, the management API, introspection.
async fn refused_everywhere(region: &Region, account: &Account, token: &str, what: &str) {
    let api = region.running.facts.api.as_str();
    for resource in [region.resource(), api] {
        let answer = region
            .http
            .get("/verify")
            .query(&[("resource", resource)])
            .bearer(token)
            .send()
            .await;
        assert_eq!(answer.status, 401, "{what} at {resource}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains(r#"error="invalid_token""#), "{what}: {challenge}");
    }
    let answer = region.by(token, "GET", "/users").send().await;
    assert_eq!(answer.status, 401, "{what} at the management API");
    let answer = account
        .ask(region, "/oauth/v1/introspect", &[("token", token)])
        .send()
        .await
        .is(200);
    assert_eq!(answer.json(), json!({"active": false}), "{what}, introspected");
}

/// A region, a good token of an account for the sample API, and one of the admin.
async fn stage() -> (Region, Account, [String; 2]) {
    let region = Region::start().await;
    let account = region.account().await;
    let tokens = [account.token(&region).await, region.running.facts.admin.token.clone()];
    // The region has its key in memory: what follows is refused by reading the token alone.
    assert_eq!(region.verified(&tokens[0]).await, 200);
    (region, account, tokens)
}

fn at(region: &Region, fields: &[(&str, &str)]) -> Asked {
    region
        .http
        .get("/verify")
        .query(&[&[("resource", region.resource())], fields].concat())
}

/// A challenge that also says where the API tells who protects it (RFC 9728 §5.1).
fn of(resource: &str, challenge: &str) -> String {
    let host = resource.find("://").unwrap() + 3;
    let path = resource[host..].find('/').map_or(resource.len(), |at| host + at);
    let (origin, path) = resource.split_at(path);
    format!(r#"{challenge}, resource_metadata="{origin}/.well-known/oauth-protected-resource{path}""#)
}

#[track_caller]
fn challenged(answer: Answer, status: u16, challenge: &str) {
    let answer = answer.is(status).not_kept();
    assert_eq!(answer.header("www-authenticate"), Some(challenge));
    assert_eq!(answer.body, "");
    assert!(
        answer.headers.keys().all(|name| !name.as_str().starts_with("x-auth-")),
        "{answer:#?}"
    );
}
