//! Bearer tokens in requests, and the challenge in answers (RFC 6750 §2.1, §3).

use super::wire::quoted;
use crate::domain::{Audience, Error, Invalid, Scopes, TokenError};
use http::{HeaderMap, header::AUTHORIZATION};

/// The bearer token of a request: of the `Authorization` header only, never of the URL.
pub fn bearer_token(headers: &HeaderMap) -> Result<&str, Error> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(if headers.contains_key(AUTHORIZATION) {
            Error::Request(Invalid::new("Authorization occurs more than once"))
        } else {
            TokenError::Missing.into()
        });
    };
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or(TokenError::Missing)?;
    let token = token.trim_start_matches(' ');
    // Any other scheme is no attempt at a bearer token (RFC 6750 §3.1).
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(TokenError::Missing.into());
    }
    Ok(token)
}

/// Refuses a request that has a token in its URL beside the one in its header: two ways at once are
/// none (RFC 6750 §2, §3.1). In the URL alone it is as good as not there.
pub fn check_no_second(query: Option<&str>) -> Result<(), Error> {
    let query = query.unwrap_or_default().as_bytes();
    if url::form_urlencoded::parse(query).any(|(name, _)| name == "access_token") {
        let why = Invalid::new("access_token must not be in the URL beside a token in the Authorization header");
        return Err(Error::Request(why));
    }
    Ok(())
}

/// The `WWW-Authenticate` of a refusal (RFC 6750 §3). Without an `error` where no token was sent.
/// Why a token is no good is for the log: a stranger learns only that it is not.
pub fn challenge(error: &TokenError) -> String {
    match error {
        TokenError::Missing => r#"Bearer realm="regent""#.to_owned(),
        TokenError::InsufficientScope(scopes) => {
            let scope = quoted(&scopes.to_string());
            format!(r#"Bearer realm="regent", error="insufficient_scope", error_description="The token does not have the scope this request needs.", scope="{scope}""#)
        }
        TokenError::Malformed
        | TokenError::UnknownKey
        | TokenError::BadSignature
        | TokenError::WrongIssuer
        | TokenError::WrongAudience
        | TokenError::WrongSubscription
        | TokenError::Expired
        | TokenError::NotYetValid
        | TokenError::SubjectGone
        | TokenError::SecretReplaced
        | TokenError::AccessChanged
        | TokenError::Revoked
        | TokenError::OriginNotApproved
        | TokenError::PlanDisabled
        | TokenError::ResourceDisabled => {
            r#"Bearer realm="regent", error="invalid_token", error_description="The token is expired, revoked, malformed, or meant for another API or region. Request a new one.""#.to_owned()
        }
    }
}

/// The challenge with what a client needs to do better: where the API says who protects it (RFC 9728
/// §5.1), and the scopes it demands, unless they are in it already.
pub fn pointing(challenge: &str, resource: &Audience, demanded: &Scopes) -> String {
    let scope = (!demanded.is_empty() && !challenge.contains(" scope="))
        .then(|| format!(r#"scope="{}""#, quoted(&demanded.to_string())));
    let metadata = resource
        .metadata_url()
        .map(|url| format!(r#"resource_metadata="{}""#, quoted(&url)));
    let attributes = [Some(challenge.to_owned()), scope, metadata];
    attributes.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_points_to_metadata_and_names_scopes_once() {
        let api = Audience::parse("https://h/api").unwrap();
        let scopes = Scopes::parse("read:me write:me").unwrap();
        let bare = challenge(&TokenError::Missing);
        assert_eq!(
            pointing(&bare, &api, &scopes),
            r#"Bearer realm="regent", scope="read:me write:me", resource_metadata="https://h/.well-known/oauth-protected-resource/api""#
        );
        assert_eq!(
            pointing(&bare, &Audience::parse("urn:example:api").unwrap(), &Scopes::default()),
            bare
        );
        let insufficient = challenge(&TokenError::InsufficientScope(scopes.clone()));
        assert_eq!(pointing(&insufficient, &api, &scopes).matches(" scope=").count(), 1);
    }

    #[test]
    fn tokens_are_found_in_the_header_only() {
        let with = |value: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            bearer_token(&headers).map(str::to_owned).ok()
        };
        assert_eq!(with("Bearer a.b.c").as_deref(), Some("a.b.c"));
        assert_eq!(with("bEARER  a.b.c").as_deref(), Some("a.b.c"));
        for bad in ["Bearer", "Bearer ", "Basic a.b.c", "a.b.c"] {
            assert_eq!(with(bad), None, "{bad}");
        }
        assert!(matches!(
            bearer_token(&HeaderMap::new()),
            Err(Error::Token(TokenError::Missing))
        ));
    }
}
