//! The events API Gateway sends a Lambda authorizer: payload 2.0 and 1.0 `REQUEST`, and `TOKEN`.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>

use crate::route::Route;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use regent::app::App;
use regent::telemetry::{Fact, Function, Ledger, Metric, count, note};
use regent::web::Origin;
use serde::Deserialize;
use std::collections::HashMap;

/// An authorizer event, as far as a verification needs it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizerEvent {
    /// Only authorizer events have one; the events of an HTTP integration do not.
    #[serde(rename = "type")]
    kind: Kind,
    /// `2.0` for HTTP APIs.
    version: Option<String>,
    /// What a `TOKEN` authorizer gets instead of headers.
    authorization_token: Option<String>,
    headers: Option<HashMap<String, String>>,
    /// What a policy has to name (1.0).
    method_arn: Option<String>,
    /// `GET /items/{id}` (2.0).
    route_key: Option<String>,
    /// `GET` (1.0).
    http_method: Option<String>,
    /// `/items/{id}` (1.0).
    resource: Option<String>,
    stage_variables: Option<HashMap<String, String>>,
    #[serde(default)]
    request_context: RequestContext,
}

/// What API Gateway itself knows of the request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    request_id: Option<String>,
    /// In 2.0.
    http: Option<Caller>,
    /// In 1.0.
    identity: Option<Caller>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Caller {
    source_ip: Option<String>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    Request,
    Token,
}

/// The form of the answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// `isAuthorized` and a context.
    Simple,
    /// An IAM policy; the ARN is the request's.
    Policy(String),
}

/// Which of the API's routes a request took.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// One that a table can name.
    Route(Route),
    /// One that it cannot, such as `$default`.
    Nameless,
    /// `TOKEN` authorizers are not told.
    Untold,
}

/// What tells an authorizer's event from others.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "type")]
    _kind: Kind,
}

impl AuthorizerEvent {
    /// Whether an event is an authorizer's, even one that cannot be read: it is no HTTP request then.
    pub fn is_one(event: &str) -> bool {
        serde_json::from_str::<Told>(event).is_ok()
    }

    /// Reads an event; `None` if it is not an authorizer's, or cannot be read. A part that is not as
    /// API Gateway writes it is never passed over: it may say what the API demands.
    pub fn parse(event: &str) -> Option<Self> {
        serde_json::from_str(event).ok()
    }

    /// The form of the answer.
    pub(crate) fn reply(&self) -> Reply {
        match &self.method_arn {
            Some(arn) if self.version.as_deref() != Some("2.0") => Reply::Policy(arn.clone()),
            _ => Reply::Simple,
        }
    }

    /// The ledger of this request to somebody's API, which came with an invocation.
    pub fn ledger(&self, invocation: Origin, app: &App) -> Ledger {
        let origin = Origin {
            request_id: self.request_context.request_id.clone(),
            ..invocation
        };
        let parents = self.named("traceparent");
        let parent = parents.get("traceparent").and_then(|parent| parent.to_str().ok());
        origin.ledger(Function::Verify, app).part_of(parent)
    }

    /// Notes which request this is: the route as the API defines it, never the path.
    pub(crate) fn note(&self) {
        count(Metric::Requests);
        let caller = self
            .request_context
            .http
            .as_ref()
            .or(self.request_context.identity.as_ref());
        if let Some(address) = caller.and_then(|caller| caller.source_ip.as_ref()) {
            note(Fact::SourceIp, address);
        }
        if let Some(route) = self.route_key.as_ref().or(self.resource.as_ref()) {
            note(Fact::Route, route);
        }
        if let Some(method) = &self.http_method {
            note(Fact::Method, method);
        }
    }

    /// The route. Of an HTTP API it is the one in the API's definition, so a request that took an `ANY`
    /// route took that and no other: API Gateway caches by it.
    pub(crate) fn taken(&self) -> Taken {
        let told = match (&self.route_key, &self.http_method, &self.resource) {
            (Some(key), _, _) => key.split_once(' ').unwrap_or(("", key)),
            (None, Some(method), Some(resource)) => (method.as_str(), resource.as_str()),
            (None, _, _) => return Taken::Untold,
        };
        Route::of_gateway(told.0, told.1).map_or(Taken::Nameless, Taken::Route)
    }

    /// The `Authorization` headers of the request. Two that differ only in case are two.
    pub(crate) fn authorization(&self) -> HeaderMap {
        let mut headers = self.named(AUTHORIZATION.as_str());
        let token = self.authorization_token.as_ref();
        if let Some(value) = token
            .filter(|_| self.kind == Kind::Token)
            .and_then(|token| token.parse().ok())
        {
            headers.append(AUTHORIZATION, value);
        }
        headers
    }

    /// The headers of a name in lower case.
    fn named(&self, wanted: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers.iter().flatten() {
            if let (true, Ok(value)) = (name.eq_ignore_ascii_case(wanted), value.parse()) {
                headers.append(wanted, value);
            }
        }
        headers
    }

    /// The stage variables `name` and `name_…` together, for what does not fit into one of 512
    /// characters.
    pub(crate) fn variables(&self, name: &str) -> Option<String> {
        let mut parts: Vec<(&str, &str)> = self
            .stage_variables
            .iter()
            .flatten()
            .filter(|(key, _)| {
                key.strip_prefix(name)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
            })
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        parts.sort_unstable();
        let parts: Vec<&str> = parts.into_iter().map(|(_, value)| value).collect();
        (!parts.is_empty()).then(|| parts.join("&"))
    }

    /// A stage variable.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.stage_variables.as_ref()?.get(name).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_events_are_not_taken_for_ours() {
        assert!(AuthorizerEvent::parse(r#"{"version":"2.0","routeKey":"GET /verify","headers":{}}"#).is_none());
        assert!(AuthorizerEvent::parse("{").is_none());
        let odd = r#"{"type":"REQUEST","stageVariables":{"regent_scope":["read:me"]}}"#;
        assert!(AuthorizerEvent::is_one(odd) && AuthorizerEvent::parse(odd).is_none());
        assert!(!AuthorizerEvent::is_one(r#"{"type":"OTHER"}"#) && !AuthorizerEvent::is_one("[]"));
        assert!(AuthorizerEvent::parse(r#"{"type":"REQUEST","version":"2.0","routeArn":"arn"}"#).is_some());
    }

    #[test]
    fn every_kind_of_event_tells_its_route_but_one() {
        let taken = |event| AuthorizerEvent::parse(event).unwrap().taken();
        let items = Taken::Route(Route::parse("GET/items/:id").unwrap());
        assert_eq!(
            taken(r#"{"type":"REQUEST","version":"2.0","routeKey":"GET /items/{id}"}"#),
            items
        );
        assert_eq!(
            taken(r#"{"type":"REQUEST","httpMethod":"GET","resource":"/items/{id}"}"#),
            items
        );
        assert_eq!(
            taken(r#"{"type":"REQUEST","version":"2.0","routeKey":"ANY /items"}"#),
            Taken::Route(Route::parse("ANY/items").unwrap())
        );
        assert_eq!(
            taken(r#"{"type":"REQUEST","version":"2.0","routeKey":"$default"}"#),
            Taken::Nameless
        );
        assert_eq!(taken(r#"{"type":"TOKEN","methodArn":"arn"}"#), Taken::Untold);
    }
}
