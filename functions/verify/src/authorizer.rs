//! The Lambda authorizer. A good token is answered with its identity as context; a bad one with
//! `Unauthorized`, which a REST API turns into 401, or `isAuthorized: false`, which an HTTP API
//! turns into 403. An outage is an error of the function: API Gateway refuses with 500.

use crate::demand::{Demanded, Settings, Tables};
use crate::event::{AuthorizerEvent, Reply};
use crate::identity::identity;
use crate::policy::Policy;
use regent::acts::{Verified, verify};
use regent::app::App;
use regent::domain::{Demand, Error, Scopes, TokenError};
use regent::oauth::bearer_token;
use regent::telemetry::{self, Fact, note};
use serde_json::{Map, Value, json};

/// A Lambda authorizer.
#[derive(Clone, Debug)]
pub struct Authorizer {
    app: App,
    settings: Settings,
    tables: Tables,
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
        Self {
            app,
            settings,
            tables: Tables::default(),
        }
    }

    /// Answers an event.
    pub async fn authorize(&self, event: &AuthorizerEvent) -> Result<Value, AuthorizerError> {
        event.note();
        let demanded = self.settings.demanded(event, &self.tables).map_err(|why| {
            telemetry::undecided(format_args!("the authorizer is not configured: {why}"));
            AuthorizerError::Unavailable
        })?;
        note(Fact::Resource, &demanded.audience);
        match self.verify(event, &demanded).await {
            Ok(verified) => {
                let lacking = demanded.lacking(event, &verified);
                match &lacking {
                    Ok(()) => telemetry::accepted(),
                    Err(why) => telemetry::denied(why),
                }
                Ok(answer(event.reply(), &demanded, &verified, lacking.is_ok()))
            }
            Err(error) => {
                match error {
                    Error::Unavailable(_) => telemetry::undecided(&error),
                    _ => telemetry::denied(&error),
                }
                match (error, event.reply()) {
                    (Error::Unavailable(_), _) => Err(AuthorizerError::Unavailable),
                    (_, Reply::Simple) => Ok(json!({"isAuthorized": false})),
                    (_, Reply::Policy(_)) => Err(AuthorizerError::Unauthorized),
                }
            }
        }
    }

    /// Whether the token is good for the API. What its route needs is asked afterwards.
    async fn verify(&self, event: &AuthorizerEvent, demanded: &Demanded) -> Result<Verified, Error> {
        let demand = Demand {
            audience: demanded.audience.clone(),
            subscriptions: demanded.subscriptions.clone(),
            scopes: Scopes::default(),
        };
        verify(&self.app, bearer_token(&event.authorization())?, &demand).await
    }
}

/// Why a good token is not enough.
#[derive(Debug, thiserror::Error)]
enum Lacking {
    #[error(transparent)]
    Scope(#[from] TokenError),
    #[error("neither regent_scopes nor regent_scope says what the route needs")]
    Unnamed,
    #[error("the path is too long for the policy that would name it")]
    PathTooLong,
}

impl Demanded {
    fn lacking(&self, event: &AuthorizerEvent, verified: &Verified) -> Result<(), Lacking> {
        let demand = Demand {
            audience: self.audience.clone(),
            subscriptions: self.subscriptions.clone(),
            scopes: self.scopes.clone().ok_or(Lacking::Unnamed)?,
        };
        verified.claims.meet(&demand)?;
        match event.reply() {
            Reply::Policy(arn) if self.routes.is_some() && !Policy::can_name(&arn, room(verified)) => {
                Err(Lacking::PathTooLong)
            }
            _ => Ok(()),
        }
    }
}

fn room(verified: &Verified) -> usize {
    Policy::room(&verified.claims.sub, &context(verified))
}

/// The answer to a good token. A policy may be cached and then let other requests in: it always says
/// whose they are.
fn answer(reply: Reply, demanded: &Demanded, verified: &Verified, lets_in: bool) -> Value {
    match (reply, &demanded.routes) {
        (Reply::Simple, _) if lets_in => json!({"isAuthorized": true, "context": context(verified)}),
        (Reply::Simple, _) => json!({"isAuthorized": false}),
        (Reply::Policy(arn), routes) => {
            let policy = match routes {
                Some(table) => Policy::of_routes(&arn, table, &verified.claims.scope, lets_in, room(verified)),
                None => Policy::whole_stage(&arn, lets_in),
            };
            policy.answer(&verified.claims.sub, &context(verified))
        }
    }
}

fn context(verified: &Verified) -> Map<String, Value> {
    identity(verified)
        .into_iter()
        .map(|(name, _, value)| (name.to_owned(), Value::String(value)))
        .collect()
}
