//! DynamoDB's JSON protocol before the engine: an operation by its name, request and answer as the
//! engine types them.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

const TYPE: &str = "application/x-amz-json-1.0";
/// Tables, and their streams.
const TARGETS: [&str; 2] = ["DynamoDB_20120810.", "DynamoDBStreams_20120810."];

/// `POST /` with a target.
pub(super) fn router(database: Database) -> Router {
    Router::new().route("/", post(answer)).with_state(database)
}

async fn answer(State(database): State<Database>, headers: HeaderMap, body: String) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| TARGETS.iter().find_map(|prefix| target.strip_prefix(prefix)));
    let (status, content) = match perform(&database, operation.unwrap_or_default(), &body) {
        Ok(content) => (StatusCode::OK, content),
        Err(error) => {
            let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
            (status, error.to_json())
        }
    };
    (status, [(header::CONTENT_TYPE, TYPE)], content).into_response()
}

/// Each operation with the engine's method of it.
macro_rules! operations {
    ($($operation:literal => $method:ident,)*) => {
        fn perform(database: &Database, operation: &str, body: &str) -> Result<String, DynoxideError> {
            match operation {
                $($operation => written(&database.$method(read(body)?)?),)*
                _ => Err(DynoxideError::ValidationException("no such operation".to_owned())),
            }
        }
    };
}

operations! {
    "CreateTable" => create_table,
    "DeleteTable" => delete_table,
    "DescribeTable" => describe_table,
    "ListTables" => list_tables,
    "UpdateTable" => update_table,
    "DescribeTimeToLive" => describe_time_to_live,
    "UpdateTimeToLive" => update_time_to_live,
    "GetItem" => get_item,
    "PutItem" => put_item,
    "UpdateItem" => update_item,
    "DeleteItem" => delete_item,
    "Query" => query,
    "Scan" => scan,
    "BatchGetItem" => batch_get_item,
    "BatchWriteItem" => batch_write_item,
    "TransactGetItems" => transact_get_items,
    "TransactWriteItems" => transact_write_items,
    "ListStreams" => list_streams,
    "DescribeStream" => describe_stream,
    "GetShardIterator" => get_shard_iterator,
    "GetRecords" => get_records,
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, DynoxideError> {
    serde_json::from_str(body).map_err(|error| DynoxideError::SerializationException(error.to_string()))
}

fn written<T: Serialize>(answer: &T) -> Result<String, DynoxideError> {
    serde_json::to_string(answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
