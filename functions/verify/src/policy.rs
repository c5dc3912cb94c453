//! The IAM policy a REST API gets. It may be cached and then judges other requests with the same
//! token, so it names all that the token may do and nothing else.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>
//!
//! There is no pattern for a route in it: in a policy's ARN `*` matches slashes and literals too, so
//! `GET/items/*`, meant for `/items/{id}`, lets everybody in at `/items/1/secrets` and `/items/all`.

use crate::route::{Route, Segment};
use crate::scopes::RouteScopes;
use regent::domain::Scopes;
use serde_json::{Map, Value, json};

/// The largest answer that API Gateway takes of an authorizer: 8 KB, policy and context together.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>
const LARGEST: usize = 8192;

/// What a token may do at an API.
#[derive(Debug)]
pub(crate) struct Policy {
    effect: &'static str,
    arns: Vec<String>,
}

impl Policy {
    /// Every route of the stage, or none: where all need the same.
    pub(crate) fn whole_stage(method_arn: &str, lets_in: bool) -> Self {
        let (stage, path) = split(method_arn);
        let pattern = if path.is_empty() { "" } else { "*" };
        Self {
            effect: if lets_in { "Allow" } else { "Deny" },
            arns: vec![format!("{stage}{pattern}")],
        }
    }

    /// How many bytes of ARNs an answer has room for.
    pub(crate) fn room(principal: &str, context: &Map<String, Value>) -> usize {
        let bare = Self {
            effect: "Allow",
            arns: Vec::new(),
        };
        LARGEST.saturating_sub(bare.answer(principal, context).to_string().len())
    }

    /// Whether an answer with that much room can name a request.
    pub(crate) fn can_name(method_arn: &str, room: usize) -> bool {
        size(method_arn) <= room
    }

    /// This very request, if it was let in, and every route without parameters for which the token
    /// has the scopes; this very request alone if that is more than there is room for.
    pub(crate) fn of_routes(method_arn: &str, table: &RouteScopes, held: &Scopes, lets_in: bool, room: usize) -> Self {
        let (stage, path) = split(method_arn);
        // A caller's own `*` would be a pattern for everything.
        let itself = (lets_in && !path.contains(['*', '?', '$'])).then(|| method_arn.to_owned());
        let held = table.methods().filter(|(_, scopes)| scopes.is_subset(held));
        let named = held.filter_map(|(route, _)| Some(format!("{stage}{}", plain(&route)?)));
        let mut arns: Vec<String> = itself.iter().cloned().chain(named).collect();
        arns.sort();
        arns.dedup();
        if arns.iter().map(|arn| size(arn)).sum::<usize>() > room {
            arns = itself.into_iter().collect();
        }
        if arns.is_empty() {
            return Self::whole_stage(method_arn, false);
        }
        Self { effect: "Allow", arns }
    }

    /// The authorizer's answer.
    pub(crate) fn answer(&self, principal: &str, context: &Map<String, Value>) -> Value {
        json!({
            "principalId": principal,
            "policyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Action": "execute-api:Invoke", "Effect": self.effect, "Resource": self.arns}],
            },
            "context": context,
        })
    }
}

/// The bytes of an ARN in JSON, with the comma behind it.
fn size(arn: &str) -> usize {
    Value::from(arn).to_string().len() + 1
}

/// `arn:aws:execute-api:eu-central-1:123456789012:abcdef/prod/` and `GET/items/1`.
fn split(method_arn: &str) -> (&str, &str) {
    let second = method_arn.match_indices('/').nth(1);
    method_arn.split_at(second.map_or(method_arn.len(), |(at, _)| at + 1))
}

/// `GET/items`; `None` with parameters.
fn plain(route: &Route) -> Option<String> {
    let segments: Option<Vec<&str>> = route
        .path
        .segments()
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => Some(text.as_str()),
            Segment::One | Segment::Rest => None,
        })
        .collect();
    Some(format!("{}/{}", route.verb.as_str(), segments?.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STAGE: &str = "arn:aws:execute-api:eu-central-1:123456789012:abcdef/prod/";
    const TABLE: &str = "GET/=a&GET/items=a&POST/items=b&GET/items/:id=a&ANY/items/all=b&GET/:rest...=c";

    fn policy(path: &str, held: &str, lets_in: bool) -> Policy {
        let (table, held) = (RouteScopes::parse(TABLE).unwrap(), Scopes::parse(held).unwrap());
        Policy::of_routes(&format!("{STAGE}{path}"), &table, &held, lets_in, LARGEST)
    }

    fn named(policy: &Policy) -> Vec<&str> {
        policy.arns.iter().filter_map(|arn| arn.strip_prefix(STAGE)).collect()
    }

    #[test]
    fn where_all_routes_need_the_same_a_policy_covers_the_stage() {
        let policy = Policy::whole_stage(&format!("{STAGE}GET/a/b"), true);
        assert_eq!((policy.effect, named(&policy)), ("Allow", vec!["*"]));
        assert_eq!(Policy::whole_stage("arn:x/prod", true).arns, ["arn:x/prod"]);
    }

    #[test]
    fn a_policy_names_this_request_and_the_plain_routes_that_the_token_may_use() {
        let granted = policy("GET/items/1", "a", true);
        assert_eq!(granted.effect, "Allow");
        assert_eq!(named(&granted), ["GET/", "GET/items", "GET/items/1"]);
        let refused = policy("POST/items", "a", false);
        assert_eq!((refused.effect, named(&refused)), ("Allow", vec!["GET/", "GET/items"]));
        let nothing = policy("POST/items", "z", false);
        assert_eq!((nothing.effect, named(&nothing)), ("Deny", vec!["*"]));
    }

    #[test]
    fn a_policy_that_would_be_too_large_names_only_this_request() {
        let entries: Vec<String> = (0..20).map(|n| format!("ANY/a-route-with-a-long-name-{n}=a")).collect();
        let table = RouteScopes::parse(&entries.join("&")).unwrap();
        let held = Scopes::parse("a").unwrap();
        let arn = format!("{STAGE}GET/x");
        let of = |room| Policy::of_routes(&arn, &table, &held, true, room);
        assert_eq!(named(&of(LARGEST)), ["GET/x"]);
        assert_eq!(named(&of(100_000)).len(), 141);
    }

    /// The more is told of a caller, the less is there room for routes.
    #[test]
    fn an_answer_is_never_larger_than_api_gateway_takes() {
        let entries: Vec<String> = (0..9).map(|n| format!("ANY/route-{n}=a")).collect();
        let table = RouteScopes::parse(&entries.join("&")).unwrap();
        let held = Scopes::parse("a").unwrap();
        for told in 0..70 {
            let context: Map<String, Value> = [("scope".to_owned(), "a".repeat(told * 100).into())]
                .into_iter()
                .collect();
            let room = Policy::room("somebody", &context);
            let policy = Policy::of_routes(
                &format!("{STAGE}GET/x"),
                &table,
                &held,
                Policy::can_name(STAGE, room),
                room,
            );
            let answer = policy.answer("somebody", &context).to_string();
            assert!(answer.len() <= LARGEST, "{}", answer.len());
        }
        assert!(!Policy::can_name(
            &format!("{STAGE}GET/{}", "a".repeat(LARGEST)),
            LARGEST
        ));
    }

    proptest! {
        /// However the caller writes the path: a policy's ARNs are never patterns, except to refuse.
        #[test]
        fn nobody_can_write_a_pattern(path in "(GET|POST)/[a-z*?${}/:]{0,12}", held in "[abc]( [abc]){0,2}", lets_in: bool) {
            let policy = policy(&path, &held, lets_in);
            for arn in named(&policy) {
                prop_assert!(policy.effect == "Deny" || !arn.contains(['*', '?', '$']), "{}", arn);
                let plain = ["GET/", "GET/items", "POST/items"].contains(&arn) || arn.ends_with("/items/all");
                prop_assert!(policy.effect == "Deny" || plain || (lets_in && arn == path), "{}", arn);
            }
        }
    }
}
