//! The environment, read once.

use crate::domain::{Audience, Invalid, Issuer, RegionLabel, Seconds, SigningAlgorithm};
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
    /// `REGENT_SIGNING_SECRET`: the name or ARN of the signing key's secret. Only `token` has it.
    pub signing_secret: Option<String>,
    /// `REGENT_SIGNING_ALGORITHM`: for the next key that is made; `ES256` unless given.
    pub algorithm: SigningAlgorithm,
    /// `REGENT_REUSE_MARGIN`: a token with less life left than this is not given out again; 30 s
    /// unless given.
    pub reuse_margin: Seconds,
    /// `REGENT_REGIONS`: the other regions' issuers, `us=https://…,eu=https://…`.
    pub regions: BTreeMap<RegionLabel, Issuer>,
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
            reuse_margin: Seconds(30),
            regions: BTreeMap::new(),
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
            reuse_margin: optional("REGENT_REUSE_MARGIN", parse_seconds)?.unwrap_or(defaults.reuse_margin),
            regions: optional("REGENT_REGIONS", parse_regions)?.unwrap_or_default(),
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
}
