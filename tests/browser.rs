//! Headless Chromium at `cargo run`'s region, as people use it: `tests/browser/*.mjs` say what they
//! do and see, Playwright moves the mouse, axe-core judges every page.
//!
//! ```text
//! story.mjs     a third-party app, the person who connects it, the admin who decides
//! console.mjs   the rest of the console, page by page
//! outage.mjs    a domain that cannot be checked
//! tour.mjs      what README says of it
//! stranger.mjs  another site's page in the developer's browser, which gets nothing (attempts)
//! steps, app, chromium   what people do · the third-party app · the browser and what it must not complain of
//! ```
//! Everything happens twice: with JavaScript, and without. Pictures of every page, 1280 × 800 in
//! light and dark and 375 × 812, are kept in `target/screenshots/`, for somebody to look at.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use crate::clients::region::Region;
use crate::clients::tool::{node, on_path, quoted, tests};
use crate::harness::{Apart, Fault, Region as InProcess, ThirdParty};

/// Three times what a story takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(8);

#[tokio::test]
async fn a_person_connects_an_app_with_javascript() {
    plays("story.mjs", true).await;
}

#[tokio::test]
async fn a_person_connects_an_app_without_javascript() {
    plays("story.mjs", false).await;
}

#[tokio::test]
async fn an_admin_walks_through_the_console_with_javascript() {
    plays("console.mjs", true).await;
}

#[tokio::test]
async fn an_admin_walks_through_the_console_without_javascript() {
    plays("console.mjs", false).await;
}

#[tokio::test]
async fn a_domain_that_cannot_be_checked_can_be_tried_again_with_and_without_javascript() {
    for scripts in [true, false] {
        let region = InProcess::start().await;
        let (app, _) = ThirdParty::approved(&region).await;
        let (apart, relay) = Apart::relayed(&region).await;
        let admin = &region.running.facts.admin;
        // The session and the client are read, the approval is not.
        relay.fail("BatchGetItem", Fault::None, 2);
        relay.fail("BatchGetItem", Fault::Denied, 1);
        let facts = json!({
            "issuer": apart.base,
            "sign_in": region.running.issuer.at("/sign-in"),
            "admin": {"email": admin.email, "password": admin.password},
            "path": app.path(&[]),
        });
        let brief = told(facts, "outage.mjs", scripts);
        let told = tell("outage.mjs", &brief).await;
        assert!(told.is_ok(), "{}", told.unwrap_err());
    }
}

#[tokio::test]
async fn connecting_an_app_goes_as_the_readme_says() {
    let region = Region::start().await;
    let quotation = quoted("connect");
    let blocks: Vec<&str> = quotation
        .split("```sh\n")
        .skip(1)
        .map(|block| block.split("\n```").next().unwrap_or_default())
        .collect();
    let mut brief = brief(&region, "tour.mjs", true);
    brief["blocks"] = json!(blocks);
    brief["folder"] = json!(region.folder());
    for program in ["bash", "curl", "jq", "openssl"] {
        on_path(program);
    }
    let told = tell("tour.mjs", &brief).await;
    region.stop().await;
    assert!(told.is_ok(), "{}", told.unwrap_err());
}

#[tokio::test]
async fn a_page_of_another_site_reads_and_changes_nothing_at_any_port_where_a_region_listens() {
    let region = Region::start().await;
    let listeners = region.listeners();
    let loopback = |address: &SocketAddr| address.ip().is_loopback();
    assert!(listeners.iter().all(loopback), "{listeners:?}");
    // The gateway, the table, the secrets, mail and events. What another one would answer belongs
    // into attempts.mjs.
    assert_eq!(listeners.len(), 4, "{listeners:?}");
    let mut brief = brief(&region, "stranger.mjs", true);
    brief["listeners"] = json!(listeners);
    let told = tell("stranger.mjs", &brief).await;
    let written = region.holds("stranger-was-here");
    region.stop().await;
    assert!(told.is_ok(), "{}", told.unwrap_err());
    assert_eq!(written, [] as [PathBuf; 0], "what the page sent was kept");
}

/// Runs a story against a region of its own.
async fn plays(story: &str, scripts: bool) {
    let region = Region::start().await;
    let output = tell(story, &brief(&region, story, scripts)).await;
    region.stop().await;
    assert!(output.is_ok(), "{}", output.unwrap_err());
}

/// What a story is told on its stdin: the region's facts, and where things are.
fn brief(region: &Region, story: &str, scripts: bool) -> Value {
    told(region.facts.clone(), story, scripts)
}

fn told(mut facts: Value, story: &str, scripts: bool) -> Value {
    let folder = if scripts { "script" } else { "no-script" };
    let story = story.trim_end_matches(".mjs");
    facts["scripts"] = json!(scripts);
    facts["chromium"] = json!(on_path("chromium"));
    facts["screenshots"] = json!(tests().join("../target/screenshots").join(folder).join(story));
    facts
}

async fn tell(story: &str, brief: &Value) -> Result<(), String> {
    on_path("openssl");
    let mut process = Command::new(node())
        .arg(tests().join("browser").join(story))
        // The region is on loopback, whatever proxy this machine has.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node starts");
    let mut stdin = process.stdin.take().expect("its stdin");
    stdin
        .write_all(brief.to_string().as_bytes())
        .await
        .expect("it reads its brief");
    drop(stdin);
    let output = timeout(PATIENCE, process.wait_with_output()).await;
    let output = output.map_err(|_| format!("{story} does not end"))?.expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}:\n{}", output.status, String::from_utf8_lossy(&said)))
}
