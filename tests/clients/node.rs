//! openid-client, and the strict validator of oauth4webapi underneath it.

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

/// A download address would tie the clone to one registry.
#[test]
fn the_lock_file_names_no_download_address() {
    let lock = std::fs::read_to_string(script("package-lock.json")).expect("package-lock.json");
    assert!(!lock.contains("\"resolved\""));
}
