//! An authorization request on its way through the sign-in page and back: however long it is, it comes
//! back whole or is refused at once.

use super::{GATEWAY_HEADERS, NGINX_LINE, OTHER_HEADERS};
use crate::harness::{Region, ThirdParty, parameter};

fn line(path: &str) -> usize {
    format!("GET {path} HTTP/1.1\r\n").len()
}

#[tokio::test]
async fn a_request_comes_back_whole_from_the_sign_in_page_or_is_refused_at_once() {
    let region = Region::start().await;
    let (app, _) = ThirdParty::approved(&region).await;
    let admin = &region.running.facts.admin;
    let (mut longest, mut refused) = (0, 0);
    // A state whose characters need no escape, and one whose characters all do.
    for character in ["s", "{"] {
        for length in [10, 500, 1000, 2000, 4000, 6000, 7000, 7500] {
            let path = app.path(&[("state", &character.repeat(length))]);
            let browser = region.browser();
            let answer = browser.open(&path).await;
            if answer.status == 400 {
                assert!(answer.words().contains("too long"), "{}", answer.words());
                refused += 1;
                continue;
            }
            let to_sign_in = answer.is(303).location().unwrap();
            assert!(line(&to_sign_in) < NGINX_LINE && line(&to_sign_in) + OTHER_HEADERS < GATEWAY_HEADERS);
            let form = browser.open(&to_sign_in).await.is(200).form("/sign-in");
            let typed = [("email", admin.email.as_str()), ("password", admin.password.as_str())];
            browser.submit(&form, &typed).await.leads_to(&path);
            assert!(line(&path) < NGINX_LINE);
            let allowed = app.allow_at(&browser, &path).await.is(303).location().unwrap();
            assert_eq!(parameter(&allowed, "state").unwrap().len(), length);
            let bytes = allowed.len();
            assert!(bytes + 1000 < GATEWAY_HEADERS, "{bytes}");
            longest = longest.max(length);
        }
    }
    assert!(longest >= 6000 && refused >= 2, "{longest} {refused}");
}

#[tokio::test]
async fn a_request_sent_as_a_form_is_no_longer_than_one_in_a_url() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let path = app.path(&[("state", "s")]);
    let query = path.split_once('?').unwrap().1;
    let fields = |state: String| format!("{query}&x={state}");
    let sent = async |body: String| {
        browser
            .send(browser.posting("/oauth/v1/authorize").raw_form(body))
            .await
    };
    sent(fields("s".repeat(6000))).await.is(303);
    let refused = sent(fields("s".repeat(60_000))).await.is(400);
    assert!(refused.words().contains("too long"), "{}", refused.words());
}
