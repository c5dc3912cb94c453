//! The functions: what they run on, which binary they are, how long they may take, where they log.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::infra::rendered::{named, of_type, resource, stacks, template};
use crate::infra::tools::{infra, root};

/// Those behind the HTTP API, the one behind the table's stream, and Secrets Manager's.
pub(super) const FUNCTIONS: [&str; 7] = [
    "TokenFunction",
    "AuthorizeFunction",
    "AccountsFunction",
    "ConsoleFunction",
    "VerifyFunction",
    "NotifyFunction",
    "RotateFunction",
];

/// Those behind the HTTP API.
pub(super) const DOORS: usize = 5;

#[test]
fn there_is_one_function_per_audience() {
    let found: BTreeSet<_> = of_type("AWS::Lambda::Function").into_iter().map(|(id, _)| id).collect();
    assert_eq!(found, BTreeSet::from(FUNCTIONS));
}

#[test]
fn every_function_runs_on_arm64() {
    assert_eq!(template()["Parameters"]["Architecture"]["Default"], "arm64");
    for id in FUNCTIONS {
        let function = resource(id);
        assert_eq!(function["Runtime"], "provided.al2023", "{id}");
        assert_eq!(named(&function["Architectures"][0]), Some("Architecture"), "{id}");
    }
}

/// A wrong name here is otherwise found by a deployment, after a quarter of an hour of building.
#[test]
fn every_function_is_built_from_a_binary_of_the_crate_it_names() {
    for id in FUNCTIONS {
        let build = &template()["Resources"][id]["Metadata"];
        assert_eq!(build["BuildMethod"], "rust-cargolambda", "{id}");
        let binary = build["BuildProperties"]["Binary"].as_str().expect("a binary");
        let source = std::fs::read_to_string(infra().join("template.yaml")).expect("the template");
        let folder = binary.replace("regent-", "functions/");
        assert!(
            source.contains(&format!("CodeUri: ../{folder}\n")),
            "{id} is not built from {folder}"
        );
        assert_eq!(binaries(&folder), [binary], "{id}");
    }
}

/// What `sam build` finds when it asks cargo in the crate's folder.
fn binaries(folder: &str) -> Vec<String> {
    let manifest = root().join(folder).join("Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(&manifest)
        .output()
        .expect("cargo starts");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .filter(|package| package["manifest_path"].as_str().is_some_and(|path| manifest == *path))
        .flat_map(|package| package["targets"].as_array().expect("targets"))
        .filter(|target| target["kind"][0] == "bin")
        .map(|target| target["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn every_log_group_forgets() {
    for (id, group) in of_type("AWS::Logs::LogGroup") {
        assert_eq!(
            named(&group["Properties"]["RetentionInDays"]),
            Some("LogRetentionDays"),
            "{id}"
        );
    }
    for id in FUNCTIONS {
        let group = named(&resource(id)["LoggingConfig"]["LogGroup"]);
        assert_eq!(group, Some(id.replace("Function", "LogGroup").as_str()), "{id}");
        assert_eq!(resource(id)["LoggingConfig"]["LogFormat"], "JSON", "{id}");
    }
}

/// At `TRACE`, Lambda's runtime library writes whole events; `lambda` checks the levels above it.
#[test]
fn no_level_of_logging_tells_secrets() {
    let levels = &template()["Parameters"]["LogLevel"]["AllowedValues"];
    assert_eq!(levels, &serde_json::json!(["DEBUG", "INFO", "WARN", "ERROR"]));
}

/// Only who signs and who rotates knows where the private keys are; a name is a first step.
#[test]
fn only_token_and_rotate_are_told_of_the_signing_key() {
    for id in FUNCTIONS {
        let variables = &resource(id)["Environment"]["Variables"];
        for needed in ["REGENT_REGION", "REGENT_ISSUER", "REGENT_TABLE"] {
            assert!(!variables[needed].is_null(), "{id} lacks {needed}");
        }
        let signs = ["TokenFunction", "RotateFunction"].contains(&id);
        assert_eq!(variables.to_string().contains("SigningKey"), signs, "{id}");
    }
}

#[test]
fn every_function_is_traced_logs_to_its_own_group_and_has_its_own_role() {
    for stack in stacks() {
        for id in FUNCTIONS {
            let function = stack.resource(id);
            let own = |what| id.replace("Function", what);
            assert_eq!(function["TracingConfig"]["Mode"], "Active", "{}: {id}", stack.given);
            assert_eq!(
                named(&function["LoggingConfig"]["LogGroup"]),
                Some(own("LogGroup").as_str()),
                "{id}"
            );
            assert_eq!(named(&function["Role"]), Some(own("Role").as_str()), "{id}");
        }
    }
}

/// A concurrency that is set aside is taken from everything else of the account.
#[test]
fn no_concurrency_is_set_aside_unasked() {
    for id in FUNCTIONS {
        assert!(resource(id)["ReservedConcurrentExecutions"].is_null(), "{id}");
        let parameter = id.replace("Function", "ReservedConcurrency");
        assert_eq!(template()["Parameters"][&parameter]["Default"], 0, "{parameter}");
    }
}
