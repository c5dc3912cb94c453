//! What is not there, and what is there but not with that method.

use super::Problem;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use http::{Response, StatusCode};

/// The router with JSON answers for unknown paths (404) and methods (405, with the `Allow` that
/// axum knows: RFC 9110 §15.5.6).
pub fn with_fallbacks(router: Router) -> Router {
    router
        .fallback(async || problem(StatusCode::NOT_FOUND))
        .layer(from_fn(explain_method))
}

async fn explain_method(request: Request, next: Next) -> Response<Body> {
    let response = next.run(request).await;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let mut explained = problem(StatusCode::METHOD_NOT_ALLOWED);
    if let Some(allow) = response.headers().get(http::header::ALLOW) {
        explained.headers_mut().insert(http::header::ALLOW, allow.clone());
    }
    explained
}

fn problem(status: StatusCode) -> Response<Body> {
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => "This path does not answer to this method; Allow says which it answers to.",
        _ => "There is nothing at this path.",
    };
    Problem::plain(status, detail).into()
}
