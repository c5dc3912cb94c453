//! The table and the signing key: what must survive a mistake, a bad deployment and a deleted stack.

use serde_json::json;

use crate::infra::rendered::{of_type, resource, stacks};

#[test]
fn the_table_can_be_restored_to_any_second() {
    let recovery = &resource("Table")["PointInTimeRecoverySpecification"];
    assert_eq!(recovery["PointInTimeRecoveryEnabled"], true);
}

#[test]
fn the_table_forgets_what_has_expired() {
    assert_eq!(
        resource("Table")["TimeToLiveSpecification"],
        json!({"AttributeName": "expires_at", "Enabled": true})
    );
}

#[test]
fn the_table_streams_both_images_of_every_change() {
    assert_eq!(
        resource("Table")["StreamSpecification"]["StreamViewType"],
        "NEW_AND_OLD_IMAGES"
    );
}

#[test]
fn the_table_is_encrypted_and_paid_by_request() {
    assert_eq!(resource("Table")["SSESpecification"]["SSEEnabled"], true);
    assert_eq!(resource("Table")["BillingMode"], "PAY_PER_REQUEST");
}

#[test]
fn neither_a_person_nor_a_stack_deletes_the_table() {
    assert_eq!(resource("Table")["DeletionProtectionEnabled"], true);
    for stack in stacks() {
        for id in ["Table", "SigningKey"] {
            let (_, resource) = stack.resources().find(|(found, _)| *found == id).expect("it");
            assert_eq!(resource["DeletionPolicy"], "Retain", "{}: {id}", stack.given);
            assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{}: {id}", stack.given);
        }
    }
    assert_eq!(of_type("AWS::DynamoDB::Table").len(), 1);
    assert_eq!(of_type("AWS::SecretsManager::Secret").len(), 1);
}

/// The schema that the store is written against, and no index that could be read stale.
#[test]
fn the_table_has_the_store_s_keys() {
    let key = json!([{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]);
    assert_eq!(resource("Table")["KeySchema"], key);
    assert!(resource("Table")["GlobalSecondaryIndexes"].is_null());
}

/// CloudFormation would put a value into the template or make up one that is no key.
#[test]
fn the_stack_never_writes_a_signing_key() {
    for word in ["SecretString", "GenerateSecretString"] {
        assert!(resource("SigningKey")[word].is_null(), "SigningKey has {word}");
    }
}
