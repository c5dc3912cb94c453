//! Addresses that look like the app's own. None is ever redirected to, linked or approved.

use serde_json::json;

use crate::harness::{Answer, Browser, Region, ThirdParty};

/// The app's own address is `https://good.com/cb`, and `https://good.com` is approved.
const GOOD: &str = "https://good.com/cb";

/// What somebody else would like to pass for it.
const TRICKS: [&str; 58] = [
    "https://good.com@evil.com/cb",
    "https://good.com:443@evil.com/cb",
    "https://good.com%40evil.com/cb",
    "https://good.com\\@evil.com/cb",
    "https://good.com\\.evil.com/cb",
    "https://evil.com\\good.com/cb",
    "https://good.com\t.evil.com/cb",
    "https://good.com\r\n.evil.com/cb",
    "https://good.com/cb\r\nLocation: https://evil.com/",
    "https://good.com\u{0}.evil.com/cb",
    " https://good.com/cb",
    "https://good.com/cb ",
    "https://good.com./cb",
    "https://good.com.evil.com/cb",
    "https://evilgood.com/cb",
    "https://www.good.com/cb",
    "https://good.co/cb",
    "https://good.com:8443/cb",
    "https://good.com:443/cb",
    "https://good.com:0443/cb",
    "https://good.com:/cb",
    "HTTPS://GOOD.COM/cb",
    "https://GOOD.com/cb",
    "http://good.com/cb",
    "https:/good.com/cb",
    "https:good.com/cb",
    "https:///good.com/cb",
    "//good.com/cb",
    "//evil.com/cb",
    "/cb",
    "good.com/cb",
    "https://good.com/cb/",
    "https://good.com/cb?",
    "https://good.com/cb?x=1",
    "https://good.com/cb#",
    "https://good.com/cb#fragment",
    "https://good.com/cb/../evil",
    "https://good.com/cb/..%2fevil",
    "https://good.com/%63b",
    "https://good.com/CB",
    "https://good.com/cb;x",
    "https://g\u{43e}\u{43e}d.com/cb",
    "https://xn--gd-jbaa.com/cb",
    "https://good%2ecom/cb",
    "https://g%6fod.com/cb",
    "https://good\u{3002}com/cb",
    "https://\u{ff47}ood.com/cb",
    "https://[::1]/cb",
    "https://127.0.0.1/cb",
    "https://2130706433/cb",
    "https://0177.0.0.1/cb",
    "https://127.0.0.1.nip.io/cb",
    "http://localhost.evil.com/cb",
    "http://[::1%25lo]/cb",
    "javascript:alert(1)//good.com/cb",
    "data:text/html,<script>1</script>",
    "good://good.com/cb",
    "",
];

/// A page that leads nowhere: no redirect, and no link or form to another host.
#[track_caller]
fn leads_nowhere(answer: &Answer, what: &str) {
    assert_eq!(answer.status.as_u16(), 400, "{what:?}: {answer:#?}");
    assert!(answer.headers.get("location").is_none(), "{what:?}");
    assert!(answer.headers.get("refresh").is_none(), "{what:?}");
    for attribute in ["href=\"", "action=\"", "src=\"", "content=\""] {
        for part in answer.body.split(attribute).skip(1) {
            let value = part.split('"').next().unwrap();
            let elsewhere = value.contains("://") || value.starts_with("//") || value.contains("javascript:");
            assert!(!elsewhere, "{what:?} leads to {value}");
        }
    }
}

async fn approved(region: &Region) -> (ThirdParty<'_>, Browser) {
    let app = ThirdParty::register(region, GOOD).await;
    let browser = region.admin_browser().await;
    app.request(&browser).await.is(303);
    app.decide("approved").await.is(200);
    (app, browser)
}

#[tokio::test]
async fn no_address_passes_for_the_registered_one() {
    let region = Region::start().await;
    let (app, browser) = approved(&region).await;
    for trick in TRICKS {
        let path = app.path(&[("redirect_uri", trick)]);
        leads_nowhere(&browser.open(&path).await, trick);
        // The same before anybody has signed in: at most to this server's own sign-in page.
        let stranger = region.browser().open(&path).await;
        let location = stranger.header("location").unwrap_or("/sign-in?");
        assert!(location.starts_with("/sign-in?"), "{trick:?} leads to {location}");
    }
}

/// A form of this server, its query changed on the way: nothing is allowed and nobody is sent.
#[tokio::test]
async fn consent_for_one_address_is_none_for_another() {
    let region = Region::start().await;
    let (app, browser) = approved(&region).await;
    let form = browser.open(&app.path(&[])).await.is(200).form("/oauth/v1/authorize");
    for trick in TRICKS {
        let fields = form.filled(&[("action", "allow")]);
        let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let answer = browser.post(&app.path(&[("redirect_uri", trick)]), &fields).await;
        assert!([400, 403].contains(&answer.status.as_u16()), "{trick:?}: {answer:#?}");
        assert!(answer.headers.get("location").is_none(), "{trick:?}");
    }
}

/// An address that a browser reads otherwise than it is written is nobody's to register.
#[tokio::test]
async fn what_is_no_plain_address_is_not_registered() {
    let region = Region::start().await;
    for bad in [
        "https://good.com@evil.com/cb",
        "https://good.com\\@evil.com/cb",
        "https://good.com\t/cb",
        "https://good.com./cb",
        "http://good.com/cb",
        "https:/good.com/cb",
        "https:good.com/cb",
        "//good.com/cb",
        "https://good.com/cb#",
        "https://g\u{43e}\u{43e}d.com/cb",
        "https://good%2ecom/cb",
        "https://2130706433/cb",
        "https://0x7f.1/cb",
        "http://127.1/cb",
        "http://0.0.0.0/cb",
        "http://localhost.evil.com/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "javascript:alert(1)",
        "javascript://good.com/%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "blob:https://good.com/x",
        "view-source:https://good.com/",
        "intent://good.com/#Intent;end",
        "myapp:/cb",
        "",
    ] {
        let metadata = json!({"client_name": "x", "redirect_uris": [bad]});
        let answer = region.http.post("/oauth/v1/register").json(&metadata).send().await;
        assert_eq!(answer.is(400).text("/error"), "invalid_redirect_uri", "{bad:?}");
        let asked = json!({"name": "x", "redirect_uris": [bad]});
        region.admin("POST", "/clients").json(&asked).send().await.is(400);
    }
}

/// Whoever likes gets a name below a public suffix. Approving the suffix would approve them all.
#[tokio::test]
async fn a_public_suffix_is_neither_requested_nor_approved() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let plain = ThirdParty::register(&region, GOOD).await;
    for host in ["vercel.app", "github.io", "co.uk", "ngrok-free.app", "com"] {
        let app = ThirdParty::register(&region, &format!("https://{host}/cb")).await;
        let path = app.path(&[]);
        let page = browser.open(&path).await.is(200);
        assert!(page.words().contains("cannot connect"), "{host}: {}", page.words());
        // No button asks for it, and the token of another page's button is none here.
        let other = browser.open(&plain.path(&[])).await.is(200).form("/oauth/v1/authorize");
        let forged = [("csrf", other.field("csrf")), ("action", "request")];
        browser.post(&path, &forged).await.is(403);
    }
    let list = region.admin("GET", "/oauth-approvals").send().await.is(200).json();
    assert_eq!(list["items"], json!([]));
}

/// What approving one origin does not approve.
#[tokio::test]
async fn an_approval_is_for_one_origin_and_no_relative_of_it() {
    let region = Region::start().await;
    let (_, browser) = approved(&region).await;
    for relative in [
        "https://www.good.com/cb",
        "https://good.com:8443/cb",
        "https://good.com.evil.com/cb",
        "https://xn--gd-fmca.com/cb",
        "http://localhost/cb",
        "good://good.com/cb",
        "https://127.0.0.1/cb",
    ] {
        let app = ThirdParty::register(&region, relative).await;
        let words = browser.open(&app.path(&[])).await.is(200).words();
        assert!(words.contains("must approve"), "{relative}: {words}");
    }
}
