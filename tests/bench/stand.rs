//! A region on loopback, an account in it, and the requests of its program.

use std::collections::BTreeSet;

use http::{HeaderName, HeaderValue};
use regent::acts::account::NewAccount;
use regent::acts::credential::{FreshSecret, NewCredential};
use regent::acts::{Act, Caller, account, credential, perform};
use regent::domain::{AccountName, Description, Name, RegionLabel, RoleRef, TokenLifetime, User};
use regent_local::region::{Options, Running, start};
use tempfile::TempDir;

use crate::signed::signed;

/// Everything a measurement needs.
pub(crate) struct Stand {
    pub(crate) region: Running,
    /// Client IDs and secrets of one account.
    pub(crate) clients: Vec<(String, String)>,
    _folder: TempDir,
}

impl Stand {
    /// A region with an account of so many credentials.
    pub(crate) async fn start(credentials: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let label = RegionLabel::parse("us").unwrap();
        let region = start(Options::new(label, folder.path().to_owned())).await.unwrap();
        let mut stand = Self {
            region,
            clients: Vec::new(),
            _folder: folder,
        };
        stand.account("bench", credentials).await;
        stand
    }

    /// One more account of so many credentials, whose clients come after those that are there.
    pub(crate) async fn account(&mut self, name: &str, credentials: usize) {
        let app = &self.region.app;
        let facts = &self.region.facts;
        let caller = Caller::of(app, &facts.admin.token, None).await.unwrap();
        let new = NewAccount {
            name: AccountName::parse(name).unwrap(),
            description: Description::parse("").unwrap(),
            subscription: facts.subscription.parse().unwrap(),
            applications: facts.applications.iter().map(|id| id.parse().unwrap()).collect(),
            roles: BTreeSet::from([RoleRef::parse(&facts.roles[0]).unwrap()]),
            token_lifetime: TokenLifetime::DEFAULT,
        };
        let fresh = FreshSecret::of_new_credential(app);
        let act = account::Creation { new, fresh };
        let plan = async || act.plan(app, &caller, act.check(app, &caller).await?).await;
        let made = perform(app, plan).await.unwrap();
        let client_id = |user: &User, credential| {
            user.client_id(&app.config().region, user.service().unwrap(), credential)
                .to_string()
        };
        let mut clients = vec![(client_id(&made.user, made.credential), made.secret.expose().to_owned())];
        let more = NewCredential {
            name: Name::parse("bench").unwrap(),
            redirect_uri: None,
            expires_at: None,
        };
        while clients.len() < credentials {
            let act = credential::Creation {
                account: made.user.id,
                new: more.clone(),
                fresh: FreshSecret::of_new_credential(app),
            };
            let plan = async || act.plan(app, &caller, act.check(app, &caller).await?).await;
            let made = perform(app, plan).await.unwrap();
            clients.push((client_id(&made.user, made.credential), made.secret.expose().to_owned()));
        }
        self.clients.extend(clients);
    }

    /// Bytes and items of the whole table, as they are paid for: each item is a hundred bytes more.
    pub(crate) async fn table_size(&self) -> (f64, f64) {
        let (mut bytes, mut items, mut from) = (0, 0, serde_json::Value::Null);
        loop {
            let mut asked = serde_json::json!({"TableName": self.region.app.config().table});
            if !from.is_null() {
                asked["ExclusiveStartKey"] = from;
            }
            let (endpoint, body) = (&self.region.dynamodb_endpoint, asked.to_string());
            let target = ("x-amz-target", "DynamoDB_20120810.Scan");
            let headers =
                [target].map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            let headers = signed(
                &self.region.credentials,
                ("us-east-1", "dynamodb"),
                endpoint,
                headers.into_iter().collect(),
                body.as_bytes(),
            );
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let sent = client.post(endpoint).headers(headers).body(body);
            let answer = sent.send().await.unwrap().text().await.unwrap();
            let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
            for item in answer["Items"].as_array().unwrap_or_else(|| panic!("{answer}")) {
                bytes += crate::units::size(item) + 100;
                items += 1;
            }
            from = answer["LastEvaluatedKey"].clone();
            if from.is_null() {
                return (f64::from(u32::try_from(bytes).unwrap()), f64::from(items));
            }
        }
    }

    /// What the functions' processes are told.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let (config, credentials) = (self.region.app.config(), &self.region.credentials);
        vec![
            ("REGENT_REGION", config.region.to_string()),
            ("REGENT_ISSUER", config.issuer.to_string()),
            ("REGENT_TABLE", config.table.clone()),
            ("REGENT_SIGNING_SECRET", config.signing_secret.clone().unwrap()),
            ("REGENT_AUDIENCE", self.region.facts.resource.clone()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.region.dynamodb_endpoint.clone()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.region.secrets_endpoint.clone()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", credentials.access_key_id().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key().to_owned()),
            // As a deployed region that is not being looked into.
            ("RUST_LOG", "error".to_owned()),
        ]
    }

    /// A token request's form.
    pub(crate) fn form(&self, client: usize, secret: &str) -> String {
        let id = &self.clients[client].0;
        format!("grant_type=client_credentials&scope=read%3Ame&client_id={id}&client_secret={secret}")
    }

    /// Where a proxy asks about a token of the sample API.
    pub(crate) fn verify(&self) -> String {
        let resource = self.region.facts.resource.replace(':', "%3A").replace('/', "%2F");
        format!("/verify?resource={resource}&scope=read%3Ame")
    }
}
