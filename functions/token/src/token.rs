//! `POST /oauth/v1/token` (RFC 6749 §4.4, RFC 8707).

use crate::request::FormRequest;
use axum::body::Body;
use axum::extract::State;
use http::{Response, StatusCode};
use regent::acts::{Issued, client_credentials};
use regent::app::App;
use regent::domain::{Ask, Audience, Error, GrantError, Invalid, OrganizationId, Scopes, SubscriptionId, UserId};
use regent::oauth::Form;
use regent::web::{json, oauth_refusal};
use serde::Serialize;

/// The grant types of this endpoint, each a file or a function of its own.
enum GrantType {
    ClientCredentials,
}

/// Answers a token request.
pub(crate) async fn handle(State(app): State<App>, request: FormRequest) -> Response<Body> {
    match grant(&app, request).await {
        Ok(issued) => json(StatusCode::OK, &Answer::from(issued)),
        Err(error) => oauth_refusal(&error),
    }
}

async fn grant(app: &App, request: FormRequest) -> Result<Issued, Error> {
    let grant_type = grant_type(request.form())?;
    let ask = ask(request.form())?;
    let request = request.client()?;
    match grant_type {
        GrantType::ClientCredentials => client_credentials(app, &request.client, &ask, &request.source).await,
    }
}

fn grant_type(form: &Form) -> Result<GrantType, Error> {
    match form.one("grant_type").map_err(Error::Request)? {
        Some("client_credentials") => Ok(GrantType::ClientCredentials),
        Some(_) => Err(GrantError::UnsupportedGrantType.into()),
        None => Err(Error::Request(Invalid::new("grant_type is missing"))),
    }
}

fn ask(form: &Form) -> Result<Ask, Error> {
    let scope = form.one("scope").map_err(Error::Request)?.unwrap_or_default();
    let scopes = Scopes::parse(scope).map_err(|_| GrantError::ScopeNotGranted)?;
    let mut resources = form.all("resource");
    let (first, second) = (resources.next(), resources.next());
    if second.is_some() {
        return Err(GrantError::SeveralResources.into());
    }
    let resource = first
        .map(Audience::parse)
        .transpose()
        .map_err(|_| GrantError::UnknownResource)?;
    Ok(Ask { scopes, resource })
}

/// The answer (RFC 6749 §5.1), with facts about the account.
#[derive(Serialize)]
struct Answer {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    scope: Scopes,
    service_account: Account,
}

#[derive(Serialize)]
struct Account {
    id: UserId,
    name: String,
    email: String,
    organization: OrganizationId,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<SubscriptionId>,
}

impl From<Issued> for Answer {
    fn from(issued: Issued) -> Self {
        let user = issued.user;
        Self {
            access_token: issued.token,
            token_type: "Bearer",
            expires_in: issued.expires_in,
            scope: issued.scopes,
            service_account: Account {
                id: user.id,
                subscription: user.subscription(),
                name: user.name.into(),
                email: user.email.into(),
                organization: user.organization,
            },
        }
    }
}
