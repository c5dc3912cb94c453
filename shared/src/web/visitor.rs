//! Who is at the browser, and whether a form that comes back is one that this server gave to that
//! very browser.

use super::cookie;
use crate::acts::session::{Begun, Browser, SignedIn, of_cookie};
use crate::app::App;
use crate::domain::{BrowserSecret, Error, SessionToken};
use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use http::header::{ORIGIN, USER_AGENT};
use http::{HeaderMap, HeaderValue, Response};

/// A person at a browser, signed in or not.
#[derive(Debug)]
pub struct Visitor {
    signed_in: Option<(SessionToken, SignedIn)>,
    form: BrowserSecret,
    /// The browser does not have the form secret yet.
    new: bool,
}

/// Why a form is not accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FormRefusal {
    /// Another site sent it (`Origin`, `Sec-Fetch-Site`).
    #[error("the form was sent by another site")]
    CrossSite,
    /// Its token is not this browser's for this form: it is too old, or forged.
    #[error("the form is out of date")]
    Stale,
}

impl Visitor {
    /// Whoever sent a request. One batch read if there is a session cookie, none otherwise.
    pub async fn of(app: &App, headers: &HeaderMap) -> Result<Self, Error> {
        let signed_in = match cookie::session(headers) {
            Some(token) => of_cookie(app, &token).await?.map(|signed_in| (token, signed_in)),
            None => None,
        };
        let form = cookie::form(headers);
        Ok(Self {
            signed_in,
            new: form.is_none(),
            form: form.unwrap_or_else(|| BrowserSecret::from_random(app.random())),
        })
    }

    /// Who it is, if somebody is signed in.
    pub fn signed_in(&self) -> Option<&SignedIn> {
        self.signed_in.as_ref().map(|(_, signed_in)| signed_in)
    }

    /// The token for the hidden field `csrf` of a form. `purpose` is the form's own path.
    pub fn csrf(&self, purpose: &str) -> String {
        BASE64URL.encode(hmac::sign(&self.key(), message(purpose).as_bytes()))
    }

    /// Refuses a form that another site sent, or that this browser was not given for this purpose.
    /// Takes constant time.
    pub fn check_form(&self, purpose: &str, headers: &HeaderMap, csrf: &str, app: &App) -> Result<(), FormRefusal> {
        check_origin(headers, app)?;
        let tag = BASE64URL.decode(csrf).map_err(|_| FormRefusal::Stale)?;
        hmac::verify(&self.key(), message(purpose).as_bytes(), &tag).map_err(|_| FormRefusal::Stale)
    }

    /// Gives the browser the cookie that its forms are bound to, unless it has it or is signed in.
    pub fn set_cookies<B>(&self, mut response: Response<B>) -> Response<B> {
        if self.new && self.signed_in.is_none() {
            cookie::set_form(&mut response, &self.form);
        }
        response
    }

    /// The session's secret, or the form cookie's. Keys of different lengths of life never mix: a
    /// form from before the sign-in is stale after it.
    fn key(&self) -> hmac::Key {
        let secret = match &self.signed_in {
            Some((token, _)) => token.secret(),
            None => &self.form,
        };
        hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes())
    }
}

fn message(purpose: &str) -> String {
    format!("regent csrf v1 {purpose}")
}

/// Refuses what another site sent. A browser says so in one header or both; a program that sends
/// neither still needs the token.
fn check_origin(headers: &HeaderMap, app: &App) -> Result<(), FormRefusal> {
    let fetched = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    // `none`: the person typed the address or reloads the page.
    let vouched = matches!(fetched, Some(b"same-origin" | b"none"));
    if fetched.is_some() && !vouched {
        return Err(FormRefusal::CrossSite);
    }
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next().map(HeaderValue::as_bytes), origins.next()) {
        (None, _) => Ok(()),
        // What `Referrer-Policy: no-referrer` makes of the form's own origin.
        (Some(b"null"), None) if vouched => Ok(()),
        (Some(origin), None) if origin == own_origin(app).as_bytes() => Ok(()),
        (Some(_), _) => Err(FormRefusal::CrossSite),
    }
}

fn own_origin(app: &App) -> String {
    let issuer = url::Url::parse(app.config().issuer.as_str());
    issuer.map_or_else(|_| String::new(), |issuer| issuer.origin().ascii_serialization())
}

/// Gives the browser a session, and what it is known by after it.
pub fn begin_session<B>(mut response: Response<B>, begun: &Begun) -> Response<B> {
    cookie::set_session(&mut response, &begun.session);
    cookie::set_device(&mut response, &begun.device);
    response
}

/// Takes the browser's session away. It stays known.
pub fn end_session<B>(mut response: Response<B>) -> Response<B> {
    cookie::clear_session(&mut response);
    response
}

/// What a browser says of itself.
pub fn browser(parts: &http::request::Parts) -> Browser {
    let name = parts.headers.get(USER_AGENT).and_then(|name| name.to_str().ok());
    Browser {
        source_ip: super::source(&parts.extensions),
        user_agent: name.unwrap_or_default().chars().take(Browser::NAME).collect(),
        device: cookie::device(&parts.headers),
    }
}
