//! The requests whose cost is counted: the real binaries, fed with the files of `events/`, against
//! the embedded table through relays that count.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::event::{Known, read};
use crate::lambda::Function;
use crate::person::Grant;
use crate::relay::Relay;
use crate::stand::Stand;
use crate::units::{Seen, Units};

/// Requests of a kind that are counted, and how many before them warm the process up.
const REQUESTS: usize = 500;
const WARM_UP: usize = 20;
/// Accounts whose first token in a process is counted; a subscription has room for 25.
const NEWCOMERS: usize = 12;

/// What one request took, on average.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) units: Units,
    /// Milliseconds of a whole processor.
    pub(crate) processor: f64,
    /// Bytes and number of the lines that the function wrote.
    pub(crate) lines: (f64, f64),
    /// Bytes of the answer that leave AWS.
    pub(crate) out: f64,
    /// Calls of Secrets Manager.
    pub(crate) secrets: f64,
    /// Metrics that its lines counted.
    pub(crate) metrics: usize,
}

/// Everything that is counted, and the sizes of the rows that were seen.
pub(crate) struct Counted {
    pub(crate) again: Measured,
    pub(crate) new: Measured,
    pub(crate) newcomer: Measured,
    pub(crate) refreshed: Measured,
    pub(crate) authorizer: Measured,
    pub(crate) forward: Measured,
    pub(crate) person: Measured,
    /// Calls of Secrets Manager by a process at its first new token.
    pub(crate) secrets: f64,
    pub(crate) seen: Seen,
    /// Bytes that an account and its token add to the table, and the items.
    pub(crate) account: (f64, f64),
}

/// A place to measure at.
struct Place {
    table: Relay,
    secrets: Relay,
    environment: Vec<(&'static str, String)>,
    folder: TempDir,
    seen: Seen,
}

/// Counts all kinds.
pub(crate) async fn count() -> Counted {
    let mut stand = Stand::start(1).await;
    let (before, items_before) = stand.table_size().await;
    for newcomer in 0..NEWCOMERS {
        stand.account(&format!("newcomer {newcomer}"), 1).await;
    }
    let grant = Box::pin(Grant::made(&stand)).await;
    let (table, secrets) = (
        Relay::start(&stand.region.credentials, &stand.region.dynamodb_endpoint).await,
        Relay::start(&stand.region.credentials, &stand.region.secrets_endpoint).await,
    );
    let mut environment = stand.environment();
    environment.retain(|(name, _)| *name != "RUST_LOG");
    environment.push(("AWS_ENDPOINT_URL_DYNAMODB", table.address.clone()));
    environment.push(("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.address.clone()));
    let folder = tempfile::tempdir().unwrap();
    let mut place = Place {
        table,
        secrets,
        environment,
        folder,
        seen: Seen::default(),
    };
    let known = known(&stand, 0);

    // Newcomers first: the process has seen none of their secrets.
    let mut token = place.start("regent-token", None).await;
    let first: Vec<Value> = (0..=NEWCOMERS)
        .map(|client| read("token/token-by-body", &self::known(&stand, client)))
        .collect();
    place.warm(&mut token, &first[..1]).await;
    let process_secrets = place.secrets.take().len() as f64;
    let newcomer = place
        .measure(&mut token, NEWCOMERS, |index, _| first[index + 1].clone())
        .await;
    let (after, items_after) = stand.table_size().await;
    let account = (
        (after - before) / NEWCOMERS as f64,
        (items_after - items_before) / NEWCOMERS as f64,
    );
    let again = place.repeat(&mut token, &first[0]).await;
    let access = token.invoke(&first[0]).await;
    let access = body(&access)["access_token"].as_str().unwrap().to_owned();
    let refreshed = place.refreshed(&mut token, &known, &grant).await;

    // Here no token has enough life left to be given out again.
    let mut forgetful = place
        .start("regent-token", Some(("REGENT_REUSE_MARGIN", "4000000000")))
        .await;
    let new = place.repeat(&mut forgetful, &first[0]).await;

    let mut verify = place.start("regent-verify", None).await;
    let with = |token: &str| {
        known
            .clone()
            .into_iter()
            .chain([("access_token".to_owned(), token.to_owned())])
            .collect()
    };
    let (own, persons): (Known, Known) = (with(&access), with(&grant.access));
    let authorizer = place.repeat(&mut verify, &read("verify/authorizer-http", &own)).await;
    let forward = place.repeat(&mut verify, &read("verify/forward-auth", &own)).await;
    let person = place
        .repeat(&mut verify, &read("verify/authorizer-http", &persons))
        .await;
    drop((token, forgetful, verify));
    let seen = std::mem::take(&mut place.seen);
    stand.region.stop().await;
    Counted {
        again,
        new,
        newcomer,
        refreshed,
        authorizer,
        forward,
        person,
        secrets: process_secrets,
        seen,
        account,
    }
}

/// What the events leave open, for a client.
fn known(stand: &Stand, client: usize) -> Known {
    let resource = stand.region.facts.resource.clone();
    let encoded = resource.replace(':', "%3A").replace('/', "%2F");
    let (client_id, secret) = stand.clients[client].clone();
    BTreeMap::from([
        ("client_id".to_owned(), client_id),
        ("client_secret".to_owned(), secret),
        ("resource".to_owned(), resource),
        ("resource_encoded".to_owned(), encoded),
    ])
}

impl Place {
    async fn start(&self, name: &str, more: Option<(&'static str, &str)>) -> Function {
        let mut environment = self.environment.clone();
        environment.extend(more.map(|(name, value)| (name, value.to_owned())));
        let lines = self.folder.path().join(format!("{name} {}", more.is_some()));
        Function::start(name, &environment, lines).await
    }

    async fn warm(&mut self, function: &mut Function, events: &[Value]) {
        for event in events {
            good(&function.invoke(event).await);
        }
        self.units();
    }

    async fn repeat(&mut self, function: &mut Function, event: &Value) -> Measured {
        for _ in 0..WARM_UP {
            self.warm(function, std::slice::from_ref(event)).await;
        }
        self.measure(function, REQUESTS, |_, _| event.clone()).await
    }

    /// Each refresh needs the token of the one before.
    async fn refreshed(&mut self, function: &mut Function, known: &Known, grant: &Grant) -> Measured {
        let mut known = known.clone();
        known.insert("registered_client".to_owned(), grant.client_id.clone());
        known.insert("refresh_token".to_owned(), grant.refresh.clone());
        let event = |index: usize, answer: &Value| {
            if index > 0 {
                let next = body(answer)["refresh_token"].as_str().unwrap().to_owned();
                known.insert("refresh_token".to_owned(), next);
            }
            read("token/refresh", &known)
        };
        self.measure(function, REQUESTS, event).await
    }

    /// Invokes so many times; `event` makes each of its number and the answer before.
    async fn measure(
        &mut self,
        function: &mut Function,
        count: usize,
        mut event: impl FnMut(usize, &Value) -> Value,
    ) -> Measured {
        self.units();
        self.secrets.take();
        let (processor, written) = (function.processor(), function.lines().len());
        let (mut answer, mut out) = (Value::Null, 0);
        for index in 0..count {
            answer = function.invoke(&event(index, &answer)).await;
            good(&answer);
            out += leaving(&answer);
        }
        let each = |sum: f64| sum / count as f64;
        let lines = function.lines().split_off(written);
        Measured {
            units: self.units().each(count as f64),
            processor: each(function.processor() - processor),
            lines: (each(lines.len() as f64), each(lines.lines().count() as f64)),
            out: each(out as f64),
            secrets: each(self.secrets.take().len() as f64),
            metrics: metrics(&lines),
        }
    }

    /// What the table was asked for since this was last called.
    fn units(&mut self) -> Units {
        let mut units = Units::default();
        for heard in self.table.take() {
            let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
            let operation = heard.target.rsplit('.').next().unwrap();
            self.seen
                .count(&mut units, operation, &json(&heard.asked), &json(&heard.answer));
        }
        units
    }
}

fn good(answer: &Value) {
    let served = answer["statusCode"] == 200 || answer["isAuthorized"] == true;
    assert!(served, "{answer}");
}

fn body(answer: &Value) -> Value {
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}

/// Bytes of an answer of HTTP; an authorizer's stays within AWS.
fn leaving(answer: &Value) -> usize {
    let text = |value: &Value| value.as_str().map_or(0, str::len);
    let headers = ["headers", "multiValueHeaders"].map(|name| answer[name].to_string().len());
    if answer["statusCode"].is_null() {
        return 0;
    }
    text(&answer["body"]) + headers.iter().sum::<usize>()
}

/// The different metrics in lines of the embedded metric format.
fn metrics(lines: &str) -> usize {
    let mut names = std::collections::BTreeSet::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or(json!(null));
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
            .as_array()
            .into_iter()
            .flatten()
        {
            names.insert(metric["Name"].to_string());
        }
    }
    names.len()
}
