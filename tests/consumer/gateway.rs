//! API Gateway before a template's API, as far as its documentation says what it does: which route a
//! request takes, whether the authorizer is asked or its last answer remembered, and what the caller
//! sees of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use regent::app::App;
use regent_verify::{Authorizer, AuthorizerError, AuthorizerEvent, Settings};
use serde_json::{Value, json};

use crate::consumer::snippet::{Kind, Snippet};

const STAGE: &str = "arn:aws:execute-api:eu-central-1:222222222222:abcdef1234";

/// What a caller sees.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) status: u16,
    pub(super) challenge: Option<String>,
    /// What the backend is told.
    pub(super) identity: Value,
}

pub(super) struct Gateway {
    pub(super) snippet: Snippet,
    authorizer: Authorizer,
    variables: BTreeMap<String, String>,
    identity_sources: Vec<String>,
    remembers: bool,
    remembered: Mutex<HashMap<Vec<String>, Value>>,
}

impl Gateway {
    pub(super) fn new(snippet: Snippet, app: App) -> Self {
        Self {
            authorizer: Authorizer::new(app, Settings::default()),
            variables: snippet.variables(),
            identity_sources: snippet.identity_sources(),
            remembers: false,
            remembered: Mutex::default(),
            snippet,
        }
    }

    /// With a cache of decisions whose time does not run out.
    pub(super) fn remembering(self) -> Self {
        Self {
            remembers: true,
            ..self
        }
    }

    /// With other identity sources than the template's.
    pub(super) fn identified_by(self, sources: &[&str]) -> Self {
        Self {
            identity_sources: sources.iter().map(|source| (*source).to_owned()).collect(),
            ..self
        }
    }

    /// With another stage variable than the template's.
    pub(super) fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A request.
    pub(super) async fn ask(&self, method: &str, path: &str, token: Option<&str>) -> Seen {
        let Some((route, guarded)) = self.route(method, path) else {
            return seen(404);
        };
        if !guarded {
            return seen(200);
        }
        let identity = |source: &String| match source.trim_start_matches("$request.header.") {
            "Authorization" | "method.request.header.Authorization" => token.map(|token| format!("Bearer {token}")),
            "$context.routeKey" => Some(route.join(" ")),
            "context.httpMethod" => Some(method.to_owned()),
            "context.path" => Some(path.to_owned()),
            other => panic!("identity source {other}"),
        };
        let Some(identity) = self.identity_sources.iter().map(identity).collect::<Option<Vec<_>>>() else {
            return self.refused("UNAUTHORIZED", 401);
        };
        let remembered = self.remembered.lock().unwrap().get(&identity).cloned();
        let event = self.event(method, path, &route, token.unwrap_or_default());
        let answer = match remembered.filter(|_| self.remembers) {
            Some(answer) => Ok(answer),
            None => {
                self.authorizer
                    .authorize(&AuthorizerEvent::parse(&event.to_string()).unwrap())
                    .await
            }
        };
        match answer {
            Ok(answer) => {
                self.remembered.lock().unwrap().insert(identity, answer.clone());
                self.judged(&answer, event["methodArn"].as_str().unwrap_or_default())
            }
            Err(AuthorizerError::Unauthorized) => self.refused("UNAUTHORIZED", 401),
            Err(AuthorizerError::Unavailable) => self.refused("AUTHORIZER_FAILURE", 500),
        }
    }

    fn judged(&self, answer: &Value, arn: &str) -> Seen {
        let lets_in = match self.snippet.kind {
            Kind::Http => answer["isAuthorized"].as_bool().expect("a real boolean"),
            Kind::Rest => evaluated(&answer["policyDocument"], arn),
        };
        if !lets_in {
            return self.refused("ACCESS_DENIED", 403);
        }
        Seen {
            identity: answer["context"].clone(),
            ..seen(200)
        }
    }

    fn refused(&self, response: &str, by_itself: u16) -> Seen {
        match self.snippet.kind {
            // There are no gateway responses, and no header to add.
            Kind::Http => seen(by_itself),
            Kind::Rest => Seen {
                challenge: self.snippet.answers(response, "WWW-Authenticate"),
                ..seen(self.snippet.status(response))
            },
        }
    }

    /// The most specific route: literals before parameters before greedy ones, from the left.
    fn route(&self, method: &str, path: &str) -> Option<([String; 2], bool)> {
        let routes = self.snippet.routes().into_iter();
        let fitting =
            routes.filter(|(verb, pattern, _)| [method, "ANY"].contains(&verb.as_str()) && fits(pattern, path));
        let (verb, pattern, guarded) = fitting.min_by_key(|(verb, pattern, _)| (rank(pattern), verb == "ANY"))?;
        Some(([verb, pattern], guarded))
    }

    fn event(&self, method: &str, path: &str, [verb, pattern]: &[String; 2], token: &str) -> Value {
        let headers = json!({"Authorization": format!("Bearer {token}"), "Host": "shop.example.com"});
        match self.snippet.kind {
            Kind::Http => json!({
                "version": "2.0",
                "type": "REQUEST",
                "routeArn": format!("{STAGE}/$default/{method}{path}"),
                "identitySource": self.identity_sources,
                "routeKey": format!("{verb} {pattern}"),
                "rawPath": path,
                "headers": {"authorization": format!("Bearer {token}"), "host": "shop.example.com"},
                "requestContext": {"http": {"method": method, "path": path}, "routeKey": format!("{verb} {pattern}")},
                "stageVariables": self.variables,
            }),
            Kind::Rest => json!({
                "type": "REQUEST",
                "methodArn": format!("{STAGE}/prod/{method}{path}"),
                "resource": pattern,
                "path": path,
                "httpMethod": method,
                "headers": headers,
                "requestContext": {"resourcePath": pattern, "httpMethod": method, "path": format!("/prod{path}")},
                "stageVariables": self.variables,
            }),
        }
    }
}

fn seen(status: u16) -> Seen {
    Seen {
        status,
        challenge: None,
        identity: Value::Null,
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(greedy), Some(_)) if greedy.ends_with("+}") => return true,
            (Some(one), Some(segment)) if one.starts_with('{') && !segment.is_empty() => {}
            (Some(literal), Some(segment)) if literal == segment => {}
            _ => return false,
        }
    }
}

fn rank(pattern: &str) -> Vec<u8> {
    let rank = |segment: &str| match segment {
        greedy if greedy.ends_with("+}") => 2,
        one if one.starts_with('{') => 1,
        _ => 0,
    };
    pattern.split('/').map(rank).collect()
}

/// As IAM judges: nothing that is denied, and something that is allowed. In an ARN `*` is anything,
/// slashes included, and `?` any one character.
fn evaluated(policy: &Value, arn: &str) -> bool {
    let says = |effect: &str| {
        let statements = policy["Statement"].as_array().expect("statements").iter();
        let about = statements.filter(|statement| statement["Effect"] == effect);
        let mut arns = about.flat_map(|statement| statement["Resource"].as_array().expect("ARNs"));
        arns.any(|pattern| like(pattern.as_str().expect("an ARN").as_bytes(), arn.as_bytes()))
    };
    says("Allow") && !says("Deny")
}

fn like(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) if like(rest, text) => true,
        (Some((b'*', _)), Some((_, more))) => like(pattern, more),
        (Some((p, rest)), Some((t, more))) => (*p == b'?' || p == t) && like(rest, more),
        _ => false,
    }
}
