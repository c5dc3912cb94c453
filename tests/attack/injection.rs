//! Names that are more than names: markup, lines of a header, letters that turn the text around.
//! They are either refused where they are set, or shown as the text that they are.

use regent::domain::Action;
use serde_json::{Value, json};

use crate::harness::{Answer, Browser, Region, ThirdParty, parameter};

/// What somebody might call themselves, an app or a role.
const NAMES: [&str; 10] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg/onload=alert(1)>",
    "</title></main><h1>Approved</h1>",
    "<a href=https://evil.test>here</a>",
    "{{7*7}} ${7*7} <%= 7 %>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "A\u{202e}eertsnoM",
    "x\r\nSet-Cookie: a=b",
    "x\r\nBcc: everybody@evil.test",
];

/// No name became anything but text.
#[track_caller]
fn is_text_only(answer: &Answer, what: &str) {
    for bad in [
        "<script>",
        "<img",
        "<svg/",
        "</title></main>",
        "<h1>Approved",
        "<a href=https://evil.test",
        "\u{202e}",
    ] {
        assert!(!answer.body.contains(bad), "{what} has {bad:?}: {}", answer.body);
    }
    assert_eq!(answer.body.matches("</title>").count(), 1, "{what}");
    assert!(!answer.headers.contains_key("bcc"), "{what}");
    for cookie in answer.headers.get_all("set-cookie") {
        assert!(cookie.to_str().unwrap().starts_with("__Host-"), "{what}: {cookie:?}");
    }
}

/// Everything that has a name gets one of these, as far as the API takes it. How many it took.
async fn name_everything(region: &Region, name: &str) -> usize {
    let subscription = region.subscription();
    let organization = region.running.facts.organization.as_str();
    let resource = region.resource_id().await;
    let audience = format!("{}/acme", region.running.issuer);
    let email = format!("x{}@acme.test", name.len());
    let asked: [(&str, String, Value); 9] = [
        ("PATCH", format!("/organizations/{organization}"), json!({"name": name})),
        ("PATCH", format!("/subscriptions/{subscription}"), json!({"name": name})),
        ("PATCH", format!("/resources/{resource}"), json!({"name": name})),
        (
            "PATCH",
            format!("/resources/{resource}"),
            json!({"scopes": {"read:me": name, "write:me": name}}),
        ),
        (
            "POST",
            "/applications".to_owned(),
            json!({"name": name, "subscription": subscription}),
        ),
        (
            "POST",
            "/roles".to_owned(),
            json!({"name": name, "privileges": [], "scopes": {audience: ["read:me"]}}),
        ),
        (
            "POST",
            "/users".to_owned(),
            json!({"name": name, "email": email, "user_type": "licensed", "roles": []}),
        ),
        (
            "POST",
            "/clients".to_owned(),
            json!({"name": name, "redirect_uris": ["https://app.test/cb"]}),
        ),
        (
            "POST",
            "/service-accounts".to_owned(),
            json!({"name": name, "description": name, "subscription": subscription, "roles": []}),
        ),
    ];
    let mut taken = 0;
    for (method, path, body) in asked {
        let answer = region.admin(method, &path).json(&body).send().await;
        assert!(answer.status.as_u16() < 500, "{method} {path} {body}: {answer:#?}");
        taken += usize::from(answer.status.is_success());
    }
    taken
}

async fn looks_everywhere(browser: &Browser, app: &ThirdParty<'_>, what: &str) {
    let mut paths = vec![app.path(&[]), app.path(&[("scope", "read:me write:me")])];
    paths.extend(
        [
            "service-accounts",
            "users",
            "roles",
            "oauth-approvals",
            "clients",
            "audit-events",
            "settings",
            "sessions",
        ]
        .map(|section| format!("/console/{section}")),
    );
    for path in paths {
        let answer = browser.open(&path).await;
        // Nothing that was called a name keeps a page from being made.
        assert!(answer.status.as_u16() < 500, "{what} at {path}: {answer:#?}");
        is_text_only(&answer, &format!("{what:?} at {path}"));
    }
}

#[tokio::test]
async fn whatever_it_is_called_it_stays_text_on_every_page() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let mut taken = 0;
    for name in NAMES {
        taken += name_everything(&region, name).await;
        looks_everywhere(&browser, &app, name).await;
    }
    // The table would prove nothing if the API refused it all.
    assert!(taken > 20, "only {taken} names were taken");
}

/// An app names itself: everybody who may decide reads the name.
#[tokio::test]
async fn what_an_app_calls_itself_stays_text_for_the_person_and_the_admin() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    for (index, name) in NAMES.into_iter().enumerate() {
        let redirect = format!("https://app{index}.test/cb");
        let metadata = json!({"client_name": name, "redirect_uris": [redirect], "token_endpoint_auth_method": "none"});
        let made = region.http.post("/oauth/v1/register").json(&metadata).send().await;
        if made.status.as_u16() == 400 {
            continue;
        }
        let id = made.is(201).text("/client_id");
        let app = ThirdParty::known(&region, &id, &redirect);
        is_text_only(&browser.open(&app.path(&[])).await.is(200), name);
        app.request(&browser).await.is(303);
        is_text_only(&browser.open(&app.path(&[])).await.is(200), name);
        is_text_only(&browser.open("/console/oauth-approvals").await.is(200), name);
        app.decide("approved").await.is(200);
        is_text_only(&browser.open(&app.path(&[])).await.is(200), name);
    }
}

/// `state` is the app's, byte for byte, and never a line of its own in an answer.
#[tokio::test]
async fn state_comes_back_as_it_was_and_as_nothing_else() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    for state in [
        "x\r\nSet-Cookie: a=b",
        "x\nLocation: https://evil.test/",
        "\"><script>alert(1)</script>",
        "&code=injected",
        "#fragment",
        "?code=x&iss=https://evil.test",
        "\u{0}",
        "ü € 字 \u{202e}",
        "%0d%0aSet-Cookie:%20a=b",
        "+ %20 +",
        "javascript:alert(1)",
    ] {
        let page = browser.open(&app.path(&[("state", state)])).await.is(200);
        is_text_only(&page, state);
        let answer = app.allow_at(&browser, &app.path(&[("state", state)])).await.is(303);
        let location = answer.header("location").expect("one Location").to_owned();
        assert!(location.starts_with("https://app.test/cb?"), "{location}");
        assert!(location.is_ascii() && !location.contains('#'), "{location}");
        assert_eq!(parameter(&location, "state").as_deref(), Some(state));
        assert_eq!(
            parameter(&location, "code").map(|code| code.len()),
            Some(43),
            "{location}"
        );
        assert_eq!(
            parameter(&location, "iss").as_deref(),
            Some(region.running.issuer.as_str())
        );
        assert!(answer.headers.get("set-cookie").is_none(), "{state:?}: {answer:#?}");
    }
}

/// What people and programs send to be shown again: search fields, addresses, parameters.
#[tokio::test]
async fn what_stands_in_a_query_is_not_carried_out() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    for hostile in NAMES {
        let hostile = crate::harness::encoded(hostile);
        for path in [
            format!("/sign-in?next={hostile}"),
            format!("/forgot-password?email={hostile}"),
            format!("/password?token={hostile}"),
            format!("/console/service-accounts?subscription={hostile}"),
            format!("/console/oauth-approvals?status={hostile}"),
            format!("/console/audit-events?actor={hostile}&target={hostile}&since={hostile}&cursor={hostile}"),
            format!("/console/users?cursor={hostile}"),
            format!("/console/{hostile}"),
            format!("/console/users/{hostile}"),
            format!("/oauth/v1/authorize?client_id={hostile}&redirect_uri={hostile}"),
        ] {
            for browser in [&browser, &region.browser()] {
                let answer = browser.open(&path).await;
                assert!(answer.status.as_u16() < 500, "{path}: {answer:#?}");
                if !answer.status.is_redirection() {
                    is_text_only(&answer, &path);
                }
                let location = answer.header("location").unwrap_or("/");
                assert!(
                    location.starts_with('/') && !location.starts_with("//"),
                    "{path}: {location}"
                );
            }
        }
    }
}

/// The trail says who did something; nobody can write there what did not happen.
#[tokio::test]
async fn a_name_writes_no_line_of_its_own_into_the_trail() {
    let region = Region::start().await;
    for name in NAMES {
        name_everything(&region, name).await;
    }
    let events = region
        .admin("GET", "/audit-events?limit=100")
        .send()
        .await
        .is(200)
        .json();
    for event in events["items"].as_array().unwrap() {
        let action = event["action"].as_str().unwrap();
        assert!(Action::parse(action).is_ok(), "{event}");
        assert!(!event.to_string().contains("\\r\\n"), "{event}");
    }
}
