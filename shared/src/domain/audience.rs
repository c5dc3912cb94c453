//! Audiences: the identifiers of API resources (RFC 8707 §2).

use super::{Invalid, OrganizationId, SubscriptionId};
use serde::{Deserialize, Serialize};

/// An absolute URI without fragment, at most 255 characters. `https://h` and `https://h/` name
/// the same resource (RFC 3986 §6.2.3): the slash of an empty path is dropped.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Audience(String);

impl Audience {
    /// Where protected resources keep their metadata (RFC 9728 §3).
    pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

    /// Reads an audience.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused =
            || Invalid::new("must be an absolute URI without fragment or user, at most 255 printable ASCII characters");
        let printable = text.len() <= 255
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'<' | b'>'));
        let url = url::Url::parse(text).map_err(|_| refused())?;
        let plain = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        if !printable || !plain {
            return Err(refused());
        }
        let empty_path = url.has_host() && url.path() == "/" && url.query().is_none();
        Ok(Self(if empty_path {
            text.trim_end_matches('/').to_owned()
        } else {
            text.to_owned()
        }))
    }

    /// Where the API with this audience says who protects it (RFC 9728 §3.1): the well-known path goes
    /// between host and path. Only `https` URLs have such a place, and `http` ones on loopback.
    pub fn metadata_url(&self) -> Option<String> {
        let (scheme, rest) = self.0.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let url = url::Url::parse(&self.0).ok()?;
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let served = url.scheme() == "https" || (url.scheme() == "http" && loopback);
        served.then(|| format!("{scheme}://{authority}{}{path}", Self::WELL_KNOWN))
    }

    /// The audience as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

super::region::string_conversions!(Audience);

/// Whose an audience is: one organization's, and of which of its subscriptions. Nobody is taken out
/// of it, so that an old token never meets a new owner of its audience.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AudienceClaim {
    /// The organization.
    pub owner: OrganizationId,
    /// The subscriptions that have it or had it, in the order in which they got it. Claims of before
    /// they were noted have none.
    #[serde(default)]
    pub subscriptions: Vec<SubscriptionId>,
    /// Counts every write, so that none is lost under another. 0 in claims of before.
    #[serde(default)]
    pub revision: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_slash_of_an_empty_path_makes_no_difference() {
        assert_eq!(
            Audience::parse("https://api.example.com"),
            Audience::parse("https://api.example.com/")
        );
        assert_ne!(
            Audience::parse("https://api.example.com/mcp"),
            Audience::parse("https://api.example.com/mcp/")
        );
    }

    #[test]
    fn metadata_is_where_the_path_begins() {
        for (audience, expected) in [
            ("https://h", Some("https://h/.well-known/oauth-protected-resource")),
            ("https://h/", Some("https://h/.well-known/oauth-protected-resource")),
            (
                "https://h:8443/a/b",
                Some("https://h:8443/.well-known/oauth-protected-resource/a/b"),
            ),
            (
                "https://h/a/?x=1",
                Some("https://h/.well-known/oauth-protected-resource/a/?x=1"),
            ),
            (
                "https://h?x=1",
                Some("https://h/.well-known/oauth-protected-resource?x=1"),
            ),
            (
                "http://127.0.0.1:9/a",
                Some("http://127.0.0.1:9/.well-known/oauth-protected-resource/a"),
            ),
            ("http://h/a", None),
            ("urn:example:api", None),
        ] {
            assert_eq!(
                Audience::parse(audience).unwrap().metadata_url().as_deref(),
                expected,
                "{audience}"
            );
        }
    }

    #[test]
    fn what_is_no_absolute_uri_is_refused() {
        for bad in [
            "",
            "api",
            "/api",
            "https://",
            "https://h#f",
            "https://u:p@h",
            "https://h/\u{e9}",
            "https://h/a b",
            "https://h/\"",
            "https://h/\n",
        ] {
            assert!(Audience::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Audience::parse("urn:example:api").is_ok());
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_is_stable(text in "\\PC{0,40}|https?://[a-z./:#?@]{0,20}") {
            if let Ok(audience) = Audience::parse(&text) {
                prop_assert_eq!(Audience::parse(audience.as_str()), Ok(audience));
            }
        }
    }
}
