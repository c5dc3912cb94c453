//! Client ID Metadata Documents, fetched from wherever a stranger's client ID points: every guard
//! against server-side request forgery is in this room. It knows URLs, addresses and bytes; what a
//! document says is `oauth::ClientMetadata`'s.
//!
//! `https` to a host name only; the name is resolved here, once, and the connection goes to the
//! addresses that were checked and to no other; no redirect, no proxy, no cookie, no credential;
//! 200, JSON, 5 KB, 3 seconds.

mod address;
mod place;

use crate::domain::{DocumentError, DocumentUrl, Seconds, Timestamp, Unavailable};
use address::Resolver;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, USER_AGENT};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use place::Places;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as Turns, OwnedMutexGuard};

/// How long a fetch may take, from the name to the last byte.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a request waits for those before it: at the same URL, and for a place.
const TURN: Duration = PATIENCE.saturating_mul(2);
/// How long a process does not ask again for what it could not use.
const PAUSE: Seconds = Seconds(60);
/// How many URLs a process remembers. Past that it forgets those that nobody is busy with.
const CAPACITY: usize = 1_000;

/// How long what a document says is good: what the answer allows, within these bounds.
const SHORTEST: u32 = 300;
const USUAL: u32 = 3_600;
const LONGEST: u32 = 86_400;

/// The documents of the world, as this process may fetch them.
#[derive(Debug)]
pub struct Documents {
    allow_loopback: bool,
    // Made when it is first needed: reading the system's roots takes longer than a function's start.
    connector: OnceLock<Connector>,
    places: Places,
    turns: Mutex<HashMap<DocumentUrl, Arc<Turns<Option<Failure>>>>>,
}

type Failure = (DocumentError, Timestamp);

/// A document as it came.
#[derive(Debug)]
pub struct Fetched {
    /// At most [`DocumentError::MAX_BYTES`].
    pub body: Bytes,
    /// How long it is good.
    pub lifetime: Seconds,
}

/// The turn of one request at a URL: until it is dropped, others of this process wait.
#[derive(Debug)]
pub struct Turn(OwnedMutexGuard<Option<Failure>>);

impl Turn {
    /// Refuses what failed a moment ago.
    pub fn check(&self, now: Timestamp) -> Result<(), DocumentError> {
        match &*self.0 {
            Some((error, until)) if now < *until => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Notes that the document could not be used. Only this process knows, and forgets it soon.
    pub fn fail(&mut self, error: DocumentError, now: Timestamp) {
        *self.0 = Some((error, now.plus(PAUSE)));
    }
}

impl Documents {
    /// Calls nobody. `allow_loopback` is for a region on a developer's machine: documents at `http`
    /// URLs on loopback, which no cloud function may ask for.
    pub fn new(allow_loopback: bool) -> Self {
        Self {
            allow_loopback,
            connector: OnceLock::new(),
            places: Places::default(),
            turns: Mutex::default(),
        }
    }

    /// Waits until nobody else is busy with this URL.
    pub async fn turn(&self, url: &DocumentUrl, now: Timestamp) -> Result<Turn, Unavailable> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            if turns.len() >= CAPACITY && !turns.contains_key(url) {
                make_room(&mut turns, now);
            }
            turns.entry(url.clone()).or_default().clone()
        };
        let turn = tokio::time::timeout(TURN, turn.lock_owned()).await;
        turn.map(Turn)
            .map_err(|_| Unavailable("too many wait for the same metadata document".to_owned()))
    }

    /// Fetches a document. That there is no place to do so is an outage of ours.
    pub async fn fetch(&self, url: &DocumentUrl) -> Result<Result<Fetched, DocumentError>, Unavailable> {
        if let Err(why) = self.check(url) {
            return Ok(Err(why));
        }
        let _place = self.places.take(url, PATIENCE).await?;
        let fetching = tokio::time::timeout(PATIENCE, self.get(url)).await;
        Ok(fetching.unwrap_or(Err(DocumentError::TooSlow)))
    }

    /// Refuses a URL before a name is looked up. An address in place of a name would pass the
    /// resolver by.
    fn check(&self, url: &DocumentUrl) -> Result<(), DocumentError> {
        if url.is_loopback() {
            return if self.allow_loopback {
                Ok(())
            } else {
                Err(DocumentError::UrlRefused)
            };
        }
        let uri: http::Uri = url.as_str().parse().map_err(|_| DocumentError::UrlRefused)?;
        match uri.host() {
            Some(host) if !host.starts_with('[') && host.parse::<IpAddr>().is_err() => Ok(()),
            _ => Err(DocumentError::UrlRefused),
        }
    }

    async fn get(&self, url: &DocumentUrl) -> Result<Fetched, DocumentError> {
        let request = http::Request::get(url.as_str())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, "regent")
            .body(SdkBody::empty())
            .map_err(|_| DocumentError::UrlRefused)?;
        let request = HttpRequest::try_from(request).map_err(|_| DocumentError::UrlRefused)?;
        let connector = self.connector.get_or_init(|| connector(self.allow_loopback));
        let response = connector.call(request).await.map_err(|error| {
            if address::is_refusal(&error) {
                DocumentError::HostRefused
            } else {
                DocumentError::Unreachable
            }
        })?;
        read(response).await
    }
}

/// Forgets what means nothing any more; if that is too little, failures too. Never a turn that somebody
/// has or waits for: two would be at the same URL.
fn make_room(turns: &mut HashMap<DocumentUrl, Arc<Turns<Option<Failure>>>>, now: Timestamp) {
    let busy = |turn: &Arc<_>| Arc::strong_count(turn) > 1;
    let failed = |turn: &Turns<Option<Failure>>| {
        let failure = turn.try_lock();
        failure.is_ok_and(|failure| failure.as_ref().is_some_and(|(_, until)| now < *until))
    };
    turns.retain(|_, turn| busy(turn) || failed(turn));
    if turns.len() >= CAPACITY {
        turns.retain(|_, turn| busy(turn));
    }
}

/// The AWS SDK's HTTP client without what the SDK adds: it is linked already. It follows no
/// redirect, and asks no environment for a proxy.
fn connector(allow_loopback: bool) -> Connector {
    ConnectorBuilder::default()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        // The next fetch resolves and checks anew.
        .pool_max_idle_per_host(0)
        .build_with_resolver(Resolver { allow_loopback })
}

async fn read(response: HttpResponse) -> Result<Fetched, DocumentError> {
    let status = response.status().as_u16();
    if status != 200 {
        return Err(DocumentError::Status(status));
    }
    if !is_json(response.headers().get(CONTENT_TYPE.as_str()).unwrap_or_default()) {
        return Err(DocumentError::NotJson);
    }
    let cache_control: Vec<&str> = response.headers().get_all(CACHE_CONTROL.as_str()).collect();
    let lifetime = lifetime(&cache_control.join(","));
    let body = Limited::new(response.into_body(), DocumentError::MAX_BYTES)
        .collect()
        .await;
    let body = body.map_err(|error| {
        if error.is::<LengthLimitError>() {
            DocumentError::TooLong
        } else {
            DocumentError::Unreachable
        }
    })?;
    Ok(Fetched {
        body: body.to_bytes(),
        lifetime,
    })
}

/// `application/json`, or what is JSON underneath (RFC 6839 §3.1).
fn is_json(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// What `Cache-Control` allows (RFC 9111 §5.2.2), within our bounds.
fn lifetime(cache_control: &str) -> Seconds {
    let mut seconds = USUAL;
    for directive in cache_control.split(',').map(str::trim) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Seconds(SHORTEST),
            "max-age" => {
                let value = value.trim().trim_matches('"');
                seconds = value
                    .parse()
                    .unwrap_or(if value.bytes().all(|byte| byte.is_ascii_digit()) {
                        LONGEST
                    } else {
                        USUAL
                    });
            }
            _ => {}
        }
    }
    Seconds(seconds.clamp(SHORTEST, LONGEST))
}

#[cfg(test)]
mod tests;
