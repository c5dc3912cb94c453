//! `POST /oauth/v1/token` (RFC 6749 §3.2): reads what a grant needs, and answers its tokens.

use crate::request::{ClientRequest, FormRequest};
use axum::body::Body;
use axum::extract::State;
use http::{Response, StatusCode};
use regent::acts::grant::Tokens;
use regent::acts::{self, Issued, Redemption};
use regent::app::App;
use regent::domain::{
    Audience, CodeVerifier, Error, Grant, GrantError, Invalid, OrganizationId, RedirectUri, RefreshToken, Scopes,
    SubscriptionId, UserId,
};
use regent::oauth::{Authentication, Form, ask};
use regent::web::{json, oauth_refusal};
use serde::Serialize;

/// The grant types of this endpoint, each a function of its own.
enum GrantType {
    ClientCredentials,
    AuthorizationCode,
    RefreshToken,
}

/// Answers a token request.
pub(crate) async fn handle(State(app): State<App>, request: FormRequest) -> Response<Body> {
    match grant(&app, request).await {
        Ok(answer) => json(StatusCode::OK, &answer),
        Err(error) => oauth_refusal(&error),
    }
}

async fn grant(app: &App, request: FormRequest) -> Result<Answer, Error> {
    let grant_type = grant_type(request.form())?;
    let request = request.client()?;
    match grant_type {
        GrantType::ClientCredentials => client_credentials(app, &request).await,
        GrantType::AuthorizationCode => authorization_code(app, &request).await,
        GrantType::RefreshToken => refresh_token(app, &request).await,
    }
}

fn grant_type(form: &Form) -> Result<GrantType, Error> {
    match form.one("grant_type").map_err(Error::Request)? {
        Some("client_credentials") => Ok(GrantType::ClientCredentials),
        Some("authorization_code") => Ok(GrantType::AuthorizationCode),
        Some("refresh_token") => Ok(GrantType::RefreshToken),
        Some(_) => Err(GrantError::UnsupportedGrantType.into()),
        None => Err(Error::Request(Invalid::new("grant_type is missing"))),
    }
}

/// RFC 6749 §4.4: for service accounts alone.
async fn client_credentials(app: &App, request: &ClientRequest) -> Result<Answer, Error> {
    let ask = ask(&request.form)?;
    let Authentication::Account(presented) = &request.client else {
        return Err(GrantError::ClientNotAllowed.into());
    };
    let issued = acts::client_credentials(app, presented, &ask, &request.source).await?;
    Ok(Answer::from(issued))
}

/// RFC 6749 §4.1.3: for clients of people alone.
async fn authorization_code(app: &App, request: &ClientRequest) -> Result<Answer, Error> {
    let Authentication::Client(presented) = &request.client else {
        return Err(GrantError::ClientNotAllowed.into());
    };
    let form = &request.form;
    let redirect_uri = required(form, "redirect_uri")?;
    let verifier = required(form, "code_verifier")?;
    let redemption = Redemption {
        code: required(form, "code")?.to_owned().into(),
        // Whatever cannot be read is not what the authorization request said.
        redirect_uri: RedirectUri::parse(redirect_uri).map_err(|_| GrantError::RedirectMismatch)?,
        verifier: CodeVerifier::parse(verifier).map_err(Error::Request)?,
        resource: resource(form)?,
    };
    let tokens = acts::authorization_code(app, presented, &redemption, &request.source).await?;
    Ok(Answer::from(tokens))
}

/// RFC 6749 §6.
async fn refresh_token(app: &App, request: &ClientRequest) -> Result<Answer, Error> {
    let Authentication::Client(presented) = &request.client else {
        return Err(GrantError::ClientNotAllowed.into());
    };
    let ask = ask(&request.form)?;
    let token = required(&request.form, "refresh_token")?;
    let token = RefreshToken::parse(token).map_err(|_| GrantError::RefreshUnknown)?;
    let tokens = acts::refresh_token(app, presented, &token, &ask, &request.source).await?;
    Ok(Answer::from(tokens))
}

fn required<'a>(form: &'a Form, name: &'static str) -> Result<&'a str, Error> {
    let missing = || Invalid::because(format!("{name} is missing"));
    let value = form.one(name).map_err(Error::Request)?;
    value.ok_or_else(missing).map_err(Error::Request)
}

fn resource(form: &Form) -> Result<Option<Audience>, Error> {
    Ok(ask(form)?.resource)
}

/// The answer (RFC 6749 §5.1).
#[derive(Serialize)]
struct Answer {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    scope: Scopes,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// Facts about the account, for a service account.
    #[serde(skip_serializing_if = "Option::is_none")]
    service_account: Option<Account>,
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
            refresh_token: None,
            service_account: Some(Account {
                id: user.id,
                subscription: user.subscription(),
                name: user.name.into(),
                email: user.email.into(),
                organization: user.organization,
            }),
        }
    }
}

impl From<Tokens> for Answer {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access,
            token_type: "Bearer",
            expires_in: i64::from(Grant::ACCESS_LIFETIME.0),
            scope: tokens.scopes,
            refresh_token: Some(tokens.refresh.to_string()),
            service_account: None,
        }
    }
}
