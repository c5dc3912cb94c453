//! How mails are shown: as nothing that a mail says can change.

use super::record::{requested, write};
use crate::harness::Region;

const SCRIPT: &str = "</pre><script>alert(1)</script><iframe src=javascript:alert(1)>";

#[tokio::test]
async fn the_mailbox_is_a_page_and_runs_nothing_that_a_mail_says() {
    let region = Region::start().await;
    write(&region, &requested(&region, SCRIPT)).await;
    region.notified().await;
    let page = region.http.get("/_local/mail").send().await.is(200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert!(page.body.contains("Acme: claude.ai asks for access"));
    assert!(
        !page.body.contains("<script") && !page.body.contains("javascript:alert(1)>"),
        "{}",
        page.body
    );

    let html = region.http.get("/_local/mail/1/html").send().await.is(200);
    let policy = html.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none';") && policy.contains("sandbox "),
        "{policy}"
    );
    assert!(
        !policy.contains("allow-scripts") && !policy.contains("allow-same-origin"),
        "{policy}"
    );
    assert!(!html.body.contains("<script"), "{}", html.body);
    assert_eq!(html.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn a_message_is_there_as_it_was_sent() {
    let region = Region::start().await;
    write(&region, &requested(&region, "Claude")).await;
    region.notified().await;
    let raw = region.http.get("/_local/mail/1").send().await.is(200);
    assert_eq!(raw.header("content-type"), Some("message/rfc822"));
    let message = mail_parser::MessageParser::default()
        .parse(raw.body.as_bytes())
        .unwrap();
    assert_eq!(message.subject(), Some("Acme: claude.ai asks for access"));
    assert_eq!((message.text_body_count(), message.html_body_count()), (1, 1));
    assert!(raw.body.lines().all(|line| line.len() <= 998), "RFC 5322 §2.1.1");
    region.http.get("/_local/mail/2").send().await.is(404);
    region.http.get("/_local/mail/x").send().await.is(400);
    region.http.get("/_local/nothing").send().await.is(404);
}

/// DNS rebinding: a page of another site under a name that leads here.
#[tokio::test]
async fn another_hosts_name_gets_nothing() {
    let region = Region::start().await;
    for path in [
        "/_local/mail",
        "/_local/mail/1",
        "/_local/events",
        "/_local/dead-letters",
    ] {
        region
            .http
            .get(path)
            .header("host", "evil.test:8787")
            .send()
            .await
            .is(421);
    }
}

#[tokio::test]
async fn an_empty_mailbox_says_what_fills_it() {
    let region = Region::start().await;
    let page = region.http.get("/_local/mail").send().await.is(200);
    assert!(page.body.contains("No mail yet"));
    assert_eq!(region.running.facts.mail, region.running.issuer.at("/_local/mail"));
}
