//! What a client may say of itself, and what not.

use super::*;
use proptest::prelude::*;
use serde_json::json;

const URL: &str = "https://app.example/client.json";

fn registration(members: &Value) -> Result<ClientMetadata, MetadataError> {
    let mut whole = json!({"redirect_uris": ["https://app.example/cb"]});
    merge(&mut whole, members);
    ClientMetadata::of_registration(whole.to_string().as_bytes())
}

fn document(members: &Value) -> Result<ClientMetadata, MetadataError> {
    let mut whole = json!({"client_id": URL, "client_name": "App", "redirect_uris": ["https://app.example/cb"]});
    merge(&mut whole, members);
    ClientMetadata::of_document(whole.to_string().as_bytes(), &DocumentUrl::parse(URL).unwrap())
}

/// Null takes a member away.
fn merge(whole: &mut Value, members: &Value) {
    for (name, value) in members.as_object().unwrap() {
        if value.is_null() {
            whole.as_object_mut().unwrap().remove(name);
        } else {
            whole[name] = value.clone();
        }
    }
}

#[test]
fn a_registration_that_says_little_gets_the_defaults() {
    let client = registration(&json!({})).unwrap();
    assert_eq!(client.name.as_str(), "app.example");
    assert_eq!(client.method, Some(SecretMethod::Basic));
    assert_eq!(client.grant_types(), ["authorization_code"]);
}

#[test]
fn a_registration_says_how_it_authenticates_and_what_it_is_called() {
    for (said, method) in [
        ("none", None),
        ("client_secret_basic", Some(SecretMethod::Basic)),
        ("client_secret_post", Some(SecretMethod::Post)),
    ] {
        let asked = json!({"token_endpoint_auth_method": said, "client_name": "Claude", "x": {"y": 1}, "jwks": null});
        let client = registration(&asked).unwrap();
        assert_eq!((client.method, client.name.as_str()), (method, "Claude"), "{said}");
    }
}

#[test]
fn grant_types_that_are_not_ours_are_left_out_of_what_it_gets() {
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let asked = json!({"grant_types": ["authorization_code", "refresh_token", device], "response_types": ["code"]});
    assert_eq!(
        registration(&asked).unwrap().grant_types(),
        ["authorization_code", "refresh_token"]
    );
}

#[test]
fn a_registration_is_refused_by_the_member_that_is_wrong() {
    let many: Vec<String> = (0..=Client::MAX_REDIRECT_URIS)
        .map(|n| format!("https://a.test/{n}"))
        .collect();
    for (members, member) in [
        (json!({"redirect_uris": null}), "redirect_uris"),
        (json!({"redirect_uris": []}), "redirect_uris"),
        (json!({"redirect_uris": many}), "redirect_uris"),
        (json!({"redirect_uris": "https://a.test/"}), "redirect_uris"),
        (json!({"redirect_uris": [1]}), "redirect_uris"),
        (
            json!({"redirect_uris": ["https://a.test/cb", "http://a.test/cb"]}),
            "redirect_uris",
        ),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "redirect_uris"),
        (json!({"redirect_uris": ["https://a.test/#x"]}), "redirect_uris"),
        (json!({"client_name": "a\u{202E}b"}), "client_name"),
        (json!({"client_name": "a\nb"}), "client_name"),
        (json!({"client_name": "a".repeat(65)}), "client_name"),
        (json!({"client_name": 7}), "client_name"),
        (
            json!({"token_endpoint_auth_method": "private_key_jwt"}),
            "token_endpoint_auth_method",
        ),
        (json!({"token_endpoint_auth_method": ""}), "token_endpoint_auth_method"),
        (json!({"grant_types": ["client_credentials"]}), "grant_types"),
        (
            json!({"grant_types": ["authorization_code", "client_credentials"]}),
            "grant_types",
        ),
        (
            json!({"grant_types": ["implicit"], "response_types": ["token"]}),
            "grant_types",
        ),
        (json!({"grant_types": ["refresh_token"]}), "grant_types"),
        (json!({"grant_types": []}), "grant_types"),
        (json!({"grant_types": "authorization_code"}), "grant_types"),
        (json!({"response_types": ["token"]}), "response_types"),
        (json!({"response_types": ["code", "token"]}), "response_types"),
        (json!({"response_types": []}), "response_types"),
    ] {
        assert_eq!(registration(&members).unwrap_err().member, member, "{members}");
    }
    for body in ["", "[]", "null", "{", "{\"redirect_uris\":[\"https://a.test/\"]} x"] {
        assert!(ClientMetadata::of_registration(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn a_document_is_about_its_own_url_and_a_public_client() {
    let client = document(&json!({"token_endpoint_auth_method": "none", "logo_uri": "https://app.example/l.png"}));
    let client = client.unwrap();
    assert_eq!((client.name.as_str(), client.method), ("App", None));
    assert!(document(&json!({"grant_types": ["authorization_code", "client_credentials"]})).is_ok());
}

#[test]
fn a_document_is_refused_by_the_member_that_is_wrong() {
    for (members, member) in [
        (json!({"client_id": null}), "client_id"),
        (json!({"client_id": "https://app.example/client.json?"}), "client_id"),
        (json!({"client_id": "https://APP.example/client.json"}), "client_id"),
        (json!({"client_id": [URL]}), "client_id"),
        (json!({"client_name": null}), "client_name"),
        (json!({"client_name": ""}), "client_name"),
        (json!({"redirect_uris": null}), "redirect_uris"),
        (json!({"redirect_uris": []}), "redirect_uris"),
        (json!({"redirect_uris": ["ftp://a.test/"]}), "redirect_uris"),
        (json!({"client_secret": "x"}), "client_secret"),
        (json!({"client_secret_expires_at": 0}), "client_secret_expires_at"),
        (
            json!({"token_endpoint_auth_method": "client_secret_basic"}),
            "token_endpoint_auth_method",
        ),
        (
            json!({"token_endpoint_auth_method": "client_secret_jwt"}),
            "token_endpoint_auth_method",
        ),
        (
            json!({"token_endpoint_auth_method": "private_key_jwt"}),
            "token_endpoint_auth_method",
        ),
        (json!({"grant_types": ["client_credentials"]}), "grant_types"),
        (json!({"response_types": ["token"]}), "response_types"),
    ] {
        assert_eq!(document(&members).unwrap_err().member, member, "{members}");
    }
}

proptest! {
    #[test]
    fn reading_never_panics(body in "\\PC{0,80}") {
        let _ = ClientMetadata::of_registration(body.as_bytes());
        let _ = ClientMetadata::of_document(body.as_bytes(), &DocumentUrl::parse(URL).unwrap());
    }
}
