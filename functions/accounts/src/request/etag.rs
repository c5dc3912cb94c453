//! `If-Match` (RFC 9110 §13.1.1): edit only what the caller has seen.

use crate::answer::Refusal;
use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::IF_MATCH;
use http::request::Parts;
use regent::domain::{Error, Invalid};

/// The version that `If-Match` names: none if it is not there or is `*`.
pub(crate) struct IfMatch(pub(crate) Option<u64>);

/// No version is 0, so a tag that is none of ours never matches.
const NEVER: u64 = 0;

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(Self(if_match(&parts.headers)?))
    }
}

fn if_match(headers: &HeaderMap) -> Result<Option<u64>, Error> {
    let refused = || Error::Request(Invalid::new(r#"If-Match must be one ETag such as "3", or *"#));
    let mut values = headers.get_all(IF_MATCH).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return if headers.contains_key(IF_MATCH) {
            Err(refused())
        } else {
            Ok(None)
        };
    };
    let text = value.to_str().map_err(|_| refused())?.trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let tag = tag.filter(|tag| tag.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'));
    let version = tag.ok_or_else(refused)?.parse().unwrap_or(NEVER);
    // A tag matches byte for byte: "03" and "+3" are not "3".
    Ok(Some(if tag == Some(&version.to_string()) {
        version
    } else {
        NEVER
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn read(values: &[&str]) -> Result<Option<u64>, ()> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_MATCH, HeaderValue::from_str(value).unwrap());
        }
        if_match(&headers).map_err(|_| ())
    }

    #[test]
    fn one_tag_or_a_star_or_nothing() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["*"]), Ok(None));
        assert_eq!(read(&[r#""7""#]), Ok(Some(7)));
        for other in [r#""07""#, r#""+7""#, r#""""#, r#""abc""#, r#""99999999999999999999""#] {
            assert_eq!(read(&[other]), Ok(Some(NEVER)), "{other}");
        }
        for bad in ["", "7", r#"W/"7""#, r#""7", "8""#, r#"""#, r#""7"#, "**", r#"" 7""#] {
            assert_eq!(read(&[bad]), Err(()), "{bad}");
        }
        assert_eq!(read(&[r#""7""#, r#""7""#]), Err(()));
    }

    proptest! {
        #[test]
        fn every_version_reads_back(version in 1u64..) {
            prop_assert_eq!(read(&[&format!("\"{version}\"")]), Ok(Some(version)));
        }

        #[test]
        fn whatever_the_header_says_nothing_panics(text in "[ -~]{0,30}") {
            let _ = read(&[&text]);
        }
    }
}
