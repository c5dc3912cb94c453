//! What every line must be: one object of JSON with the promised members, and where it has metrics,
//! CloudWatch's embedded metric format.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use regent::domain::Timestamp;
use serde_json::{Value, json};

/// CloudWatch takes no longer event.
const LONGEST: usize = 256 * 1024;
const FUNCTIONS: [&str; 8] = [
    "token",
    "authorize",
    "accounts",
    "console",
    "verify",
    "notify",
    "rotate",
    // The process of a region on one machine.
    "local",
];

/// The lines of a log. Fails where one is not as it must be.
pub(crate) fn lines(log: &str) -> Vec<Value> {
    let lines = log.lines().map(|line| {
        check(line).unwrap_or_else(|why| {
            let begin: String = line.chars().take(2000).collect();
            panic!("{why}: {begin}")
        })
    });
    lines.collect()
}

/// The lines of requests and invocations among them.
pub(crate) fn requests(log: &str) -> Vec<Value> {
    let mut lines = lines(log);
    lines.retain(|line| line["_aws"].is_object());
    lines
}

fn check(text: &str) -> Result<Value, String> {
    let need = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    need(text.len() <= LONGEST, "too long")?;
    need(!text.chars().any(char::is_control), "a control character")?;
    let line: Value = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
    let member = |name: &str| line[name].as_str().ok_or(format!("no {name}"));
    Timestamp::parse_rfc3339(member("timestamp")?).map_err(|why| format!("timestamp {why}"))?;
    need(
        ["ERROR", "WARN", "INFO", "DEBUG"].contains(&member("level")?),
        "an unknown level",
    )?;
    member("message")?;
    need(FUNCTIONS.contains(&member("Function")?), "an unknown function")?;
    let local = line["Function"] == "local";
    need(local || !member("Region")?.is_empty(), "no region")?;
    if line.get("_aws").is_none() {
        return Ok(line);
    }
    need(!member("request_id")?.is_empty(), "no id")?;
    need(
        line["Duration"].as_f64().is_some_and(|millis| millis >= 0.0),
        "no duration",
    )?;
    let http = ["token", "authorize", "accounts", "console"].contains(&member("Function")?);
    if http {
        for name in ["method", "route", "source_ip"] {
            member(name)?;
        }
        need(line["status"].is_u64() && line["Requests"] == 1, "no status")?;
    }
    // A path or a method that nobody has is reason enough.
    let nothing_there = line["route"] == "unknown" || line["status"] == 405;
    let explained = line["message"] == "served" || line["reason"].is_string() || nothing_there;
    need(explained, "no reason")?;
    metrics(&line)?;
    Ok(line)
}

/// The rules of the format. Regent's own: one set of dimensions, no more than counts, times, ages.
fn metrics(line: &Value) -> Result<(), String> {
    let fail = |what: &str| Err(format!("{what} in {}", line["_aws"]));
    if line["_aws"]["Timestamp"]
        .as_i64()
        .is_none_or(|at| at < 1_700_000_000_000)
    {
        return fail("no timestamp in milliseconds");
    }
    let [directive] = line["_aws"]["CloudWatchMetrics"]
        .as_array()
        .map_or(&[][..], Vec::as_slice)
    else {
        return fail("not one directive");
    };
    if directive["Namespace"] != "Regent" || directive["Dimensions"] != json!([["Region", "Function"]]) {
        return fail("another namespace or other dimensions");
    }
    let all = directive["Metrics"].as_array().map_or(&[][..], Vec::as_slice);
    if all.is_empty() || all.len() > 100 {
        return fail("no metrics, or too many");
    }
    let mut names = vec![];
    for metric in all {
        let name = metric["Name"].as_str().unwrap_or_default();
        let unit = metric["Unit"].as_str().unwrap_or_default();
        if name.is_empty() || names.contains(&name) || !["Count", "Milliseconds", "Seconds"].contains(&unit) {
            return fail("a metric twice, without a name, or with an unknown unit");
        }
        if line[name].as_f64().is_none_or(|value| value < 0.0) {
            return fail("a metric without its value");
        }
        names.push(name);
    }
    // Every member in upper case is a dimension or a metric: nothing is sent by accident.
    let members = line.as_object().unwrap().keys().map(String::as_str);
    let mut capitals = members.filter(|name| name.starts_with(char::is_uppercase));
    match capitals.find(|name| !names.contains(name) && !["Region", "Function"].contains(name)) {
        Some(name) => fail(name),
        None => Ok(()),
    }
}

#[test]
fn a_line_that_is_not_as_promised_is_noticed() {
    let good = json!({
        "timestamp": "2026-11-21T23:00:00Z", "level": "INFO", "message": "refused", "reason": "why", "Function": "token",
        "Region": "us", "request_id": "1", "method": "GET", "route": "/health", "source_ip": "192.0.2.1",
        "status": 200, "Requests": 1, "Duration": 1.5, "_aws": {"Timestamp": 1_795_302_000_000_i64,
        "CloudWatchMetrics": [{"Namespace": "Regent", "Dimensions": [["Region", "Function"]], "Metrics": [
            {"Name": "Requests", "Unit": "Count"}, {"Name": "Duration", "Unit": "Milliseconds"}]}]},
    });
    assert!(check(&good.to_string()).is_ok(), "{:?}", check(&good.to_string()));
    for member in good.as_object().unwrap().keys().filter(|name| *name != "_aws") {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(member);
        assert!(check(&bad.to_string()).is_err(), "without {member}");
    }
    for (pointer, value) in [
        ("/_aws/Timestamp", json!(1_795_302_000)),
        ("/_aws/CloudWatchMetrics/0/Namespace", json!("Other")),
        ("/_aws/CloudWatchMetrics/0/Dimensions/0/0", json!("account")),
        ("/_aws/CloudWatchMetrics/0/Metrics/0/Name", json!("Else")),
        ("/_aws/CloudWatchMetrics/0/Metrics/0/Unit", json!("Apples")),
        ("/Requests", json!("1")),
        ("/level", json!("LOUD")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(check(&bad.to_string()).is_err(), "{pointer}");
    }
    assert!(check(&format!("{good}x")).is_err() && check("").is_err());
}
