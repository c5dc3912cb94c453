//! The stack: what AWS's own tools say of it, and what nobody may change in it unnoticed.
//!
//! ```text
//! tools      the programs that tests/setup installs        rendered   the template as CloudFormation gets it
//! linters    sam, cfn-lint, checkov, and their exceptions  functions  processor, binary, limits, logs
//! routes     which path leads to which function            front      domain, CloudFront, web ACL
//! roles      who may do what to what                       isolation  that nothing leaves region and stack
//! keys       encryption at rest, with AWS's keys and yours  rotation   the schedule, and who may call it
//! data       what must outlive mistakes                    regions    one samconfig.toml entry per region
//! stream     the table's stream, on its way to mail and events
//! alarms     what is watched, what it says, the dashboard
//! published  who may write which keys of this region are good
//! deploy     the whole stack, twice, in a CloudFormation that is not ours
//! runbook    what README tells an operator to do, done there
//! ```
//! A missing tool fails its test: an infrastructure nobody checked must not look checked.

mod alarms;
mod api;
mod cloud;
mod data;
mod deploy;
mod emulated;
mod front;
mod functions;
mod isolation;
mod keys;
mod linters;
mod published;
mod regions;
mod rendered;
mod roles;
mod rotation;
mod routes;
mod runbook;
mod stream;
mod tools;

use crate::infra::tools::infra;

/// A browser has no business here, and one `AllowOrigins: "*"` would give it some.
#[test]
fn cross_origin_requests_are_not_allowed() {
    let template = std::fs::read_to_string(infra().join("template.yaml")).expect("the template");
    for word in ["CorsConfiguration", "AllowOrigins", "Access-Control-"] {
        assert!(!template.contains(word), "{word} in template.yaml");
    }
}

/// What an access log may say: never a query, a header, a body or what a claim holds.
#[test]
fn access_logs_take_nothing_a_client_could_hide_a_secret_in() {
    let stage = rendered::resource("Stage");
    let format = stage["AccessLogSettings"]["Format"].as_str().expect("a format");
    let logged: serde_json::Value = serde_json::from_str(format).expect("one line of JSON");
    for variable in logged
        .as_object()
        .expect("an object")
        .values()
        .filter_map(|value| value.as_str())
    {
        assert!(variable.starts_with("$context."), "{variable}");
        for open in [
            "authorizer",
            "querystring",
            "requestOverride",
            "header",
            "identity.userAgent",
        ] {
            assert!(!variable.contains(open), "{variable} reaches the access log");
        }
    }
}
