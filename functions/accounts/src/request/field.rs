//! Fields of JSON bodies: which one is refused, and why, without repeating what was sent.

use regent::domain::{ActError, Error, FieldError, Invalid};
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

/// Reads a field that may be left out but, if it is there, must be what it is: null is a value.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads a JSON object.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first.is_some_and(|byte| b"[\"-0123456789tfn".contains(byte)) {
        // serde would read a list as the fields in their order.
        return Err(Error::Request(Invalid::new("the body must be a JSON object")));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| refusal(error.path(), error.inner()))?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    Error::Request(Invalid::because(format!(
        "the body is not JSON (line {line}, column {column})"
    )))
}

fn refusal(path: &Path, error: &serde_json::Error) -> Error {
    if error.classify() != Category::Data {
        return not_json(error);
    }
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let (field, why) = reason(text.strip_suffix(&position).unwrap_or(&text));
    let field = FieldError {
        pointer: pointer(path, field),
        why,
    };
    ActError::Fields(vec![field]).into()
}

/// What serde says, in our words: the field it names, if it is not the path's last, and why.
fn reason(text: &str) -> (Option<&str>, Invalid) {
    let quoted = |rest: &'_ str| rest.strip_suffix('`').map(str::len);
    // What was expected comes last and is ours; what was sent comes before it.
    let expected = text.rsplit_once(", expected ").map(|(_, expected)| expected);
    if let Some(rest) = text.strip_prefix("missing field `") {
        (quoted(rest).map(|end| &rest[..end]), Invalid::new("is missing"))
    } else if let Some(rest) = text.strip_prefix("duplicate field `") {
        (
            quoted(rest).map(|end| &rest[..end]),
            Invalid::new("must not occur twice"),
        )
    } else if text.starts_with("unknown field ") {
        let known = expected.map_or_else(String::new, |fields| format!("; expected {fields}"));
        (None, Invalid::because(format!("is no field here{known}")))
    } else if let Some(expected) = expected.filter(|_| text.starts_with("invalid ") || text.starts_with("unknown ")) {
        (None, Invalid::because(format!("must be {}", in_words(expected))))
    } else if text.starts_with("must ") {
        (None, Invalid::because(text.to_owned()))
    } else {
        (None, Invalid::new("is refused"))
    }
}

/// Rust's names of types in JSON's.
fn in_words(expected: &str) -> &str {
    match expected {
        "u16" | "u32" | "u64" => "a whole number that is not negative",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        object if object.starts_with("struct ") => "an object",
        other => other,
    }
}

/// A JSON Pointer (RFC 6901) to a field. A name that is longer than any of ours is left out.
fn pointer(path: &Path, field: Option<&str>) -> String {
    let segments = path.iter().map(|segment| match segment {
        Segment::Seq { index } => index.to_string(),
        Segment::Map { key } => key.clone(),
        Segment::Enum { variant } => variant.clone(),
        Segment::Unknown => String::new(),
    });
    let names = segments.chain(field.map(str::to_owned)).filter(|name| name.len() <= 64);
    let mut pointer = String::new();
    for name in names {
        pointer.push('/');
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regent::domain::{AccountName, RoleRef, UserType};
    use std::collections::BTreeSet;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Body {
        name: AccountName,
        #[serde(default)]
        roles: BTreeSet<RoleRef>,
        #[serde(default, deserialize_with = "given")]
        lifetime: Option<u32>,
        #[serde(default, deserialize_with = "given")]
        #[expect(clippy::option_option, reason = "left out, null and a value are three things")]
        address: Option<Option<String>>,
        kind: Option<UserType>,
        sure: Option<bool>,
    }

    fn refused(body: &str) -> (String, String) {
        match read::<Body>(body.as_bytes()) {
            Err(Error::Act(ActError::Fields(mut fields))) => {
                let field = fields.remove(0);
                (field.pointer, field.why.to_string())
            }
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn a_refused_field_is_pointed_at() {
        for (body, pointer, why) in [
            ("{}", "/name", "is missing"),
            (r#"{"name":"a","name":"b"}"#, "/name", "must not occur twice"),
            (
                r#"{"name":"a","x~/y":1}"#,
                "/x~0~1y",
                "is no field here; expected one of",
            ),
            (r#"{"name":5}"#, "/name", "must be a string"),
            (r#"{"name":null}"#, "/name", "must be a string"),
            (
                r#"{"name":"aaaaaaaaaaaaaaaaaaaaa"}"#,
                "/name",
                "must have 1 to 20 characters, not 21",
            ),
            (
                r#"{"name":"a","roles":["viewer","king"]}"#,
                "/roles/1",
                "must be a role",
            ),
            (r#"{"name":"a","roles":"viewer"}"#, "/roles", "must be a list"),
            (
                r#"{"name":"a","lifetime":"3600"}"#,
                "/lifetime",
                "must be a whole number",
            ),
            (r#"{"name":"a","lifetime":-1}"#, "/lifetime", "must be a whole number"),
            (r#"{"name":"a","lifetime":1.5}"#, "/lifetime", "must be a whole number"),
            (r#"{"name":"a","lifetime":null}"#, "/lifetime", "must be a whole number"),
            (r#"{"name":"a","kind":"king"}"#, "/kind", "must be one of `licensed`"),
            (r#"{"name":"a","sure":1}"#, "/sure", "must be true or false"),
        ] {
            let (found, said) = refused(body);
            assert_eq!(found, pointer, "{body}");
            assert!(said.starts_with(why), "{body}: {said}");
        }
    }

    #[test]
    fn null_is_a_value_where_it_may_be_one() {
        let address = |body: &str| read::<Body>(body.as_bytes()).unwrap().address;
        assert_eq!(address(r#"{"name":"a"}"#), None);
        assert_eq!(address(r#"{"name":"a","address":null}"#), Some(None));
        assert_eq!(address(r#"{"name":"a","address":"x"}"#), Some(Some("x".to_owned())));
    }

    #[test]
    fn what_is_no_json_object_is_refused_whole() {
        for bad in [
            "",
            " ",
            "x",
            "{",
            r#"{"name":"half"#,
            r#"{"name":"a"} {}"#,
            "[]",
            r#"["a"]"#,
            "7",
            "null",
        ] {
            let error = read::<Body>(bad.as_bytes()).unwrap_err();
            assert!(matches!(error, Error::Request(_)), "{bad}: {error}");
        }
        assert!(matches!(read::<Body>(b"{\"name\":\"\xFF\"}"), Err(Error::Request(_))));
    }

    proptest! {
        #[test]
        fn no_value_is_ever_repeated(value in "[A-Z]{8}( , expected )?[A-Z]{8}") {
            for body in [
                format!(r#"{{"name":"{value}{value}{value}"}}"#),
                format!(r#"{{"name":["{value}"]}}"#),
                format!(r#"{{"name":"a","roles":["{value}"]}}"#),
                format!(r#"{{"name":"a","lifetime":"{value}"}}"#),
                format!(r#"{{"name":"a","kind":"{value}"}}"#),
            ] {
                let (pointer, why) = refused(&body);
                prop_assert!(!pointer.contains(&value) && !why.contains(&value), "{pointer} {why}");
            }
        }

        #[test]
        fn reading_never_panics(body in "\\PC{0,60}") {
            let _ = read::<Body>(body.as_bytes());
        }
    }
}
