//! The three cookies of people's browsers. `__Host-`: only this host over a secure connection set
//! them, and no sibling host can (RFC 6265bis §4.1.3.2).

use crate::domain::{BrowserSecret, Device, SessionToken};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Response};

/// The session.
const SESSION: &str = "__Host-regent";
/// What forms are bound to before there is a session.
const FORM: &str = "__Host-regent_form";
/// What a browser is known by that somebody signed in from.
const DEVICE: &str = "__Host-regent_device";

/// Only this host, only over TLS (or loopback), not for scripts, not with other sites' requests.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The session cookie of a request, if it has one that could be one.
pub(super) fn session(headers: &HeaderMap) -> Option<SessionToken> {
    value(headers, SESSION).and_then(|value| SessionToken::parse(value).ok())
}

/// The form cookie of a request, if it has one that could be one.
pub(super) fn form(headers: &HeaderMap) -> Option<BrowserSecret> {
    value(headers, FORM).and_then(|value| BrowserSecret::parse(value).ok())
}

/// The device cookie of a request, if it has one that could be one.
pub(super) fn device(headers: &HeaderMap) -> Option<BrowserSecret> {
    value(headers, DEVICE).and_then(|value| BrowserSecret::parse(value).ok())
}

/// Gives the browser a session.
pub(super) fn set_session<B>(response: &mut Response<B>, token: &SessionToken) {
    set(response, SESSION, &token.expose(), "");
}

/// Takes the browser's session away.
pub(super) fn clear_session<B>(response: &mut Response<B>) {
    set(response, SESSION, "", "; Max-Age=0");
}

/// Gives the browser something that forms can be bound to.
pub(super) fn set_form<B>(response: &mut Response<B>, secret: &BrowserSecret) {
    set(response, FORM, secret.expose(), "");
}

/// Gives the browser what it is known by from now on, sessions or none.
pub(super) fn set_device<B>(response: &mut Response<B>, secret: &BrowserSecret) {
    let lifetime = format!("; Max-Age={}", Device::LIFETIME.0);
    set(response, DEVICE, secret.expose(), &lifetime);
}

fn set<B>(response: &mut Response<B>, name: &str, value: &str, more: &str) {
    if let Ok(mut cookie) = HeaderValue::from_str(&format!("{name}={value}; {ATTRIBUTES}{more}")) {
        cookie.set_sensitive(true);
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// A cookie's value (RFC 6265 §4.2). One that occurs twice is none: somebody is trying something.
fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value);
    values.next().filter(|_| values.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(cookies: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        value(&headers, FORM).map(str::to_owned)
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        assert_eq!(read(&["a=b; __Host-regent_form=x; c=d"]), Some("x".to_owned()));
        assert_eq!(read(&["a=b", "__Host-regent_form=x"]), Some("x".to_owned()));
        assert_eq!(
            read(&["__Host-regent=x", "__host-regent_form=y", "x__Host-regent_form=z"]),
            None
        );
        assert_eq!(read(&["__Host-regent_form=x; __Host-regent_form=y"]), None);
        assert_eq!(read(&[]), None);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "[ -~]{0,60}") {
            let _ = read(&[&text]);
        }
    }
}
