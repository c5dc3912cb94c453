//! The embedded store's stream, as `GetRecords` of DynamoDB Streams and the event source mapping's
//! filter make it.

use dynoxide::Database;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use dynoxide::streams::shard_id;
use serde_json::{Value, json};

/// As many as the mapping of the cloud asks for.
const BATCH: usize = 25;

/// The stream of one table.
#[derive(Clone)]
pub(crate) struct Stream {
    database: Database,
    arn: String,
    shard: String,
}

/// What follows a place in the stream.
pub(super) struct Batch {
    /// Those the filter lets through.
    pub(super) records: Vec<Value>,
    /// The sequence number of the last one, let through or not; none at the end of the stream.
    pub(super) last: Option<String>,
}

impl Stream {
    /// The stream of a table that has one.
    pub(crate) fn of(database: Database, table: &str) -> Result<Self, String> {
        let request = ListStreamsRequest {
            table_name: Some(table.to_owned()),
            ..ListStreamsRequest::default()
        };
        let streams = database.list_streams(request).map_err(|error| error.to_string())?;
        let found = streams.streams.into_iter().next();
        let stream = found.ok_or_else(|| format!("table {table} has no stream"))?;
        Ok(Self {
            database,
            arn: stream.stream_arn,
            shard: shard_id(table),
        })
    }

    pub(super) fn shard(&self) -> &str {
        &self.shard
    }

    /// The batch after a place, or from the beginning.
    pub(super) async fn after(&self, place: Option<String>) -> Result<Batch, String> {
        let stream = self.clone();
        // The engine does its SQLite work on the thread that asks.
        let read = tokio::task::spawn_blocking(move || stream.read(place)).await;
        read.map_err(|error| error.to_string())?
    }

    fn read(&self, place: Option<String>) -> Result<Batch, String> {
        let kind = if place.is_some() {
            "AFTER_SEQUENCE_NUMBER"
        } else {
            "TRIM_HORIZON"
        };
        let iterator = self.database.get_shard_iterator(GetShardIteratorRequest {
            stream_arn: self.arn.clone(),
            shard_id: self.shard.clone(),
            shard_iterator_type: kind.to_owned(),
            sequence_number: place,
        });
        let iterator = iterator.map_err(|error| error.to_string())?.shard_iterator;
        let answer = self.database.get_records(GetRecordsRequest {
            shard_iterator: iterator.unwrap_or_default(),
            limit: Some(BATCH),
        });
        let records = answer.map_err(|error| error.to_string())?.records;
        let last = records.last().map(|record| record.dynamodb.sequence_number.clone());
        let shown = records.into_iter().map(|record| {
            let mut record = serde_json::to_value(record).map_err(|error| error.to_string())?;
            record["eventSourceARN"] = json!(self.arn);
            Ok(record)
        });
        let shown: Result<Vec<Value>, String> = shown.collect();
        Ok(Batch {
            records: shown?.into_iter().filter(is_wanted).collect(),
            last,
        })
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("arn", &self.arn).finish_non_exhaustive()
    }
}

/// The filter of `infra/template.yaml`.
fn is_wanted(record: &Value) -> bool {
    let key = record.pointer("/dynamodb/Keys/pk/S").and_then(Value::as_str);
    record["eventName"] == "INSERT" && key.is_some_and(|key| key.starts_with("AUDIT#"))
}
