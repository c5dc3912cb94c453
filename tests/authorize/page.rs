//! The authorize page: who is shown what, and who is sent where.

use crate::harness::{Region, ThirdParty, parameter};

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_first_and_comes_back() {
    let region = Region::start().await;
    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    let (path, browser) = (app.path(&[]), region.browser());
    let (at, page) = browser.follow(&path).await;
    assert!(at.starts_with("/sign-in?next="), "{at}");
    let admin = &region.running.facts.admin;
    let form = page.is(200).form("/sign-in");
    let typed = [("email", admin.email.as_str()), ("password", admin.password.as_str())];
    browser.submit(&form, &typed).await.leads_to(&path);
    let words = browser.open(&path).await.is(200).words();
    assert!(words.contains("must approve"), "{words}");
}

#[tokio::test]
async fn each_state_of_the_origin_has_its_page_and_its_actions() {
    let region = Region::start().await;
    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    let (path, browser) = (app.path(&[]), region.admin_browser().await);
    let buttons = async |path: &str| {
        let page = browser.open(path).await.is(200);
        let mut all: Vec<_> = page
            .forms()
            .into_iter()
            .flat_map(|form| form.buttons)
            .map(|(_, value)| value)
            .collect();
        all.retain(|value| !value.is_empty());
        let back = page.body.matches("error=access_denied").count();
        (all, back)
    };
    let one = |name: &str| (vec![name.to_owned()], 1);
    assert_eq!(buttons(&path).await, one("request"));
    app.request(&browser).await.leads_to(&path);
    assert_eq!(buttons(&path).await, one("check"));
    app.decide("approved").await.is(200);
    assert_eq!(buttons(&path).await, one("allow"));
    app.decide("rejected").await.is(200);
    assert_eq!(buttons(&path).await, (vec![], 1));
    let suffix = ThirdParty::register(&region, "https://vercel.app/cb").await;
    assert_eq!(buttons(&suffix.path(&[])).await, (vec![], 1));
}

#[tokio::test]
async fn checking_says_as_of_when_and_moves_on_once_approved() {
    let region = Region::start().await;
    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    let (path, browser) = (app.path(&[]), region.admin_browser().await);
    app.request(&browser).await;
    let page = browser.open(&path).await.is(200);
    assert!(!page.words().contains("Still pending"));
    let form = page.form("/oauth/v1/authorize");
    let checked = browser.submit(&form, &[("action", "check")]).await.is(200);
    assert!(checked.words().contains("Still pending as of"), "{}", checked.words());
    app.decide("approved").await.is(200);
    browser.submit(&form, &[("action", "check")]).await.leads_to(&path);
}

#[tokio::test]
async fn allowing_sends_a_code_with_state_and_issuer() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let answer = app.allow_at(&browser, &app.path(&[])).await.is(303);
    let location = answer.header("location").unwrap();
    assert!(location.starts_with("https://app.test/cb?"), "{location}");
    assert_eq!(parameter(location, "state").as_deref(), Some("st&te"));
    assert_eq!(
        parameter(location, "iss").as_deref(),
        Some(region.running.issuer.as_str())
    );
    assert_eq!(parameter(location, "code").unwrap().len(), 43);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
}

#[tokio::test]
async fn an_uncertain_client_or_redirect_uri_is_a_page_and_never_a_redirect() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    for changes in [
        &[("client_id", "")][..],
        &[("client_id", "cli_us_000000000000")],
        &[("client_id", "cli_eu_000000000000")],
        &[("client_id", "nobody")],
        &[("redirect_uri", "")],
        &[("redirect_uri", "https://app.test/other")],
        &[("redirect_uri", "https://app.test/cb/")],
        &[("redirect_uri", "https://app.test/cb?x")],
        &[("redirect_uri", "https://evil.test/cb")],
        &[("redirect_uri", "https://app.test@evil.test/cb")],
        &[("redirect_uri", "javascript:alert(1)")],
    ] {
        let answer = browser.open(&app.path(changes)).await.is(400);
        assert!(answer.header("location").is_none(), "{changes:?}");
        assert!(!answer.body.contains("Return to app"), "{changes:?}");
    }
    for twice in [
        "client_id=cli_us_000000000000",
        "redirect_uri=https%3A%2F%2Fevil.test%2Fcb",
    ] {
        browser.open(&format!("{}&{twice}", app.path(&[]))).await.is(400);
    }
}

/// What is asked for wrongly, and the error code for it.
const MISTAKES: [(&[(&str, &str)], &str); 9] = [
    (&[("response_type", "token")], "unsupported_response_type"),
    (&[("response_type", "")], "invalid_request"),
    (&[("code_challenge", "")], "invalid_request"),
    (&[("code_challenge_method", "")], "invalid_request"),
    (&[("code_challenge_method", "plain")], "invalid_request"),
    (&[("scope", "no:such")], "invalid_scope"),
    (&[("resource", "https://unknown.test")], "invalid_target"),
    (&[("resource", "not a uri")], "invalid_target"),
    (&[("request", "e30.e30.")], "invalid_request"),
];

#[tokio::test]
async fn an_approved_app_is_told_of_its_mistakes_at_once() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    for (changes, code) in MISTAKES {
        let answer = browser.open(&app.path(changes)).await.is(303);
        let location = answer.header("location").unwrap();
        assert!(location.starts_with("https://app.test/cb?"), "{location}");
        assert_eq!(parameter(location, "error").as_deref(), Some(code), "{changes:?}");
        assert_eq!(parameter(location, "state").as_deref(), Some("st&te"), "{changes:?}");
        assert_eq!(
            parameter(location, "iss").as_deref(),
            Some(region.running.issuer.as_str())
        );
        assert!(parameter(location, "code").is_none());
    }
}

#[tokio::test]
async fn to_an_origin_that_is_not_approved_nobody_is_sent_without_a_click() {
    let region = Region::start().await;
    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    let browser = region.admin_browser().await;
    for (changes, _) in MISTAKES {
        let page = browser.open(&app.path(changes)).await.is(200);
        assert!(
            page.body.contains("href=\"https://app.test/cb?error="),
            "{changes:?}: {}",
            page.body
        );
    }
}

#[tokio::test]
async fn a_request_sent_as_a_form_becomes_a_get() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let path = app.path(&[]);
    let (page, query) = path.split_once('?').unwrap();
    let answer = browser.ask("POST", page).raw_form(query).send().await.is(303);
    let location = answer.header("location").unwrap();
    assert!(location.starts_with("/oauth/v1/authorize?"), "{location}");
    assert!(browser.open(location).await.is(200).body.contains("Allow"));
}

#[tokio::test]
async fn a_form_of_one_request_does_not_allow_another() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let other = ThirdParty::register(&region, "https://app.test/cb").await;
    let form = browser.open(&app.path(&[])).await.is(200).form("/oauth/v1/authorize");
    for path in [
        other.path(&[]),
        app.path(&[("scope", "write:me")]),
        app.path(&[("state", "x")]),
    ] {
        let fields = form.filled(&[("action", "allow")]);
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        browser.post(&path, &fields).await.is(403);
    }
}

#[tokio::test]
async fn a_person_allows_no_more_than_their_roles_hold() {
    let region = Region::start().await;
    let (app, _) = ThirdParty::approved(&region).await;
    for (roles, scope, offered) in [
        (
            serde_json::json!([region.reader()]),
            "read:me write:me",
            Some("read:me"),
        ),
        (
            serde_json::json!([region.editor()]),
            "read:me write:me",
            Some("read:me write:me"),
        ),
        (serde_json::json!([region.reader()]), "write:me", None),
        (serde_json::json!([]), "read:me", None),
    ] {
        let browser = region.person_browser(roles.clone()).await;
        let path = app.path(&[("scope", scope)]);
        match offered {
            None => {
                let answer = browser.open(&path).await.is(303);
                let error = parameter(answer.header("location").unwrap(), "error");
                assert_eq!(error.as_deref(), Some("invalid_scope"), "{roles} {scope}");
            }
            Some(scopes) => {
                let answer = app.allow_at(&browser, &path).await.is(303);
                let code = parameter(answer.header("location").unwrap(), "code").unwrap();
                let tokens = app.redeem(&code, &[]).send().await.is(200);
                assert_eq!(tokens.text("/scope"), scopes, "{roles} {scope}");
            }
        }
    }
}

#[tokio::test]
async fn scopes_that_the_api_does_not_have_are_left_out_of_what_is_granted() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let resource = region.resource();
    for named in [resource, ""] {
        let path = app.path(&[("scope", "read:me offline_access"), ("resource", named)]);
        let answer = app.allow_at(&browser, &path).await.is(303);
        let code = parameter(answer.header("location").unwrap(), "code").unwrap();
        let tokens = app.redeem(&code, &[]).send().await.is(200);
        assert_eq!(tokens.text("/scope"), "read:me", "{named}");
    }
}

#[tokio::test]
async fn the_management_api_is_not_for_third_parties() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let management = region.running.facts.api.clone();
    for changes in [
        &[("resource", management.as_str()), ("scope", "users:read")][..],
        &[("resource", ""), ("scope", "users:read")],
    ] {
        let answer = browser.open(&app.path(changes)).await.is(303);
        assert!(parameter(answer.header("location").unwrap(), "error").is_some());
    }
}
