//! Programs at work while keys are rotated: not one of their requests fails, and an API that
//! verifies tokens by itself knows every key before it sees it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use regent_local::region::Options;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::operator::{Operator, kid};
use crate::harness::{Account, Http, Region};

/// What everybody at work knows.
#[derive(Clone)]
struct Work {
    http: Http,
    issuer: String,
    resource: String,
    over: Arc<AtomicBool>,
    /// Kids of the JWK set, as somebody saw them who looks all the time.
    known: Arc<Mutex<BTreeSet<String>>>,
    requests: Arc<AtomicUsize>,
}

impl Work {
    fn at(region: &Region) -> Self {
        Self {
            http: region.http.clone(),
            issuer: region.running.issuer.to_string(),
            resource: region.resource().to_owned(),
            over: Arc::default(),
            known: Arc::default(),
            requests: Arc::default(),
        }
    }

    fn goes_on(&self) -> bool {
        self.requests.fetch_add(1, Ordering::Relaxed);
        !self.over.load(Ordering::Relaxed)
    }

    /// Looks at the JWK set.
    async fn watches(self) {
        while self.goes_on() {
            let set = self.set().await;
            self.known.lock().unwrap().extend(kids(&set));
            tokio::task::yield_now().await;
        }
    }

    async fn set(&self) -> Value {
        self.http.get("/.well-known/jwks.json").send().await.is(200).json()
    }

    /// Takes a token for a scope, uses it everywhere, gives it back, and begins again.
    async fn trades(self, account: Account, scope: &'static str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut api = Api::new(&self).await;
        while self.goes_on() {
            let token = self.token(&account, scope).await;
            let kid = kid(&token);
            assert!(
                self.known.lock().unwrap().contains(&kid),
                "{kid} signs before it is known"
            );
            seen.insert(kid);
            self.uses(&account, &token, scope).await;
            api.takes(&self, &token).await;
            let revoke = self
                .http
                .post("/oauth/v1/revoke")
                .basic(&account.client_id, &account.secret);
            revoke.form(&[("token", &token)]).send().await.is(200);
        }
        seen
    }

    /// Keeps the token it got first.
    async fn holds_on(self, account: Account) {
        let token = self.token(&account, "read:me").await;
        while self.goes_on() {
            assert_eq!(self.token(&account, "read:me").await, token);
            self.uses(&account, &token, "read:me").await;
        }
    }

    async fn token(&self, account: &Account, scope: &str) -> String {
        let asked = self.http.token().basic(&account.client_id, &account.secret);
        let asked = asked.form(&[("grant_type", "client_credentials"), ("scope", scope)]);
        asked.send().await.is(200).text("/access_token")
    }

    async fn uses(&self, account: &Account, token: &str, scope: &str) {
        let verify = self.http.get("/verify").query(&[("resource", &self.resource)]);
        verify.bearer(token).send().await.is(200);
        let method = if scope.contains("read") { "GET" } else { "POST" };
        self.http.ask(method, "/acme/me").bearer(token).send().await.is(200);
        let introspect = self
            .http
            .post("/oauth/v1/introspect")
            .basic(&account.client_id, &account.secret);
        let answer = introspect.form(&[("token", token)]).send().await.is(200).json();
        assert_eq!(answer["active"], true);
    }

    /// An admin's program.
    async fn manages(self, admin: String) {
        while self.goes_on() {
            self.http
                .get("/api/v1/service-accounts")
                .bearer(&admin)
                .send()
                .await
                .is(200);
            self.http.get("/health").send().await.is(200);
        }
    }
}

/// An API that verifies tokens with the JWK set alone, and asks for it again when it meets a key that
/// it does not know.
struct Api(JwkSet);

impl Api {
    async fn new(work: &Work) -> Self {
        Self(serde_json::from_value(work.set().await).unwrap())
    }

    async fn takes(&mut self, work: &Work, token: &str) {
        let kid = decode_header(token).unwrap().kid.unwrap();
        if self.0.find(&kid).is_none() {
            *self = Self::new(work).await;
        }
        let key = DecodingKey::from_jwk(self.0.find(&kid).expect("the key is published")).unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[&work.resource]);
        validation.set_issuer(&[&work.issuer]);
        decode::<Value>(token, &key, &validation).unwrap();
    }
}

fn kids(set: &Value) -> Vec<String> {
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_one_request_fails_while_keys_are_rotated_again_and_again() {
    let region = Region::with(|options| Options { clock: None, ..options }).await;
    let editor = json!({"roles": [region.editor()]});
    let (work, operator) = (Work::at(&region), Operator::of(&region));
    let first = work.set().await;
    work.known.lock().unwrap().extend(kids(&first));

    let mut programs = JoinSet::new();
    for scope in ["read:me", "write:me", "read:me write:me"] {
        let account = region.account_with(editor.clone()).await;
        programs.spawn(work.clone().trades(account, scope));
    }
    let mut others = JoinSet::new();
    others.spawn(work.clone().watches());
    others.spawn(work.clone().holds_on(region.account().await));
    others.spawn(work.clone().manages(region.running.facts.admin.token.clone()));

    let mut signed: BTreeSet<String> = kids(&first).into_iter().collect();
    for _ in 0..3 {
        let asked = region.http.post("/_local/rotate").send().await.is(200);
        let new = asked.text("/kid");
        // Whoever asks now, anywhere, gets a token of the new key.
        assert_eq!(kid(&region.account().await.token(&region).await), new);
        signed.insert(new);
        assert!(
            others.try_join_next().is_none() && programs.try_join_next().is_none(),
            "somebody stopped working"
        );
    }
    work.over.store(true, Ordering::Relaxed);
    for seen in programs.join_all().await {
        assert_eq!(seen, signed, "and everybody saw every key");
    }
    others.join_all().await;
    assert_eq!(kids(&work.set().await).len(), 4);
    operator.is_whole().await;
    assert!(work.requests.load(Ordering::Relaxed) > 100);

    // And now in an emergency, by the machine's clock.
    let account = region.account().await;
    let token = work.token(&account, "read:me").await;
    let new = region
        .http
        .post("/_local/rotate?drop=all")
        .send()
        .await
        .is(200)
        .text("/kid");
    assert_eq!(region.verified(&token).await, 401);
    let again = work.token(&account, "read:me").await;
    assert_eq!((kid(&again), region.verified(&again).await), (new, 200));
}
