//! What is no token at all: every face refuses it, and none breaks.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use serde_json::json;

use super::{refused_everywhere, stage};

#[tokio::test]
async fn what_is_no_token_at_all() {
    let (region, account, [token, _]) = stage().await;
    let parts: Vec<&str> = token.split('.').collect();
    for forged in [
        "x",
        ".",
        "..",
        "...",
        "a.b.c",
        "null",
        "{}",
        "\u{e9}",
        &token[1..],
        &token[..token.len() - 1],
        &format!("{token}."),
        &format!("{token}A"),
        &format!("{token}="),
        &format!("{token}.{}", parts[2]),
        &format!("{token} "),
        &format!("{token},{token}"),
        &format!("Bearer {token}"),
        &format!("{}.{}", parts[0], parts[1]),
        &format!("{}.{}.{}", parts[1], parts[0], parts[2]),
        &format!("{}.{}.{}", parts[0], parts[2], parts[1]),
        &format!("{}..{}", parts[0], parts[2]),
        &format!("{}.{}.{}.x.y", parts[0], parts[1], parts[2]),
        &token.replace('.', "\u{2024}"),
        &"x".repeat(9000),
        &format!("{}.{}.{}", parts[0], "A".repeat(9000), parts[2]),
        &format!("{}.{}.{}", BASE64URL.encode("[]"), parts[1], parts[2]),
        &format!("{}.{}.{}", parts[0], BASE64URL.encode("[".repeat(3000)), parts[2]),
        &format!("{}.{}.{}", parts[0], BASE64URL.encode(b"\xff\xfe"), parts[2]),
        // The same bits in another spelling.
        &format!("{}.{}.{}", parts[0], parts[1], other_spelling(parts[2])),
    ] {
        if forged.is_ascii() && forged.trim() == forged {
            refused_everywhere(&region, &account, forged, forged).await;
        }
        let answer = account
            .ask(&region, "/oauth/v1/introspect", &[("token", forged)])
            .send()
            .await
            .is(200);
        assert_eq!(answer.json(), json!({"active": false}), "{forged}, introspected");
    }
}

/// Base64 whose last character has bits that no byte takes: it must not decode.
fn other_spelling(encoded: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (head, last) = encoded.split_at(encoded.len() - 1);
    let index = ALPHABET.find(last).unwrap();
    format!("{head}{}", &ALPHABET[index + 1..index + 2])
}
