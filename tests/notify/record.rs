//! Rows as the stream delivers them, and events of a test's own making.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use regent::domain::{Action, Actor, ActorKind, AuditEvent, EventId, OrganizationId, Target};
use regent_local::region::Running;
use regent_notify::{Mailbox, Notify, Settings};
use serde_json::{Value, json};

use crate::harness::{Region, Row, image};

/// The notify function, with its SES and EventBridge at another endpoint.
pub(super) fn function(region: &Running, outside: &str) -> Notify {
    let settings = Settings {
        from: Mailbox::parse("regent@us.test").unwrap(),
        bus: "regent-us".to_owned(),
        ses_endpoint: Some(outside.to_owned()),
        eventbridge_endpoint: Some(outside.to_owned()),
    };
    Notify::new(region.app.clone(), &region.aws(), settings)
}

/// A request for `https://claude.ai` by an app of that name.
pub(super) fn requested(region: &Region, client_name: &str) -> AuditEvent {
    let details = [
        ("origin", "https://claude.ai"),
        ("redirect_uri", "https://claude.ai/api/mcp/auth_callback"),
        ("client_name", client_name),
        ("client_id", "cli_us_000000000000"),
        ("requester", "grace@acme.test"),
    ];
    AuditEvent {
        id: EventId::from_random(region.running.app.random()),
        organization: OrganizationId::parse(&region.running.facts.organization).unwrap(),
        subscription: None,
        at: region.clock.now(),
        actor: Actor {
            kind: ActorKind::System,
            id: None,
            name: "test".to_owned(),
        },
        action: Action::ApprovalRequested,
        target: Target {
            id: "apr_aHR0cHM6Ly9jbGF1ZGUuYWk".to_owned(),
            name: "https://claude.ai".to_owned(),
        },
        source_ip: None,
        request_id: None,
        details: BTreeMap::from(details.map(|(name, value)| (name.to_owned(), value.to_owned()))),
    }
}

/// Writes an event as acts do.
pub(super) async fn write(region: &Region, event: &AuditEvent) {
    let store = region.running.app.store();
    let write = store.record(event).unwrap();
    store.commit(&[write]).await.unwrap().unwrap();
}

/// The event of Lambda for rows that were put, with sequence numbers from 1.
pub(super) fn batch(rows: &[Row]) -> Value {
    let records = rows.iter().enumerate().map(|(index, row)| {
        let keys: Row = ["pk", "sk"].map(|name| (name.to_owned(), row[name].clone())).into();
        json!({
            "eventID": format!("{index}"), "eventName": "INSERT", "eventVersion": "1.1",
            "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_800_000_000.0, "Keys": image(&keys), "NewImage": image(row),
                "SequenceNumber": sequence(index + 1), "SizeBytes": 100, "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
            "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/regent-us/stream/1",
        })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

pub(super) fn sequence(number: usize) -> String {
    format!("{:021}", 100_000_000_000_000_000_000 + number as u128)
}

/// The row of an audit event.
pub(super) async fn row(region: &Region, event: &AuditEvent) -> Row {
    let id = AttributeValue::S(event.id.to_string());
    let rows = region.rows().await;
    rows.into_iter().find(|row| row.get("id") == Some(&id)).unwrap()
}

/// A row of another event than `event` and else the same: one that the region's own pump never sees.
pub(super) async fn unseen(region: &Region, event: &AuditEvent) -> Row {
    let mut row = row(region, event).await;
    let id = EventId::from_random(region.running.app.random());
    row.insert("id".to_owned(), AttributeValue::S(id.to_string()));
    row
}
