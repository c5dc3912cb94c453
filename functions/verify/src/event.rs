//! The events API Gateway sends a Lambda authorizer: payload 2.0 and 1.0 `REQUEST`, and `TOKEN`.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>

use http::HeaderMap;
use http::header::AUTHORIZATION;
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
    stage_variables: Option<HashMap<String, String>>,
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
    /// An IAM policy for this ARN.
    Policy(String),
}

impl AuthorizerEvent {
    /// Reads an event; `None` if it is not an authorizer's.
    pub fn parse(event: &str) -> Option<Self> {
        serde_json::from_str(event).ok()
    }

    /// The form of the answer.
    pub(crate) fn reply(&self) -> Reply {
        match &self.method_arn {
            Some(arn) if self.version.as_deref() != Some("2.0") => Reply::Policy(whole_stage(arn)),
            _ => Reply::Simple,
        }
    }

    /// The `Authorization` headers of the request. Two that differ only in case are two.
    pub(crate) fn authorization(&self) -> HeaderMap {
        let named = self
            .headers
            .iter()
            .flatten()
            .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"))
            .map(|(_, value)| value);
        let values = named.chain(self.authorization_token.as_ref().filter(|_| self.kind == Kind::Token));
        let mut headers = HeaderMap::new();
        for value in values.filter_map(|value| value.parse().ok()) {
            headers.append(AUTHORIZATION, value);
        }
        headers
    }

    /// A stage variable.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.stage_variables.as_ref()?.get(name).map(String::as_str)
    }
}

/// The ARN of every method of the stage: API Gateway may cache the policy for other routes, and a
/// policy for one method would refuse them.
fn whole_stage(method_arn: &str) -> String {
    let mut parts = method_arn.split('/');
    match (parts.next(), parts.next()) {
        (Some(api), Some(stage)) => format!("{api}/{stage}/*"),
        _ => method_arn.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_events_are_not_taken_for_ours() {
        assert!(AuthorizerEvent::parse(r#"{"version":"2.0","routeKey":"GET /verify","headers":{}}"#).is_none());
        assert!(AuthorizerEvent::parse("{").is_none());
        assert!(AuthorizerEvent::parse(r#"{"type":"REQUEST","version":"2.0","routeArn":"arn"}"#).is_some());
    }

    #[test]
    fn a_policy_covers_the_stage() {
        let arn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef/prod/GET/a/b";
        assert_eq!(
            whole_stage(arn),
            "arn:aws:execute-api:eu-west-1:123456789012:abcdef/prod/*"
        );
    }
}
