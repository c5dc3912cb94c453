//! A region in this process, with its clock in the test's hand.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use regent::acts::person_token;
use regent::app::Clock;
use regent::domain::SigningAlgorithm;
use regent::domain::{Email, Issuer, RegionLabel, Seconds, UserId, UserKind};
use regent::keys::secret_hash::hash_password;
use regent_local::region::{Bound, Options, Running};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Account, Asked, Browser, Http};

/// The password of people that tests make.
const PASSWORD: &str = "a long enough pass phrase";

static PEOPLE: AtomicU32 = AtomicU32::new(1);

/// A region of the test's own. Its clock stands still until the test moves it.
pub(crate) struct Region {
    pub(crate) running: Running,
    pub(crate) http: Http,
    pub(crate) clock: Clock,
    admin_token: Mutex<String>,
    _folder: TempDir,
}

/// Two regions on one machine, which know each other's issuers as deployed ones do.
pub(crate) async fn pair() -> (Region, Region) {
    let (us, eu) = (
        Ready::new("us", SigningAlgorithm::Es256).await,
        Ready::new("eu", SigningAlgorithm::Es256).await,
    );
    let issuers = [&us, &eu]
        .map(|ready| (ready.bound.label().clone(), ready.bound.issuer().clone()))
        .into();
    (us.start(&issuers).await, eu.start(&issuers).await)
}

impl Region {
    pub(crate) async fn start() -> Self {
        Self::signing(SigningAlgorithm::Es256).await
    }

    /// A region that, as in the cloud, fetches no metadata documents from this machine.
    pub(crate) async fn strict() -> Self {
        Self::with(|options| Options {
            allow_loopback_metadata: false,
            ..options
        })
        .await
    }

    /// A region with other options than the usual ones.
    pub(crate) async fn with(change: impl FnOnce(Options) -> Options) -> Self {
        let ready = Ready::with("us", SigningAlgorithm::Es256, change).await;
        ready.start(&BTreeMap::new()).await
    }

    pub(crate) async fn signing(algorithm: SigningAlgorithm) -> Self {
        Ready::new("us", algorithm).await.start(&BTreeMap::new()).await
    }

    /// Moves the region's clock.
    pub(crate) fn wait(&self, seconds: u32) {
        self.clock.advance(Seconds(seconds));
    }

    /// The environment of a program that works on this region, as an operator has it.
    pub(crate) fn environment(&self) -> [(&'static str, String); 9] {
        let (config, credentials) = (self.running.app.config(), &self.running.credentials);
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        [
            ("REGENT_REGION", config.region.to_string()),
            ("REGENT_ISSUER", config.issuer.to_string()),
            ("REGENT_TABLE", config.table.clone()),
            ("REGENT_SIGNING_SECRET", text(&config.signing_secret)),
            ("AWS_ENDPOINT_URL_DYNAMODB", text(&config.dynamodb_endpoint)),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", text(&config.secrets_endpoint)),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", credentials.access_key_id().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key().to_owned()),
        ]
    }

    /// A browser that nobody is signed in at.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.running.issuer.as_str())
    }

    /// A browser at which the first admin is signed in.
    pub(crate) async fn admin_browser(&self) -> Browser {
        let (browser, admin) = (self.browser(), &self.running.facts.admin);
        browser.sign_in(&admin.email, &admin.password).await.is(303);
        browser
    }

    /// The token of the form by which whoever is signed in at a browser signs out.
    pub(crate) async fn sign_out_token(&self, browser: &Browser) -> String {
        let page = browser.open("/console/service-accounts").await.is(200);
        page.form("/sign-out").field("csrf").to_owned()
    }

    /// A request to the management API by the first admin.
    pub(crate) fn admin(&self, method: &str, path: &str) -> Asked {
        let token = self.admin_token.lock().unwrap().clone();
        self.by(&token, method, path)
    }

    /// Gives the first admin a new token, after something that ended the one before.
    pub(crate) async fn renew_admin(&self) {
        let email = Email::parse(&self.running.facts.admin.email).unwrap();
        let id = self.running.app.store().user_by_email(&email).await.unwrap().unwrap();
        let token = self.token_of(&id.to_string()).await;
        *self.admin_token.lock().unwrap() = token;
    }

    /// The first admin's id.
    pub(crate) async fn admin_id(&self) -> String {
        let users = self.admin("GET", "/users").send().await.is(200).json();
        let mut all = users["items"].as_array().unwrap().iter();
        let admin = all.find(|user| user["email"] == *self.running.facts.admin.email);
        admin.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// A request to the management API by whoever holds this token.
    pub(crate) fn by(&self, token: &str, method: &str, path: &str) -> Asked {
        self.http.ask(method, &format!("/api/v1{path}")).bearer(token)
    }

    /// A service account that may `read:me`.
    pub(crate) async fn account(&self) -> Account {
        self.account_with(json!({})).await
    }

    /// The same with other or more fields in the request that creates it.
    pub(crate) async fn account_with(&self, fields: Value) -> Account {
        let token = self.admin_token.lock().unwrap().clone();
        Account::create(self, &token, fields).await
    }

    /// A person with these roles, limited to a subscription or not: its id and a token of its own.
    pub(crate) async fn person(&self, roles: Value, subscription: Option<&str>) -> (String, String) {
        let address = format!("person{}@acme.test", PEOPLE.fetch_add(1, Ordering::Relaxed));
        let asked = json!({
            "name": "A person", "email": address, "user_type": "licensed", "roles": roles, "subscription": subscription,
        });
        let id = self
            .admin("POST", "/users")
            .json(&asked)
            .send()
            .await
            .is(201)
            .text("/id");
        let token = self.token_of(&id).await;
        (id, token)
    }

    /// A browser at which a new person with these roles is signed in.
    pub(crate) async fn person_browser(&self, roles: Value) -> Browser {
        let (id, _) = self.person(roles, None).await;
        let browser = self.browser();
        let email = self.give_password(&id, PASSWORD).await;
        browser.sign_in(&email, PASSWORD).await.is(303);
        browser
    }

    /// Gives a person a password without the mail that they would set one through; their address.
    pub(crate) async fn give_password(&self, person: &str, password: &str) -> String {
        let store = self.running.app.store();
        let mut user = store.user(UserId::parse(person).unwrap()).await.unwrap().unwrap();
        let UserKind::Person(facts) = &mut user.kind else {
            panic!("{person} is a program")
        };
        facts.password = Some(hash_password(password, [1; 16]).unwrap());
        let write = store.replace_user(&user).unwrap();
        store.commit(&[write]).await.unwrap().unwrap();
        user.email.to_string()
    }

    /// A new management token of a person, with whatever its roles grant now.
    pub(crate) async fn token_of(&self, person: &str) -> String {
        let person = UserId::parse(person).unwrap();
        person_token(&self.running.app, person, Seconds(86_400)).await.unwrap()
    }

    /// A role of this organization: its id.
    pub(crate) async fn role(&self, name: &str, privileges: Value, scopes: Value) -> String {
        let asked = json!({"name": name, "privileges": privileges, "scopes": scopes});
        self.admin("POST", "/roles")
            .json(&asked)
            .send()
            .await
            .is(201)
            .text("/id")
    }

    /// The id of the sample API's resource.
    pub(crate) async fn resource_id(&self) -> String {
        self.admin("GET", "/resources").send().await.is(200).text("/items/0/id")
    }

    /// The subscription of the first run.
    pub(crate) fn subscription(&self) -> &str {
        &self.running.facts.subscription
    }

    /// The audience of the sample API.
    pub(crate) fn resource(&self) -> &str {
        &self.running.facts.resource
    }

    /// The role that grants `read:me`.
    pub(crate) fn reader(&self) -> &str {
        &self.running.facts.roles[0]
    }

    /// The role that grants `read:me` and `write:me`.
    pub(crate) fn editor(&self) -> &str {
        &self.running.facts.roles[1]
    }

    /// What the forward-authentication endpoint says of a token at the sample API.
    pub(crate) async fn verified(&self, token: &str) -> u16 {
        let asked = self
            .http
            .get("/verify")
            .query(&[("resource", self.resource()), ("scope", "read:me")]);
        asked.bearer(token).send().await.status.as_u16()
    }
}

/// A region that has its port and does not answer yet.
struct Ready {
    bound: Bound,
    clock: Clock,
    folder: TempDir,
}

impl Ready {
    async fn new(label: &str, algorithm: SigningAlgorithm) -> Self {
        Self::with(label, algorithm, |options| options).await
    }

    async fn with(label: &str, algorithm: SigningAlgorithm, change: impl FnOnce(Options) -> Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual(Clock::system().now());
        let options = Options {
            clock: Some(clock.clone()),
            algorithm,
            allow_loopback_metadata: true,
            ..Options::new(RegionLabel::parse(label).unwrap(), folder.path().to_owned())
        };
        let bound = Bound::new(change(options)).await.unwrap();
        Self { bound, clock, folder }
    }

    async fn start(self, regions: &BTreeMap<RegionLabel, Issuer>) -> Region {
        let running = self.bound.start(regions).await.unwrap();
        let http = Http::new(running.issuer.as_str());
        Region {
            admin_token: Mutex::new(running.facts.admin.token.clone()),
            running,
            http,
            clock: self.clock,
            _folder: self.folder,
        }
    }
}
