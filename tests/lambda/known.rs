//! What is known of the region at first, and what follows from what the answers teach.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use regent_local::facts::Facts;

use crate::lambda::event::Known;

/// What the region itself tells.
pub(super) fn of(facts: &Facts) -> Known {
    let (application, role) = (facts.applications[0].clone(), facts.roles[0].clone());
    [
        ("issuer", facts.issuer.clone()),
        ("admin_token", facts.admin.token.clone()),
        ("admin_email", facts.admin.email.clone()),
        ("admin_password", facts.admin.password.clone()),
        ("organization", facts.organization.clone()),
        ("subscription", facts.subscription.clone()),
        ("resource", facts.resource.clone()),
        ("application", application),
        ("role", role),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// What follows from what is known: forms' encoding, another region's client, an unsigned token.
pub(super) fn derive(known: &mut Known) {
    for name in ["resource", "client_id", "client_secret"] {
        if let Some(value) = known.get(name).map(|value| encoded(value)) {
            known.insert(format!("{name}_encoded"), value);
        }
    }
    if let Some(client) = known.get("client_id").cloned() {
        let codes = client.rsplit('_').next().unwrap_or_default();
        known.insert("other_region_client_id".to_owned(), format!("svc_mars_{codes}"));
        // A shape that nothing was ever given.
        known.insert(
            "unknown_client_id".to_owned(),
            client.replace(codes, &"0".repeat(codes.len())),
        );
    }
    let token = known
        .get("access_token")
        .or_else(|| known.get("admin_token"))
        .cloned()
        .unwrap_or_default();
    known.insert("unsigned_token".to_owned(), unsigned(&token));
}

/// Every character that could be encoded is, as some clients do.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// The same claims under `alg: none`.
fn unsigned(token: &str) -> String {
    let claims = token.split('.').nth(1).unwrap_or_default();
    format!(
        "{}.{claims}.",
        BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#)
    )
}
