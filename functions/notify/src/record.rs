//! Stream records as Lambda delivers them.
//!
//! The event source mapping filters for new audit events already. A mapping without the filter, and
//! every other row of the table, are passed over here all the same.

use aws_lambda_events::dynamodb::EventRecord;
use regent::domain::{AuditEvent, Unavailable};
use regent::store;
use serde::Deserialize;
use serde_json::Value;

/// What the partition keys of audit events begin with.
const AUDIT: &str = "AUDIT#";

/// Why a record cannot be understood: it will not be, however often it comes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    /// It is not as DynamoDB writes them.
    #[error("not a stream record: {0}")]
    Shape(#[from] serde_json::Error),
    /// Its row is not an audit event.
    #[error("{}", .0.0)]
    Row(Unavailable),
}

/// The audit event that a record tells of; none if it tells of something else.
pub(crate) fn audit_event(record: &Value) -> Result<Option<AuditEvent>, RecordError> {
    let inserted = record["eventName"] == "INSERT";
    if !inserted || !key(record).is_none_or(|key| key.starts_with(AUDIT)) {
        return Ok(None);
    }
    let record = EventRecord::deserialize(record)?;
    store::audit_event(record.change.new_image)
        .map(Some)
        .map_err(RecordError::Row)
}

/// The partition key of the row.
pub(crate) fn key(record: &Value) -> Option<&str> {
    record.pointer("/dynamodb/Keys/pk/S").and_then(Value::as_str)
}

/// What names the record in its stream.
pub(crate) fn sequence_number(record: &Value) -> Option<&str> {
    record
        .pointer("/dynamodb/SequenceNumber")
        .and_then(Value::as_str)
        .filter(|number| !number.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(name: &str, pk: &str, image: &Value) -> Value {
        json!({
            "eventID": "1", "eventName": name, "eventVersion": "1.1", "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_800_000_000, "SequenceNumber": "100000000000000000001",
                "Keys": {"pk": {"S": pk}, "sk": {"S": "x"}}, "NewImage": image, "SizeBytes": 1,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        })
    }

    #[test]
    fn other_rows_and_other_changes_are_passed_over() {
        for (name, pk) in [
            ("INSERT", "USER#usr_1"),
            ("MODIFY", "AUDIT#org_1"),
            ("REMOVE", "AUDIT#org_1"),
            ("", ""),
        ] {
            let passed = audit_event(&record(name, pk, &json!({"pk": {"S": pk}})));
            assert!(matches!(passed, Ok(None)), "{name} {pk}: {passed:?}");
        }
    }

    #[test]
    fn a_row_that_is_no_event_is_an_error_with_its_key() {
        let image = json!({"pk": {"S": "AUDIT#org_1"}, "sk": {"S": "what"}, "kind": {"S": "audit"}});
        let why = audit_event(&record("INSERT", "AUDIT#org_1", &image))
            .unwrap_err()
            .to_string();
        assert!(why.contains("AUDIT#org_1 what"), "{why}");
    }

    #[test]
    fn junk_is_an_error_and_never_a_panic() {
        for image in [
            json!(null),
            json!({}),
            json!([]),
            json!({"pk": {"S": 1}}),
            json!({"pk": {"Q": "x"}}),
        ] {
            assert!(
                audit_event(&record("INSERT", "AUDIT#org_1", &image)).is_err(),
                "{image}"
            );
        }
        for junk in [
            json!(null),
            json!(3),
            json!({}),
            json!({"eventName": "INSERT"}),
            json!([[]]),
        ] {
            let _ = audit_event(&junk);
            assert_eq!(sequence_number(&junk), None);
        }
    }
}
