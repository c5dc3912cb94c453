//! The other region's client IDs and secrets, at every endpoint that takes them.

use serde_json::json;

use super::{Attempt, Stage};
use crate::documents::server::{Reply, Server};
use crate::harness::{ThirdParty, VERIFIER, encoded};

const TOKEN: &str = "/oauth/v1/token";
const INTROSPECT: &str = "/oauth/v1/introspect";
const REVOKE: &str = "/oauth/v1/revoke";

const NAMED: &str = "401 invalid_client, names /oauth/v1/token";
const REFUSED: &str = "401 invalid_client";

pub(super) fn attempts(stage: &Stage<'_>) -> Vec<Attempt> {
    let mut all = vec![];
    for (whose, id, secret) in [
        (
            "a service account",
            &stage.account.client_id,
            Some(&stage.account.secret),
        ),
        ("a public app", &stage.app.client_id, None),
        (
            "a confidential app",
            &stage.confidential.client_id,
            stage.confidential.secret.as_ref(),
        ),
        (
            "an app that registered itself",
            &stage.registered.client_id,
            stage.registered.secret.as_ref(),
        ),
    ] {
        for (label, expected) in [("_eu_", NAMED), ("_us_", REFUSED), ("_mars_", REFUSED)] {
            let id = id.replacen("_eu_", label, 1);
            all.extend(at_the_token_endpoints(stage, whose, &id, secret, expected));
            all.extend(at_the_authorize_page(stage, whose, &id));
        }
    }
    all
}

fn at_the_token_endpoints(
    stage: &Stage<'_>,
    whose: &str,
    id: &str,
    secret: Option<&String>,
    expected: &'static str,
) -> Vec<Attempt> {
    let is_account = id.starts_with("svc_");
    let mut all = vec![];
    for path in [TOKEN, INTROSPECT, REVOKE] {
        let fields = match path {
            TOKEN if is_account => vec![("grant_type", "client_credentials")],
            TOKEN => vec![
                ("grant_type", "authorization_code"),
                ("code", &stage.code),
                ("redirect_uri", &stage.app.redirect_uri),
                ("code_verifier", VERIFIER),
            ],
            _ if is_account => vec![("token", stage.tokens[0].1.as_str())],
            _ => vec![("token", stage.refresh.as_str())],
        };
        // Nobody without a secret introspects, in whatever region.
        let expected = if path == INTROSPECT && secret.is_none() {
            REFUSED
        } else {
            expected
        };
        let mut own = vec![("client_id", id)];
        own.extend(secret.map(|secret| ("client_secret", secret.as_str())));
        let what = format!("{whose} as {id} at {path}");
        let asked = stage.us.http.post(path).form(&[&own, fields.as_slice()].concat());
        all.push(Attempt::new(&what, asked, expected));
        if let Some(secret) = secret {
            let asked = stage.us.http.post(path).basic(&encoded(id), &encoded(secret));
            all.push(Attempt::new(format!("{what}, Basic"), asked.form(&fields), expected));
        }
    }
    all
}

/// The page is for apps; it tells the right one at once, whoever is signed in.
fn at_the_authorize_page(stage: &Stage<'_>, whose: &str, id: &str) -> Vec<Attempt> {
    let (signed_in, nobody) = match id.split('_').nth(1) {
        // A service account sends nobody there.
        _ if id.starts_with("svc_") => ("400", "400"),
        Some("eu") => ("400, names /oauth/v1/authorize", "400, names /oauth/v1/authorize"),
        Some("us") => ("400", "303 to /sign-in"),
        _ => ("400", "400"),
    };
    let path = stage.app.path(&[("client_id", id), ("resource", stage.us.resource())]);
    let what = format!("{whose} as {id} at the authorize page");
    vec![
        Attempt::new(&what, stage.own_admin.ask("GET", &path), signed_in),
        Attempt::new(
            format!("{what}, signed in nowhere"),
            stage.us.browser().ask("GET", &path),
            nobody,
        ),
        Attempt::new(
            format!("{what}, the form"),
            stage
                .own_admin
                .posting(&path)
                .form(&[("csrf", "x"), ("action", "allow")]),
            "403",
        ),
    ]
}

/// The one client ID that has no region: each region fetches the document, and decides, by itself.
pub(super) async fn a_documents_client_is_known_and_approved_in_each_region_by_itself(stage: &Stage<'_>) {
    let server = Server::start().await;
    let url = server.url("/client.json");
    let redirect_uri = &stage.app.redirect_uri;
    let document = json!({"client_id": url, "client_name": "App", "redirect_uris": [redirect_uri], "token_endpoint_auth_method": "none"});
    server.says(Reply::json(&document.to_string()));
    let [there, here] = [stage.eu, stage.us].map(|region| ThirdParty::known(region, &url, redirect_uri));

    let page = stage.admin.open(&there.path(&[])).await.is(200);
    assert!(page.words().contains("Allow"), "{page:#?}");
    assert_eq!(server.heads().len(), 1);
    let code = there.code(&stage.admin).await;

    let page = stage.own_admin.open(&here.path(&[])).await.is(200);
    assert!(page.words().contains("Request approval"), "{page:#?}");
    assert_eq!(server.heads().len(), 2, "fetched by each region");
    here.redeem(&code, &[]).send().await.refused(400, "invalid_grant");
    there.redeem(&code, &[]).send().await.is(200);
}
