//! A service account as a test holds it: with the secret that is shown once.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::{Answer, Asked, Organization, Region};

static NAMES: AtomicU32 = AtomicU32::new(1);

/// A service account and its newest credential.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) secret: String,
    /// What the creation answered.
    pub(crate) body: Value,
}

impl Account {
    /// Creates one; `fields` go over the usual ones.
    pub(crate) async fn create(region: &Region, token: &str, fields: Value) -> Self {
        let mut asked = json!({
            "name": format!("account {}", NAMES.fetch_add(1, Ordering::Relaxed)),
            "subscription": region.subscription(),
            "roles": [region.reader()],
        });
        let (all, more) = (asked.as_object_mut().unwrap(), fields.as_object().unwrap());
        all.extend(more.clone());
        let answer = region.by(token, "POST", "/service-accounts").json(&asked).send().await;
        Self::of(&answer.is(201))
    }

    /// Creates one for a second customer.
    pub(crate) async fn create_in(region: &Region, organization: &Organization) -> Self {
        let fields = json!({"subscription": organization.subscription, "roles": [organization.role]});
        Self::create(region, &organization.token, fields).await
    }

    /// The account that an answer of the management API reveals.
    pub(crate) fn of(answer: &Answer) -> Self {
        Self {
            id: answer.text("/id"),
            client_id: answer.text("/credential/client_id"),
            secret: answer.text("/credential/client_secret"),
            body: answer.json(),
        }
    }

    /// The same account through another of its credentials, or after a rotation.
    pub(crate) fn through(&self, credential: &Answer) -> Self {
        Self {
            client_id: credential.text("/client_id"),
            secret: credential.text("/client_secret"),
            ..self.clone()
        }
    }

    /// Where it is in the management API.
    pub(crate) fn path(&self) -> String {
        format!("/service-accounts/{}", self.id)
    }

    /// Where its credential is in the management API.
    pub(crate) fn credential(&self) -> String {
        format!("{}/credentials/{}", self.path(), self.client_id)
    }

    /// A request to a form endpoint with the credentials in the body.
    pub(crate) fn ask(&self, region: &Region, path: &str, fields: &[(&str, &str)]) -> Asked {
        let own = [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.secret.as_str()),
        ];
        region.http.post(path).form(&[&own, fields].concat())
    }

    /// A token request.
    pub(crate) async fn grant(&self, region: &Region, fields: &[(&str, &str)]) -> Answer {
        let fields = [&[("grant_type", "client_credentials")], fields].concat();
        self.ask(region, "/oauth/v1/token", &fields).send().await
    }

    /// A token for everything the account may do at the sample API.
    pub(crate) async fn token(&self, region: &Region) -> String {
        self.grant(region, &[]).await.is(200).text("/access_token")
    }

    /// A token for the management API, for accounts with privileges.
    pub(crate) async fn management_token(&self, region: &Region) -> String {
        let api = region.running.facts.api.clone();
        self.grant(region, &[("resource", &api)])
            .await
            .is(200)
            .text("/access_token")
    }
}
