//! Everything an organization holds, revoked at once: by its admin, and by whoever runs the region.

use serde_json::{Value, json};
use tokio::process::Command;

use crate::harness::{Account, Apart, Browser, Organization, Region, ThirdParty, Tokens};
use crate::lambda::binaries::binary;

/// Something of every kind that an organization holds, all of it alive.
struct Held<'a> {
    region: &'a Region,
    account: Account,
    tokens: Vec<String>,
    app: ThirdParty<'a>,
    grant: Tokens,
    browser: Browser,
}

impl<'a> Held<'a> {
    async fn by(region: &'a Region) -> Self {
        let account = region.account_with(json!({"roles": [region.reader(), "viewer"]})).await;
        let (person, _) = region.person(json!(["viewer"]), None).await;
        let tokens = vec![
            account.management_token(region).await,
            region.token_of(&person).await,
            region.running.facts.admin.token.clone(),
        ];
        let (app, browser) = ThirdParty::approved(region).await;
        let grant = app.tokens(&browser).await;
        let held = Self {
            region,
            account,
            tokens,
            app,
            grant,
            browser,
        };
        held.lives().await;
        held
    }

    async fn lives(&self) {
        for token in &self.tokens {
            self.region.by(token, "GET", "/users").send().await.is(200);
        }
        assert_eq!(self.region.verified(&self.grant.access).await, 200);
        self.browser.open("/console/users").await.is(200);
    }

    async fn is_dead(&self) {
        for token in &self.tokens {
            self.region.by(token, "GET", "/users").send().await.problem(401);
        }
        assert_eq!(self.region.verified(&self.grant.access).await, 401);
        self.browser.open("/console/users").await.is(303);
        self.app
            .refresh(&self.grant.refresh)
            .send()
            .await
            .refused(400, "invalid_grant");
    }
}

#[tokio::test]
async fn an_admin_revokes_all_that_the_organization_holds_and_nothing_of_another() {
    let region = Region::start().await;
    let held = Held::by(&region).await;
    let other = Organization::found(&region).await;
    let own = format!("/organizations/{}/revoke", region.running.facts.organization);

    for (token, path, status) in [
        (&held.tokens[1], own.clone(), 403),
        (&held.tokens[0], own.clone(), 403),
        (&other.token, own.clone(), 404),
        (&held.tokens[2], format!("/organizations/{}/revoke", other.id), 404),
    ] {
        region.by(token, "POST", &path).send().await.problem(status);
    }
    held.lives().await;

    let (before, admin) = (held.account.token(&region).await, region.admin_id().await);
    let revoked = region.admin("POST", &own).send().await.is(200).json();
    assert_eq!(revoked, json!({"users": 3}));
    held.is_dead().await;
    assert_eq!(region.verified(&before).await, 401);
    region.by(&other.token, "GET", "/users").send().await.is(200);

    // The secret is still the account's: it begins anew.
    let after = held.account.token(&region).await;
    assert_ne!(before, after);
    assert_eq!(region.verified(&after).await, 200);
    let trail = region
        .by(&region.token_of(&admin).await, "GET", "/audit-events")
        .send()
        .await
        .is(200)
        .json();
    let actions: Vec<_> = trail["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["action"])
        .collect();
    assert!(actions.contains(&&json!("organization.revoked")), "{actions:?}");
}

#[tokio::test]
async fn whoever_runs_the_region_revokes_without_an_account_in_it() {
    let region = Region::start().await;
    let held = Held::by(&region).await;
    let revoke = async |organization: &str| {
        let mut program = Command::new(binary("regent-revoke"));
        program
            .args(["--organization", organization])
            .env_clear()
            .envs(region.environment());
        program.kill_on_drop(true).output().await.unwrap()
    };
    assert!(!revoke("org_000000000000").await.status.success());
    assert!(!revoke("nobody").await.status.success());
    held.lives().await;
    let output = revoke(&region.running.facts.organization).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let facts: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(facts["users"], 3);
    held.is_dead().await;
}

/// However much people have allowed apps: nothing is read or written for it.
#[tokio::test]
async fn everything_ends_with_two_calls_for_a_page_of_people() {
    let region = Region::start().await;
    let (apart, relay) = Apart::relayed(&region).await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let mut grants = vec![];
    for _ in 0..5 {
        grants.push(app.tokens(&browser).await);
    }
    let path = format!("/api/v1/organizations/{}/revoke", region.running.facts.organization);
    let asked = apart.http.post(&path).bearer(&region.running.facts.admin.token);
    relay.calls();
    asked.send().await.is(200);
    let expected = ["BatchGetItem", "TransactWriteItems", "Query", "TransactWriteItems"];
    assert_eq!(relay.calls(), expected, "the caller, the trace, the members, their end");
    for grant in &grants {
        assert_eq!(region.verified(&grant.access).await, 401);
        app.refresh(&grant.refresh).send().await.refused(400, "invalid_grant");
    }
    // What was connected is not shown any more, and what is connected anew lives.
    let browser = region.admin_browser().await;
    let words = browser.open("/console/connected-apps").await.is(200).words();
    assert!(!words.contains("Third party"), "{words}");
    let anew = app.tokens(&browser).await;
    assert_eq!(region.verified(&anew.access).await, 200);
    app.refresh(&anew.refresh).send().await.is(200);
}

/// More than one page of people, and more than one transaction holds.
#[tokio::test]
async fn nobody_of_a_large_organization_is_left_out() {
    let region = Region::start().await;
    let mut people = vec![];
    for _ in 0..103 {
        people.push(region.person(json!(["viewer"]), None).await.1);
    }
    let path = format!("/organizations/{}/revoke", region.running.facts.organization);
    let revoked = region.admin("POST", &path).send().await.is(200).json();
    assert_eq!(revoked, json!({"users": 104}));
    for token in &people {
        region.by(token, "GET", "/users").send().await.problem(401);
    }
}
