//! What `infra/template.yaml` says that costs something.

const TEMPLATE: &str = include_str!("../../infra/template.yaml");

/// A function's memory, in MB.
pub(crate) fn megabytes(function: &str) -> f64 {
    let (_, resource) = TEMPLATE
        .split_once(&format!("\n  {function}:\n"))
        .unwrap_or_else(|| panic!("no {function} in the template"));
    after(resource, "MemorySize:").parse().unwrap()
}

/// A numeric parameter's default.
pub(crate) fn parameter(name: &str) -> f64 {
    let (_, parameter) = TEMPLATE
        .split_once(&format!("\n  {name}:\n"))
        .unwrap_or_else(|| panic!("no {name} in the template"));
    after(parameter, "Default:").parse().unwrap()
}

/// Whether the functions are traced.
pub(crate) fn traced() -> bool {
    TEMPLATE.contains("Tracing: Active")
}

/// The lines that Lambda itself writes about an invocation, at the level of the template. As in
/// <https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html>.
pub(crate) fn platform_lines() -> Vec<&'static str> {
    match after(TEMPLATE, "SystemLogLevel:") {
        "INFO" | "DEBUG" => vec![START, REPORT],
        "WARN" => Vec::new(),
        other => panic!("SystemLogLevel {other}"),
    }
}

const START: &str = r#"{"time":"2026-03-12T19:24:17.690Z","type":"platform.start","record":{"requestId":"6f7f0961-f834-4ba2-8c1d-ec4ea4c1a9b1","version":"$LATEST","tracing":{"spanId":"53995c3f42cd8ad8","type":"X-Amzn-Trace-Id","value":"Root=1-69b31a00-8d198404e40cad431d1cdc34;Parent=53995c3f42cd8ad8;Sampled=0"}}}"#;
const REPORT: &str = r#"{"time":"2026-03-12T19:24:17.699Z","type":"platform.report","record":{"requestId":"6f7f0961-f834-4ba2-8c1d-ec4ea4c1a9b1","metrics":{"durationMs":8.194,"billedDurationMs":9,"memorySizeMB":1024,"maxMemoryUsedMB":23},"tracing":{"spanId":"53995c3f42cd8ad8","type":"X-Amzn-Trace-Id","value":"Root=1-69b31a00-8d198404e40cad431d1cdc34;Parent=53995c3f42cd8ad8;Sampled=0"},"status":"success"}}"#;

/// The line that API Gateway writes about a request: the template's format, with values of usual lengths.
pub(crate) fn access_line() -> String {
    let (_, rest) = TEMPLATE.split_once("Format: >-\n").expect("an access log format");
    let lines: Vec<&str> = rest
        .lines()
        .map(str::trim)
        .take_while(|line| line.contains("$context"))
        .collect();
    let mut line = String::new();
    for (index, part) in lines.join(" ").split("$context.").enumerate() {
        let end = part.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
        let (name, literal) = part.split_at(end.unwrap_or(part.len()));
        if index == 0 {
            line += part;
        } else {
            line += value(name);
            line += literal;
        }
    }
    line
}

fn value(of: &str) -> &'static str {
    match of {
        "requestTime" => "12/Mar/2026:19:24:17 +0000",
        "requestId" | "extendedRequestId" => "525B1B22A41E06B=",
        "identity.sourceIp" => "203.0.113.183",
        "httpMethod" => "POST",
        "path" => "/oauth/v1/token",
        "routeKey" => "ANY /oauth/v1/token",
        "protocol" => "HTTP/1.1",
        "status" | "integrationStatus" => "200",
        "responseLength" => "1204",
        "responseLatency" | "integrationLatency" => "12",
        _ => "-",
    }
}

/// The rest of the line that this key begins, at its first place.
fn after(text: &'static str, key: &str) -> &'static str {
    let (_, rest) = text
        .split_once(key)
        .unwrap_or_else(|| panic!("no {key} in the template"));
    rest.lines().next().unwrap_or_default().trim()
}
