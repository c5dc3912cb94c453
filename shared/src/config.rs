//! The environment, read once.

use crate::domain::{Audience, EdgeSecret, Invalid, Issuer, PublishedKey, RegionLabel, Seconds, SigningAlgorithm};
use std::collections::BTreeMap;

/// Everything a function is told from outside.
#[derive(Clone, Debug)]
pub struct Config {
    /// `REGENT_REGION`: the label of this region.
    pub region: RegionLabel,
    /// `REGENT_ISSUER`: where its authorization server is.
    pub issuer: Issuer,
    /// `REGENT_TABLE`: the DynamoDB table.
    pub table: String,
    /// `REGENT_SIGNING_SECRET`: the name or ARN of the signing keys' secret. Only `token`
    /// and `rotate` have it.
    pub signing_secret: Option<String>,
    /// `REGENT_SIGNING_ALGORITHM`: for the next key that is made; `ES256` unless given.
    pub algorithm: SigningAlgorithm,
    /// `REGENT_KEY_LEAD`: how long a key of a rotation is published before it signs; 600 s unless
    /// given.
    pub key_lead: Seconds,
    /// `REGENT_REUSE_MARGIN`: a token with less life left than this is not given out again; 30 s
    /// unless given.
    pub reuse_margin: Seconds,
    /// `REGENT_REGIONS`: the other regions' issuers, `us=https://…,eu=https://…`.
    pub regions: BTreeMap<RegionLabel, Issuer>,
    /// `REGENT_EDGE_SECRET`: what the region's own edge adds to every request (`x-regent-edge`). With
    /// it, HTTP functions answer nothing that came around the edge, and take the caller's address
    /// from it.
    pub edge_secret: Option<EdgeSecret>,
    /// Whether clients' metadata documents may be at `http` URLs on loopback. No variable sets it:
    /// only a region on a developer's machine has it.
    pub allow_loopback_documents: bool,
    /// `AWS_ENDPOINT_URL_DYNAMODB`: another endpoint than AWS's.
    pub dynamodb_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SECRETS_MANAGER`: another endpoint than AWS's.
    pub secrets_endpoint: Option<String>,
}

/// A variable that is missing or makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {why}")]
pub struct ConfigError {
    variable: &'static str,
    why: Invalid,
}

impl Config {
    /// The settings every region needs, the rest at their defaults.
    pub fn new(region: RegionLabel, issuer: Issuer, table: String) -> Self {
        Self {
            region,
            issuer,
            table,
            signing_secret: None,
            algorithm: SigningAlgorithm::default(),
            key_lead: PublishedKey::LEAD,
            reuse_margin: Seconds(30),
            regions: BTreeMap::new(),
            edge_secret: None,
            allow_loopback_documents: false,
            dynamodb_endpoint: None,
            secrets_endpoint: None,
        }
    }

    /// Reads the environment.
    pub fn from_env() -> Result<Self, ConfigError> {
        let region = required("REGENT_REGION", RegionLabel::parse)?;
        let issuer = required("REGENT_ISSUER", Issuer::parse)?;
        let table = required("REGENT_TABLE", |text| Ok(text.to_owned()))?;
        let defaults = Self::new(region, issuer, table);
        Ok(Self {
            signing_secret: variable("REGENT_SIGNING_SECRET"),
            algorithm: optional("REGENT_SIGNING_ALGORITHM", SigningAlgorithm::parse)?.unwrap_or(defaults.algorithm),
            key_lead: optional("REGENT_KEY_LEAD", parse_lead)?.unwrap_or(defaults.key_lead),
            reuse_margin: optional("REGENT_REUSE_MARGIN", parse_seconds)?.unwrap_or(defaults.reuse_margin),
            regions: optional("REGENT_REGIONS", parse_regions)?.unwrap_or_default(),
            edge_secret: optional("REGENT_EDGE_SECRET", EdgeSecret::parse)?,
            dynamodb_endpoint: variable("AWS_ENDPOINT_URL_DYNAMODB"),
            secrets_endpoint: variable("AWS_ENDPOINT_URL_SECRETS_MANAGER"),
            ..defaults
        })
    }

    /// The audience of the management API.
    pub fn management_audience(&self) -> Result<Audience, Invalid> {
        Audience::parse(&self.issuer.at("/api/v1"))
    }
}

/// A variable of the environment; an empty one counts as missing.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place where the environment is read"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn optional<T>(name: &'static str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Result<Option<T>, ConfigError> {
    variable(name)
        .map(|text| parse(&text))
        .transpose()
        .map_err(|why| ConfigError { variable: name, why })
}

fn required<T>(name: &'static str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Result<T, ConfigError> {
    optional(name, parse)?.ok_or(ConfigError {
        variable: name,
        why: Invalid::new("must be set"),
    })
}

fn parse_seconds(text: &str) -> Result<Seconds, Invalid> {
    text.parse()
        .map(Seconds)
        .map_err(|_| Invalid::new("must be a number of seconds"))
}

/// Longer than processes go without reading the keys again.
fn parse_lead(text: &str) -> Result<Seconds, Invalid> {
    parse_seconds(text)
        .ok()
        .filter(|lead| PublishedKey::LEASE < *lead && lead.0 <= 86_400)
        .ok_or(Invalid::new("must be 3 to 86400 seconds"))
}

fn parse_regions(text: &str) -> Result<BTreeMap<RegionLabel, Issuer>, Invalid> {
    let pair = |entry: &str| {
        let (label, issuer) = entry
            .split_once('=')
            .ok_or(Invalid::new("must be label=issuer, comma-separated"))?;
        Ok((RegionLabel::parse(label.trim())?, Issuer::parse(issuer.trim())?))
    };
    text.split(',')
        .filter(|entry| !entry.trim().is_empty())
        .map(pair)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_read_as_pairs() {
        let regions = parse_regions("us=https://us.example.com, eu=https://eu.example.com,").unwrap();
        assert_eq!(regions.len(), 2);
        for bad in ["us", "us=nowhere", "U=https://us.example.com"] {
            assert!(parse_regions(bad).is_err(), "{bad}");
        }
    }
    #[test]
    fn a_key_is_published_longer_than_anybody_goes_without_reading() {
        for (text, good) in [
            ("3", true),
            ("600", true),
            ("86400", true),
            ("2", false),
            ("86401", false),
            ("", false),
        ] {
            assert_eq!(parse_lead(text).is_ok(), good, "{text}");
        }
    }
}
