//! Authorization requests (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2).

use super::form::Form;
use crate::domain::{Ask, Audience, ClientId, CodeChallenge, Error, GrantError, Invalid, RedirectUri, Scopes};

/// An authorization request. Whose it is and where the answer goes is known for certain; what it
/// asks for may be refused, and that refusal can be told to the client.
#[derive(Debug)]
pub struct AuthorizationRequest {
    /// The client.
    pub client_id: ClientId,
    /// Where the answer goes, once the client is known to have registered it.
    pub redirect_uri: RedirectUri,
    /// What the client wants back with the answer, byte for byte.
    pub state: Option<String>,
    /// What it asks for.
    pub asked: Result<Asked, Error>,
}

/// What an authorization request asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Scopes and API resource.
    pub ask: Ask,
    /// What the code must be redeemed with.
    pub challenge: CodeChallenge,
}

impl AuthorizationRequest {
    /// Reads a query. An error means that nobody can be told but the person: there is no redirect
    /// (RFC 6749 §4.1.2.1).
    pub fn parse(form: &Form) -> Result<Self, Invalid> {
        let client_id = form.one("client_id")?.ok_or(Invalid::new("client_id is missing"))?;
        let client_id = match ClientId::parse(client_id) {
            Ok(ClientId::Service(_)) => Err(Invalid::new(
                "client_id is a service account's; it gets its tokens at the token endpoint",
            )),
            Ok(client_id) => Ok(client_id),
            Err(_) => Err(Invalid::new("client_id is no client ID of this server")),
        }?;
        let redirect_uri = form
            .one("redirect_uri")?
            .ok_or(Invalid::new("redirect_uri is missing"))?;
        let redirect_uri =
            RedirectUri::parse(redirect_uri).map_err(|why| Invalid::because(format!("redirect_uri {why}")))?;
        let state = form.one("state");
        Ok(Self {
            client_id,
            redirect_uri,
            state: state.clone().ok().flatten().map(str::to_owned),
            asked: state.map_err(Error::Request).and_then(|_| asked(form)),
        })
    }
}

fn asked(form: &Form) -> Result<Asked, Error> {
    let request = |why| Error::Request(Invalid::new(why));
    if form.has("request") || form.has("request_uri") {
        return Err(request("request objects are not supported"));
    }
    match form.one("response_type").map_err(Error::Request)? {
        Some("code") => {}
        Some(_) => return Err(GrantError::UnsupportedResponseType.into()),
        None => return Err(request("response_type is missing")),
    }
    if !matches!(form.one("response_mode").map_err(Error::Request)?, None | Some("query")) {
        return Err(request("response_mode must be query"));
    }
    let challenge = form.one("code_challenge").map_err(Error::Request)?;
    let challenge = challenge.ok_or(request("code_challenge is missing: PKCE is required (RFC 7636)"))?;
    // Without a method it would be `plain`, which shows the verifier to whoever sees the request.
    if form.one("code_challenge_method").map_err(Error::Request)? != Some("S256") {
        return Err(request("code_challenge_method must be S256"));
    }
    Ok(Asked {
        challenge: CodeChallenge::parse(challenge).map_err(Error::Request)?,
        ask: ask(form)?,
    })
}

/// Reads `scope` and `resource` of a request for authorization or for a token.
pub fn ask(form: &Form) -> Result<Ask, Error> {
    let scope = form.one("scope").map_err(Error::Request)?.unwrap_or_default();
    let scopes = Scopes::parse(scope).map_err(|_| GrantError::ScopeNotGranted)?;
    let mut resources = form.all("resource");
    let (first, second) = (resources.next(), resources.next());
    if second.is_some() {
        return Err(GrantError::SeveralResources.into());
    }
    let resource = first
        .map(Audience::parse)
        .transpose()
        .map_err(|_| GrantError::UnknownResource)?;
    Ok(Ask { scopes, resource })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 6] = [
        ("client_id", "cli_us_000000000000"),
        ("redirect_uri", "https://app.test/cb"),
        ("response_type", "code"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
        ("state", "a b&c=%"),
    ];

    /// The good request with some parameters replaced, or taken away if empty.
    fn with(changes: &[(&str, &str)], more: &[(&str, &str)]) -> Form {
        let kept = GOOD.iter().map(|(name, value)| {
            let change = changes.iter().find(|(changed, _)| changed == name);
            (*name, change.map_or(*value, |(_, value)| *value))
        });
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept.chain(more.iter().copied()));
        Form::pairs(&query.finish()).unwrap()
    }

    #[test]
    fn a_good_request_is_read() {
        let more = [
            ("scope", "read:me"),
            ("resource", "https://api.test/mcp"),
            ("unknown", "x"),
            ("unknown", "y"),
        ];
        let request = AuthorizationRequest::parse(&with(&[], &more)).unwrap();
        assert_eq!(request.state.as_deref(), Some("a b&c=%"));
        let asked = request.asked.unwrap();
        assert_eq!(asked.ask.scopes.to_string(), "read:me");
        assert!(asked.ask.resource.is_some());
    }

    #[test]
    fn without_a_certain_client_and_redirect_uri_there_is_no_request() {
        for (changes, more) in [
            (&[("client_id", "")][..], &[][..]),
            (&[("client_id", "nobody")], &[]),
            (
                &[("client_id", "svc_us_000000000000000000000000000000000000000000000000")],
                &[],
            ),
            (&[("client_id", "http://evil.test/client.json")], &[]),
            (&[("redirect_uri", "")], &[]),
            (&[("redirect_uri", "javascript:alert(1)")], &[]),
            (&[("redirect_uri", "http://app.test/cb")], &[]),
            (&[], &[("redirect_uri", "https://evil.test/cb")]),
            (&[], &[("client_id", "cli_us_111111111111")]),
        ] {
            assert!(
                AuthorizationRequest::parse(&with(changes, more)).is_err(),
                "{changes:?} {more:?}"
            );
        }
    }

    #[test]
    fn everything_else_can_be_told_to_the_client() {
        for (changes, more) in [
            (&[("response_type", "")][..], &[][..]),
            (&[("response_type", "token")], &[]),
            (&[("response_type", "code token")], &[]),
            (&[], &[("response_type", "code")]),
            (&[], &[("response_mode", "fragment")]),
            (&[("code_challenge", "")], &[]),
            (&[("code_challenge", "too short")], &[]),
            (&[("code_challenge_method", "")], &[]),
            (&[("code_challenge_method", "plain")], &[]),
            (&[], &[("code_challenge_method", "plain")]),
            (&[], &[("scope", "a  b")]),
            (&[], &[("scope", "a"), ("scope", "b")]),
            (&[], &[("resource", "not a URI")]),
            (&[], &[("resource", "https://a.test/#f")]),
            (&[], &[("resource", "https://a.test"), ("resource", "https://b.test")]),
            (&[], &[("request", "e30.e30.")]),
            (&[], &[("request_uri", "urn:x")]),
            (&[], &[("state", "again")]),
        ] {
            let request = AuthorizationRequest::parse(&with(changes, more)).unwrap();
            assert!(request.asked.is_err(), "{changes:?} {more:?}");
        }
    }
}
