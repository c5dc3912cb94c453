//! The Lambda authorizer. A good token is answered with its identity as context; a bad one with
//! `Unauthorized`, which a REST API turns into 401, or `isAuthorized: false`, which an HTTP API
//! turns into 403. An outage is an error of the function: API Gateway refuses with 500.

use crate::event::{AuthorizerEvent, Reply};
use crate::identity::identity;
use regent::acts::{Verified, verify};
use regent::app::App;
use regent::config::variable;
use regent::domain::{Audience, Demand, Error, Invalid, Scopes, TokenError};
use regent::oauth::bearer_token;
use serde_json::{Map, Value, json};

/// What an authorizer demands unless the stage variables of the API say otherwise.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `REGENT_AUDIENCE`: the API's identifier; stage variable `regent_audience`.
    pub audience: Option<Audience>,
    /// `REGENT_SCOPE`: the scopes every request needs; stage variable `regent_scope`.
    pub scopes: Scopes,
}

impl Settings {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, Invalid> {
        let audience = variable("REGENT_AUDIENCE")
            .map(|text| Audience::parse(&text))
            .transpose()?;
        Ok(Self {
            audience,
            scopes: Scopes::parse(&variable("REGENT_SCOPE").unwrap_or_default())?,
        })
    }
}

/// A Lambda authorizer.
#[derive(Clone, Debug)]
pub struct Authorizer {
    app: App,
    settings: Settings,
}

/// Why an authorizer answers nothing.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizerError {
    /// Exactly the word that a REST API turns into 401.
    #[error("Unauthorized")]
    Unauthorized,
    /// Nothing can be decided: the table does not answer, or no audience is configured.
    #[error("verification is unavailable")]
    Unavailable,
}

impl Authorizer {
    /// An authorizer with these settings.
    pub fn new(app: App, settings: Settings) -> Self {
        Self { app, settings }
    }

    /// Answers an event.
    pub async fn authorize(&self, event: &AuthorizerEvent) -> Result<Value, AuthorizerError> {
        let demand = self.demand(event).map_err(|why| {
            tracing::error!(%why, "authorizer is not configured");
            AuthorizerError::Unavailable
        })?;
        match (self.verify(event, &demand).await, event.reply()) {
            (Ok(verified), Reply::Simple) => Ok(json!({"isAuthorized": true, "context": context(&verified)})),
            (Ok(verified), Reply::Policy(arn)) => Ok(policy("Allow", &arn, &verified.claims.sub, &context(&verified))),
            (Err(error), reply) => {
                tracing::info!(reason = %error, "refused");
                refused(&error, reply)
            }
        }
    }

    async fn verify(&self, event: &AuthorizerEvent, demand: &Demand) -> Result<Verified, Error> {
        verify(&self.app, bearer_token(&event.authorization())?, demand).await
    }

    fn demand(&self, event: &AuthorizerEvent) -> Result<Demand, Invalid> {
        let named = event.variable("regent_audience").map(Audience::parse).transpose()?;
        let audience = named.or_else(|| self.settings.audience.clone());
        let scopes = event.variable("regent_scope").map(Scopes::parse).transpose()?;
        Ok(Demand {
            audience: audience.ok_or(Invalid::new(
                "no audience: set REGENT_AUDIENCE or the stage variable regent_audience",
            ))?,
            scopes: scopes.unwrap_or_else(|| self.settings.scopes.clone()),
        })
    }
}

fn refused(error: &Error, reply: Reply) -> Result<Value, AuthorizerError> {
    match (error, reply) {
        (Error::Unavailable(_), _) => Err(AuthorizerError::Unavailable),
        (_, Reply::Simple) => Ok(json!({"isAuthorized": false})),
        (Error::Token(TokenError::InsufficientScope(_)), Reply::Policy(arn)) => {
            Ok(policy("Deny", &arn, "refused", &Map::new()))
        }
        (_, Reply::Policy(_)) => Err(AuthorizerError::Unauthorized),
    }
}

fn context(verified: &Verified) -> Map<String, Value> {
    identity(verified)
        .into_iter()
        .map(|(name, _, value)| (name.to_owned(), Value::String(value)))
        .collect()
}

fn policy(effect: &str, arn: &str, principal: &str, context: &Map<String, Value>) -> Value {
    json!({
        "principalId": principal,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": arn}],
        },
        "context": context,
    })
}
