//! The signing key's rotation: when, by whom, and what the function is told.

use serde_json::json;

use crate::infra::rendered::{named, of_type, resource, stacks, template};

#[test]
fn secrets_manager_rotates_the_signing_key_by_itself() {
    for stack in stacks() {
        let schedules = stack.of_type("AWS::SecretsManager::RotationSchedule");
        assert_eq!(schedules.len(), 1, "{}", stack.given);
        let (id, schedule) = schedules[0];
        assert_eq!(named(&schedule["Properties"]["SecretId"]), Some("SigningKey"), "{id}");
        assert_eq!(
            named(&schedule["Properties"]["RotationLambdaARN"]),
            Some("RotateFunction")
        );
        let days = &schedule["Properties"]["RotationRules"]["AutomaticallyAfterDays"];
        assert_eq!(named(days), Some("RotationDays"));
        // It would be turned down before it may call the function.
        assert_eq!(schedule["DependsOn"], "RotatePermission");
    }
    assert_eq!(template()["Parameters"]["RotationDays"]["Default"], 30);
}

/// The first key is the bootstrap command's, and a deployment must not replace a good one.
#[test]
fn a_deployment_rotates_nothing() {
    assert_eq!(resource("RotationSchedule")["RotateImmediatelyOnUpdate"], false);
}

#[test]
fn only_secrets_manager_may_call_rotate_and_only_for_this_secret() {
    let callers: Vec<_> = of_type("AWS::Lambda::Permission")
        .into_iter()
        .filter(|(_, permission)| named(&permission["Properties"]["FunctionName"]) == Some("RotateFunction"))
        .collect();
    assert_eq!(callers.len(), 1);
    let permission = &callers[0].1["Properties"];
    assert_eq!(permission["Principal"], "secretsmanager.amazonaws.com");
    assert_eq!(named(&permission["SourceAccount"]), Some("AWS::AccountId"));
    assert_eq!(permission["SourceArn"], json!({"Fn::GetAtt": ["SigningKey", "Id"]}));
}

/// Key sets are cached for five minutes; a key that signed earlier would meet APIs that do not know it.
#[test]
fn a_rotated_key_is_published_for_longer_than_key_sets_are_cached() {
    let lead = &template()["Parameters"]["KeyLead"];
    assert!(lead["MinValue"].as_u64() >= Some(300) && lead["Default"].as_u64() >= lead["MinValue"].as_u64());
    let variables = &resource("RotateFunction")["Environment"]["Variables"];
    assert_eq!(named(&variables["REGENT_KEY_LEAD"]), Some("KeyLead"));
    assert_eq!(named(&variables["REGENT_SIGNING_ALGORITHM"]), Some("SigningAlgorithm"));
    assert_eq!(named(&variables["REGENT_SIGNING_SECRET"]), Some("SigningKey"));
}

/// An emergency must find room beside a rotation, and time for both.
#[test]
fn rotate_has_time_for_what_it_waits_for() {
    assert!(resource("RotateFunction")["Timeout"].as_u64() >= Some(30));
}
