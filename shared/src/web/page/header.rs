//! The headers of every page: nothing is kept, framed, sniffed, or loaded from elsewhere.

use axum::body::Body;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode};
use maud::Markup;

/// Where a page stands. It decides on the headers and on where the assets are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Sign-in, passwords, and every page of the authorize function without a way to an app.
    Authorize,
    /// A page whose form leads to an app. Browsers apply `form-action` to every redirect that follows
    /// the form, and where the app's callback sends the person next is unknown: no `form-action` at all.
    Consent,
    /// The console.
    Console,
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const POLICY_OF_CONSENT: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

impl Place {
    /// The path under which the place's assets are served.
    pub const fn assets(self) -> &'static str {
        match self {
            Self::Authorize | Self::Consent => "/oauth/v1/assets",
            Self::Console => "/console/assets",
        }
    }

    fn headers(self) -> [(HeaderName, &'static str); 6] {
        let policy = if self == Self::Consent {
            POLICY_OF_CONSENT
        } else {
            POLICY
        };
        // The URL of an authorize page has a request's `state`; the console's forms need `Origin`.
        let referrer = if self == Self::Console {
            "same-origin"
        } else {
            "no-referrer"
        };
        [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (CONTENT_SECURITY_POLICY, policy),
            (X_FRAME_OPTIONS, "DENY"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, referrer),
        ]
    }
}

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The answer with a page in it.
pub(super) fn respond(place: Place, status: StatusCode, page: Markup) -> Response<Body> {
    let mut response = Response::new(Body::from(page.into_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in place.headers() {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    // Clients open the authorize page as a popup and wait for it: cut off from its opener, it would
    // leave them waiting after the redirect back.
    if place == Place::Console {
        headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(response: &Response<Body>, name: HeaderName) -> String {
        let value = response.headers().get(name);
        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn no_page_is_kept_framed_sniffed_or_fed_from_elsewhere() {
        for place in [Place::Authorize, Place::Consent, Place::Console] {
            let response = respond(place, StatusCode::NOT_FOUND, maud::html! {});
            assert_eq!(response.status(), StatusCode::NOT_FOUND);
            assert_eq!(header(&response, CONTENT_TYPE), "text/html; charset=utf-8");
            assert_eq!(header(&response, CACHE_CONTROL), "no-store");
            assert_eq!(header(&response, X_FRAME_OPTIONS), "DENY");
            assert_eq!(header(&response, X_CONTENT_TYPE_OPTIONS), "nosniff");
            let policy = header(&response, CONTENT_SECURITY_POLICY);
            for part in [
                "default-src 'none'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "script-src 'self'",
            ] {
                assert!(policy.split("; ").any(|found| found == part), "{place:?}: {policy}");
            }
            assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        }
    }

    #[test]
    fn only_the_consent_page_may_be_redirected_anywhere_by_its_form() {
        for (place, restricted) in [
            (Place::Authorize, true),
            (Place::Consent, false),
            (Place::Console, true),
        ] {
            let response = respond(place, StatusCode::OK, maud::html! {});
            let policy = header(&response, CONTENT_SECURITY_POLICY);
            assert_eq!(policy.contains("form-action 'self'"), restricted, "{place:?}");
            assert_eq!(policy.contains("form-action"), restricted, "{place:?}");
        }
    }

    #[test]
    fn an_authorize_page_tells_nobody_its_address_and_keeps_its_opener() {
        for (place, referrer, opener) in [
            (Place::Authorize, "no-referrer", ""),
            (Place::Consent, "no-referrer", ""),
            (Place::Console, "same-origin", "same-origin"),
        ] {
            let response = respond(place, StatusCode::OK, maud::html! {});
            assert_eq!(header(&response, REFERRER_POLICY), referrer);
            assert_eq!(header(&response, OPENER_POLICY), opener);
        }
    }
}
