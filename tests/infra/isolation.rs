//! A region is on its own: nothing in its stack names, copies to, or takes from anything outside.
//!
//! Over every deployment of `rendered`. What CloudFormation fills in by itself (`AWS::Region`,
//! `AWS::AccountId`) is the stack's own region and account wherever it stands.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::infra::rendered::{Stack, parts, stacks, strings};

/// The one thing that is granted on `*`: X-Ray knows no resources.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html>
const TRACES: [&str; 2] = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// Every statement of every policy: what holds it, and it. Roles, the topic, the key.
fn statements(stack: &Stack) -> Vec<(&str, &Value)> {
    stack
        .resources()
        .flat_map(|(id, resource)| parts(resource).into_iter().map(move |(name, part)| (id, name, part)))
        .filter(|(_, name, _)| *name == "Statement")
        .flat_map(|(id, _, list)| {
            list.as_array()
                .expect("a list")
                .iter()
                .map(move |statement| (id, statement))
        })
        .filter(|(_, statement)| statement["Action"] != "sts:AssumeRole")
        .collect()
}

/// One statement's resources.
fn resources(statement: &Value) -> Vec<&Value> {
    match &statement["Resource"] {
        Value::Array(many) => many.iter().collect(),
        one => vec![one],
    }
}

#[test]
fn no_role_names_a_resource_outside_its_region_stack_and_need() {
    for stack in stacks() {
        for (id, statement) in statements(stack).into_iter().filter(|(id, _)| id.ends_with("Role")) {
            for resource in resources(statement) {
                let own = resource["Ref"].as_str().or(resource["Fn::GetAtt"][0].as_str());
                let arn = resource["Fn::Sub"].as_str().or(resource["Fn::Sub"][0].as_str());
                let inside = match (own, arn) {
                    // The operator's key: KMS takes keys of the stack's own region only.
                    (Some("KmsKeyArn"), _) => statement.to_string().contains("kms:ViaService"),
                    (Some(name), _) => stack.resources().any(|(id, _)| id == name),
                    (_, Some(arn)) => {
                        let mut fields = arn.splitn(6, ':');
                        fields.next() == Some("arn")
                            && arn.contains(":${AWS::Region}:${AWS::AccountId}:")
                            && !arn.contains('*')
                    }
                    _ => resource == "*" && strings(&statement["Action"]) == TRACES,
                };
                assert!(inside, "{}: {id} reaches {resource}", stack.given);
            }
        }
    }
}

#[test]
fn no_policy_allows_an_action_by_a_pattern() {
    for stack in stacks() {
        assert!(statements(stack).len() > 20, "{}: where are the policies?", stack.given);
        for (id, statement) in statements(stack) {
            let actions = strings(&statement["Action"]);
            assert!(!actions.is_empty(), "{}: {id}", stack.given);
            for action in actions {
                assert!(
                    action.contains(':') && !action.contains('*'),
                    "{}: {id} allows {action}",
                    stack.given
                );
            }
            for word in ["NotAction", "NotResource", "NotPrincipal"] {
                assert!(statement[word].is_null(), "{}: {id} has {word}", stack.given);
            }
            assert_ne!(statement["Principal"], "*", "{}: {id}", stack.given);
            assert_ne!(statement["Principal"]["AWS"], "*", "{}: {id}", stack.given);
        }
    }
}

#[test]
fn only_x_ray_and_a_key_s_own_policy_say_every_resource() {
    for stack in stacks() {
        for (id, statement) in statements(stack) {
            let all = resources(statement).into_iter().any(|resource| resource == "*");
            let traces = strings(&statement["Action"]) == TRACES;
            assert_eq!(all, traces || id == "AlarmKey", "{}: {id}: {statement}", stack.given);
        }
    }
}

/// Neither a copy nor a mirror, nor a word of another region.
#[test]
fn no_data_is_copied_anywhere() {
    for stack in stacks() {
        for (id, resource) in stack.resources() {
            let kind = resource["Type"].as_str().expect("a type");
            for other in [
                "GlobalTable",
                "GlobalCluster",
                "CloudFormation::Stack",
                "CustomResource",
                "Custom::",
            ] {
                assert!(!kind.contains(other), "{}: {id} is {kind}", stack.given);
            }
            for (name, part) in parts(resource) {
                for word in [
                    "Replica",
                    "KinesisStream",
                    "ImportValue",
                    "GetStackOutput",
                    "CrossRegion",
                ] {
                    assert!(!name.contains(word), "{}: {id} has {name}", stack.given);
                }
                let text = part.as_str().unwrap_or_default();
                let foreign = aws_region(text);
                assert_eq!(foreign, None, "{}: {id} says {text}", stack.given);
            }
        }
    }
}

/// An AWS region that a text names.
fn aws_region(text: &str) -> Option<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.into_iter().find(|word| {
        let mut parts = word.split('-');
        let (area, side, number) = (parts.next(), parts.next(), parts.next_back());
        let area =
            area.is_some_and(|area| ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn"].contains(&area));
        area && side.is_some_and(|side| side.len() >= 4) && number.is_some_and(|number| number.parse::<u8>().is_ok())
    })
}

#[test]
fn the_check_for_regions_knows_one() {
    assert_eq!(
        aws_region("arn:aws:dynamodb:ap-northeast-1:1:table/t"),
        Some("ap-northeast-1")
    );
    assert_eq!(aws_region("regent-eu, us-and-them, 2012-10-17, eu"), None);
}

/// Who does what to secrets, by role.
fn secrets(stack: &Stack) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, statement) in statements(stack) {
        for action in strings(&statement["Action"]) {
            if action.starts_with("secretsmanager:") {
                assert_eq!(
                    statement["Resource"]["Fn::GetAtt"][0], "SigningKey",
                    "{}: {id}",
                    stack.given
                );
                found.entry(id).or_default().push(action);
            }
        }
    }
    found
}

/// Nobody else holds any action on a secret at all: not verify, not the console.
#[test]
fn only_token_and_rotate_read_private_keys_and_only_rotate_writes_them() {
    for stack in stacks() {
        let secrets = secrets(stack);
        assert_eq!(
            secrets.keys().copied().collect::<Vec<_>>(),
            ["RotateRole", "TokenRole"],
            "{}",
            stack.given
        );
        assert_eq!(
            secrets["TokenRole"],
            ["secretsmanager:GetSecretValue"],
            "{}",
            stack.given
        );
        assert!(stack.of_type("AWS::SecretsManager::ResourcePolicy").is_empty());
    }
}

/// All that verify may do: read the table, log, trace; and have what it reads decrypted.
#[test]
fn verify_cannot_read_private_keys() {
    for stack in stacks() {
        let own = statements(stack).into_iter().filter(|(id, _)| *id == "VerifyRole");
        for (_, statement) in own.filter(|(_, statement)| statement["Effect"] == "Allow") {
            for action in strings(&statement["Action"]) {
                let reads =
                    action == "dynamodb:BatchGetItem" || action.starts_with("logs:") || action.starts_with("xray:");
                let services = statement["Condition"]["StringEquals"]["kms:ViaService"].to_string();
                let decrypts =
                    action == "kms:Decrypt" && services.contains("dynamodb.") && !services.contains("secretsmanager");
                assert!(reads || decrypts, "{}: {statement}", stack.given);
            }
        }
        let variables = stack.resource("VerifyFunction")["Environment"]["Variables"].to_string();
        assert!(!variables.contains("SigningKey"), "{}", stack.given);
    }
}

/// Rotate reads and writes the one row of published keys, and no account, token or person.
#[test]
fn rotate_reaches_one_row_of_the_table() {
    for stack in stacks() {
        let mut seen = 0;
        for (_, statement) in statements(stack).into_iter().filter(|(id, _)| *id == "RotateRole") {
            if strings(&statement["Action"])
                .iter()
                .any(|action| action.starts_with("dynamodb:"))
            {
                seen += 1;
                let rows = &statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"];
                assert_eq!(strings(rows), ["KEYS"], "{}", stack.given);
            }
        }
        assert_eq!(seen, 1, "{}", stack.given);
    }
}

/// A restored table is all or nothing: no function and no role is left with the old one.
#[test]
fn after_a_restore_nothing_works_on_the_old_table() {
    let everything = stacks().last().expect("deployments");
    for (id, resource) in everything.resources().filter(|(id, _)| *id != "Table") {
        let text = resource["Properties"].to_string();
        let old = ["{\"Ref\":\"Table\"}", "[\"Table\",\"", "${Table}", "${Table."]
            .iter()
            .any(|name| text.contains(name));
        assert!(!old, "{id} still has the old table");
    }
}
