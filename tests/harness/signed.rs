//! Calls of AWS signed by hand: for what stands between the SDK and a service, since a signature is
//! for one host and one content.

use std::time::{Duration, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue};
use regent::app::Clock;
use regent_local::aws::Credentials;
use regent_local::guard::{Scope, sign};

/// The headers with which a POST of this content to `url` is signed now.
pub(crate) fn signed(
    credentials: &Credentials,
    (region, service): (&str, &str),
    url: &str,
    mut headers: HeaderMap,
    body: &[u8],
) -> HeaderMap {
    let now = Duration::from_millis(Clock::system().now().millis().unsigned_abs());
    let scope = Scope {
        time: UNIX_EPOCH + now,
        region,
        service,
    };
    let told = |name: &HeaderName| name.as_str().starts_with("x-amz-") && name != "x-amz-date";
    let own = headers.iter().filter(|(name, _)| told(name));
    let own = own.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let identity = credentials.clone().into();
    let made = sign(&identity, scope, ("POST", url), own, body).unwrap();
    for (name, value) in made.into_parts().0.headers() {
        let name = HeaderName::try_from(name).unwrap();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

/// The headers of a call that came in, as it goes on to `url`. It came from whoever has the credentials.
pub(crate) fn passed_on(credentials: &Credentials, url: &str, mut headers: HeaderMap, body: &[u8]) -> HeaderMap {
    let came = headers.remove("authorization").unwrap();
    let credential = came.to_str().unwrap().split("Credential=").nth(1).unwrap();
    let scope: Vec<&str> = credential.split('/').collect();
    assert_eq!(scope[0], credentials.access_key_id(), "somebody else's call");
    headers.remove("host");
    signed(credentials, (scope[2], scope[3]), url, headers, body)
}
