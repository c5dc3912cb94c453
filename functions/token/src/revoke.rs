//! `POST /oauth/v1/revoke` (RFC 7009).

use crate::request::FormRequest;
use axum::body::Body;
use axum::extract::State;
use http::{Response, StatusCode};
use regent::acts;
use regent::app::App;
use regent::domain::Error;
use regent::web::{json, oauth_refusal};

/// Kills a token of the caller's. Everything else a client may send as `token` is answered the
/// same, and stays as it is (RFC 7009 §2.2).
pub(crate) async fn handle(State(app): State<App>, request: FormRequest) -> Response<Body> {
    match revoke(&app, request).await {
        Ok(()) => json(StatusCode::OK, &serde_json::json!({})),
        Err(error) => oauth_refusal(&error),
    }
}

async fn revoke(app: &App, request: FormRequest) -> Result<(), Error> {
    let (request, token) = request.about_token()?;
    acts::revoke(app, &request.client, &token, &request.source).await
}
