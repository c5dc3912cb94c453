//! The other region's people at a browser: their sessions, forms, links and passwords.

use super::{Attempt, INVITED, Stage, reset};
use crate::harness::{Asked, Browser};

const SESSION: &str = "__Host-regent";
const FORM: &str = "__Host-regent_form";

pub(super) async fn attempts(stage: &Stage<'_>) -> Vec<Attempt> {
    let mut all = with_their_session(stage).await;
    all.extend(with_their_forms(stage).await);
    all.extend(with_their_links(stage).await);
    all.extend(with_their_names(stage).await);
    all
}

/// A browser with a cookie of the other region's.
fn planted(stage: &Stage<'_>, name: &str, value: &str) -> Browser {
    let browser = stage.us.browser();
    browser.set_cookie(name, value);
    browser
}

async fn with_their_session(stage: &Stage<'_>) -> Vec<Attempt> {
    let browser = planted(stage, SESSION, &stage.admin.cookie(SESSION).unwrap());
    let page = stage.admin.open("/console/service-accounts").await.is(200);
    let sign_out = page.form("/sign-out").field("csrf").to_owned();
    let app = stage.own_app.path(&[]);
    let mut all = vec![];
    for (path, expected) in [
        ("/console", "303 to /sign-in"),
        ("/console/service-accounts", "303 to /sign-in"),
        ("/console/audit-events", "303 to /sign-in"),
        (app.as_str(), "303 to /sign-in"),
        ("/sign-in", "200"),
        ("/api/v1/users", "401"),
    ] {
        let what = format!("a session at {}", path.split('?').next().unwrap());
        all.push(Attempt::new(what, browser.ask("GET", path), expected));
    }
    let fields = [("csrf", sign_out.as_str())];
    for path in ["/sign-out", "/console/service-accounts"] {
        let asked = browser.posting(path).form(&fields);
        let what = format!("a session and its form at {path}");
        all.push(Attempt::new(what, asked, "303 to /sign-in"));
    }
    all
}

/// A form's token is bound to the browser that it was given to.
async fn with_their_forms(stage: &Stage<'_>) -> Vec<Attempt> {
    let theirs = stage.eu.browser();
    let form = theirs.open("/sign-in").await.is(200).form("/sign-in");
    let ours = stage.us.browser();
    ours.open("/sign-in").await.is(200);
    assert_ne!(ours.cookie(FORM), theirs.cookie(FORM));
    let admin = &stage.us.running.facts.admin;
    let typed = form.filled(&[("email", &admin.email), ("password", &admin.password)]);
    let page = stage.admin.open("/console/service-accounts").await.is(200);
    let sign_out = page.form("/sign-out").filled(&[]);
    vec![
        Attempt::new("a form of nobody's", filled(&ours, "/sign-in", &typed), "403"),
        Attempt::new(
            "a form of somebody's session",
            filled(&stage.own_admin, "/sign-out", &sign_out),
            "403",
        ),
    ]
}

fn filled(browser: &Browser, path: &str, fields: &[(String, String)]) -> Asked {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    browser.posting(path).form(&fields)
}

async fn with_their_links(stage: &Stage<'_>) -> Vec<Attempt> {
    // A form that this region gave, for a link of its own.
    let browser = stage.us.browser();
    let form = browser.open(&reset(stage.us).await).await.is(200).form("/password");
    let mut all = vec![];
    for (what, path) in [
        ("an invitation", &stage.invitation),
        ("a forgotten password", &stage.reset),
    ] {
        all.push(Attempt::new(what, stage.us.browser().ask("GET", path), "410"));
        let secret = path.split_once("token=").unwrap().1;
        let typed = form.filled(&[("token", secret), ("password", "nine clarinets")]);
        let asked = filled(&browser, "/password", &typed);
        all.push(Attempt::new(format!("{what}, used"), asked, "410"));
    }
    all
}

/// Addresses are unique in a region; both have an `admin@acme.test`, with passwords of their own.
async fn with_their_names(stage: &Stage<'_>) -> Vec<Attempt> {
    let browser = stage.us.browser();
    let form = browser.open("/sign-in").await.is(200).form("/sign-in");
    let admin = &stage.eu.running.facts.admin;
    assert_eq!(admin.email, stage.us.running.facts.admin.email);
    let typed = form.filled(&[("email", &admin.email), ("password", &admin.password)]);
    let mut all = vec![Attempt::new("a password", filled(&browser, "/sign-in", &typed), "422")];
    let page = browser.open("/forgot-password").await.is(200);
    let typed = page.form("/forgot-password").filled(&[("email", INVITED)]);
    let asked = filled(&browser, "/forgot-password", &typed);
    all.push(Attempt::new("an address that is forgotten", asked, "200"));
    assert!(stage.us.mails_to(INVITED).await.is_empty());
    all
}
