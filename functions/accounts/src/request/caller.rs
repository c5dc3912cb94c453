//! Who calls.

use crate::answer::Refusal;
use axum::extract::FromRequestParts;
use http::request::Parts;
use regent::acts::Caller;
use regent::app::App;
use regent::oauth::bearer_token;
use regent::web::SourceIp;

/// The caller whose bearer token a request carries.
pub(crate) struct Bearer(pub(crate) Caller);

impl FromRequestParts<App> for Bearer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let token = bearer_token(&parts.headers)?;
        let source = parts.extensions.get::<SourceIp>().map(|source| source.0.clone());
        Ok(Self(Caller::of(app, token, source).await?))
    }
}
