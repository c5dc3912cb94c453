//! A region's label and the issuer URL of its authorization server.

use super::Invalid;
use serde::{Deserialize, Serialize};

/// The short name of a region: `us`, `eu`, `jpn`. A letter, then up to eleven letters or digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionLabel(String);

impl RegionLabel {
    /// Reads a label. No `_`: a client ID is split there.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase());
        let goes_on_well = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if starts_well && goes_on_well && text.len() <= 12 {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "must be a region label: a lower-case letter, then at most eleven lower-case letters or digits",
            ))
        }
    }

    /// The label as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An issuer identifier (RFC 8414 §2): `https`, or `http` on loopback; no query, no fragment, no
/// trailing slash, so that endpoints are made by appending a path. At most [`Issuer::LONGEST`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Issuer(String);

impl Issuer {
    /// The longest issuer, in bytes: the audience of the management API and the addresses of service
    /// accounts are made from it.
    pub const LONGEST: usize = 176;

    /// Reads an issuer and keeps it byte for byte.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused = || {
            Invalid::new(
                "must be an issuer: an https URL without query, fragment, user or trailing slash, at most 176 characters",
            )
        };
        let url = url::Url::parse(text).map_err(|_| refused())?;
        let plain =
            url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let secure = url.scheme() == "https" || (url.scheme() == "http" && loopback);
        if plain && secure && !text.ends_with('/') && text.is_ascii() && text.len() <= Self::LONGEST {
            Ok(Self(text.to_owned()))
        } else {
            Err(refused())
        }
    }

    /// The issuer as text, byte for byte as configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of an endpoint of this issuer. `path` starts with `/`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Scheme, host and port, without a path.
    pub fn origin(&self) -> &str {
        let host = self.0.find("://").map_or(0, |at| at + 3);
        let end = self.0.get(host..).and_then(|rest| rest.find('/'));
        end.and_then(|end| self.0.get(..host + end)).unwrap_or(&self.0)
    }

    /// Host and port, for names made from them.
    pub fn host(&self) -> &str {
        let after_scheme = self.0.split_once("://").map_or("", |(_, rest)| rest);
        after_scheme.split('/').next().unwrap_or_default()
    }
}

macro_rules! string_conversions {
    ($($name:ident),*) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::domain::Invalid;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }
    )*};
}
pub(crate) use string_conversions;

string_conversions!(RegionLabel, Issuer);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        for good in ["us", "us1", "eu", "jpn", "a23456789012"] {
            assert!(RegionLabel::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "1us", "US", "e u", "eu_west", "eu-west", "a234567890123", "é"] {
            assert!(RegionLabel::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn issuers() {
        for good in [
            "https://us.auth.example.com",
            "http://127.0.0.1:8787",
            "https://example.com/regent",
        ] {
            assert!(Issuer::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "https://example.com/",
            "http://example.com",
            "https://example.com?x",
            "https://example.com#x",
            "https://u@example.com",
            "ftp://example.com",
        ] {
            assert!(Issuer::parse(bad).is_err(), "{bad}");
        }
    }
}
