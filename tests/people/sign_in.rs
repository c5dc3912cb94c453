//! In, out, and where to after.

use crate::harness::{Organization, Region, pair};

use super::{PASSWORD, admin, invited, signed_in, trail};

#[tokio::test]
async fn a_person_signs_in_goes_on_and_signs_out() {
    let region = Region::start().await;
    let (email, password) = admin(&region);
    let browser = region.browser();
    browser.sign_in(email, password).await.leads_to("/console");
    assert!(signed_in(&browser).await);

    browser.ask("GET", "/api/v1/users").send().await.is(200);
    let id = region.admin_id().await;
    assert_eq!(trail(&region, &id).await, ["session.created"]);

    let csrf = region.sign_out_token(&browser).await;
    let out = browser.post("/sign-out", &[("csrf", &csrf)]).await.leads_to("/sign-in");
    let cookie = out.header("set-cookie").unwrap();
    assert_eq!(
        cookie,
        "__Host-regent=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
    );
    assert!(!signed_in(&browser).await);
    assert_eq!(trail(&region, &id).await, ["session.created", "session.ended"]);
}

#[tokio::test]
async fn the_event_of_a_sign_in_says_from_where_and_with_what() {
    let region = Region::start().await;
    region.admin_browser().await;
    let asked = region
        .admin("GET", "/audit-events")
        .query(&[("action", "session.created")]);
    let event = asked.send().await.is(200).json()["items"][0].clone();
    assert_eq!(event["source_ip"], "127.0.0.1");
    assert_eq!(event["details"]["user_agent"], "Test browser");
    assert_eq!(event["actor"]["kind"], "person");
}

#[tokio::test]
async fn whoever_signed_out_elsewhere_is_not_told_that_the_form_is_out_of_date() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let tab = browser.copy();
    let csrf = region.sign_out_token(&browser).await;
    browser.post("/sign-out", &[("csrf", &csrf)]).await.leads_to("/sign-in");
    tab.post("/sign-out", &[("csrf", &csrf)]).await.leads_to("/sign-in");
}

#[tokio::test]
async fn cookies_are_for_this_host_over_tls_and_for_no_script() {
    let region = Region::start().await;
    let (email, password) = admin(&region);
    let browser = region.browser();
    let page = browser.open("/sign-in").await.is(200);
    let form = page.form("/sign-in");
    let done = browser.submit(&form, &[("email", email), ("password", password)]).await;
    for (answer, name, length) in [(page, "__Host-regent_form", 43), (done, "__Host-regent", 67)] {
        let cookie = answer.headers.get("set-cookie").unwrap().to_str().unwrap();
        let (value, attributes) = cookie.split_once("; ").unwrap();
        assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
        let value = value.strip_prefix(&format!("{name}=")).unwrap();
        assert_eq!(value.len(), length, "{name}");
        assert!(
            value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
    }
}

#[tokio::test]
async fn the_table_has_no_secret_that_a_cookie_has() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let secret = browser.cookie("__Host-regent").unwrap()[24..].to_owned();
    assert!(!format!("{:?}", region.rows().await).contains(&secret));
}

#[tokio::test]
async fn the_page_leads_on_to_this_servers_pages_and_nowhere_else() {
    let region = Region::start().await;
    let (email, password) = admin(&region);
    let authorize = "/oauth/v1/authorize?client_id=a&redirect_uri=https%3A%2F%2Fapp.example%2F";
    for (asked, leads) in [
        ("/console/service-accounts", "/console/service-accounts"),
        ("/console?done=user-saved", "/console?done=user-saved"),
        (authorize, authorize),
        ("//evil.example", "/console"),
        ("/\\evil.example", "/console"),
        ("https:evil.example", "/console"),
        ("https://evil.example/console", "/console"),
        ("/%2f/evil.example", "/console"),
        ("/console/../../evil", "/console"),
        ("/console/%2e%2e/x", "/console"),
        ("/console\r\nset-cookie: a=b", "/console"),
        ("/console\u{0}", "/console"),
        ("\t//evil.example", "/console"),
        ("javascript:alert(1)", "/console"),
        ("/sign-out", "/console"),
        ("", "/console"),
    ] {
        let browser = region.browser();
        let path = format!("/sign-in?next={}", crate::harness::encoded(asked));
        let form = browser.open(&path).await.is(200).form("/sign-in");
        let typed = [("email", email), ("password", password)];
        browser.submit(&form, &typed).await.leads_to(leads);
        // And again, as somebody who is signed in, by the link or by the hidden field.
        browser.open(&path).await.leads_to(leads);
        let forged = region.browser();
        let form = forged.open("/sign-in").await.form("/sign-in");
        forged
            .submit(&form, &[typed[0], typed[1], ("next", asked)])
            .await
            .leads_to(leads);
    }
}

#[tokio::test]
async fn every_sign_in_is_a_new_session() {
    let region = Region::start().await;
    let (email, password) = admin(&region);
    let browser = region.admin_browser().await;
    let before = browser.copy();
    let csrf = region.sign_out_token(&browser).await;
    browser.post("/sign-out", &[("csrf", &csrf)]).await.is(303);
    browser.sign_in(email, password).await.is(303);
    assert_ne!(browser.cookie("__Host-regent"), before.cookie("__Host-regent"));
    assert!(signed_in(&browser).await && !signed_in(&before).await);
}

#[tokio::test]
async fn cookies_that_somebody_planted_are_no_way_into_the_session_that_follows() {
    let region = Region::start().await;
    let (email, password) = admin(&region);
    let attacker = region.browser();
    let csrf = attacker
        .open("/forgot-password")
        .await
        .form("/forgot-password")
        .field("csrf")
        .to_owned();
    let form = attacker.cookie("__Host-regent_form").unwrap();

    let victim = region.browser();
    let planted = "0".repeat(67);
    victim.set_cookie("__Host-regent_form", &form);
    victim.set_cookie("__Host-regent", &planted);
    victim.sign_in(email, password).await.is(303);
    assert_ne!(victim.cookie("__Host-regent").unwrap(), planted);
    attacker.set_cookie("__Host-regent", &planted);
    assert!(signed_in(&victim).await && !signed_in(&attacker).await);
    // What the attacker's form cookie was good for, it is not good for after the sign-in.
    victim
        .post("/forgot-password", &[("email", email), ("csrf", &csrf)])
        .await
        .is(403);
}

#[tokio::test]
async fn a_cookie_is_worth_nothing_in_another_region_or_with_a_character_changed() {
    let (us, eu) = pair().await;
    let browser = us.admin_browser().await;
    let cookie = browser.cookie("__Host-regent").unwrap();
    let there = eu.browser();
    there.set_cookie("__Host-regent", &cookie);
    assert!(!signed_in(&there).await);

    for at in [0, 12, 24, 66] {
        let mut changed = cookie.clone();
        let other = if cookie.as_bytes()[at] == b'0' { "1" } else { "0" };
        changed.replace_range(at..=at, other);
        let forged = us.browser();
        forged.set_cookie("__Host-regent", &changed);
        assert!(!signed_in(&forged).await, "{at}");
    }
    for junk in ["", "x", &"0".repeat(67), &format!("{cookie}0"), "é"] {
        let forged = us.browser();
        forged.set_cookie("__Host-regent", junk);
        assert!(!signed_in(&forged).await, "{junk}");
    }
}

#[tokio::test]
async fn who_was_only_invited_and_who_is_a_program_cannot_sign_in() {
    let region = Region::start().await;
    let (_, email) = invited(&region, serde_json::json!(["viewer"])).await;
    let account = region.account().await;
    let program = account.body["email"].as_str().unwrap().to_owned();
    for address in [email.as_str(), &program] {
        for password in ["", "x", "nobodys own salt", &account.secret] {
            let answer = region.browser().sign_in(address, password).await.is(422);
            assert!(answer.words().contains("The e-mail address or the password is wrong."));
        }
    }
}

#[tokio::test]
async fn people_of_two_customers_sign_in_to_their_own() {
    let region = Region::start().await;
    let globex = Organization::found(&region).await;
    let link = super::link(&region, &globex.admin, regent::domain::LinkPurpose::PasswordReset).await;
    let browser = region.browser();
    let form = browser
        .open(&format!("/password?token={link}"))
        .await
        .is(200)
        .form("/password");
    browser
        .submit(&form, &[("password", PASSWORD)])
        .await
        .leads_to("/console");
    let users = browser.ask("GET", "/api/v1/users").send().await.is(200).json();
    assert_eq!(users["items"].as_array().unwrap().len(), 1, "{users}");
    assert_eq!(users["items"][0]["id"], *globex.admin);
}
