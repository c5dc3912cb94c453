//! openid-client with the strict validator of oauth4webapi underneath it, and the MCP SDK's client.

use tokio::process::Command;

use super::region::Region;
use super::tool::{node, run, script};

#[tokio::test]
async fn openid_client_discovers_gets_validates_uses_introspects_and_revokes_a_token() {
    let region = Region::start().await;
    let brief = region.brief("node").await;
    run(Command::new(node()).arg(script("openid_client.mjs")), &brief).await;
    region.stop().await;
}

#[tokio::test]
async fn openid_client_takes_a_person_through_the_code_flow_and_refreshes() {
    let region = Region::start().await;
    let brief = region.persons_brief();
    run(Command::new(node()).arg(script("openid_code.mjs")), &brief).await;
    region.stop().await;
}

#[tokio::test]
async fn the_mcp_sdk_connects_by_registration_by_metadata_document_and_by_client_credentials() {
    let region = Region::start_with(&["--allow-loopback-metadata"]).await;
    let brief = region.persons_brief();
    run(Command::new(node()).arg(script("mcp_client.mjs")), &brief).await;
    region.stop().await;
}

/// A download address would tie the clone to one registry.
#[test]
fn the_lock_file_names_no_download_address() {
    let lock = std::fs::read_to_string(script("package-lock.json")).expect("package-lock.json");
    assert!(!lock.contains("\"resolved\""));
}
