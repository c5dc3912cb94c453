//! From the table's stream to mail and events: nothing is lost unseen, nothing blocks the rest.

use serde_json::{Value, json};

use crate::infra::rendered::{named, of_type, resource};

fn mapping() -> &'static Value {
    let found = of_type("AWS::Lambda::EventSourceMapping");
    assert_eq!(found.len(), 1, "one reader of the stream");
    &found[0].1["Properties"]
}

/// Everything else of the table - tokens, sessions, codes - stays out of the function's sight.
#[test]
fn only_new_audit_events_reach_the_function() {
    let filters = mapping()["FilterCriteria"]["Filters"].as_array().expect("filters");
    assert_eq!(filters.len(), 1);
    let pattern: Value = serde_json::from_str(filters[0]["Pattern"].as_str().expect("a pattern")).expect("JSON");
    let expected = json!({"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "AUDIT#"}]}}}});
    assert_eq!(pattern, expected);
}

#[test]
fn the_function_reads_this_table_s_stream_from_its_beginning() {
    assert_eq!(
        mapping()["EventSourceArn"],
        json!({"Fn::GetAtt": ["Table", "StreamArn"]})
    );
    assert_eq!(named(&mapping()["FunctionName"]), Some("NotifyFunction"));
    assert_eq!(mapping()["StartingPosition"], "TRIM_HORIZON");
}

/// A record that nothing can be made of must neither be retried for a day nor vanish.
#[test]
fn a_poison_record_ends_in_the_queue_and_blocks_nothing() {
    let mapping = mapping();
    assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
    assert_eq!(mapping["BisectBatchOnFunctionError"], true);
    let attempts = mapping["MaximumRetryAttempts"].as_u64().expect("a number");
    assert!((3..=20).contains(&attempts), "{attempts}");
    let age = mapping["MaximumRecordAgeInSeconds"].as_u64().expect("a number");
    assert!((3600..=86_400).contains(&age), "{age}");
    let queue = &mapping["DestinationConfig"]["OnFailure"]["Destination"];
    assert_eq!(named(queue), Some("NotifyFailures"));
}

#[test]
fn the_queue_is_encrypted_and_keeps_what_it_has_as_long_as_it_can() {
    let queue = resource("NotifyFailures");
    assert_eq!(queue["SqsManagedSseEnabled"], true);
    assert_eq!(queue["MessageRetentionPeriod"], 14 * 86_400);
}

/// The function is told where mail comes from and where events go, and nobody else is.
#[test]
fn only_the_notify_function_is_told_of_mail_and_bus() {
    for (id, function) in of_type("AWS::Lambda::Function") {
        let variables = &function["Properties"]["Environment"]["Variables"];
        for name in ["REGENT_MAIL_FROM", "REGENT_EVENT_BUS"] {
            assert_eq!(variables[name].is_null(), id != "NotifyFunction", "{id}: {name}");
        }
    }
    let variables = &resource("NotifyFunction")["Environment"]["Variables"];
    assert_eq!(named(&variables["REGENT_MAIL_FROM"]), Some("MailFrom"));
    assert_eq!(named(&variables["REGENT_EVENT_BUS"]), Some("EventBus"));
}

/// Customers route what happens; a bus shared with another stack would mix regions.
#[test]
fn the_bus_is_the_stack_s_own() {
    let buses = of_type("AWS::Events::EventBus");
    assert_eq!(buses.len(), 1);
    assert_eq!(named(&resource("EventBus")["Name"]), Some("AWS::StackName"));
}
