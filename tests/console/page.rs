//! What every page has: headers, a title, headings in order, labels, and text that stays text.

use serde_json::json;

use crate::harness::{Answer, Browser, Region, ThirdParty};

/// Names that want to be markup, as long as a service account's may be.
const HOSTILE: &str = "\"><img src=x onerr=";

/// Every page of the console, about something each.
async fn pages(region: &Region) -> Vec<String> {
    let account = region
        .account_with(json!({"name": HOSTILE, "description": "<script>alert(1)</script>"}))
        .await;
    let credentials = format!("{}/credentials", account.path());
    let hostile = json!({"name": "</td><script>alert(2)</script>", "redirect_uri": "https://a.example/?\"'<b>"});
    let made = region.admin("POST", &credentials).json(&hostile).send().await;
    assert!(matches!(made.status.as_u16(), 201 | 400), "{made:#?}");
    let credential = region.admin("GET", &credentials).send().await.text("/items/0/id");
    let role = json!({"name": "<u>role</u>", "privileges": [], "scopes": []});
    region.admin("POST", "/roles").json(&role).send().await;
    let person = json!({"name": "<script>alert(3)</script>", "email": "o'x@acme.test", "user_type": "licensed", "roles": ["viewer"]});
    let person = region
        .admin("POST", "/users")
        .json(&person)
        .send()
        .await
        .is(201)
        .text("/id");
    let hostile = json!({"name": "<script>alert(4)</script>", "redirect_uris": ["https://c.example/'<b>"]});
    let client = region.admin("POST", "/clients").json(&hostile).send().await;
    let client = format!("/console/clients/{}", client.is(201).text("/client_id"));
    let app = ThirdParty::register(region, "https://app.example/cb").await;
    app.request(&region.admin_browser().await).await.is(303);
    let approval = format!(
        "/console/oauth-approvals/{}",
        app.approval().await["id"].as_str().unwrap()
    );
    let accounts = "/console/service-accounts";
    let own = format!("{accounts}/{}", account.id);
    vec![
        accounts.to_owned(),
        format!("{accounts}?done=account-saved"),
        format!("{accounts}/new"),
        own.clone(),
        format!("{own}/edit"),
        format!("{accounts}/delete?account={}", account.id),
        format!("{own}/credentials/new"),
        format!("{own}/credentials/{credential}/edit"),
        format!("{own}/credentials/{credential}/rotate"),
        format!("{own}/credentials/delete?credential={credential}"),
        "/console/users".to_owned(),
        "/console/users/new".to_owned(),
        format!("/console/users/{person}"),
        format!("/console/users/{}", account.id),
        format!("/console/users/{person}/delete"),
        format!("/console/users/{person}/invitation"),
        "/console/settings".to_owned(),
        "/console/settings/revoke".to_owned(),
        format!("/console/settings/subscriptions/{}", region.subscription()),
        "/console/oauth-approvals".to_owned(),
        "/console/oauth-approvals?status=rejected".to_owned(),
        approval,
        "/console/clients".to_owned(),
        "/console/clients/new".to_owned(),
        client.clone(),
        format!("{client}/edit"),
        format!("{client}/rotate"),
        format!("{client}/delete"),
        "/console/audit-events".to_owned(),
        "/console/audit-events?actor=%22%3E%3Cscript%3E".to_owned(),
        "/console/connected-apps".to_owned(),
        "/console/sessions".to_owned(),
        "/console/nothing".to_owned(),
    ]
}

async fn each(test: impl Fn(&str, &Answer)) {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    for path in pages(&region).await {
        let page = browser.open(&path).await;
        assert!(matches!(page.status.as_u16(), 200 | 404), "{path} {page:#?}");
        test(&path, &page);
    }
}

#[tokio::test]
async fn every_page_has_the_headers() {
    each(|path, page| {
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(page.header(name), Some(value), "{path} {name}");
        }
        let policy = page.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path} {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path} {policy}");
    })
    .await;
}

#[tokio::test]
async fn every_page_has_a_title_one_main_heading_and_headings_in_order() {
    each(|path, page| {
        let (_, title) = page.body.split_once("<title>").unwrap();
        let title = title.split("</title>").next().unwrap();
        assert!(title.contains("Acme") && title.ends_with("Regent"), "{path} {title}");
        assert_eq!(page.body.matches("<h1").count(), 1, "{path} {page:#?}");
        let levels: Vec<u8> = page
            .body
            .match_indices("<h")
            .filter_map(|(at, _)| page.body.as_bytes().get(at + 2).copied())
            .filter(u8::is_ascii_digit)
            .collect();
        assert_eq!(levels.first(), Some(&b'1'), "{path}");
        assert!(
            levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
            "{path} {levels:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn every_field_has_a_label_and_every_id_is_there_once() {
    each(|path, page| {
        let ids: Vec<&str> = page
            .body
            .split(" id=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{path} {ids:?}");
        for tag in ["<input", "<select", "<textarea"] {
            for rest in page.body.split(tag).skip(1) {
                let tag = rest.split('>').next().unwrap();
                let id = tag.split(" id=\"").nth(1).and_then(|rest| rest.split('"').next());
                let labelled = tag.contains("type=\"hidden\"")
                    || tag.contains("aria-label=")
                    || tag.contains("type=\"radio\"")
                    || id.is_some_and(|id| page.body.contains(&format!("for=\"{id}\"")));
                assert!(labelled, "{path} {tag}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn hostile_names_stay_text() {
    each(|path, page| {
        assert_eq!(page.body.matches("<script").count(), 1, "{path} {page:#?}");
        for bad in ["<img", "<u>", "alert(1)</script>", "<b>"] {
            assert!(!page.body.contains(bad), "{path} {bad} {page:#?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_made_up_code_in_the_address_says_nothing() {
    let region = Region::start().await;
    let browser: Browser = region.admin_browser().await;
    for done in ["nonsense", "<b>x</b>", "%3Cb%3Ex", ""] {
        let page = browser.open(&format!("/console/users?done={done}")).await.is(200);
        assert!(!page.body.contains("class=\"toast\""), "{page:#?}");
    }
}

#[tokio::test]
async fn assets_are_for_everybody() {
    let region = Region::start().await;
    let page = region.admin_browser().await.open("/console/users").await.is(200);
    let sources = page.body.split("=\"/console/assets/").skip(1);
    let paths: Vec<String> = sources
        .map(|rest| format!("/console/assets/{}", rest.split('"').next().unwrap()))
        .collect();
    assert_eq!(paths.len(), 3, "{page:#?}");
    for path in paths {
        region.browser().open(&path).await.is(200);
    }
}
