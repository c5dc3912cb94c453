//! The roles: exactly the actions each function performs, on exactly this stack's resources.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::infra::rendered::{granted, named, of_type, resource, strings, template};
use crate::infra::tools::root;

/// All that is done to the table by functions that make, change, delete and list things.
const EVERYTHING: &[&str] = &[
    "dynamodb:BatchGetItem",
    "dynamodb:DeleteItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
];

/// What a function does to the table. A transaction is allowed by the actions of its parts.
const TABLE: [(&str, &[&str]); 7] = [
    (
        "TokenRole",
        // It lists nothing: every client says where its rows are.
        &[
            "dynamodb:BatchGetItem",
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        ],
    ),
    ("AuthorizeRole", EVERYTHING),
    ("AccountsRole", EVERYTHING),
    ("ConsoleRole", EVERYTHING),
    ("VerifyRole", &["dynamodb:BatchGetItem"]),
    ("NotifyRole", EVERYTHING),
    // Its one row; `isolation` has the condition.
    ("RotateRole", &["dynamodb:BatchGetItem", "dynamodb:PutItem"]),
];

/// What a function does besides the table and its log.
const BESIDES: [(&str, &str, &[&str]); 6] = [
    ("TokenRole", "SigningKey", &["secretsmanager:GetSecretValue"]),
    (
        "NotifyRole",
        "Table.StreamArn",
        &[
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        ],
    ),
    (
        "NotifyRole",
        "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${Identity}",
        &["ses:SendEmail", "ses:SendRawEmail"],
    ),
    ("NotifyRole", "EventBus", &["events:PutEvents"]),
    ("NotifyRole", "NotifyFailures", &["sqs:SendMessage"]),
    (
        "RotateRole",
        "SigningKey",
        &[
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ],
    ),
];

/// What every function does besides: it tells X-Ray, which knows no resources.
const TRACES: [&str; 2] = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// What each is allowed: the resource it names, and the actions on it. What it is denied besides:
/// `published`.
fn grants(role: &str) -> Vec<(String, BTreeSet<&'static str>)> {
    let policies = resource(role)["Policies"].as_array().expect("inline policies");
    policies
        .iter()
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().expect("statements"))
        .filter(|statement| {
            assert!(
                ["Allow", "Deny"].iter().any(|effect| statement["Effect"] == *effect),
                "{role}"
            );
            statement["Effect"] == "Allow"
        })
        .map(|statement| {
            let on = granted(&statement["Resource"]).expect("a resource of this stack");
            (on, strings(&statement["Action"]).into_iter().collect())
        })
        .collect()
}

#[test]
fn every_function_has_a_role_of_its_own() {
    let roles: BTreeSet<_> = of_type("AWS::Lambda::Function")
        .into_iter()
        .map(|(_, function)| named(&function["Properties"]["Role"]).expect("a role of this stack"))
        .collect();
    let written: BTreeSet<_> = of_type("AWS::IAM::Role").into_iter().map(|(id, _)| id).collect();
    assert_eq!(roles.len(), of_type("AWS::Lambda::Function").len(), "a role is shared");
    assert_eq!(roles, written, "a role that no function has");
}

#[test]
fn only_lambda_may_take_on_a_role() {
    for (id, role) in of_type("AWS::IAM::Role") {
        let statements = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
            .as_array()
            .expect("a list");
        assert_eq!(statements.len(), 1, "{id}");
        assert_eq!(
            statements[0]["Principal"],
            serde_json::json!({"Service": "lambda.amazonaws.com"}),
            "{id}"
        );
    }
}

/// Managed policies name `*`, and grow without asking.
#[test]
fn no_role_holds_a_wildcard_or_a_managed_policy() {
    for (id, role) in of_type("AWS::IAM::Role") {
        let role = &role["Properties"];
        assert!(role["ManagedPolicyArns"].is_null(), "{id}");
        // `*` is what traces are granted on, and nothing else.
        assert_eq!(
            role["Policies"].to_string().matches('*').count(),
            1,
            "{id}: {}",
            role["Policies"]
        );
        for word in ["NotAction", "NotResource"] {
            assert!(!role["Policies"].to_string().contains(word), "{id}");
        }
    }
    assert!(
        !template()["Resources"]
            .to_string()
            .contains("AWSLambdaBasicExecutionRole")
    );
}

#[test]
fn every_role_does_to_the_table_what_its_function_does_and_no_more() {
    for (role, actions) in TABLE {
        let found: Vec<_> = grants(role).into_iter().filter(|(on, _)| on == "Table").collect();
        assert_eq!(
            found,
            [("Table".to_owned(), actions.iter().copied().collect())],
            "{role}"
        );
    }
}

/// The store's sources name what it does to the table; no role allows what none of them names.
#[test]
fn no_role_allows_what_the_store_never_does() {
    let folder = root().join("shared/src/store");
    let files = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let sources: String = files
        .map(|file| std::fs::read_to_string(file).expect("a source"))
        .collect();
    let names = |words: &[&str]| words.iter().any(|word| sources.contains(word));
    let done: BTreeSet<&str> = [
        ("dynamodb:BatchGetItem", names(&[".batch_get_item()"])),
        ("dynamodb:GetItem", names(&[".get_item()"])),
        ("dynamodb:Query", names(&[".query()"])),
        ("dynamodb:Scan", names(&[".scan()"])),
        ("dynamodb:PutItem", names(&[".put_item()", ".put(put)"])),
        ("dynamodb:UpdateItem", names(&[".update_item()", ".update(update)"])),
        ("dynamodb:DeleteItem", names(&[".delete_item()", ".delete(delete)"])),
        ("dynamodb:ConditionCheckItem", names(&[".condition_check("])),
    ]
    .into_iter()
    .filter_map(|(action, done)| done.then_some(action))
    .collect();
    let allowed: BTreeSet<&str> = TABLE.iter().flat_map(|(_, actions)| actions.iter().copied()).collect();
    assert_eq!(allowed, done);
}

/// The signing key is token's to read and rotate's to replace; mail, the bus and the queue are notify's.
#[test]
fn no_role_reaches_anything_else_but_what_its_function_needs() {
    for (role, _) in TABLE {
        let own = role.replace("Role", "LogGroup");
        let found: Vec<_> = grants(role)
            .into_iter()
            .filter(|(on, _)| *on != "Table" && *on != own && on != "*")
            .collect();
        let expected: Vec<(String, BTreeSet<&str>)> = BESIDES
            .into_iter()
            .filter(|(who, _, _)| *who == role)
            .map(|(_, on, actions)| (on.to_owned(), actions.iter().copied().collect()))
            .collect();
        assert_eq!(found, expected, "{role}");
    }
}

#[test]
fn verify_writes_nothing() {
    for (on, actions) in grants("VerifyRole") {
        for action in actions {
            let reads = matches!(action, "dynamodb:BatchGetItem");
            assert!(
                reads || on == "VerifyLogGroup" || TRACES.contains(&action),
                "{action} on {on}"
            );
        }
    }
}

#[test]
fn every_role_writes_its_own_log_and_no_other() {
    for (role, _) in TABLE {
        let own = role.replace("Role", "LogGroup");
        let logs: Vec<_> = grants(role)
            .into_iter()
            .filter(|(_, actions)| actions.iter().any(|action| action.starts_with("logs:")))
            .collect();
        let expected = BTreeSet::from(["logs:CreateLogStream", "logs:PutLogEvents"]);
        assert_eq!(logs, [(own, expected)], "{role}");
    }
}

#[test]
fn every_role_sends_traces_and_nothing_else_to_everywhere() {
    for (role, _) in TABLE {
        let everywhere: Vec<_> = grants(role).into_iter().filter(|(on, _)| on == "*").collect();
        assert_eq!(everywhere, [("*".to_owned(), TRACES.into_iter().collect())], "{role}");
    }
}

/// A resource policy would be a second way in, past every role above.
#[test]
fn nothing_else_lets_anybody_in() {
    let kinds = template()["Resources"].as_object().expect("resources").values();
    for kind in kinds.filter_map(|resource| resource["Type"].as_str()).map(Value::from) {
        for way in [
            "AWS::IAM::Policy",
            "AWS::IAM::ManagedPolicy",
            "AWS::IAM::User",
            "AWS::Lambda::Url",
        ] {
            assert_ne!(kind, way);
        }
    }
}
