//! AWS Signature Version 4 in the `Authorization` header, made and checked by the SDK's own signer.
//!
//! Not here: presigned URLs, payloads that are not signed, chunked ones.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use aws_sigv4::SigningOutput;
use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SigningInstructions};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::identity::Identity;
use axum::http::request::Parts;
use regent::app::Clock;

/// How far the clocks of signer and service may be apart, as AWS has it.
const SKEW: Duration = Duration::from_mins(15);
const DATE: &str = "x-amz-date";

/// What a signature is for, besides the request.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// When it was made.
    pub time: SystemTime,
    /// The region's name at AWS.
    pub region: &'a str,
    /// The service's name in signatures: `dynamodb`, `secretsmanager`, `ses`, `events`.
    pub service: &'a str,
}

/// Signs a request with all of these headers; `host` is taken from the URL if it is not among them.
/// Nothing if these make no request.
pub fn sign<'a>(
    identity: &Identity,
    scope: Scope<'_>,
    (method, url): (&'a str, &'a str),
    headers: impl Iterator<Item = (&'a str, &'a str)>,
    body: &'a [u8],
) -> Option<SigningOutput<SigningInstructions>> {
    let request = SignableRequest::new(method, url, headers, SignableBody::Bytes(body)).ok()?;
    let params = SigningParams::builder()
        .identity(identity)
        .region(scope.region)
        .name(scope.service)
        .time(scope.time)
        .settings(http_request::SigningSettings::default())
        .build()
        .ok()?
        .into();
    http_request::sign(request, &params).ok()
}

/// The `Authorization` header of a signed request.
pub(super) struct Signed<'a> {
    pub(super) access_key: &'a str,
    pub(super) signature: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    headers: Vec<&'a str>,
}

impl<'a> Signed<'a> {
    pub(super) fn parse(authorization: &'a str) -> Option<Self> {
        let fields = authorization.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let field = |name: &str| {
            let mut fields = fields.split(',').map(str::trim);
            fields.find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
        };
        let mut credential = field("Credential")?.split('/');
        let signed = Self {
            access_key: credential.next()?,
            date: credential.next()?,
            region: credential.next()?,
            service: credential.next()?,
            signature: field("Signature")?,
            headers: field("SignedHeaders")?.split(';').collect(),
        };
        let whole = credential.next() == Some("aws4_request") && credential.next().is_none();
        whole.then_some(signed)
    }

    /// The signature that this request has if it is whole: made just now, for this host, with every
    /// header signed that says what is asked.
    pub(super) fn expected(&self, identity: &Identity, host: &str, parts: &Parts, body: &[u8]) -> Option<String> {
        let is_signed = |name: &str| self.headers.contains(&name);
        let telling = |name: &str| name == "host" || name.starts_with("x-amz-");
        if parts
            .headers
            .keys()
            .any(|name| telling(name.as_str()) && !is_signed(name.as_str()))
        {
            return None;
        }
        let time = time(parts.headers.get(DATE)?.to_str().ok()?, self.date)?;
        let mut headers = Vec::new();
        for (name, value) in &parts.headers {
            // The signer adds the date by itself.
            if is_signed(name.as_str()) && name != DATE {
                headers.push((name.as_str(), value.to_str().ok()?));
            }
        }
        let scope = Scope {
            time,
            region: self.region,
            service: self.service,
        };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("http://{host}{path}");
        let signed = sign(
            identity,
            scope,
            (parts.method.as_str(), &url),
            headers.into_iter(),
            body,
        );
        Some(signed?.signature().to_owned())
    }
}

/// The time of `20260312T000000Z`, which is a time of that date and is now.
fn time(basic: &str, date: &str) -> Option<SystemTime> {
    if !basic.starts_with(date) || basic.len() != 16 {
        return None;
    }
    let part = |range| basic.get(range);
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let (hour, minute, second) = (part(8..11)?, part(11..13)?, part(13..16)?);
    let extended = format!("{year}-{month}-{day}{hour}:{minute}:{second}");
    let signed = DateTime::from_str(&extended, DateTimeFormat::DateTime).ok()?;
    let apart = Clock::system().now().millis().abs_diff(signed.to_millis().ok()?);
    if Duration::from_millis(apart) > SKEW {
        return None;
    }
    SystemTime::try_from(signed).ok()
}
