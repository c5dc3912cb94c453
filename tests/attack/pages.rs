//! Headers of every page, whoever looks and whatever went wrong: not kept, not framed, not sniffed,
//! not fed from elsewhere, not readable by other sites.

use crate::harness::{Answer, Browser, Region, ThirdParty};

/// Pages of the console, and one that is not there.
const CONSOLE: [&str; 10] = [
    "/console/service-accounts",
    "/console/users",
    "/console/roles",
    "/console/oauth-approvals",
    "/console/clients",
    "/console/audit-events",
    "/console/settings",
    "/console/connected-apps",
    "/console/sessions",
    "/console/nothing",
];

#[track_caller]
fn is_safe(answer: &Answer, what: &str) {
    let header = |name: &str| answer.header(name).unwrap_or_default().to_owned();
    assert_eq!(header("cache-control"), "no-store", "{what}");
    for name in answer.headers.keys() {
        let name = name.as_str();
        assert!(!name.starts_with("access-control-"), "{what} answers with {name}");
        assert!(
            !["server", "x-powered-by"].contains(&name),
            "{what} answers with {name}"
        );
    }
    if answer.status.is_redirection() {
        assert_eq!(answer.status.as_u16(), 303, "{what}");
        return;
    }
    assert_eq!(header("content-type"), "text/html; charset=utf-8", "{what}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header("x-frame-options"), "DENY", "{what}");
    let policy = header("content-security-policy");
    let directives: Vec<&str> = policy.split(';').map(str::trim).collect();
    for wanted in [
        "default-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "script-src 'self'",
    ] {
        assert!(directives.contains(&wanted), "{what}: {policy}");
    }
    for bad in ["unsafe", "*", "http:", "blob:"] {
        assert!(!policy.contains(bad), "{what}: {policy}");
    }
    let referrer = header("referrer-policy");
    assert!(
        ["no-referrer", "same-origin"].contains(&referrer.as_str()),
        "{what}: {referrer}"
    );
    // What the policy would forbid is not there to be forbidden.
    for bad in [
        "<style",
        " style=\"",
        " onclick=",
        " onload=",
        " onerror=",
        "javascript:",
    ] {
        assert!(!answer.body.contains(bad), "{what} has {bad}");
    }
    let inline = answer
        .body
        .split("<script")
        .skip(1)
        .filter(|tag| !tag.starts_with(" src=\""));
    assert_eq!(inline.count(), 0, "{what} has a script of its own");
}

#[tokio::test]
async fn every_page_for_people_has_its_armour() {
    let region = Region::start().await;
    let (app, admin) = ThirdParty::approved(&region).await;
    let stranger = region.browser();
    let unknown = ThirdParty::register(&region, "https://other.test/cb").await;
    let token = "A".repeat(43);
    let paths = [
        app.path(&[]),
        app.path(&[("client_id", "")]),
        app.path(&[("redirect_uri", "https://evil.test/")]),
        unknown.path(&[]),
        "/oauth/v1/authorize".to_owned(),
        "/sign-in".to_owned(),
        "/sign-in?next=%2Fconsole&next=x".to_owned(),
        "/forgot-password".to_owned(),
        format!("/password?token={token}"),
        "/password".to_owned(),
        "/console".to_owned(),
    ];
    let paths = paths.into_iter().chain(CONSOLE.map(str::to_owned));
    for path in paths {
        for (who, browser) in [("a stranger", &stranger), ("the admin", &admin)] {
            is_safe(&browser.open(&path).await, &format!("{path} for {who}"));
        }
    }
}

/// A refused form, a wrong method, something that is no form: pages like any other.
#[tokio::test]
async fn what_goes_wrong_has_the_same_armour() {
    let region = Region::start().await;
    let (app, admin) = ThirdParty::approved(&region).await;
    let authorize = app.path(&[]);
    for path in [
        "/sign-in",
        "/sign-out",
        "/forgot-password",
        "/password",
        &authorize,
        "/console/settings",
    ] {
        is_safe(
            &admin.post(path, &[("csrf", "forged")]).await,
            &format!("a forged {path}"),
        );
        let deleted = admin.send(admin.ask("DELETE", path)).await;
        assert_eq!(deleted.status.as_u16(), 405, "{path}: {deleted:#?}");
        assert!(deleted.header("allow").is_some(), "{path}");
        is_safe(&deleted, &format!("DELETE {path}"));
        let json = admin.posting(path).body("application/json", "{}").send().await;
        is_safe(&json, &format!("JSON at {path}"));
        assert!(json.status.is_client_error(), "{path}");
    }
}

/// Chromium holds a page's `form-action` against every redirect that follows its form: where the
/// way may end at an app, the policy must not name this server alone.
#[tokio::test]
async fn no_form_that_may_lead_to_an_app_is_held_back_by_its_page_s_policy() {
    let region = Region::start().await;
    let (app, admin) = ThirdParty::approved(&region).await;
    let policy = async |browser: &Browser, path: &str| {
        let (_, page) = browser.follow(path).await;
        page.is(200).header("content-security-policy").unwrap().to_owned()
    };
    let path = app.path(&[]);
    assert!(!policy(&admin, &path).await.contains("form-action"), "consent");
    assert!(
        !policy(&region.browser(), &path).await.contains("form-action"),
        "sign-in on the way to an app"
    );
    let waiting = ThirdParty::register(&region, "https://other.test/cb").await;
    waiting.request(&admin).await.is(303);
    let pending = waiting.path(&[]);
    assert!(!policy(&admin, &pending).await.contains("form-action"), "pending");
    for own in ["/forgot-password", "/console/settings"] {
        assert!(policy(&admin, own).await.contains("form-action 'self'"), "{own}");
    }
}

/// No other site's script may read anything here, whatever it asks first.
#[tokio::test]
async fn no_site_is_allowed_to_read_across_origins() {
    let region = Region::start().await;
    let (app, admin) = ThirdParty::approved(&region).await;
    for path in [
        app.path(&[]).as_str(),
        "/sign-in",
        "/console/users",
        "/api/v1/users",
        "/oauth/v1/token",
    ] {
        for method in ["OPTIONS", "GET"] {
            let asked = admin.ask(method, path).header("origin", "https://evil.test");
            let asked = asked.header("access-control-request-method", "POST");
            let answer = asked.send().await;
            let granted = answer
                .headers
                .keys()
                .find(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(granted, None, "{method} {path}");
        }
    }
}

/// Assets may be kept for ever, because another content has another name.
#[tokio::test]
async fn assets_are_what_they_say_and_nothing_else_is_served_beside_them() {
    let region = Region::start().await;
    let browser = region.browser();
    let page = browser.open("/sign-in").await.is(200);
    let assets: Vec<&str> = page
        .body
        .split('"')
        .filter(|part| part.starts_with("/oauth/v1/assets/"))
        .collect();
    assert!(assets.len() >= 2, "{assets:?}");
    for asset in assets {
        let answer = browser.open(asset).await.is(200);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{asset}");
        assert!(answer.header("cache-control").unwrap().contains("max-age"), "{asset}");
        assert!(answer.header("set-cookie").is_none(), "{asset}");
    }
    for path in ["..%2f..%2fCargo.toml", "%2e%2e/sign-in", "", "x.css", "..\\x"] {
        let answer = browser.open(&format!("/oauth/v1/assets/{path}")).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}: {answer:#?}");
    }
}
