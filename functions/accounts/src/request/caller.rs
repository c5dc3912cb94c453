//! Who asks: a bearer token, or, without an `Authorization` header, the session of somebody who is
//! signed in at the console.

use crate::answer::Refusal;
use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use regent::acts::Caller;
use regent::app::App;
use regent::oauth::{bearer_token, check_no_second};
use regent::web::{SourceIp, Visitor, source};

/// The caller whose bearer token or session a request carries.
pub(crate) struct Bearer(pub(crate) Caller);

impl FromRequestParts<App> for Bearer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        if !parts.headers.contains_key(AUTHORIZATION)
            && let Some(caller) = of_session(app, parts).await?
        {
            return Ok(Self(caller));
        }
        let token = bearer_token(&parts.headers)?;
        check_no_second(parts.uri.query())?;
        let source = parts.extensions.get::<SourceIp>().map(|source| source.0.clone());
        Ok(Self(Caller::of(app, token, source).await?))
    }
}

/// What the token in `X-CSRF-Token` is for.
const PURPOSE: &str = "/api/v1";

/// Whoever's session it is. A browser sends the cookie along with whatever any page makes it send:
/// so a change needs the token that only this server's pages have.
async fn of_session(app: &App, parts: &Parts) -> Result<Option<Caller>, Refusal> {
    let visitor = Visitor::of(app, &parts.headers).await?;
    let Some(signed_in) = visitor.signed_in() else {
        return Ok(None);
    };
    let checked = visitor.check_form(PURPOSE, &parts.headers, csrf(&parts.headers), app);
    if !parts.method.is_safe() && checked.is_err() {
        return Err(Refusal::Status(
            StatusCode::FORBIDDEN,
            "With a session, a change needs the session's token in X-CSRF-Token, and must come from this server's own pages.",
        ));
    }
    Ok(Some(Caller::of_session(signed_in, source(&parts.extensions))))
}

/// The token, if it is there exactly once.
fn csrf(headers: &HeaderMap) -> &str {
    let mut values = headers.get_all("x-csrf-token").iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().unwrap_or_default(),
        _ => "",
    }
}
