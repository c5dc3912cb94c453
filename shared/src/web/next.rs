//! Where a person goes on after signing in: a page of this server, and never anywhere else.

use crate::domain::Invalid;
use http::{HeaderValue, Response, StatusCode, Uri, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A path of this origin that may follow the sign-in: the authorize page with its query, or a page
/// of the console. An open redirect is what it prevents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Next(String);

const AUTHORIZE: &str = "/oauth/v1/authorize";
const CONSOLE: &str = "/console";

/// The longest path of the sign-in page with such a page in it, in bytes. A request for it fits one
/// line of nginx (8 KB) and, with a browser's other headers, API Gateway's 10,240 bytes.
const LONGEST: usize = 8000;

impl Default for Next {
    /// The console.
    fn default() -> Self {
        Self(CONSOLE.to_owned())
    }
}

impl Next {
    /// What a `next` parameter says, if it is a page to go to; the console otherwise.
    pub fn parse(text: &str) -> Self {
        if admits(text) {
            Self(text.to_owned())
        } else {
            Self::default()
        }
    }

    /// The page that was asked for, to come back to.
    pub fn of(uri: &Uri) -> Self {
        Self::parse(uri.path_and_query().map_or("", |asked| asked.as_str()))
    }

    /// Refuses a page that was asked for and that nobody could come back to.
    pub fn check(asked: &str) -> Result<(), Invalid> {
        if admits(asked) {
            Ok(())
        } else {
            Err(Invalid::new(
                "the request is too long, or has characters that no URL has: an app sends less in state and scope",
            ))
        }
    }

    /// Whether it is the authorize page.
    pub fn is_authorize(&self) -> bool {
        self.0.starts_with(AUTHORIZE)
    }

    /// The path, with its query.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The sign-in page that leads here.
    pub fn sign_in(&self) -> String {
        sign_in(&self.0)
    }
}

fn sign_in(next: &str) -> String {
    format!("/sign-in?next={}", utf8_percent_encode(next, UNRESERVED))
}

/// Everything but RFC 3986's unreserved characters is encoded.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn admits(text: &str) -> bool {
    // No byte that a browser drops, and no fragment. What a query holds is the page's business.
    let sound = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
    if text.len() > LONGEST || sign_in(text).len() > LONGEST || !text.bytes().all(sound) {
        return false;
    }
    let (path, query) = text
        .split_once('?')
        .map_or((text, None), |(path, query)| (path, Some(query)));
    if path == AUTHORIZE {
        return query.is_some_and(|query| !query.is_empty());
    }
    let plain = |segment: &str| {
        !segment.is_empty()
            && segment != "."
            && segment != ".."
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    };
    path == CONSOLE
        || path
            .strip_prefix(CONSOLE)
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|rest| rest.split('/').all(plain))
}

/// A redirect that makes a GET of whatever was asked (303: never 307, which repeats a password).
/// `location` is a path of this origin, or a URL that has been checked.
pub fn see_other(location: &str) -> Response<axum::body::Body> {
    let mut response = super::answer::empty(StatusCode::SEE_OTHER);
    match HeaderValue::from_str(location) {
        Ok(location) => {
            response.headers_mut().insert(header::LOCATION, location);
            response
                .headers_mut()
                .insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        }
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pages_of_this_server_are_gone_to() {
        for good in [
            "/console",
            "/console?x=//evil.example",
            "/console/service-accounts",
            "/console/users/usr_0123456789ab?tab=1",
            "/oauth/v1/authorize?state={%22a%22:[1|2]}&redirect_uri=https://b.example\\c",
            "/oauth/v1/authorize?client_id=https%3A%2F%2Fa.example%2Fc&redirect_uri=https%3A%2F%2Fb.example",
        ] {
            assert_eq!(Next::parse(good).as_str(), good);
        }
    }

    #[test]
    fn nothing_else_is() {
        for bad in [
            "",
            "/",
            "//evil",
            "/\\evil",
            "\\\\evil",
            "https:evil",
            "https://evil.example/console",
            "javascript:alert(1)",
            "/%2f/evil",
            "/console//evil",
            "/console/../../evil",
            "/console/..",
            "/console/%2e%2e/evil",
            "/console/.",
            "/console/",
            "/consoleevil",
            "/console@evil.example",
            "/console\\@evil.example",
            "/console/a#b",
            " /console",
            "/console ",
            "\t/console",
            "/\t/evil",
            "/console\r\nSet-Cookie: a=b",
            "/console/\u{0}",
            "/console/é",
            "/sign-out",
            "/password?token=x",
            "/oauth/v1/authorize",
            "/oauth/v1/authorize?",
            "/oauth/v1/authorize/../token?x",
            "/oauth/v1/token?x=y",
            "/api/v1/users",
        ] {
            assert_eq!(Next::parse(bad), Next::default(), "{bad:?}");
        }
        assert_eq!(
            Next::parse(&format!("/console?{}", "a".repeat(LONGEST))),
            Next::default()
        );
    }

    /// Whatever is escaped once is escaped again on the way through the sign-in page.
    #[test]
    fn a_page_is_gone_to_if_its_way_through_the_sign_in_is_not_too_long() {
        let asked = |length| format!("/oauth/v1/authorize?state={}", "%7B".repeat(length));
        let longest = (0..LONGEST)
            .take_while(|length| Next::check(&asked(*length)).is_ok())
            .last()
            .unwrap();
        let link = Next::parse(&asked(longest)).sign_in();
        assert!((LONGEST - 4..=LONGEST).contains(&link.len()), "{}", link.len());
        assert_eq!(Next::parse(&asked(longest + 1)), Next::default());
    }

    proptest! {
        #[test]
        fn wherever_it_leads_is_this_origin(text in "[/\\\\a-z.%?@:#\t\n2f]{0,30}", console: bool) {
            let text = if console { format!("/console{text}") } else { text };
            let next = Next::parse(&text);
            let base = url::Url::parse("https://us.example.com/sign-in").unwrap();
            let target = base.join(next.as_str()).unwrap();
            prop_assert_eq!(target.origin(), base.origin());
            prop_assert!(target.path() == AUTHORIZE || target.path().starts_with(CONSOLE), "{}", target);
        }

        #[test]
        fn the_way_through_the_sign_in_leads_back(query in "[!-~]{0,40}") {
            let next = Next::parse(&format!("/console?{query}"));
            let link = next.sign_in();
            let (_, value) = link.split_once('=').unwrap();
            let read: String = form_urlencoded::parse(format!("next={value}").as_bytes()).next().unwrap().1.into();
            prop_assert_eq!(Next::parse(&read), next);
        }
    }
}
