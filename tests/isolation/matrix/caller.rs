//! Who asks: nobody, somebody from elsewhere, every built-in role with every reach, each privilege alone,
//! a program whose token is narrower than its roles, a session of which another site's page makes use.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::place::{Maker, Where};
use crate::harness::{Account, Answer, Asked, Browser, Forge, Http, Parts, Region};

/// What a caller sends to say who it is.
pub(super) enum Credentials {
    Nothing,
    Bearer(String),
    /// The cookie without the token that a change needs.
    Session(Browser),
}

/// A caller, and what is said of it.
pub(super) struct Caller {
    pub(super) name: String,
    credentials: Credentials,
    /// Whether it is somebody at all.
    pub(super) known: bool,
    /// Whether it can only look.
    pub(super) looks_only: bool,
    pub(super) privileges: BTreeSet<String>,
    /// Whether it is of the other organization.
    pub(super) foreign: bool,
    /// The subscription it is limited to.
    pub(super) limit: Option<Where>,
    /// Where it tries.
    pub(super) tries: &'static [Where],
}

const AT_HOME: &[Where] = &[Where::A];

impl Caller {
    fn stranger(name: &str, credentials: Credentials) -> Self {
        Self {
            name: name.to_owned(),
            credentials,
            known: false,
            looks_only: false,
            privileges: BTreeSet::new(),
            foreign: false,
            limit: None,
            tries: AT_HOME,
        }
    }

    /// Somebody with a token.
    fn bearer(name: &str, token: String, privileges: &BTreeSet<String>) -> Self {
        Self {
            known: true,
            privileges: privileges.clone(),
            tries: &Where::ALL,
            ..Self::stranger(name, Credentials::Bearer(token))
        }
    }

    /// Where it is at home.
    pub(super) fn home(&self) -> Where {
        if self.foreign {
            Where::Foreign
        } else {
            self.limit.unwrap_or(Where::A)
        }
    }

    /// Sends a request.
    pub(super) async fn send(&self, http: &Http, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let method = method.to_uppercase();
        let asked: Asked = match &self.credentials {
            Credentials::Nothing => http.ask(&method, path),
            Credentials::Bearer(token) => http.ask(&method, path).bearer(token),
            Credentials::Session(browser) => browser.ask(&method, path),
        };
        match body {
            Some(body) => asked.json(body).send().await,
            None => asked.send().await,
        }
    }
}

/// What the API itself says of a built-in role.
async fn privileges(region: &Region, role: &str) -> BTreeSet<String> {
    let role = region
        .admin("GET", &format!("/roles/{role}"))
        .send()
        .await
        .is(200)
        .json();
    let names = role["privileges"].as_array().unwrap().iter();
    names.map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// All of them, with a region from which one comes.
pub(super) async fn callers(region: &Region, elsewhere: &Region, makers: &[Maker<'_>; 3]) -> Vec<Caller> {
    let mut all = strangers(region, elsewhere);
    let admin = privileges(region, "organization_admin").await;
    let mut foreign = Caller::bearer("another organization's admin", makers[2].token.clone(), &admin);
    foreign.foreign = true;
    all.push(foreign);
    for (role, limits) in [
        ("organization_admin", &[None, Some(Where::A)][..]),
        ("subscription_admin", &[None, Some(Where::A), Some(Where::B)]),
        ("viewer", &[None, Some(Where::A)]),
    ] {
        let privileges = privileges(region, role).await;
        for limit in limits {
            all.push(person(region, makers, json!([role]), *limit, &privileges).await);
        }
    }
    for privilege in &admin {
        all.push(holder(region, makers, privilege).await);
    }
    let mut nothing = person(region, makers, json!([]), None, &BTreeSet::new()).await;
    nothing.tries = AT_HOME;
    all.push(nothing);
    all.push(program(region, makers).await);
    let mut session = Caller::stranger(
        "a session without its token",
        Credentials::Session(region.admin_browser().await),
    );
    (session.known, session.looks_only, session.privileges) = (true, true, admin);
    all.push(session);
    all
}

fn strangers(region: &Region, elsewhere: &Region) -> Vec<Caller> {
    let admin = &region.running.facts.admin.token;
    let (key, _) = Forge::strange();
    let forged = Parts::of(admin).signed(|message| key.sign(message)).token();
    let abroad = elsewhere.running.facts.admin.token.clone();
    vec![
        Caller::stranger("nobody", Credentials::Nothing),
        Caller::stranger("a forger", Credentials::Bearer(forged)),
        Caller::stranger("another region's admin", Credentials::Bearer(abroad)),
    ]
}

async fn person(
    region: &Region,
    makers: &[Maker<'_>; 3],
    roles: Value,
    limit: Option<Where>,
    privileges: &BTreeSet<String>,
) -> Caller {
    let subscription = limit.map(|limit| makers[usize::from(limit == Where::B)].subscription.as_str());
    let (_, token) = region.person(roles.clone(), subscription).await;
    let name = format!("{roles} limited to {limit:?}");
    Caller {
        limit,
        ..Caller::bearer(&name, token, privileges)
    }
}

/// A person in the whole organization whose custom role has one privilege.
pub(super) async fn holder(region: &Region, makers: &[Maker<'_>; 3], privilege: &str) -> Caller {
    let name = format!("{privilege} {}", super::number());
    let role = region.role(&name, json!([privilege]), json!([])).await;
    let held = BTreeSet::from([privilege.to_owned()]);
    Caller {
        name: format!("only {privilege}"),
        tries: AT_HOME,
        ..person(region, makers, json!([role]), None, &held).await
    }
}

/// A service account in A that could do more than its token says.
async fn program(region: &Region, makers: &[Maker<'_>; 3]) -> Caller {
    let fields = json!({"roles": ["subscription_admin"], "subscription": makers[0].subscription});
    let account = Account::create(region, &makers[0].token, fields).await;
    let narrow = ["service_accounts:read", "settings:manage"].map(str::to_owned);
    let asked = [
        ("scope", narrow.join(" ")),
        ("resource", region.running.facts.api.clone()),
    ];
    let asked: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let token = account.grant(region, &asked).await.is(200).text("/access_token");
    Caller {
        limit: Some(Where::A),
        ..Caller::bearer("a program with a narrow token", token, &narrow.into())
    }
}
