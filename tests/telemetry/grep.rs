//! Looks for a secret in a text, in whatever form it may have got there.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// A secret that was cut off is told, too: any piece of this length gives it away.
const PIECE: usize = 20;

/// The first form in which a text tells a secret, or a piece of it.
pub(crate) fn told(text: &str, secret: &str) -> Option<String> {
    let pieces = pieces(secret);
    assert!(!pieces.is_empty(), "{secret:?} is too short to be a secret");
    let forms = pieces.into_iter().flat_map(forms);
    forms.into_iter().find(|form| text.contains(form.as_str()))
}

fn pieces(secret: &str) -> Vec<&[u8]> {
    let bytes = secret.as_bytes();
    // Shorter ones are one piece.
    let length = PIECE.min(bytes.len());
    let pieces = bytes
        .chunks(length.max(1))
        .filter(|piece| piece.len() == length && length >= 12);
    pieces.collect()
}

fn forms(piece: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(piece);
    let quoted = serde_json::to_string(&text).unwrap();
    let percent = |plain: fn(u8) -> bool, upper: bool| {
        piece.iter().fold(String::new(), |mut done, byte| {
            if plain(*byte) {
                done.push(char::from(*byte));
            } else if upper {
                write!(done, "%{byte:02X}").unwrap();
            } else {
                write!(done, "%{byte:02x}").unwrap();
            }
            done
        })
    };
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let hex = |byte: &u8| format!("{byte:02x}");
    let numbers = |byte: &u8| byte.to_string();
    let mut forms = vec![
        text.into_owned(),
        quoted[1..quoted.len() - 1].to_owned(),
        percent(unreserved, true),
        percent(unreserved, false),
        percent(|_| false, true),
        percent(unreserved, true).replace("%20", "+"),
        piece.iter().map(hex).collect(),
        // As Rust prints bytes.
        piece.iter().map(numbers).collect::<Vec<_>>().join(", "),
        piece.escape_ascii().to_string(),
        piece.iter().rev().map(|byte| char::from(*byte)).collect(),
    ];
    // Base64 of something longer: the piece may begin at any of three places.
    for before in 0..3 {
        let padded = [&vec![0; before], piece].concat();
        let whole = &padded[..padded.len() - padded.len() % 3];
        let skipped = [0, 2, 3][before];
        forms.push(BASE64_STANDARD_NO_PAD.encode(whole)[skipped..].to_owned());
        forms.push(BASE64_URL_SAFE_NO_PAD.encode(whole)[skipped..].to_owned());
    }
    forms
}

#[test]
fn a_planted_secret_is_found_in_every_form() {
    let secret = "s3cret/with+odd \"signs\"=and-more-of-it-than-one-piece";
    let encoded: Vec<String> = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let form: String = form_urlencoded(secret);
    for planted in [
        secret.to_owned(),
        secret[..30].to_owned(),
        secret[20..].to_owned(),
        encoded.concat(),
        form,
        serde_json::to_string(secret).unwrap(),
        format!("{:?}", secret.as_bytes()),
        BASE64_STANDARD_NO_PAD.encode(secret),
        BASE64_STANDARD_NO_PAD.encode(format!("id:{secret}")),
        BASE64_URL_SAFE_NO_PAD.encode(format!("{{\"a\":\"{secret}\"}}")),
    ] {
        let line = format!("{{\"message\":\"x {planted} y\"}}");
        assert!(told(&line, secret).is_some(), "{planted}");
    }
    for innocent in ["", "s3cret/with", "{\"level\":\"INFO\",\"message\":\"refused\"}"] {
        assert_eq!(told(innocent, secret), None);
    }
}

fn form_urlencoded(text: &str) -> String {
    let mut url = url::Url::parse("http://x").unwrap();
    url.query_pairs_mut().append_pair("a", text);
    url.query().unwrap()[2..].to_owned()
}
