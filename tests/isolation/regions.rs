//! Two regions: everything that one of them gives out is tried at the other, wherever the other
//! takes such a thing. Nothing is good there, a client ID's label names the right endpoint, and
//! nothing is used up by trying.
//!
//! ```text
//! clients      client IDs and secrets              tokens   access and refresh tokens, codes
//! keys         the other region's signing key      people   sessions, forms, links, passwords
//! management   ids, cursors, idempotency keys      rows     rows of the other region's table
//! ```

mod clients;
mod keys;
mod management;
mod people;
mod rows;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::harness::{Account, Answer, Asked, Browser, Region, ThirdParty, Tokens, pair, password_link};

/// What one region has given out, and another to try it at.
struct Stage<'a> {
    us: &'a Region,
    eu: &'a Region,
    /// A service account of the other region, for its API and for the management API.
    account: Account,
    /// Apps of the other region: one without a secret, one with, one that registered itself.
    app: ThirdParty<'a>,
    confidential: ThirdParty<'a>,
    registered: ThirdParty<'a>,
    /// Its admin's browser.
    admin: Browser,
    /// Access tokens of it, of every kind.
    tokens: Vec<(&'static str, String)>,
    code: String,
    refresh: String,
    /// The approval of its apps' origin.
    approval: String,
    /// Paths with the secrets of an invitation and of a forgotten password.
    invitation: String,
    reset: String,
    /// The region's own, with which somebody there may try them.
    own: Account,
    own_app: ThirdParty<'a>,
    own_confidential: ThirdParty<'a>,
    own_admin: Browser,
}

/// The address of somebody who is invited to the other region only.
const INVITED: &str = "ada@eu.test";

impl<'a> Stage<'a> {
    async fn set(us: &'a Region, eu: &'a Region) -> Self {
        let account = eu.account_with(json!({"roles": [eu.reader(), "viewer"]})).await;
        let (app, admin) = ThirdParty::approved(eu).await;
        let confidential = ThirdParty::confidential(eu, &app.redirect_uri).await;
        let registered = register(eu, &app.redirect_uri).await;
        let grant = app.tokens(&admin).await;
        let tokens = vec![
            ("a service account's token", account.token(eu).await),
            ("a management token", account.management_token(eu).await),
            ("an admin's token", eu.running.facts.admin.token.clone()),
            ("an app's token", grant.access),
        ];
        let own_admin = us.admin_browser().await;
        Self {
            us,
            eu,
            tokens,
            code: app.code(&admin).await,
            refresh: grant.refresh,
            approval: app.approval().await["id"].as_str().unwrap().to_owned(),
            invitation: invitation(eu).await,
            reset: reset(eu).await,
            own: us.account().await,
            own_app: ThirdParty::register(us, &app.redirect_uri).await,
            own_confidential: ThirdParty::confidential(us, &app.redirect_uri).await,
            own_admin,
            account,
            app,
            confidential,
            registered,
            admin,
        }
    }

    /// That everything tried elsewhere is as good at home as before.
    async fn still_good(&self) {
        self.account.grant(self.eu, &[]).await.is(200);
        for (what, token) in &self.tokens {
            let asked = self.account.ask(self.eu, "/oauth/v1/introspect", &[("token", token)]);
            let active = asked.send().await.is(200).json()["active"].clone();
            let in_a_subscription = *what != "an admin's token";
            assert_eq!(active, json!(in_a_subscription), "{what}");
        }
        self.eu.admin("GET", "/users").send().await.is(200);
        let redeemed = Tokens::of(&self.app.redeem(&self.code, &[]).send().await.is(200));
        assert_eq!(self.eu.verified(&redeemed.access).await, 200);
        let refreshed = Tokens::of(&self.app.refresh(&self.refresh).send().await.is(200));
        self.app.refresh(&refreshed.refresh).send().await.is(200);
        self.admin.open("/console/service-accounts").await.is(200);
        for path in [&self.invitation, &self.reset] {
            let browser = self.eu.browser();
            let form = browser.open(path).await.is(200).form("/password");
            let set = browser.submit(&form, &[("password", "nine clarinets")]).await;
            set.leads_to("/console");
        }
    }

    /// Codes of ids that only the other region has.
    fn ids(&self) -> Vec<&str> {
        let facts = &self.eu.running.facts;
        let ids = [
            &facts.organization,
            &facts.subscription,
            &facts.roles[0],
            &self.account.id,
        ];
        let clients = [&self.app, &self.confidential, &self.registered].map(|app| &app.client_id);
        ids.into_iter()
            .chain(clients)
            .map(|id| id.rsplit('_').next().unwrap())
            .collect()
    }
}

async fn register<'a>(region: &'a Region, redirect_uri: &str) -> ThirdParty<'a> {
    let asked = json!({"client_name": "Dynamic", "redirect_uris": [redirect_uri]});
    let made = region.http.post("/oauth/v1/register").json(&asked).send().await.is(201);
    let mut app = ThirdParty::known(region, &made.text("/client_id"), redirect_uri);
    app.secret = Some(made.text("/client_secret"));
    app
}

async fn invitation(region: &Region) -> String {
    let new = json!({"name": "Ada", "email": INVITED, "user_type": "licensed", "roles": ["viewer"]});
    region.admin("POST", "/users").json(&new).send().await.is(201);
    password_link(region.mails_to(INVITED).await.last().unwrap())
}

async fn reset(region: &Region) -> String {
    let admin = &region.running.facts.admin.email;
    let browser = region.browser();
    let form = browser.open("/forgot-password").await.form("/forgot-password");
    browser.submit(&form, &[("email", admin)]).await.is(200);
    password_link(region.mails_to(admin).await.last().unwrap())
}

/// Something of the other region, tried somewhere.
struct Attempt {
    what: String,
    asked: Asked,
    expected: &'static str,
}

impl Attempt {
    fn new(what: impl Into<String>, asked: Asked, expected: &'static str) -> Self {
        Self {
            what: what.into(),
            asked,
            expected,
        }
    }

    /// What went otherwise than it should, if it did.
    async fn wrong(self, eu: &Region) -> Option<String> {
        let answer = self.asked.send().await;
        let seen = seen(&answer, eu.running.issuer.as_str());
        let Self { what, expected, .. } = self;
        (seen != expected).then(|| format!("{what}: {seen}, not {expected}\n    {}", answer.body))
    }
}

/// An answer in a few words: its status, the error's code, and which endpoint of the other region it
/// names, if it does.
fn seen(answer: &Answer, issuer: &str) -> String {
    let mut seen = answer.status.as_u16().to_string();
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let challenged = answer.header("www-authenticate").and_then(|challenge| {
        let (_, code) = challenge.split_once("error=\"")?;
        code.split('"').next()
    });
    let problem = body["type"].as_str().filter(|problem| *problem != "about:blank");
    let code = body["error"].as_str().or(problem).or(challenged);
    if let Some(code) = code {
        seen = format!("{seen} {}", code.replace("urn:regent:problem:", ""));
    }
    if let Some(place) = answer.location() {
        seen = format!("{seen} to {}", place.split('?').next().unwrap_or_default());
    }
    if body["active"] == false {
        seen.push_str(" inactive");
    }
    if let Some((_, after)) = answer.body.rsplit_once(issuer) {
        let is_path = |c: &char| c.is_ascii_alphanumeric() || "/-_".contains(*c);
        let path: String = after.chars().take_while(is_path).collect();
        seen = format!("{seen}, names {path}");
    }
    seen
}

/// Every row, as text that can be compared.
async fn rows(region: &Region) -> BTreeSet<String> {
    region.notified().await;
    let rows = region.rows().await;
    rows.into_iter().map(|row| text(&AttributeValue::M(row))).collect()
}

fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::M(members) => {
            let sorted: BTreeMap<&String, String> = members.iter().map(|(name, value)| (name, text(value))).collect();
            format!("{sorted:?}")
        }
        AttributeValue::L(items) => format!("{:?}", items.iter().map(text).collect::<Vec<_>>()),
        plain => format!("{plain:?}"),
    }
}

#[tokio::test]
async fn nothing_of_one_region_is_good_in_another_or_used_up_by_trying() {
    let (us, eu) = pair().await;
    let stage = Stage::set(&us, &eu).await;
    let before = rows(&eu).await;
    let mut wrong = vec![];
    for attempts in [
        clients::attempts(&stage),
        tokens::attempts(&stage),
        keys::attempts(&stage).await,
        people::attempts(&stage).await,
        management::attempts(&stage),
    ] {
        assert!(!attempts.is_empty());
        for attempt in attempts {
            wrong.extend(attempt.wrong(&eu).await);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    management::theirs_look_like_nothing(&stage).await;
    let after = rows(&eu).await;
    let noticed: Vec<_> = after.symmetric_difference(&before).collect();
    assert!(noticed.is_empty(), "the other region noticed: {noticed:#?}");
    let ours = rows(&us).await;
    for id in stage.ids() {
        let traces: Vec<_> = ours.iter().filter(|row| row.contains(id)).collect();
        assert!(traces.is_empty(), "{id}: {traces:#?}");
    }
    clients::a_documents_client_is_known_and_approved_in_each_region_by_itself(&stage).await;
    management::a_cursor_or_a_key_means_nothing_elsewhere(&stage).await;
    stage.still_good().await;
}
