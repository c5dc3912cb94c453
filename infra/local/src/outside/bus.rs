//! Amazon EventBridge: `PutEvents`, in its JSON 1.1 protocol.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Desk;
use super::kept::Kept;
use crate::aws::{ACCOUNT, REGION};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    entries: Vec<Entry>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Entry {
    time: Option<f64>,
    source: Option<String>,
    resources: Vec<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    event_bus_name: Option<String>,
}

/// `POST /` with a target.
pub(super) async fn answer(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let (status, content) = match (target, serde_json::from_slice::<Asked>(&body)) {
        (Some("AWSEvents.PutEvents"), Ok(asked)) if (1..=10).contains(&asked.entries.len()) => put(&desk.kept, asked),
        (Some("AWSEvents.PutEvents"), _) => fault("ValidationException", "there must be 1 to 10 entries"),
        _ => fault("UnknownOperationException", "no such operation"),
    };
    let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.1")];
    (status, kind, content.to_string()).into_response()
}

fn fault(kind: &str, message: &str) -> (StatusCode, Value) {
    (StatusCode::BAD_REQUEST, json!({ "__type": kind, "message": message }))
}

fn put(kept: &Kept, asked: Asked) -> (StatusCode, Value) {
    let answers: Vec<Value> = asked
        .entries
        .into_iter()
        .map(|entry| match keep(kept, &entry) {
            Ok(id) => json!({ "EventId": id }),
            Err((code, message)) => json!({ "ErrorCode": code, "ErrorMessage": message }),
        })
        .collect();
    let failed = answers.iter().filter(|answer| answer["EventId"].is_null()).count();
    (
        StatusCode::OK,
        json!({ "FailedEntryCount": failed, "Entries": answers }),
    )
}

/// Keeps an entry as the target of a rule gets it.
fn keep(kept: &Kept, entry: &Entry) -> Result<String, (&'static str, String)> {
    let missing = |name: &str| {
        (
            "InvalidArgument",
            format!("Parameter {name} is not valid. Reason: {name} is required."),
        )
    };
    let source = entry.source.as_deref().ok_or_else(|| missing("Source"))?;
    let kind = entry.detail_type.as_deref().ok_or_else(|| missing("DetailType"))?;
    let detail = entry.detail.as_deref().ok_or_else(|| missing("Detail"))?;
    let detail: Value = serde_json::from_str(detail)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| ("MalformedDetail", "Detail is malformed.".to_owned()))?;
    let make = |id: &str, now: &str| {
        json!({
            "version": "0", "id": id, "detail-type": kind, "source": source, "account": ACCOUNT,
            "time": entry.time.map_or_else(|| now.to_owned(), second),
            "region": REGION, "resources": entry.resources, "detail": detail,
            "event-bus-name": entry.event_bus_name,
        })
    };
    kept.add_event(make)
        .map_err(|error| ("InternalFailure", error.to_string()))
}

/// A time in seconds, as events show it.
fn second(time: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "no calendar goes as far as this cuts")]
    let millis = (time * 1000.0) as i64;
    let whole = regent::domain::Timestamp::from_seconds(millis.div_euclid(1000));
    whole.to_rfc3339()
}
