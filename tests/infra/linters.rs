//! What other people's programs say of the templates, and that every exception says why.

use std::path::Path;

use crate::infra::rendered::undecided;
use crate::infra::tools::{Tool, infra, root, templates};

/// Those that SAM is to transform; what is plain CloudFormation is cfn-lint's alone.
#[test]
fn sam_accepts_every_template_of_its_own() {
    for template in templates() {
        let text = std::fs::read_to_string(&template).expect("a file of text");
        if !text.contains("\nTransform: AWS::Serverless-2016-10-31\n") {
            continue;
        }
        Tool::new("sam")
            .args(["validate", "--lint", "--template-file"])
            .arg(template)
            .runs();
    }
}

#[test]
fn cfn_lint_has_nothing_to_say() {
    Tool::new("cfn-lint").arg("--template").args(templates()).runs();
}

/// cfn-lint does not transform a SAM template, so the serverless rules see functions only here.
#[test]
fn cfn_lint_has_nothing_to_say_of_what_sam_makes_of_it() {
    let file = std::env::temp_dir().join(format!("regent-template-{}.json", std::process::id()));
    std::fs::write(&file, undecided().to_string()).expect("the temporary folder takes a file");
    // What a region lacks is found in the template itself.
    Tool::new("cfn-lint")
        .args(["--regions", "eu-central-1", "-t"])
        .arg(&file)
        .runs();
    std::fs::remove_file(&file).expect("the file just written");
}

#[test]
fn checkov_has_nothing_to_say() {
    let mut checkov = Tool::of("tests/.venv-checkov", "checkov").args(["--skip-download", "--compact", "--quiet"]);
    checkov = checkov.args(["--framework", "cloudformation"]);
    for template in templates() {
        checkov = checkov.arg("--file").arg(template);
    }
    checkov.runs();
}

/// The linters' comments of a file: `ignore_checks` of cfn-lint, `skip` of checkov.
fn exceptions(file: &Path) -> Vec<(usize, String, String)> {
    let text = std::fs::read_to_string(file).expect("a file of text");
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let numbered = lines.iter().enumerate();
    let odd = numbered.filter(|(_, line)| line.contains("CKV") || line.contains("ignore_checks: ["));
    odd.map(|(at, line)| {
        let above = at.checked_sub(1).map_or("", |above| lines[above]);
        (at + 1, (*line).to_owned(), above.to_owned())
    })
    .collect()
}

#[test]
fn every_exception_of_a_linter_says_why() {
    for file in templates() {
        for (at, line, above) in exceptions(&file) {
            let reason = if line.contains("CKV") {
                let comment = line
                    .split("comment: \"")
                    .nth(1)
                    .and_then(|rest| rest.strip_suffix("\" }"));
                comment.unwrap_or_default()
            } else {
                above.strip_prefix("# ").unwrap_or_default()
            };
            assert!(reason.len() > 20, "{}:{at} does not say why: {line}", file.display());
        }
    }
    let config = std::fs::read_to_string(infra().join(".cfnlintrc")).expect("a file of text");
    let rules: Vec<_> = config
        .lines()
        .skip_while(|line| *line != "ignore_checks:")
        .skip(1)
        .collect();
    for (at, rule) in rules
        .iter()
        .enumerate()
        .filter(|(_, line)| line.trim().starts_with("- "))
    {
        assert!(
            at > 0 && rules[at - 1].trim().starts_with("# "),
            ".cfnlintrc does not say why: {rule}"
        );
    }
}

/// No tool of the tests is fetched from where its lock file says.
#[test]
fn the_lock_files_name_versions_and_no_places() {
    for name in ["requirements.lock.txt", "checkov.lock.txt"] {
        let lock = std::fs::read_to_string(root().join("tests").join(name)).expect("a lock file");
        for line in lock.lines() {
            let plain = line
                .split_once("==")
                .is_some_and(|(package, version)| !package.is_empty() && !version.is_empty());
            assert!(plain && !line.contains("//") && !line.contains('@'), "{name}: {line}");
        }
    }
}
