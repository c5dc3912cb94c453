//! Routes: as API Gateway names them (`GET /items/{id}`), and as a stage variable can, which may hold
//! neither spaces, braces nor plus signs (`GET/items/:id`).
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>

use regent::domain::Invalid;

/// A route's method, or `ANY`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Verb(&'static str);

impl Verb {
    /// Every method that has none of its own.
    pub(crate) const ANY: Self = Self("ANY");
    /// What `ANY` stands for.
    pub(crate) const ALL: [Self; 7] = [
        Self("DELETE"),
        Self("GET"),
        Self("HEAD"),
        Self("OPTIONS"),
        Self("PATCH"),
        Self("POST"),
        Self("PUT"),
    ];

    fn parse(text: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.into_iter().chain([Self::ANY]);
        known.into_iter().find(|verb| verb.0 == text).ok_or(Invalid::new(
            "must begin with a method of API Gateway or ANY, in capitals",
        ))
    }

    /// The method as text.
    pub(crate) fn as_str(self) -> &'static str {
        self.0
    }
}

/// What stands between two slashes. A parameter's name makes no difference: API Gateway has no two
/// routes that differ only in it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Segment {
    /// Itself.
    Literal(String),
    /// `{name}`, `:name`: one segment.
    One,
    /// `{name+}`, `:name...`: everything from here on.
    Rest,
}

/// A route's path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Path(Vec<Segment>);

/// A route.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Route {
    pub(crate) verb: Verb,
    pub(crate) path: Path,
}

impl Route {
    /// Reads `GET/items/:id`, `ANY/files/:path...`.
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let slash = text
            .find('/')
            .ok_or(Invalid::new("must be a method and a path, as in GET/items/:id"))?;
        let (verb, path) = text.split_at(slash);
        Ok(Self {
            verb: Verb::parse(verb)?,
            path: Path::parse(path, plain)?,
        })
    }

    /// Reads what API Gateway says of a request; `None` if no table can name it.
    pub(crate) fn of_gateway(method: &str, path: &str) -> Option<Self> {
        Some(Self {
            verb: Verb::parse(method).ok()?,
            path: Path::parse(path, braced).ok()?,
        })
    }
}

impl Path {
    fn parse(text: &str, segment: fn(&str) -> Result<Segment, Invalid>) -> Result<Self, Invalid> {
        let rest = text
            .strip_prefix('/')
            .ok_or(Invalid::new("a path must begin with a slash"))?;
        let segments = if rest.is_empty() {
            Vec::new()
        } else {
            rest.split('/').map(segment).collect::<Result<_, _>>()?
        };
        match segments.iter().position(|segment| *segment == Segment::Rest) {
            Some(at) if at + 1 < segments.len() => Err(Invalid::new("nothing may follow a greedy parameter")),
            _ => Ok(Self(segments)),
        }
    }

    /// Its segments.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.0
    }
}

/// A segment as in a stage variable.
fn plain(text: &str) -> Result<Segment, Invalid> {
    let Some(name) = text.strip_prefix(':') else {
        return literal(text);
    };
    let (name, segment) = match name.strip_suffix("...") {
        Some(name) => (name, Segment::Rest),
        None => (name, Segment::One),
    };
    named(name, segment)
}

/// A segment as in API Gateway.
fn braced(text: &str) -> Result<Segment, Invalid> {
    let Some(name) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else {
        return literal(text);
    };
    match name.strip_suffix('+') {
        Some(name) => named(name, Segment::Rest),
        None => named(name, Segment::One),
    }
}

fn named(name: &str, segment: Segment) -> Result<Segment, Invalid> {
    let sound = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if sound && !name.ends_with("...") {
        Ok(segment)
    } else {
        Err(Invalid::new("a parameter must have a name of letters, digits, - and _"))
    }
}

/// What a stage variable can say of a path. Nothing in it means anything in an IAM policy.
fn literal(text: &str) -> Result<Segment, Invalid> {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"._~:-".contains(&byte);
    if text.bytes().all(sound) && !text.starts_with(':') {
        Ok(Segment::Literal(text.to_owned()))
    } else {
        Err(Invalid::new(
            "a path must be of letters, digits and ._~:- between slashes",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_ways_to_write_a_route_mean_the_same() {
        for (ours, method, path) in [
            ("GET/", "GET", "/"),
            ("GET/items", "GET", "/items"),
            ("GET/items/", "GET", "/items/"),
            ("POST/items/:id", "POST", "/items/{itemId}"),
            ("ANY/files/:path...", "ANY", "/files/{proxy+}"),
            ("ANY/:all...", "ANY", "/{proxy+}"),
            ("PUT/v1.2/a~b/c:d", "PUT", "/v1.2/a~b/c:d"),
        ] {
            assert_eq!(Route::parse(ours).ok(), Route::of_gateway(method, path), "{ours}");
            assert!(Route::parse(ours).is_ok(), "{ours}");
        }
        assert_ne!(Route::parse("GET/items"), Route::parse("GET/items/"));
    }

    #[test]
    fn what_is_no_route_is_refused() {
        for bad in [
            "",
            "GET",
            "/items",
            "get/items",
            "FETCH/items",
            "GET /items",
            "GET/items/*",
            "GET/items/{id}",
            "GET/:",
            "GET/:...",
            "GET/:rest.../more",
            "GET/a$b",
            "GET/a?b",
        ] {
            assert!(Route::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Route::of_gateway("GET", "$default"), None);
        assert_eq!(Route::of_gateway("GET", "/a*b"), None);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,30}|(GET|ANY)(/:?[a-z.]{0,4}(\\.\\.\\.)?){0,4}") {
            let _ = Route::parse(&text);
            let _ = Route::of_gateway("GET", &text);
        }
    }
}
