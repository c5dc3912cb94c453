//! Makes the one table, as `infra/template.yaml` declares it for the cloud.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, StreamSpecification,
    StreamViewType, TimeToLiveSpecification, TimeToLiveStatus,
};

use super::TableError;

/// The attribute whose passing lets DynamoDB collect an item.
const TTL_ATTRIBUTE: &str = "expires_at";

/// Creates the table if it is not there. Safe to run at every start, also after a start that was killed half-way.
pub async fn ensure_table(aws: &SdkConfig, endpoint: &str, name: &str) -> Result<(), TableError> {
    let config = aws_sdk_dynamodb::config::Builder::from(aws)
        .endpoint_url(endpoint)
        .build();
    let client = Client::from_conf(config);
    match client.describe_table().table_name(name).send().await {
        Ok(_) => {}
        Err(error)
            if error
                .as_service_error()
                .is_some_and(DescribeTableError::is_resource_not_found_exception) =>
        {
            create(&client, name).await?;
        }
        Err(error) => return Err(failure(&error)),
    }
    expire(&client, name).await
}

async fn create(client: &Client, name: &str) -> Result<(), TableError> {
    let key = |attribute: &str, kind: KeyType| {
        KeySchemaElement::builder()
            .attribute_name(attribute)
            .key_type(kind)
            .build()
            .map_err(|error| failure(&error))
    };
    let text = |attribute: &str| {
        AttributeDefinition::builder()
            .attribute_name(attribute)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .map_err(|error| failure(&error))
    };
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewAndOldImages)
        .build()
        .map_err(|error| failure(&error))?;
    let created = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(vec![text("pk")?, text("sk")?]))
        .set_key_schema(Some(vec![key("pk", KeyType::Hash)?, key("sk", KeyType::Range)?]))
        .stream_specification(stream)
        .send()
        .await;
    match created {
        Ok(_) => Ok(()),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(CreateTableError::is_resource_in_use_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(failure(&error)),
    }
}

async fn expire(client: &Client, name: &str) -> Result<(), TableError> {
    let described = client
        .describe_time_to_live()
        .table_name(name)
        .send()
        .await
        .map_err(|error| failure(&error))?;
    let status = described
        .time_to_live_description()
        .and_then(|ttl| ttl.time_to_live_status());
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Ok(());
    }
    let ttl = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name(TTL_ATTRIBUTE)
        .build()
        .map_err(|error| failure(&error))?;
    let updated = client
        .update_time_to_live()
        .table_name(name)
        .time_to_live_specification(ttl)
        .send()
        .await;
    updated.map(drop).map_err(|error| failure(&error))
}

fn failure(error: &(dyn std::error::Error + 'static)) -> TableError {
    TableError::Prepare(DisplayErrorContext(error).to_string())
}
