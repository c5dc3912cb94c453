//! The table and the signing key: what must survive a mistake, a bad deployment and a deleted stack.

use serde_json::json;

use crate::infra::rendered::{of_type, resource, template};

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
    for (kind, id) in [
        ("AWS::DynamoDB::Table", "Table"),
        ("AWS::SecretsManager::Secret", "SigningKey"),
    ] {
        let found = of_type(kind);
        assert_eq!(found.len(), 1, "{kind}");
        let (name, resource) = found[0];
        assert_eq!(name, id);
        assert_eq!(resource["DeletionPolicy"], "Retain", "{id}");
        assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{id}");
    }
}

/// The schema that the store is written against, and no index that could be read stale.
#[test]
fn the_table_has_the_store_s_keys() {
    let key = json!([{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]);
    assert_eq!(resource("Table")["KeySchema"], key);
    assert!(resource("Table")["GlobalSecondaryIndexes"].is_null());
}

/// A region is on its own: no replica elsewhere, neither of the table nor of the key.
#[test]
fn no_data_leaves_the_region() {
    assert!(
        !template()["Resources"]
            .to_string()
            .contains("AWS::DynamoDB::GlobalTable")
    );
    for id in ["Table", "SigningKey"] {
        for word in ["Replica", "Replicas", "ReplicaRegions"] {
            assert!(resource(id)[word].is_null(), "{id} has {word}");
        }
    }
}

/// CloudFormation would put a value into the template or make up one that is no key.
#[test]
fn the_stack_never_writes_a_signing_key() {
    for word in ["SecretString", "GenerateSecretString"] {
        assert!(resource("SigningKey")[word].is_null(), "SigningKey has {word}");
    }
}
