//! `GET /health`: whether this region issues tokens. For whoever routes between regions, and for
//! alarms; says nothing else.

use axum::body::Body;
use axum::extract::State;
use http::{Response, StatusCode};
use regent::acts::signing_key;
use regent::app::App;
use regent::domain::{Error, RegionLabel};
use regent::web::{json, log};
use serde::Serialize;

#[derive(Serialize)]
struct Health<'a> {
    status: &'static str,
    region: &'a RegionLabel,
}

/// 200 if the table answers and a key is at hand that signs; 503 otherwise. Costs a read in two
/// seconds, however often it is asked.
pub(crate) async fn handle(State(app): State<App>) -> Response<Body> {
    let (code, status) = match signing_key(&app).await {
        Ok(_) => (StatusCode::OK, "pass"),
        Err(error) => {
            log(&Error::Unavailable(error));
            (StatusCode::SERVICE_UNAVAILABLE, "fail")
        }
    };
    let region = &app.config().region;
    json(code, &Health { status, region })
}
