//! Alarms and the dashboard: that each says what it means, speaks to somebody, and looks at
//! something that is there.

use std::collections::BTreeSet;

use regent::telemetry::Metric;
use serde_json::Value;

use crate::infra::functions::FUNCTIONS;
use crate::infra::rendered::{Stack, named, parts, resource, stacks};
use crate::infra::tools::root;

/// The alarms of a deployment: their names without the stack's, and what they are.
fn alarms(stack: &Stack) -> Vec<(&str, &Value)> {
    let found = stack.of_type("AWS::CloudWatch::Alarm");
    assert!(found.len() >= 15, "{}: only {} alarms", stack.given, found.len());
    found
        .into_iter()
        .map(|(id, alarm)| {
            let alarm = &alarm["Properties"];
            let name = alarm["AlarmName"]["Fn::Sub"].as_str();
            let own = name.and_then(|name| name.strip_prefix("${AWS::StackName}-"));
            (own.unwrap_or_else(|| panic!("{id} has no name of this stack's")), alarm)
        })
        .collect()
}

#[test]
fn every_alarm_tells_somebody_when_it_begins_and_when_it_ends() {
    for stack in stacks() {
        for (name, alarm) in alarms(stack) {
            for way in ["AlarmActions", "OKActions"] {
                let told: Vec<_> = alarm[way]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .filter_map(named)
                    .collect();
                assert_eq!(told, ["AlarmTopic"], "{}: {name}: {way}", stack.given);
            }
        }
        let mailed = stack.of_type("AWS::SNS::Subscription").len();
        assert_eq!(mailed, usize::from(stack.given == "everything"), "{}", stack.given);
    }
}

/// Only this stack's alarms, and no other sender, may use the topic.
#[test]
fn the_topic_is_for_this_stack_s_alarms() {
    let statements = resource("AlarmTopicPolicy")["PolicyDocument"]["Statement"]
        .as_array()
        .expect("a list");
    assert_eq!(statements.len(), 1);
    assert_eq!(statements[0]["Principal"]["Service"], "cloudwatch.amazonaws.com");
    let from = statements[0]["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"]
        .as_str()
        .expect("an ARN");
    assert!(
        from.ends_with(":${AWS::Region}:${AWS::AccountId}:alarm:${AWS::StackName}-*"),
        "{from}"
    );
}

/// At 3 a.m. the mail is all there is.
#[test]
fn every_alarm_says_what_it_means_and_where_the_runbook_goes_on() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README");
    for (name, alarm) in alarms(&stacks()[0]) {
        let description = alarm["AlarmDescription"].as_str().expect("a description");
        let (meaning, section) = description.split_once(" Runbook: ").expect("a section of the runbook");
        assert!(
            meaning.len() > 60 && meaning.ends_with('.'),
            "{name} does not say what it means"
        );
        assert_eq!(section, format!("{name}."), "{name} leads elsewhere");
        assert!(
            readme.contains(&format!("`{name}`")),
            "the README's runbook has no `{name}`"
        );
    }
}

/// What silence means is decided, never left to the default.
#[test]
fn every_alarm_knows_what_silence_means() {
    for (name, alarm) in alarms(&stacks()[0]) {
        // Hours without a token say nothing about the key; otherwise no calls are no errors.
        let silence = if name == "rotation-overdue" {
            "ignore"
        } else {
            "notBreaching"
        };
        assert_eq!(alarm["TreatMissingData"], silence, "{name}");
    }
}

/// A name that the functions do not write is an alarm that never goes off.
#[test]
fn every_metric_of_ours_is_one_that_the_functions_write() {
    let names: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.name()).collect();
    let functions: BTreeSet<_> = FUNCTIONS
        .iter()
        .map(|id| id.replace("Function", "").to_lowercase())
        .collect();
    let mut seen = 0;
    for (name, alarm) in alarms(&stacks()[0]) {
        let metrics = parts(alarm).into_iter().map(|(_, part)| part).chain([alarm]);
        for metric in metrics.filter(|part| part["Namespace"] == "Regent") {
            seen += 1;
            assert!(
                names.contains(metric["MetricName"].as_str().expect("a name")),
                "{name}: {metric}"
            );
            let by = metric["Dimensions"].as_array().expect("dimensions");
            assert_eq!(
                (&by[0]["Name"], named(&by[0]["Value"])),
                (&Value::from("Region"), Some("RegionLabel"))
            );
            assert_eq!(by[1]["Name"], "Function", "{name}");
            assert!(
                functions.contains(by[1]["Value"].as_str().expect("a function")),
                "{name}: {metric}"
            );
        }
    }
    assert!(seen >= 4, "alarms look at {seen} metrics of ours");
}

#[test]
fn every_function_has_an_alarm_of_its_own() {
    let stack = &stacks()[0];
    for id in FUNCTIONS {
        let name = format!("{}-failing", id.replace("Function", "").to_lowercase());
        let found = alarms(stack).into_iter().find(|(found, _)| **found == name);
        let (_, alarm) = found.unwrap_or_else(|| panic!("nobody hears of {id}"));
        assert_eq!(alarm["MetricName"], "Errors");
        assert_eq!(named(&alarm["Dimensions"][0]["Value"]), Some(id));
    }
}

/// What the issue asks to be watched.
#[test]
fn what_ends_a_night_s_sleep_is_watched() {
    let names: BTreeSet<_> = alarms(&stacks()[0]).into_iter().map(|(name, _)| name).collect();
    for name in [
        "api-errors",
        "token-refusals",
        "verify-slow",
        "verify-unavailable",
        "throttled",
        "table-throttled",
        "table-errors",
        "stream-behind",
        "dead-letters",
        "rotation-overdue",
        "rotate-failing",
    ] {
        assert!(names.contains(name), "nobody watches {name}");
    }
    let overdue = resource("RotationOverdueAlarm");
    assert_eq!(overdue["Threshold"], 7, "days over");
    assert_eq!(
        overdue["Metrics"][0]["Expression"]["Fn::Sub"],
        "age / 86400 - ${RotationDays}"
    );
}

/// The dashboard's widgets, of one deployment.
fn widgets(stack: &Stack) -> Vec<Value> {
    let body = &stack.resource("Dashboard")["DashboardBody"]["Fn::Sub"];
    let body: Value = serde_json::from_str(body[0].as_str().expect("a text")).expect("JSON");
    body["widgets"].as_array().expect("widgets").clone()
}

#[test]
fn the_dashboard_shows_every_alarm_and_this_region_s_own_things() {
    for stack in stacks() {
        let widgets = widgets(stack);
        let shown = widgets[0]["properties"]["alarms"]
            .as_array()
            .expect("alarms first")
            .len();
        assert_eq!(shown, alarms(stack).len(), "{}", stack.given);
        for widget in &widgets[1..] {
            let title = &widget["properties"]["title"];
            assert_eq!(widget["properties"]["region"], "${AWS::Region}", "{title}");
            assert!(
                title.as_str().is_some_and(|title| title.contains('?')),
                "{title} answers no question"
            );
        }
    }
}

/// A name that nothing has is an empty curve, at the worst moment.
#[test]
fn everything_the_dashboard_names_is_there() {
    let names: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.name()).collect();
    for stack in stacks() {
        let all = Value::from(widgets(stack));
        let text = all.to_string();
        for name in text.split("${").skip(1).filter_map(|rest| rest.split('}').next()) {
            let id = name.split('.').next().unwrap_or_default();
            let known = id.starts_with("AWS::") || ["RegionLabel", "TableName"].contains(&id);
            assert!(
                known || stack.resources().any(|(there, _)| there == id),
                "{}: {name}",
                stack.given
            );
        }
        for (_, metric) in parts(&all).into_iter().filter(|(_, part)| part[0] == "Regent") {
            assert!(names.contains(metric[1].as_str().expect("a name")), "{metric}");
        }
        for id in FUNCTIONS {
            assert!(text.contains(&format!("${{{id}}}")), "{}: no {id}", stack.given);
        }
    }
}
