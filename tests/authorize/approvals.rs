//! Approvals as people request and admins decide them.

use serde_json::{Value, json};

use tokio::task::JoinSet;

use crate::harness::{Region, ThirdParty};

#[tokio::test]
async fn a_request_is_recorded_with_who_what_and_when() {
    let region = Region::start().await;
    let app = ThirdParty::register(&region, "https://app.test/cb?tenant=secret").await;
    let browser = region.admin_browser().await;
    app.request(&browser).await.is(303);
    let approval = app.approval().await;
    assert_eq!(approval["origin"], "https://app.test");
    assert_eq!(approval["redirect_uri"], "https://app.test/cb");
    assert_eq!(approval["status"], "pending");
    assert_eq!(
        approval["requested_by"]["email"],
        region.running.facts.admin.email.as_str()
    );
    assert_eq!(approval["client"]["name"], "Third party");
    assert!(approval["requested_at"].is_string() && approval["reviewed_at"].is_null());
}

#[tokio::test]
async fn a_decision_is_recorded_changed_and_kept_in_the_history() {
    let region = Region::start().await;
    let (app, _) = ThirdParty::approved(&region).await;
    region.wait(60);
    let id = app.approval().await["id"].as_str().unwrap().to_owned();
    let path = format!("/oauth-approvals/{id}");
    let asked = json!({"status": "rejected", "reason": "Not ours"});
    let decided = region.admin("PATCH", &path).json(&asked).send().await.is(200).json();
    assert_eq!(decided["status"], "rejected");
    assert_eq!(decided["reason"], "Not ours");
    assert_eq!(decided["ended_grants"], 0);
    assert_eq!(
        decided["reviewed_by"]["email"],
        region.running.facts.admin.email.as_str()
    );
    let history: Vec<&Value> = decided["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["status"])
        .collect();
    assert_eq!(history, ["approved", "rejected"]);
    for bad in [
        json!({"status": "pending"}),
        json!({"status": "maybe"}),
        json!({}),
        json!({"status": "approved", "reason": ""}),
    ] {
        region.admin("PATCH", &path).json(&bad).send().await.is(400);
    }
    for gone in ["apr_aHR0cHM6Ly9ub25lLnRlc3Q", "apr_x", "none"] {
        region
            .admin("GET", &format!("/oauth-approvals/{gone}"))
            .send()
            .await
            .is(404);
    }
}

#[tokio::test]
async fn those_that_wait_come_first_and_a_filter_leaves_the_others_out() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let mut apps = vec![];
    for host in ["a", "b", "c"] {
        let app = ThirdParty::register(&region, &format!("https://{host}.test/cb")).await;
        app.request(&browser).await.is(303);
        region.wait(1);
        apps.push(app);
    }
    apps[2].decide("approved").await.is(200);
    apps[0].decide("rejected").await.is(200);
    for (query, expected) in [
        ("", &["https://b.test", "https://c.test", "https://a.test"][..]),
        ("?status=pending", &["https://b.test"]),
        ("?status=approved", &["https://c.test"]),
        ("?status=rejected", &["https://a.test"]),
    ] {
        let list = region
            .admin("GET", &format!("/oauth-approvals{query}"))
            .send()
            .await
            .is(200)
            .json();
        let origins: Vec<_> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["origin"].as_str().unwrap())
            .collect();
        assert_eq!(origins, expected, "{query}");
    }
    region
        .admin("GET", "/oauth-approvals?status=maybe")
        .send()
        .await
        .is(400);
    let first = region
        .admin("GET", "/oauth-approvals?limit=2")
        .send()
        .await
        .is(200)
        .json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = region
        .admin("GET", &format!("/oauth-approvals?limit=2&cursor={cursor}"))
        .send()
        .await
        .is(200)
        .json();
    assert_eq!(
        (
            first["items"].as_array().unwrap().len(),
            rest["items"].as_array().unwrap().len()
        ),
        (2, 1)
    );
}

#[tokio::test]
async fn fifty_requests_at_once_are_one_row_and_one_event() {
    let region = Region::start().await;
    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    let browser = region.admin_browser().await;
    let page = browser.open(&app.path(&[])).await.is(200);
    let form = page.form("/oauth/v1/authorize");
    let typed = [("action", "request")];
    let fields = form.filled(&typed);
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut asked = JoinSet::new();
    for _ in 0..50 {
        asked.spawn(browser.posting(&form.action).form(&fields).send());
    }
    for answer in asked.join_all().await {
        answer.is(303);
    }
    let list = region.admin("GET", "/oauth-approvals").send().await.is(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let events = region
        .admin("GET", "/audit-events?action=oauth_approval.requested")
        .send()
        .await
        .is(200)
        .json();
    assert_eq!(events["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_second_person_joins_the_request_and_no_second_event_asks() {
    let region = Region::start().await;
    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    let first = region.admin_browser().await;
    let second = region.person_browser(json!([region.reader()])).await;
    app.request(&first).await.is(303);
    // The second sees that it was requested; a form from before says the same.
    let page = second.open(&app.path(&[])).await.is(200);
    let form = page.form("/oauth/v1/authorize");
    second.submit(&form, &[("action", "request")]).await.is(303);
    let approval = app.approval().await;
    assert_eq!(approval["requesters"].as_array().unwrap().len(), 2);
    let events = region
        .admin("GET", "/audit-events?action=oauth_approval.requested")
        .send()
        .await
        .is(200)
        .json();
    assert_eq!(events["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn of_approve_and_reject_at_once_one_wins_and_the_other_is_told() {
    let region = Region::start().await;
    for round in 0..5 {
        let app = ThirdParty::register(&region, &format!("https://app{round}.test/cb")).await;
        let browser = region.admin_browser().await;
        app.request(&browser).await.is(303);
        let approval = app.approval().await;
        let path = format!("/oauth-approvals/{}", approval["id"].as_str().unwrap());
        let decide = async |status: &str| {
            let asked = region.admin("PATCH", &path).header("if-match", "\"1\"");
            asked.json(&json!({"status": status})).send().await.status.as_u16()
        };
        let (one, other) = tokio::join!(decide("approved"), decide("rejected"));
        let mut statuses = [one, other];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "round {round}");
        let expected = if one == 200 { "approved" } else { "rejected" };
        assert_eq!(app.approval().await["status"], expected);
    }
}

#[tokio::test]
async fn deciding_takes_its_privilege_in_the_whole_organization() {
    let region = Region::start().await;
    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    app.request(&region.admin_browser().await).await.is(303);
    let path = format!("/oauth-approvals/{}", app.approval().await["id"].as_str().unwrap());
    let reading = region.role("Reading", json!(["oauth_approvals:read"]), json!([])).await;
    let deciding = region
        .role(
            "Deciding",
            json!(["oauth_approvals:read", "oauth_approvals:manage"]),
            json!([]),
        )
        .await;
    let subscription = region.subscription();
    for (role, limit, read, decide) in [
        (&reading, None, 200, 403),
        (&deciding, None, 200, 200),
        (&deciding, Some(subscription), 403, 403),
        (&region.reader().to_owned(), None, 403, 403),
    ] {
        let (_, token) = region.person(json!([role]), limit).await;
        region.by(&token, "GET", "/oauth-approvals").send().await.is(read);
        region.by(&token, "GET", &path).send().await.is(read);
        let asked = json!({"status": "approved"});
        region.by(&token, "PATCH", &path).json(&asked).send().await.is(decide);
    }
}

#[tokio::test]
async fn one_approval_is_for_every_client_and_for_no_other_origin() {
    let region = Region::start().await;
    let (_, browser) = ThirdParty::approved(&region).await;
    for (uri, allowed) in [
        ("https://app.test/other/path", true),
        ("https://app.test:8443/cb", false),
        ("https://sub.app.test/cb", false),
        ("https://app.test.evil.test/cb", false),
        ("http://localhost:9/cb", false),
        ("cursor://app.test/cb", false),
    ] {
        let app = ThirdParty::register(&region, uri).await;
        let page = browser.open(&app.path(&[])).await.is(200);
        assert_eq!(page.body.contains("value=\"allow\""), allowed, "{uri}");
    }
}

#[tokio::test]
async fn the_three_names_of_this_machine_are_one_decision() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let first = ThirdParty::register(&region, "http://localhost/cb").await;
    first.request(&browser).await.is(303);
    first.decide("approved").await.is(200);
    for uri in ["http://127.0.0.1/cb", "http://[::1]/cb"] {
        let app = ThirdParty::register(&region, uri).await;
        let on_a_port = uri.replace("/cb", ":50123/cb");
        let page = browser.open(&app.path(&[("redirect_uri", &on_a_port)])).await.is(200);
        assert!(page.body.contains("value=\"allow\""), "{uri}");
    }
}

#[tokio::test]
async fn one_person_has_ten_requests_waiting_and_admins_get_no_more_mails_than_that() {
    let region = Region::start().await;
    let browser = region.person_browser(json!([region.reader()])).await;
    for number in 0..12 {
        let app = ThirdParty::register(&region, &format!("https://app{number}.test/cb")).await;
        // Again and again is once.
        for _ in 0..2 {
            let page = browser.open(&app.path(&[])).await.is(200);
            let form = page.form("/oauth/v1/authorize");
            if form.buttons.iter().any(|(_, value)| value == "request") {
                let status = browser.submit(&form, &[("action", "request")]).await.status;
                assert_eq!(status, if number < 10 { 303 } else { 409 }, "{number}");
            }
        }
    }
    let mut mails = region.mails_to(&region.running.facts.admin.email).await;
    mails.retain(|mail| mail["subject"].as_str().unwrap().ends_with("asks for access"));
    assert_eq!(mails.len(), 10);
}
