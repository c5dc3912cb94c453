//! `POST /oauth/v1/introspect` (RFC 7662).

use crate::request::FormRequest;
use axum::body::Body;
use axum::extract::State;
use http::{Response, StatusCode};
use regent::acts::{self, Verified};
use regent::app::App;
use regent::domain::{Claims, Error};
use regent::web::{json, oauth_refusal};
use serde::Serialize;

/// Says whether a token is good, and what it says.
pub(crate) async fn handle(State(app): State<App>, request: FormRequest) -> Response<Body> {
    match introspect(&app, request).await {
        Ok(verified) => json(StatusCode::OK, &Answer::of(verified)),
        Err(error) => oauth_refusal(&error),
    }
}

async fn introspect(app: &App, request: FormRequest) -> Result<Option<Verified>, Error> {
    let (request, token) = request.about_token()?;
    acts::introspect(app, &request.client, &token, &request.source).await
}

/// The answer (RFC 7662 §2.2). Nothing but `active: false` for every token that is not good.
#[derive(Serialize)]
struct Answer {
    active: bool,
    #[serde(flatten)]
    facts: Option<Facts>,
}

#[derive(Serialize)]
struct Facts {
    token_type: &'static str,
    username: Option<String>,
    #[serde(flatten)]
    claims: Claims,
}

impl Answer {
    fn of(verified: Option<Verified>) -> Self {
        let facts = verified.map(|verified| Facts {
            token_type: "Bearer",
            username: verified.found.user.map(|user| user.email.to_string()),
            claims: verified.claims,
        });
        Self {
            active: facts.is_some(),
            facts,
        }
    }
}
