//! Encryption at rest: with AWS's keys, and with one of the operator's, and who may have it used.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::infra::rendered::{Stack, everything, named, stacks, strings};

/// The resources that keep something, and where the key of each is named.
const KEPT: [(&str, &str); 6] = [
    ("AWS::DynamoDB::Table", "/SSESpecification/KMSMasterKeyId"),
    ("AWS::SecretsManager::Secret", "/KmsKeyId"),
    ("AWS::Logs::LogGroup", "/KmsKeyId"),
    ("AWS::SQS::Queue", "/KmsMasterKeyId"),
    ("AWS::SNS::Topic", "/KmsMasterKeyId"),
    ("AWS::Lambda::Function", "/KmsKeyArn"),
];

#[test]
fn a_key_of_the_operator_s_encrypts_everything_that_is_kept() {
    for (kind, at) in KEPT {
        let found = everything().of_type(kind);
        assert!(!found.is_empty(), "{kind}");
        for (id, resource) in found {
            let key = resource["Properties"].pointer(at).and_then(named);
            assert_eq!(key, Some("KmsKeyArn"), "{id}");
        }
    }
    assert!(everything().of_type("AWS::KMS::Key").is_empty(), "a key too many");
}

/// Secrets and logs are encrypted by AWS without a word.
#[test]
fn without_one_everything_that_is_kept_is_encrypted_too() {
    for stack in stacks().iter().filter(|stack| stack.given != everything().given) {
        for (id, table) in stack.of_type("AWS::DynamoDB::Table") {
            assert_eq!(table["Properties"]["SSESpecification"]["SSEType"], "KMS", "{id}");
        }
        for (id, queue) in stack.of_type("AWS::SQS::Queue") {
            assert_eq!(queue["Properties"]["SqsManagedSseEnabled"], true, "{id}");
        }
        for (id, topic) in stack.of_type("AWS::SNS::Topic") {
            assert_eq!(named(&topic["Properties"]["KmsMasterKeyId"]), Some("AlarmKey"), "{id}");
        }
        let statements = stack.resource("AlarmKey")["KeyPolicy"]["Statement"]
            .as_array()
            .expect("a list");
        assert!(
            statements
                .iter()
                .any(|allowed| allowed["Principal"]["Service"] == "cloudwatch.amazonaws.com"),
            "no alarm could speak"
        );
    }
}

/// What a role may do with the key: an action, through a service.
fn uses(stack: &Stack, role: &str) -> BTreeSet<(String, String)> {
    let statements = &stack.resource(role)["Policies"][0]["PolicyDocument"]["Statement"];
    let mut found = BTreeSet::new();
    for statement in statements.as_array().expect("a list") {
        for action in strings(&statement["Action"])
            .into_iter()
            .filter(|action| action.starts_with("kms:"))
        {
            assert_eq!(named(&statement["Resource"]), Some("KmsKeyArn"), "{role}");
            let through = &statement["Condition"]["StringEquals"]["kms:ViaService"];
            let services = through
                .as_array()
                .unwrap_or_else(|| panic!("{role}: {action} through anything"));
            for service in services
                .iter()
                .map(|service| service["Fn::Sub"].as_str().unwrap_or_default())
            {
                let name = service
                    .strip_suffix(".${AWS::Region}.${AWS::URLSuffix}")
                    .expect("a service of this region");
                found.insert((action.to_owned(), name.to_owned()));
            }
        }
    }
    found
}

/// Whoever may have the key used through Secrets Manager can read secrets, if it may read secrets.
#[test]
fn a_role_may_have_the_key_used_by_the_services_it_needs_and_by_no_other() {
    let all = ["dynamodb", "lambda"].map(|service| ("kms:Decrypt", service));
    for (role, more) in [
        ("TokenRole", vec![("kms:Decrypt", "secretsmanager")]),
        ("AuthorizeRole", vec![]),
        ("AccountsRole", vec![]),
        ("ConsoleRole", vec![]),
        ("VerifyRole", vec![]),
        (
            "NotifyRole",
            vec![("kms:Decrypt", "sqs"), ("kms:GenerateDataKey", "sqs")],
        ),
        (
            "RotateRole",
            vec![
                ("kms:Decrypt", "secretsmanager"),
                ("kms:GenerateDataKey", "secretsmanager"),
            ],
        ),
    ] {
        let expected: BTreeSet<_> = all
            .into_iter()
            .chain(more)
            .map(|(a, s)| (a.to_owned(), s.to_owned()))
            .collect();
        assert_eq!(uses(everything(), role), expected, "{role}");
    }
}

#[test]
fn no_role_names_a_key_where_none_is_given() {
    for stack in stacks().iter().filter(|stack| stack.given != everything().given) {
        for (id, role) in stack.of_type("AWS::IAM::Role") {
            assert!(!role.to_string().contains("kms:"), "{}: {id}", stack.given);
        }
    }
}

/// Keys, tables and secrets that a stack makes must not go with it, nor be made by a value it knows.
#[test]
fn the_only_secret_that_cloudformation_knows_is_the_edge_s() {
    for stack in stacks() {
        let secrets = stack.of_type("AWS::SecretsManager::Secret");
        let made: Vec<_> = secrets
            .iter()
            .filter(|(_, secret)| !matches!(&secret["Properties"]["GenerateSecretString"], Value::Null))
            .map(|(id, _)| *id)
            .collect();
        let edge: &[&str] = if stack.given == everything().given {
            &["EdgeSecret"]
        } else {
            &[]
        };
        assert_eq!(made, edge, "{}", stack.given);
    }
}
