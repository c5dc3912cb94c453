//! Origins of redirect URIs: what an organization approves or rejects.

use super::Invalid;
use serde::{Deserialize, Serialize};

/// The origin of a redirect URI, normalised: two URIs with the same origin are one decision, and
/// nothing else is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Origin {
    /// `https://host` with the port unless it is 443. Sub-domains and other ports are others.
    Web(String),
    /// The person's own machine: `http` on `localhost`, `127.0.0.1` or `[::1]`, any port.
    Loopback,
    /// An app's own scheme: whatever follows it, the same app gets it.
    Scheme(String),
}

/// How [`Origin::Loopback`] is written.
const LOOPBACK: &str = "http://localhost";

/// Schemes that a browser or the system itself acts on: never an app's own.
const SYSTEM_SCHEMES: [&str; 27] = [
    "about",
    "blob",
    "chrome",
    "chrome-extension",
    "content",
    "data",
    "edge",
    "file",
    "filesystem",
    "ftp",
    "gopher",
    "http",
    "https",
    "intent",
    "jar",
    "javascript",
    "mailto",
    "moz-extension",
    "ms-settings",
    "resource",
    "search-ms",
    "sms",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

impl Origin {
    /// The origin of a URI; `None` if it is no redirect URI, or is not written the way a browser
    /// reads it.
    pub(super) fn of(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let scheme = scheme.to_ascii_lowercase();
        match scheme.as_str() {
            "https" => Self::web(text, rest),
            "http" => {
                let url = plain(text, rest)?;
                matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")).then_some(Self::Loopback)
            }
            _ => Self::scheme(&scheme, rest),
        }
    }

    fn web(text: &str, rest: &str) -> Option<Self> {
        let url = plain(text, rest)?;
        let host = url.host_str()?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(Self::Web(format!("https://{host}{port}")))
    }

    fn scheme(scheme: &str, rest: &str) -> Option<Self> {
        let mut letters = scheme.chars();
        let well_formed = letters.next().is_some_and(|c| c.is_ascii_lowercase())
            && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
            && (2..=100).contains(&scheme.len());
        let private = scheme.contains('.') || rest.starts_with("//");
        let somewhere = !rest.trim_start_matches('/').is_empty();
        let authority = rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?']).next());
        let user = authority.is_some_and(|authority| authority.contains('@'));
        (well_formed && private && somewhere && !user && !SYSTEM_SCHEMES.contains(&scheme))
            .then(|| Self::Scheme(scheme.to_owned()))
    }

    /// Reads an origin as it is written in lists.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused = Invalid::new("must be an origin such as https://example.com, http://localhost or cursor:");
        let origin = match text.strip_suffix(':') {
            Some(scheme) => Self::scheme(scheme, "//x"),
            None => Self::of(text),
        };
        origin.filter(|origin| origin.to_string() == text).ok_or(refused)
    }

    /// The host of a web origin, without its port.
    pub fn host(&self) -> Option<&str> {
        match self {
            Self::Web(text) => {
                let authority = text.strip_prefix("https://")?;
                match authority.rsplit_once(':') {
                    Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(host),
                    _ => Some(authority),
                }
            }
            Self::Loopback | Self::Scheme(_) => None,
        }
    }

    /// Whether an organization can trust it at all. A public suffix (`vercel.app`, `co.uk`) is
    /// nobody's: whoever likes gets a name below it, or serves it for everyone.
    pub fn is_approvable(&self) -> bool {
        let suffix = self
            .host()
            .and_then(|host| psl::suffix(host.as_bytes()).map(|suffix| (host, suffix)));
        suffix.is_none_or(|(host, suffix)| !suffix.is_known() || suffix.as_bytes() != host.as_bytes())
    }
}

/// A URL of a host that is written as a browser reads it: no user, no escapes, no numbers for
/// addresses, no dot at the end, `//` where it belongs.
fn plain(text: &str, rest: &str) -> Option<url::Url> {
    let written = rest.strip_prefix("//")?.split(['/', '?']).next()?;
    let url = url::Url::parse(text).ok()?;
    let host = url.host_str()?;
    let port = written.get(host.len()..)?;
    let same = written.get(..host.len())?.eq_ignore_ascii_case(host);
    let port_only = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    let plain = url.username().is_empty() && url.password().is_none() && !host.ends_with('.');
    (same && port_only && plain).then_some(url)
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Web(text) => f.write_str(text),
            Self::Loopback => f.write_str(LOOPBACK),
            Self::Scheme(scheme) => write!(f, "{scheme}:"),
        }
    }
}

impl TryFrom<String> for Origin {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RedirectUri;
    use proptest::prelude::*;

    fn origin(uri: &str) -> Option<String> {
        RedirectUri::parse(uri).ok().map(|uri| uri.origin().to_string())
    }

    /// The vectors an attacker tries against a decision about `https://good.com`.
    #[test]
    fn nothing_passes_for_another_origin() {
        for (uri, expected) in [
            ("https://good.com/oauth/callback", Some("https://good.com")),
            ("https://good.com?x", Some("https://good.com")),
            ("HTTPS://Good.COM:443/cb", Some("https://good.com")),
            ("https://good.com:8443/cb", Some("https://good.com:8443")),
            ("https://good.com:0443/cb", Some("https://good.com")),
            ("https://good.com@evil.com/", None),
            ("https://good.com:x@evil.com/", None),
            ("https://good.com\\@evil.com/", None),
            ("https://good.com\\.evil.com/", None),
            ("https://go\tod.com/", None),
            ("https://good.com\n.evil.com/", None),
            ("https://good.com\r/", None),
            (" https://good.com/", None),
            ("https://good.com./cb", None),
            ("https://good.com.evil.com/", Some("https://good.com.evil.com")),
            ("https://evil.com/https://good.com/", Some("https://evil.com")),
            ("https://evil.com?https://good.com/", Some("https://evil.com")),
            ("https://xn--bcher-kva.example/", Some("https://xn--bcher-kva.example")),
            ("https://bücher.example/", None),
            ("https://gооd.com/", None),
            ("https://g%6Fod.com/", None),
            ("https://good%2Ecom/", None),
            ("https:/good.com/", None),
            ("https:good.com/", None),
            ("https:///good.com/", None),
            ("https://[fe80::1%25eth0]/", None),
            ("https://[2001:db8::1]/cb", Some("https://[2001:db8::1]")),
            ("https://2130706433/", None),
            ("https://0x7f.1/", None),
            ("https://017700000001/", None),
            ("https://127.0.0.1.nip.io/", Some("https://127.0.0.1.nip.io")),
            ("https://", None),
            ("https:///", None),
            ("https://:443/", None),
            ("https://good.com:/cb", None),
            ("https://good.com:99999/cb", None),
            ("http://good.com/", None),
            ("http://127.0.0.1.nip.io/", None),
            ("http://127.1/", None),
            ("http://2130706433/", None),
            ("http://localhost.evil.com/", None),
            ("http://localhost@evil.com/", None),
            ("http://localhost:8080/cb", Some("http://localhost")),
            ("http://127.0.0.1:9/cb", Some("http://localhost")),
            ("http://[::1]/cb", Some("http://localhost")),
            ("https://localhost:8080/cb", Some("https://localhost:8080")),
            ("javascript:alert(1)", None),
            ("javascript://good.com/%0aalert(1)", None),
            ("data:text/html,x", None),
            ("blob:https://good.com/x", None),
            ("cursor://anysphere.cursor-mcp/cb", Some("cursor:")),
            ("CURSOR://other/cb", Some("cursor:")),
            ("cursor://user@good.com/", None),
            ("cursor:cb", None),
            ("com.example.app:/cb", Some("com.example.app:")),
            ("x://y", None),
        ] {
            assert_eq!(origin(uri).as_deref(), expected, "{uri:?}");
        }
    }

    #[test]
    fn a_public_suffix_is_nobodys() {
        for (uri, approvable) in [
            ("https://vercel.app/cb", false),
            ("https://github.io/cb", false),
            ("https://co.uk/cb", false),
            ("https://com/cb", false),
            ("https://ngrok-free.app/cb", false),
            ("https://mine.vercel.app/cb", true),
            ("https://example.co.uk/cb", true),
            ("https://example.com:8443/cb", true),
            ("https://192.0.2.1/cb", true),
            ("https://localhost:8443/cb", true),
            ("https://intranet/cb", true),
            ("https://[2001:db8::1]/cb", true),
            ("http://localhost/cb", true),
            ("cursor://x/cb", true),
        ] {
            let origin = RedirectUri::parse(uri).unwrap().origin();
            assert_eq!(origin.is_approvable(), approvable, "{uri}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_in_a_list_reads_back(uri in "(https|http|cursor)://[a-zA-Z0-9.:@%-]{1,20}(/[a-z]{0,4})?") {
            if let Ok(uri) = RedirectUri::parse(&uri) {
                let origin = uri.origin();
                prop_assert_eq!(Origin::parse(&origin.to_string()), Ok(origin));
            }
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,40}") {
            let _ = Origin::parse(&text);
        }
    }
}
