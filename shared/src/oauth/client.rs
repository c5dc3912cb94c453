//! Client authentication with a client secret (RFC 6749 §2.3.1): HTTP Basic or the body, never
//! both, never the URL.

use super::form::{Form, decode};
use crate::domain::{ClientError, ClientId, ClientSecret, Error, Invalid, ServiceClientId};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, header::AUTHORIZATION};

/// What a client shows of itself. Nothing is proved yet.
#[derive(Debug)]
pub enum Authentication {
    /// A service account.
    Account(Presented),
    /// A client of people.
    Client(PresentedClient),
}

/// What a service account shows of itself.
#[derive(Debug)]
pub struct Presented {
    /// Who it says it is.
    pub client_id: ServiceClientId,
    /// What it proves it with.
    pub secret: ClientSecret,
}

/// What a client of people shows of itself.
#[derive(Debug)]
pub struct PresentedClient {
    /// Who it says it is; never a service account.
    pub client_id: ClientId,
    /// What it proves it with; a public client has none.
    pub secret: Option<ClientSecret>,
}

/// Reads the client authentication of a request. Shape and checksum are checked here, so that junk
/// costs no read. `query` is the URL's.
pub fn authenticate(headers: &HeaderMap, query: Option<&str>, form: &Form) -> Result<Authentication, Error> {
    let in_url = query
        .map(Form::pairs)
        .transpose()
        .map_err(Error::Request)?
        .unwrap_or_default();
    if in_url.has("client_secret") || in_url.has("client_id") {
        return Err(Error::Request(Invalid::new(
            "client credentials in the URL are never accepted; send them in the body or with HTTP Basic",
        )));
    }
    let body_id = form.one("client_id").map_err(Error::Request)?;
    let body_secret = form.one("client_secret").map_err(Error::Request)?;
    // Nobody has assertions yet, but whoever sends one beside a secret has mixed up two methods.
    if form.has("client_assertion") && (body_secret.is_some() || headers.contains_key(AUTHORIZATION)) {
        return Err(Error::Request(Invalid::new(
            "use one method of client authentication: client_assertion or a secret, not both",
        )));
    }
    let mut authorizations = headers.get_all(AUTHORIZATION).iter();
    let (client_id, secret) = match (authorizations.next(), authorizations.next()) {
        (None, _) => match (body_id, body_secret) {
            (Some(id), Some(secret)) => (id.to_owned(), secret.to_owned()),
            (Some(id), None) => (id.to_owned(), String::new()),
            (None, _) => return Err(ClientError::Missing.into()),
        },
        (Some(_), Some(_)) => return Err(Error::Request(Invalid::new("Authorization occurs more than once"))),
        (Some(_), None) if body_secret.is_some() => {
            return Err(Error::Request(Invalid::new(
                "use HTTP Basic or client_secret in the body, not both",
            )));
        }
        (Some(value), None) => {
            let (id, secret) = value.to_str().ok().and_then(basic).ok_or(ClientError::Malformed)?;
            if body_id.is_some_and(|other| other != id) {
                return Err(Error::Request(Invalid::new(
                    "client_id differs between HTTP Basic and the body",
                )));
            }
            (id, secret)
        }
    };
    presented(&client_id, &secret)
}

fn presented(client_id: &str, secret: &str) -> Result<Authentication, Error> {
    let parsed = match secret {
        "" => None,
        secret => Some(ClientSecret::parse(secret)),
    };
    match (ClientId::parse(client_id), parsed) {
        // A client ID that says nothing, and a service account, must prove themselves.
        (Err(_) | Ok(ClientId::Service(_)), None) => Err(ClientError::Missing.into()),
        (Err(_), Some(_)) | (Ok(_), Some(Err(_))) => Err(ClientError::Malformed.into()),
        (Ok(ClientId::Service(client_id)), Some(Ok(secret))) => {
            Ok(Authentication::Account(Presented { client_id, secret }))
        }
        (Ok(client_id @ (ClientId::Registered(_) | ClientId::Document(_))), secret) => {
            let secret = secret.transpose().map_err(|_| ClientError::Malformed)?;
            Ok(Authentication::Client(PresentedClient { client_id, secret }))
        }
    }
}

fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((decode(id).ok()?, decode(secret).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "svc_us_000000000000000000000000000000000000000000000000";

    fn try_with(authorization: Option<&str>, body: &str, query: Option<&str>) -> Result<Authentication, Error> {
        let headers = authorization.map(|value| (AUTHORIZATION, value.parse().unwrap()));
        authenticate(&HeaderMap::from_iter(headers), query, &Form::pairs(body).unwrap())
    }

    fn basic_of(text: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(text))
    }

    #[test]
    fn both_methods_are_understood() {
        let secret = ClientSecret::from_random([5; 32]);
        let secret = secret.expose();
        let encoded = format!("{}:{}", ID.replace('_', "%5F"), secret.replace('_', "%5f"));
        for (authorization, body) in [
            (None, format!("client_id={ID}&client_secret={secret}")),
            (Some(basic_of(&format!("{ID}:{secret}"))), String::new()),
            (Some(basic_of(&encoded)), String::new()),
            (
                Some(basic_of(&format!("{ID}:{secret}")).replace("Basic", "bAsIc")),
                format!("client_id={ID}"),
            ),
        ] {
            let Ok(Authentication::Account(presented)) = try_with(authorization.as_deref(), &body, None) else {
                panic!("{authorization:?} {body}");
            };
            assert_eq!(
                (presented.client_id.to_string().as_str(), presented.secret.expose()),
                (ID, secret)
            );
        }
    }

    #[test]
    fn a_client_of_people_may_have_no_secret() {
        let (public, document) = ("cli_us_000000000000", "https://app.test/client.json");
        let encoded = document.replace(':', "%3A").replace('/', "%2F");
        for (authorization, body, id) in [
            (None, format!("client_id={public}"), public),
            (None, format!("client_id={public}&client_secret="), public),
            (None, format!("client_id={encoded}"), document),
            (Some(basic_of(&format!("{public}:"))), String::new(), public),
            (Some(basic_of(&format!("{encoded}:"))), String::new(), document),
        ] {
            match try_with(authorization.as_deref(), &body, None) {
                Ok(Authentication::Client(client)) => {
                    assert_eq!(client.client_id.to_string(), id);
                    assert!(client.secret.is_none());
                }
                other => panic!("{authorization:?} {body}: {other:?}"),
            }
        }
        assert!(matches!(
            try_with(None, &format!("client_id={ID}"), None),
            Err(Error::Client(ClientError::Missing))
        ));
        assert!(matches!(
            try_with(None, &format!("client_id={public}&client_secret=guess"), None),
            Err(Error::Client(ClientError::Malformed))
        ));
    }

    #[test]
    fn mistakes_are_told_apart() {
        let secret = ClientSecret::from_random([5; 32]);
        let (body, basic) = (
            format!("client_id={ID}&client_secret={}", secret.expose()),
            basic_of(&format!("{ID}:{}", secret.expose())),
        );
        let request = |result| matches!(result, Err(Error::Request(_)));
        assert!(request(try_with(Some(&basic), &body, None)), "both methods");
        assert!(
            request(try_with(Some(&basic), "client_id=other", None)),
            "two client IDs"
        );
        assert!(request(try_with(None, "", Some(&body))), "in the URL");
        assert!(
            request(try_with(None, &format!("{body}&client_id={ID}"), None)),
            "repeated"
        );
        for (authorization, body) in [(None, "client_id=x"), (None, "client_secret=x"), (None, "")] {
            assert!(
                matches!(
                    try_with(authorization, body, None),
                    Err(Error::Client(ClientError::Missing))
                ),
                "{body}"
            );
        }
        for authorization in [
            "Basic",
            "Basic !!!",
            "Basic YQ==",
            "Bearer abc",
            "Basic /////w==",
            &basic_of("a:b"),
        ] {
            assert!(
                matches!(
                    try_with(Some(authorization), "", None),
                    Err(Error::Client(ClientError::Malformed))
                ),
                "{authorization}"
            );
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(value in "(Basic )?[ -~]{0,60}", body in "[ -~]{0,60}") {
            if let Ok(form) = Form::pairs(&body) {
                let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
                let _ = authenticate(&headers, None, &form);
            }
        }
    }
}
