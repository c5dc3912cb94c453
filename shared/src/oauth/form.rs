//! `application/x-www-form-urlencoded` requests (RFC 6749 §3.2, appendix B).

use crate::domain::Invalid;
use http::{HeaderMap, header::CONTENT_TYPE};
use percent_encoding::percent_decode_str;

/// The parameters of a request. A parameter without a value counts as omitted (RFC 6749 §3.1).
#[derive(Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body.
    pub fn parse(headers: &HeaderMap, body: &[u8]) -> Result<Self, Invalid> {
        let mut types = headers.get_all(CONTENT_TYPE).iter();
        let media_type = types.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        if types.next().is_some() || !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Invalid::new(
                "the body must be application/x-www-form-urlencoded, and Content-Type must say so",
            ));
        }
        let body = std::str::from_utf8(body).map_err(|_| NOT_UTF8)?;
        Self::pairs(body)
    }

    /// Reads a query string or the text of a body.
    pub fn pairs(text: &str) -> Result<Self, Invalid> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    /// A parameter that may occur once.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, Invalid> {
        let mut values = self.all(name);
        let first = values.next();
        if first.is_some() && self.0.iter().filter(|(known, _)| known == name).count() > 1 {
            return Err(Invalid::because(format!("{name} occurs more than once")));
        }
        Ok(first)
    }

    /// A parameter that may occur once, read as what it stands for. A refusal names it.
    pub fn parsed<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Result<Option<T>, Invalid> {
        let named = |why: Invalid| Invalid::because(format!("{name} {why}"));
        self.one(name)?.map(parse).transpose().map_err(named)
    }

    /// A parameter that may occur several times (`resource`, RFC 8707 §2).
    pub fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// All of them as they came, names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The parameters as a query string.
    pub fn to_query(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }

    /// Whether a parameter occurs at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Form {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(pairs: T) -> Self {
        let owned = pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self(owned.collect())
    }
}

const NOT_UTF8: Invalid = Invalid::new("the parameters must be UTF-8");

/// Undoes the encoding of one name or value; also of the parts of HTTP Basic (RFC 6749 §2.3.1).
pub(super) fn decode(text: &str) -> Result<String, Invalid> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| NOT_UTF8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(content_type: &str, body: &[u8]) -> Result<Form, Invalid> {
        Form::parse(
            &HeaderMap::from_iter([(CONTENT_TYPE, content_type.parse().unwrap())]),
            body,
        )
    }

    #[test]
    fn content_types() {
        for good in [
            "application/x-www-form-urlencoded",
            "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
        ] {
            assert!(parse(good, b"a=b").is_ok(), "{good}");
        }
        for bad in [
            "application/json",
            "application/json, application/x-www-form-urlencoded",
            "text/plain",
            "",
        ] {
            assert!(parse(bad, b"a=b").is_err(), "{bad}");
        }
        assert!(Form::parse(&HeaderMap::new(), b"a=b").is_err());
    }

    #[test]
    fn parameters() {
        let form = parse("application/x-www-form-urlencoded", b"a=1&b=&c&d=x+y%26%3D&e=1&e=2&=").unwrap();
        assert_eq!(form.one("a"), Ok(Some("1")));
        assert_eq!(form.one("b"), Ok(None));
        assert_eq!(form.one("c"), Ok(None));
        assert_eq!(form.one("d"), Ok(Some("x y&=")));
        assert!(form.one("e").is_err());
        assert_eq!(form.all("e").count(), 2);
        assert!(parse("application/x-www-form-urlencoded", b"a=%ff").is_err());
        assert!(parse("application/x-www-form-urlencoded", b"a=\xff").is_err());
    }

    proptest! {
        #[test]
        fn what_was_encoded_reads_back(name in "\\PC{1,9}", value in "\\PC{1,20}") {
            let body = form_urlencoded::Serializer::new(String::new()).append_pair(&name, &value).finish();
            let form = parse("application/x-www-form-urlencoded", body.as_bytes()).unwrap();
            prop_assert_eq!(Form::pairs(&form.to_query()).unwrap().0, vec![(name.clone(), value.clone())]);
            prop_assert_eq!(form.0, vec![(name, value)]);
        }

        #[test]
        fn reading_never_panics(body: Vec<u8>) {
            let _ = parse("application/x-www-form-urlencoded", &body);
        }
    }
}
