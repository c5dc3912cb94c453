//! The embedded table, through the AWS SDK and through its file.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use regent::app::Rng;
use rusqlite::Connection;

use super::{Expiry, Table, ensure_table, tidy};
use crate::aws::{credentials, sdk_config};

const NAME: &str = "regent-us";

async fn start(file: &std::path::Path) -> (Table, Client) {
    let credentials = credentials(&Rng::system());
    let table = Table::open(file, Expiry::Keep, &credentials).unwrap();
    let aws = sdk_config(&credentials);
    ensure_table(&aws, table.endpoint(), NAME).await.unwrap();
    let config = aws_sdk_dynamodb::config::Builder::from(&aws)
        .endpoint_url(table.endpoint())
        .build();
    (table, Client::from_conf(config))
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

async fn put(client: &Client, sk: &str) {
    client
        .put_item()
        .table_name(NAME)
        .item("pk", text("p"))
        .item("sk", text(sk))
        .send()
        .await
        .unwrap();
}

async fn count(client: &Client) -> usize {
    let found = client
        .scan()
        .table_name(NAME)
        .consistent_read(true)
        .send()
        .await
        .unwrap();
    found.items().len()
}

#[tokio::test]
async fn a_restart_keeps_the_items() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("table.sqlite");
    let (table, client) = start(&file).await;
    put(&client, "a").await;
    table.close().await;
    let (table, client) = start(&file).await;
    assert_eq!(count(&client).await, 1);
    table.close().await;
}

#[tokio::test]
async fn a_copy_of_the_files_of_a_running_table_has_every_acknowledged_item() {
    // What kill -9 leaves behind: the files as they are, nothing closed.
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (table, client) = start(&dir.path().join("table.sqlite")).await;
    for n in 0..50 {
        put(&client, &n.to_string()).await;
    }
    for name in ["table.sqlite", "table.sqlite-wal"] {
        std::fs::copy(dir.path().join(name), copy.path().join(name)).unwrap();
    }
    let (copied, copied_client) = start(&copy.path().join("table.sqlite")).await;
    assert_eq!(count(&copied_client).await, 50);
    table.close().await;
    copied.close().await;
}

#[tokio::test]
async fn the_table_has_a_stream_and_an_expiry() {
    let dir = tempfile::tempdir().unwrap();
    let (table, client) = start(&dir.path().join("table.sqlite")).await;
    let described = client.describe_table().table_name(NAME).send().await.unwrap();
    let stream = described.table().unwrap().stream_specification().unwrap();
    assert!(stream.stream_enabled());
    assert_eq!(stream.stream_view_type().unwrap().as_str(), "NEW_AND_OLD_IMAGES");
    let ttl = client.describe_time_to_live().table_name(NAME).send().await.unwrap();
    assert_eq!(
        ttl.time_to_live_description().unwrap().attribute_name(),
        Some("expires_at")
    );
    table.close().await;
}

#[tokio::test]
async fn a_dropped_table_frees_its_port() {
    let dir = tempfile::tempdir().unwrap();
    let (table, client) = start(&dir.path().join("table.sqlite")).await;
    let address = table.endpoint().trim_start_matches("http://").to_owned();
    let server = {
        let Table {
            server, stop_server, ..
        } = table;
        drop(stop_server);
        server
    };
    drop(client);
    tokio::task::spawn_blocking(move || server.join())
        .await
        .unwrap()
        .unwrap();
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("table.sqlite");
    std::fs::write(&file, "this is a shopping list, not a database. ".repeat(50)).unwrap();
    let error = Table::open(&file, Expiry::Keep, &credentials(&Rng::system())).unwrap_err();
    assert!(error.to_string().starts_with("cannot open the table file"), "{error}");
}

#[tokio::test]
async fn pruning_keeps_the_young_records_and_the_sequence() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("table.sqlite");
    let (table, client) = start(&file).await;
    for n in 0..1200 {
        put(&client, &n.to_string()).await;
    }
    let own = Connection::open(&file).unwrap();
    own.execute(
        "UPDATE _stream_records SET created_at = created_at - 90000 WHERE id <= 1150",
        [],
    )
    .unwrap();
    assert_eq!(tidy::prune(&own).unwrap(), 1150);
    assert_eq!(tidy::prune(&own).unwrap(), 0);
    let before = last(&own);
    put(&client, "after").await;
    assert!(last(&own) > before);

    own.execute("UPDATE _stream_records SET created_at = created_at - 90000", [])
        .unwrap();
    assert_eq!(tidy::prune(&own).unwrap(), 50);
    let before = last(&own);
    put(&client, "after all were old").await;
    assert!(last(&own) > before, "the sequence goes on");
    table.close().await;
}

/// The stream as the notify function will read it: an iterator taken before pruning still reads on.
#[tokio::test]
async fn an_iterator_from_before_pruning_reads_on() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("table.sqlite");
    let (table, client) = start(&file).await;
    put(&client, "old").await;
    put(&client, "older").await;
    let described = client.describe_table().table_name(NAME).send().await.unwrap();
    let arn = described.table().unwrap().latest_stream_arn().unwrap().to_owned();
    let database = dynoxide::Database::new(file.to_str().unwrap()).unwrap();
    let read =
        |iterator: Option<String>| {
            let iterator = iterator.unwrap_or_else(|| {
            let request = serde_json::json!({
                "StreamArn": arn, "ShardId": format!("shardId-00000001-{NAME}"), "ShardIteratorType": "TRIM_HORIZON",
            });
            let found = database.get_shard_iterator(serde_json::from_value(request).unwrap()).unwrap();
            found.shard_iterator.unwrap()
        });
            let request = serde_json::json!({ "ShardIterator": iterator });
            database.get_records(serde_json::from_value(request).unwrap()).unwrap()
        };
    let first = read(None);
    assert_eq!(first.records.len(), 2);

    let own = Connection::open(&file).unwrap();
    own.execute("UPDATE _stream_records SET created_at = 0", []).unwrap();
    assert_eq!(tidy::prune(&own).unwrap(), 1);
    put(&client, "new").await;

    let next = read(first.next_shard_iterator);
    assert_eq!(next.records.len(), 1);
    assert_eq!(next.records[0].event_name, "INSERT");
    assert_eq!(
        read(None).records.len(),
        2,
        "the newest old record stays until there is a newer one"
    );
    table.close().await;
}

#[tokio::test]
async fn writes_find_the_sequence_through_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("table.sqlite");
    let (table, _client) = start(&file).await;
    let own = Connection::open(&file).unwrap();
    let plan: String = own
        .query_row(
            "EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1
             FROM _stream_records WHERE table_name = ?1",
            [NAME],
            |row| row.get(3),
        )
        .unwrap();
    assert!(plan.contains("regent_stream_sequence"), "{plan}");
    table.close().await;
}

fn last(own: &Connection) -> i64 {
    own.query_row(
        "SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records",
        [],
        |row| row.get(0),
    )
    .unwrap()
}
