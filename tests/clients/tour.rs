//! README's tour, run as it stands.

use serde_json::{Value, json};
use tokio::process::Command;

use super::region::Region;
use super::tool::{on_path, quoted, run, script, sh_blocks};

#[tokio::test]
async fn the_tour_leads_where_the_readme_says() {
    let region = Region::start().await;
    std::fs::write(region.folder().join("region.json"), region.facts.to_string()).expect("the region's folder");
    on_path("curl");
    on_path("jq");
    let mut tour = Command::new(on_path("bash"));
    tour.arg(script("tour.sh")).current_dir(region.folder());
    let said = run(&mut tour, &Value::Null).await;

    let answers: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(&said).into_iter().collect();
    let answers = answers.unwrap_or_else(|error| panic!("{error}:\n{said}"));
    let [
        account,
        token,
        me,
        active,
        rotated,
        forbidden,
        refused,
        renewed,
        deleted,
    ] = answers.as_slice()
    else {
        panic!("{said}");
    };
    let client_id = &account["credential"]["client_id"];
    assert_eq!(account["name"], "nightly-export");
    assert_eq!(account["applications"].as_array().map(Vec::len), Some(2));
    assert!(client_id.as_str().is_some_and(|id| id.starts_with("svc_us_")));
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["service_account"]["id"], account["id"]);
    assert_eq!(me["client_id"], *client_id);
    assert_eq!(active["active"], true);
    assert_eq!(rotated["client_id"], *client_id);
    assert_ne!(rotated["client_secret"], account["credential"]["client_secret"]);
    assert_eq!(*forbidden, json!({"message": "Forbidden"}));
    assert_eq!(refused["error"], "invalid_client");
    assert!(renewed["access_token"].is_string() && renewed["access_token"] != token["access_token"]);
    assert_eq!(*deleted, 204);
    region.stop().await;
}

#[tokio::test]
async fn what_a_start_prints_works_as_it_is_pasted() {
    let region = Region::start().await;
    let said = region.said("curl").await;
    let (_, commands) = said.split_once("\nADMIN=").expect("commands to paste");
    let mut pasted = Command::new(on_path("bash"));
    pasted.arg("-euc").arg(format!("ADMIN={commands}"));
    let me: Value = serde_json::from_str(&run(&mut pasted, &Value::Null).await).expect("the sample API's answer");
    assert_eq!(me["organization"], region.facts["organization"]);
    assert_eq!(me["scope"], "read:me");
    region.stop().await;
}

#[tokio::test]
async fn the_signing_keys_rotate_as_the_readme_says() {
    let region = Region::start().await;
    on_path("curl");
    on_path("jq");
    let mut pasted = Command::new(on_path("bash"));
    pasted
        .arg("-euo")
        .arg("pipefail")
        .arg("-c")
        .arg(sh_blocks(&quoted("rotate")));
    pasted.env("ISSUER", region.facts["issuer"].as_str().expect("an issuer"));
    let said = run(&mut pasted, &Value::Null).await;
    let answers: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(&said).into_iter().collect();
    let answers = answers.unwrap_or_else(|error| panic!("{error}:\n{said}"));
    let [rotated, first, second, dropped] = answers.as_slice() else {
        panic!("{said}");
    };
    assert_ne!(first, second);
    assert_eq!(rotated["kid"], *second, "the newest key is the last of the set");
    assert_eq!(dropped["dropped"].as_array().map(Vec::len), Some(2), "{dropped}");
    region.stop().await;
}

/// The `sh` blocks of README's tour, one after the other, are the script that the test above runs.
#[test]
fn the_readme_quotes_the_tour_word_for_word() {
    let script = std::fs::read_to_string(script("tour.sh")).expect("tour.sh");
    let (_, commands) = script.split_once("set -euo pipefail\n").expect("a head");
    assert_eq!(sh_blocks(&quoted("tour")), commands.trim());
}
