//! The house's walls: who may use whom, read off the sources (ARCHITECTURE, Direction).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A source file, by its path from the root of the workspace, without its comments.
struct Source {
    path: String,
    code: String,
    whole: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources(folder: &str) -> Vec<Source> {
    let mut found = vec![];
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let hidden = path.file_name().unwrap().to_string_lossy().starts_with('.');
            if path.is_dir() && !hidden && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let whole = std::fs::read_to_string(&path).unwrap();
                let code = whole
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"))
                    .collect::<Vec<_>>()
                    .join("\n");
                let path = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push(Source { path, code, whole });
            }
        }
    }
    assert!(!found.is_empty(), "no sources in {folder}");
    found
}

fn everything() -> Vec<Source> {
    ["shared", "functions", "infra", "tests"]
        .into_iter()
        .flat_map(sources)
        .collect()
}

/// The names that follow a prefix: `crate::` → `domain`, `store`, …
fn after<'a>(code: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    code.match_indices(prefix).filter_map(move |(at, _)| {
        let begins = !code[..at].ends_with(is_word);
        let rest = &code[at + prefix.len()..];
        let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        begins.then_some(&rest[..end])
    })
}

#[test]
fn modules_use_each_other_in_one_direction() {
    for (module, may) in [
        ("domain", &["domain"][..]),
        ("oauth", &["domain", "oauth"]),
        ("keys", &["domain", "keys"]),
        ("store", &["domain", "store"]),
        ("fetch", &["domain"]),
        // `oauth` for what a client presents of itself.
        (
            "acts",
            &["domain", "oauth", "keys", "store", "fetch", "acts", "app", "telemetry"],
        ),
        // `app` for the clock.
        ("telemetry", &["domain", "app", "telemetry"]),
        // `keys` for digests: comparing secrets.
        (
            "web",
            &["domain", "oauth", "keys", "acts", "app", "config", "telemetry", "web"],
        ),
    ] {
        for source in sources(&format!("shared/src/{module}")) {
            for used in after(&source.code, "crate::") {
                assert!(may.contains(&used), "{} uses {used}", source.path);
            }
        }
    }
}

#[test]
fn the_domain_knows_no_network_no_files_no_clock_and_no_environment() {
    let may = [
        "super",
        "crate",
        "std",
        "base64",
        "serde",
        "proptest",
        "time",
        "unicode_normalization",
        "zeroize",
    ];
    for source in sources("shared/src/domain") {
        let roots = after(&source.code, "\nuse ").chain(after(&source.code, "    use "));
        // `mod.rs` names its own modules.
        for used in roots.filter(|_| !source.path.ends_with("/mod.rs")) {
            assert!(may.contains(&used), "{} uses {used}", source.path);
        }
        for outside in after(&source.code, "std::") {
            let bad = ["env", "fs", "io", "net", "process", "thread", "time"];
            assert!(!bad.contains(&outside), "{} uses std::{outside}", source.path);
        }
        for word in [
            "aws_",
            "tokio",
            "axum",
            "hyper",
            "http::",
            "lambda_",
            "tracing",
            "reqwest",
            "now_utc",
            "SystemTime",
            "async fn",
        ] {
            assert!(!source.code.contains(word), "{} mentions {word}", source.path);
        }
    }
}

/// Where each foreign crate may be named.
#[test]
fn every_sdk_has_its_own_room() {
    for (krate, rooms) in [
        (
            "aws_sdk_dynamodb",
            &["shared/src/store/", "shared/src/app.rs", "infra/local/", "tests/"][..],
        ),
        ("serde_dynamo", &["shared/src/store/"]),
        (
            "aws_sdk_secretsmanager",
            &["shared/src/keys/", "shared/src/app.rs", "infra/local/", "tests/"],
        ),
        ("aws_config", &["shared/src/app.rs", "infra/local/", "tests/"]),
        (
            "lambda_http",
            &[
                "shared/src/web/lambda",
                "functions/token/src/main.rs",
                "functions/authorize/src/main.rs",
                "functions/accounts/src/main.rs",
                "functions/console/src/main.rs",
                "functions/verify/src/main.rs",
                "tests/",
            ],
        ),
        (
            "lambda_runtime",
            &[
                "shared/src/web/lambda",
                "functions/verify/src/main.rs",
                "functions/notify/src/main.rs",
                "functions/rotate/src/main.rs",
                "tests/",
            ],
        ),
        // Whom to tell, and how, is one function's.
        ("aws_sdk_sesv2", &["functions/notify/"]),
        ("aws_sdk_eventbridge", &["functions/notify/"]),
        ("aws_lambda_events", &["functions/notify/", "shared/src/web/lambda"]),
        ("mail_builder", &["functions/notify/"]),
        (
            "mail_parser",
            &["functions/notify/src/mail/tests.rs", "infra/local/", "tests/"],
        ),
        // The one place that calls servers of strangers.
        ("aws_smithy_http_client", &["shared/src/fetch/", "infra/local/"]),
        // Pages are made of the kit; mails and the mailbox have none.
        (
            "maud",
            &["shared/src/web/page/", "functions/notify/src/mail/", "infra/local/"],
        ),
        ("psl", &["shared/src/domain/"]),
        ("argon2", &["shared/src/keys/"]),
        ("dynoxide", &["infra/local/"]),
        ("rusqlite", &["infra/local/"]),
        ("regent_local", &["infra/local/", "tests/"]),
        ("regent_token", &["functions/token/", "infra/local/", "tests/"]),
        ("regent_accounts", &["functions/accounts/", "infra/local/", "tests/"]),
        ("regent_verify", &["functions/verify/", "infra/local/", "tests/"]),
        ("regent_authorize", &["functions/authorize/", "infra/local/", "tests/"]),
        ("regent_console", &["functions/console/", "infra/local/", "tests/"]),
        ("regent_notify", &["functions/notify/", "infra/local/", "tests/"]),
        ("regent_rotate", &["functions/rotate/", "infra/local/", "tests/"]),
    ] {
        let path = format!("{krate}::");
        let users = everything()
            .into_iter()
            .filter(|source| after(&source.code, &path).next().is_some());
        let users: BTreeSet<String> = users.map(|source| source.path).collect();
        assert!(!users.is_empty(), "nobody uses {krate}: this line is out of date");
        for user in users {
            assert!(rooms.iter().any(|room| user.starts_with(room)), "{user} uses {krate}");
        }
    }
}

#[test]
fn a_function_does_its_work_through_acts_and_not_past_them() {
    for source in sources("functions") {
        for used in after(&source.code, "regent::") {
            let past = ["keys", "fetch"].contains(&used);
            assert!(!past, "{} uses {used}", source.path);
        }
    }
}

/// The environment, the clock and randomness have one door each, and clippy watches the others.
#[test]
fn exceptions_give_their_reason_and_nothing_is_allowed_silently() {
    for source in everything() {
        // Spelt in two pieces, or this file would find itself.
        for attribute in ["#[allow", "#![allow"] {
            assert!(!source.code.contains(&format!("{attribute}(")), "{}", source.path);
        }
        let exceptions = source.code.matches("[expect(").count() - usize::from(source.path == "tests/walls.rs");
        let reasons = source.code.matches("reason = ").count();
        assert!(reasons >= exceptions, "{}: an exception without a reason", source.path);
    }
}

#[test]
fn every_file_says_what_it_is_and_none_is_long() {
    for source in everything() {
        let lines = source.whole.lines().count();
        assert!(source.whole.starts_with("//! "), "{} says nothing", source.path);
        assert!(lines <= 300, "{} has {lines} lines", source.path);
    }
}

#[test]
fn the_functions_do_not_carry_the_local_region_or_each_other() {
    let functions: Vec<&str> = "token authorize accounts console verify notify rotate"
        .split(' ')
        .collect();
    let dependencies = |manifest: &str| {
        let text = std::fs::read_to_string(root().join(manifest).join("Cargo.toml")).unwrap();
        let (_, dependencies) = text.split_once("[dependencies]").unwrap();
        // What only tests use is not carried.
        let own = dependencies.split("[dev-dependencies]").next().unwrap();
        own.to_owned()
    };
    let core = dependencies("shared");
    assert!(!core.contains("regent-"), "shared depends on something of ours");
    for &function in &functions {
        let carried = dependencies(&format!("functions/{function}"));
        for other in functions.iter().filter(|other| **other != function) {
            assert!(
                !carried.contains(&format!("regent-{other}")),
                "{function} depends on {other}"
            );
        }
        for never in ["regent-local", "dynoxide", "rusqlite", "reqwest"] {
            assert!(!carried.contains(never), "{function} depends on {never}");
        }
        // Only who tells people may tell people.
        for telling in ["aws-sdk-sesv2", "aws-sdk-eventbridge"] {
            assert_eq!(carried.contains(telling), function == "notify", "{function}: {telling}");
        }
    }
}

/// Pages come from the function itself: nothing is fetched from anybody, and nothing stands inline
/// that the content security policy would have to allow.
#[test]
fn no_page_needs_anything_of_another_host_or_inline() {
    let mut files: Vec<PathBuf> = vec![];
    let mut folders = vec![root().join("shared/src/web/page")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    let assets = files
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end != "rs"));
    for path in assets {
        let text = std::fs::read_to_string(path).unwrap();
        // The name of SVG's own language is no address.
        let text = text.replace("http://www.w3.org/2000/svg", "");
        for bad in ["http://", "https://", "@import", "eval(", "innerHTML", "document.write"] {
            assert!(!text.contains(bad), "{} has {bad}", path.display());
        }
    }
}
