//! The region's table as somebody with the AWS console sees it.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::Region;

/// A row.
pub(crate) type Row = HashMap<String, AttributeValue>;

impl Region {
    /// A client of the table's own, and its name.
    pub(crate) fn table(&self) -> (Client, &str) {
        let config =
            aws_sdk_dynamodb::config::Builder::from(&self.running.aws()).endpoint_url(&self.running.dynamodb_endpoint);
        (Client::from_conf(config.build()), &self.running.app.config().table)
    }

    /// Everything in it.
    pub(crate) async fn rows(&self) -> Vec<Row> {
        let (client, name) = self.table();
        let scanned = client
            .scan()
            .table_name(name)
            .consistent_read(true)
            .send()
            .await
            .unwrap();
        assert!(scanned.last_evaluated_key().is_none(), "more than one page");
        scanned.items.unwrap()
    }

    /// Puts a row over the one with its keys.
    pub(crate) async fn put(&self, row: Row) {
        let (client, name) = self.table();
        client
            .put_item()
            .table_name(name)
            .set_item(Some(row))
            .send()
            .await
            .unwrap();
    }
}

/// A row as DynamoDB writes it in JSON.
pub(crate) fn image(row: &Row) -> Value {
    row.iter().map(|(name, value)| (name.clone(), typed(value))).collect()
}

fn typed(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(bool) => json!({ "BOOL": bool }),
        AttributeValue::Null(_) => json!({ "NULL": true }),
        AttributeValue::M(map) => json!({ "M": image(map) }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(typed).collect::<Vec<_>>() }),
        AttributeValue::B(bytes) => json!({ "B": BASE64_STANDARD.encode(bytes) }),
        other => panic!("{other:?}"),
    }
}
