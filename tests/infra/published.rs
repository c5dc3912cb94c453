//! The published keys are one item, and whoever writes it says whose signatures are good: rotate,
//! and the operator. Every other role is denied to, whatever else it is allowed.
//!
//! The emulator that `deploy` runs on enforces policies and knows no `dynamodb:LeadingKeys`: there the
//! denial never applies. So what AWS makes of these conditions is worked out here.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use serde_json::Value;

use crate::infra::rendered::{Stack, stacks, strings};

/// Every action that writes an item. A transaction is authorised by those of its parts.
const WRITES: [&str; 7] = [
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
];

/// The partition of the published keys, as `store/key.rs` spells it.
const KEYS: &str = "KEYS";

fn statements<'a>(stack: &'a Stack, role: &str) -> impl Iterator<Item = &'a Value> {
    let policies = stack.resource(role)["Policies"].as_array().expect("inline policies");
    policies
        .iter()
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().expect("statements"))
}

/// Whether a condition holds for a request for these partitions.
fn holds(condition: &Value, partitions: &[&str]) -> bool {
    let operators = condition.as_object().into_iter().flatten();
    operators.into_iter().all(|(operator, keys)| {
        keys.as_object().expect("keys").iter().all(|(key, listed)| {
            let listed = strings(listed);
            match (operator.as_str(), key.as_str()) {
                ("ForAllValues:StringEquals", "dynamodb:LeadingKeys") => {
                    partitions.iter().all(|partition| listed.contains(partition))
                }
                ("ForAnyValue:StringEquals", "dynamodb:LeadingKeys") => {
                    partitions.iter().any(|partition| listed.contains(partition))
                }
                // What KMS is asked for is no matter of the table's.
                ("StringEquals", "kms:ViaService") => false,
                other => panic!("a condition nobody here knows: {other:?}"),
            }
        })
    })
}

/// What IAM says to an action on rows of these partitions of the table.
fn allows(stack: &Stack, role: &str, action: &str, partitions: &[&str]) -> bool {
    let applying = |effect: &str| {
        statements(stack, role)
            .filter(|statement| statement["Effect"] == effect && strings(&statement["Action"]).contains(&action))
            .any(|statement| holds(&statement["Condition"], partitions))
    };
    applying("Allow") && !applying("Deny")
}

fn roles(stack: &Stack) -> Vec<&str> {
    let roles: Vec<&str> = stack.of_type("AWS::IAM::Role").into_iter().map(|(id, _)| id).collect();
    assert!(roles.len() >= 7, "{}: where are the roles?", stack.given);
    roles
}

#[test]
fn only_rotate_writes_the_published_keys() {
    for stack in stacks() {
        for role in roles(stack) {
            for action in WRITES {
                for partitions in [&[KEYS][..], &["USER#usr_1", KEYS]] {
                    let allowed = allows(stack, role, action, partitions);
                    let own = role == "RotateRole" && action == "dynamodb:PutItem" && partitions == [KEYS];
                    assert_eq!(allowed, own, "{}: {role} {action} {partitions:?}", stack.given);
                }
            }
        }
    }
}

/// A denial holds against whatever is allowed one day: it names every action, and the same table.
#[test]
fn every_other_role_is_denied_every_way_to_write_them() {
    for stack in stacks() {
        for role in roles(stack).into_iter().filter(|role| *role != "RotateRole") {
            let on_items = |effect: &str| {
                let mut found = statements(stack, role).filter(|statement| {
                    let actions = strings(&statement["Action"]);
                    statement["Effect"] == effect && actions.iter().any(|action| action.ends_with("Item"))
                });
                found
                    .next()
                    .unwrap_or_else(|| panic!("{}: {role} has no {effect}", stack.given))
            };
            let (allowed, denied) = (on_items("Allow"), on_items("Deny"));
            assert_eq!(strings(&denied["Action"]), WRITES, "{}: {role}", stack.given);
            assert_eq!(denied["Resource"], allowed["Resource"], "{}: {role}", stack.given);
        }
    }
}

#[test]
fn what_is_not_the_published_keys_is_as_free_as_before() {
    for stack in stacks() {
        for role in [
            "TokenRole",
            "AuthorizeRole",
            "AccountsRole",
            "ConsoleRole",
            "NotifyRole",
        ] {
            for action in ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"] {
                assert!(
                    allows(stack, role, action, &["USER#usr_1"]),
                    "{}: {role} {action}",
                    stack.given
                );
            }
        }
        for role in roles(stack) {
            let read = allows(stack, role, "dynamodb:BatchGetItem", &[KEYS]);
            assert!(read, "{}: {role} does not read the keys", stack.given);
        }
    }
}
