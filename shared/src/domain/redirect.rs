//! Redirect URIs (RFC 6749 §3.1.2, RFC 8252 §7): where an authorization code is sent.

use super::{Invalid, Origin};
use serde::{Deserialize, Serialize};

/// An absolute redirect URI without fragment or user, at most 255 characters, in one of three
/// forms: `https://host/…`; `http://` on loopback; a private-use scheme, which either contains a
/// dot (`com.example.app:/cb`) or is followed by `//` (`cursor://…`). Kept as it was written, and
/// compared as such.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

const REFUSED: Invalid = Invalid::new(
    "must be a redirect URI: https, http on loopback, or an app's own scheme; without fragment or user, at most 255 characters",
);

impl RedirectUri {
    /// Reads a redirect URI. What a browser would read differently than it is written – a host in
    /// percent escapes, an address as one number, a backslash – is refused.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let printable = text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        if !printable || text.contains('#') {
            return Err(REFUSED);
        }
        Origin::of(text).ok_or(REFUSED)?;
        Ok(Self(text.to_owned()))
    }

    /// The URI as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The origin that an organization approves or rejects.
    pub fn origin(&self) -> Origin {
        // Reading the URI has shown that it has one.
        Origin::of(&self.0).unwrap_or(Origin::Loopback)
    }

    /// The URI without its query, which may hold what is nobody's business.
    pub fn without_query(&self) -> &str {
        self.0.split('?').next().unwrap_or_default()
    }

    /// Whether a request with the URI `presented` may use this registered one: exactly the same,
    /// except that the port of a loopback address is free (RFC 8252 §7.3).
    pub fn admits(&self, presented: &Self) -> bool {
        if self == presented {
            return true;
        }
        match (without_loopback_port(&self.0), without_loopback_port(&presented.0)) {
            (Some(registered), Some(presented)) => registered == presented,
            _ => false,
        }
    }

    /// The URI with more parameters in its query, each encoded.
    pub fn with<'a>(&self, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
        let encoded = parameters
            .into_iter()
            .fold(
                url::form_urlencoded::Serializer::new(String::new()),
                |mut all, (name, value)| {
                    all.append_pair(name, value);
                    all
                },
            )
            .finish();
        let joint = match self.0.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        format!("{}{joint}{encoded}", self.0)
    }
}

/// A loopback URI cut where its port is: host, and everything after the port.
fn without_loopback_port(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]", "localhost"].into_iter().find(|host| {
        rest.get(..host.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(host))
    })?;
    let after = rest.get(host.len()..)?;
    let after = match after.strip_prefix(':') {
        Some(port) => port.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => after,
    };
    (after.is_empty() || after.starts_with(['/', '?'])).then_some((host, after))
}

super::region::string_conversions!(RedirectUri);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn uri(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    #[test]
    fn forms() {
        for good in [
            "https://example.com",
            "https://example.com:8443/cb?x=1",
            "https://claude.ai/api/mcp/auth_callback",
            "http://127.0.0.1:9/cb",
            "http://localhost/",
            "http://[::1]:3118/callback",
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "com.example.app:/oauth",
        ] {
            assert!(RedirectUri::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "example.com",
            "/callback",
            "http://example.com/",
            "https://u@example.com/",
            "https://u:p@example.com/",
            "https://example.com/#f",
            "https://example.com/#",
            "javascript:alert(1)",
            "JavaScript://example.com/%0aalert(1)",
            "data:text/html,x",
            "data://x/y",
            "file:///etc/passwd",
            "myapp:/callback",
            "https://example.com\\@evil.test/",
            "https://exa\tmple.com/",
            "https://exämple.com/",
            &format!("https://example.com/{}", "a".repeat(255)),
        ] {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_a_loopback_port_is_free() {
        for (registered, presented, admitted) in [
            ("https://a.test/cb", "https://a.test/cb", true),
            ("https://a.test/cb", "https://a.test/cb/", false),
            ("https://a.test/cb", "https://a.test/cb?x=1", false),
            ("https://a.test/cb", "https://A.test/cb", false),
            ("https://a.test/cb", "https://a.test:443/cb", false),
            ("https://a.test/cb", "https://a.test/cb/../evil", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:50123/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1/cb", true),
            ("http://localhost/cb", "http://localhost:3118/cb", true),
            ("http://[::1]/cb", "http://[::1]:3118/cb", true),
            ("http://localhost/cb", "http://127.0.0.1:3118/cb", false),
            ("http://localhost/cb", "http://localhost:3118/other", false),
            ("http://localhost/cb", "http://localhost.evil.test/cb", false),
            ("https://a.test/cb", "http://127.0.0.1/cb", false),
            ("cursor://a/cb", "cursor://b/cb", false),
        ] {
            if let Ok(presented) = RedirectUri::parse(presented) {
                assert_eq!(uri(registered).admits(&presented), admitted, "{registered} {presented}");
            } else {
                assert!(!admitted, "{presented}");
            }
        }
    }

    #[test]
    fn parameters_join_the_query_that_is_there() {
        for (uri_text, expected) in [
            ("https://a.test/cb", "https://a.test/cb?state=a+b%26c"),
            ("https://a.test/cb?", "https://a.test/cb?state=a+b%26c"),
            ("https://a.test/cb?x=1", "https://a.test/cb?x=1&state=a+b%26c"),
            ("cursor://a/cb", "cursor://a/cb?state=a+b%26c"),
        ] {
            assert_eq!(uri(uri_text).with([("state", "a b&c")]), expected);
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,40}") {
            if let Ok(uri) = RedirectUri::parse(&text) {
                prop_assert!(uri.admits(&uri));
                let _ = uri.origin();
            }
        }
    }
}
