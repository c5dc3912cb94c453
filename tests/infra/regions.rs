//! `samconfig.toml`: one entry per region, and no two that could meet.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::infra::tools::{Tool, infra};

const LABELS: [&str; 5] = ["us", "us1", "eu", "jpn", "au"];

fn config() -> Value {
    let program = "import json, sys, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], 'rb'))))";
    let json = Tool::new("python")
        .args(["-c", program])
        .arg(infra().join("samconfig.toml"))
        .runs();
    serde_json::from_str(&json).expect("JSON")
}

#[test]
fn every_region_can_be_deployed_by_its_label() {
    let config = config();
    for label in LABELS {
        let deploy = &config[label]["deploy"]["parameters"];
        assert_eq!(deploy["stack_name"], format!("regent-{label}"));
        assert_eq!(deploy["s3_prefix"], format!("regent-{label}"));
        assert_eq!(deploy["parameter_overrides"][0], format!("RegionLabel={label}"));
        let mail = deploy["parameter_overrides"][1].as_str().expect("a parameter");
        assert!(mail.starts_with("MailFrom=") && mail.contains('@'), "{label}: {mail}");
        // No role has a name of its own, so the stack needs no more than this.
        assert_eq!(deploy["capabilities"], "CAPABILITY_IAM");
        assert_eq!(
            deploy["tags"],
            serde_json::json!(["product=regent", format!("region={label}")])
        );
    }
}

#[test]
fn no_two_regions_share_an_aws_region() {
    let config = config();
    let regions: BTreeSet<_> = LABELS
        .iter()
        .filter_map(|label| config[label]["deploy"]["parameters"]["region"].as_str())
        .collect();
    assert_eq!(regions.len(), LABELS.len(), "{regions:?}");
}

/// SAM's cache looks at a function's own folder, and would deploy an old `shared/`.
#[test]
fn builds_are_never_taken_from_the_cache() {
    let build = &config()["default"]["build"]["parameters"];
    assert_eq!(build["beta_features"], true);
    assert!(build["cached"].is_null());
}

/// CloudFormation passes a stack's tags on to all that can have one, but not to the health check.
#[test]
fn the_health_check_is_tagged_as_everything_else_is() {
    let tags = crate::infra::rendered::everything().resource("HealthCheck")["HealthCheckTags"].to_string();
    for tag in config()["eu"]["deploy"]["parameters"]["tags"].as_array().expect("tags") {
        let name = tag.as_str().and_then(|tag| tag.split('=').next()).expect("a name");
        assert!(tags.contains(&format!("\"Key\":\"{name}\"")), "no tag {name}");
    }
}
