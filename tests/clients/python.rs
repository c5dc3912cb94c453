//! Authlib and requests-oauthlib.

use tokio::process::Command;

use super::region::Region;
use super::tool::{of_python, run, script};

async fn goes_well(name: &str) {
    let region = Region::start().await;
    let brief = region.brief("python").await;
    let mut client = Command::new(of_python("python"));
    client
        .arg(script(&format!("{name}_client.py")))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("OAUTHLIB_INSECURE_TRANSPORT", "1");
    run(&mut client, &brief).await;
    region.stop().await;
}

#[tokio::test]
async fn authlib_gets_uses_introspects_and_revokes_a_token() {
    goes_well("authlib").await;
}

#[tokio::test]
async fn requests_oauthlib_gets_uses_introspects_and_revokes_a_token() {
    goes_well("requests_oauthlib").await;
}
