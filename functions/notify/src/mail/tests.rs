//! Mails as another program reads them, written from what an attacker would like in them.

mod given;

use mail_parser::{HeaderValue, Message, MessageParser};
use proptest::prelude::proptest;
use regent::domain::{Action, AuditEvent, BrowserSecret, EventId, LinkPurpose, Name, Timestamp, UserId};

use super::{Approval, Mail, Password};
use crate::event::Event;
use crate::settings::Mailbox;
use given::{ada, app, organization, requested};

/// Names that mean something else to a header, to HTML, or to a reader.
const HOSTILE: [&str; 8] = [
    "Evil\r\nBcc: everyone@evil.test",
    "Evil\nX-Injected: yes",
    "</td><script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"><a href=\"https://evil.test\">Approve</a>",
    "Claude\u{202e}ia.edualc",
    "=?utf-8?Q?=0D=0ABcc:_everyone@evil.test?=",
    "Bücher & Söhne <admin@evil.test>, other@evil.test",
    "see https://evil.test/approve now",
];

fn asked(origin: &str, client: &str) -> Mail {
    let event = requested(origin, client);
    Approval::of(&event)
        .unwrap()
        .mail(&app(), &organization("Acme"), &ada("Ada Lovelace"))
}

fn sent(mail: &Mail) -> Vec<u8> {
    let from = Mailbox::parse("Regent <regent@regent.example>").unwrap();
    mail.message(&from, Timestamp::from_seconds(1_800_000_000)).unwrap()
}

fn parsed(raw: &[u8]) -> Message<'_> {
    MessageParser::default().parse(raw).unwrap()
}

fn header(message: &Message<'_>, name: &str) -> String {
    let values: Vec<_> = message.header_values(name.to_owned()).collect();
    match values.as_slice() {
        [HeaderValue::Text(text)] => text.to_string(),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn an_admin_reads_who_asks_for_what_and_where_to_decide() {
    let raw = sent(&asked("https://claude.ai", "Claude"));
    let message = parsed(&raw);
    assert_eq!(message.subject(), Some("Acme: claude.ai asks for access"));
    assert_eq!(message.to().unwrap().first().unwrap().address(), Some("ada@acme.test"));
    let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    for part in [&text, &html] {
        for said in [
            "grace@acme.test",
            "“Claude” (what it calls itself; not verified)",
            "https://claude.ai/api/mcp/auth_callback",
            "no sub-domain, no other port",
            "https://us.regent.example/console/oauth-approvals#apr_aHR0cHM6Ly9jbGF1ZGUuYWk",
            "2027-01-15 08:00 UTC",
        ] {
            assert!(part.contains(said), "{said} in {part}");
        }
    }
    assert_eq!(
        html.matches("href=").count(),
        1,
        "one link, and it decides nothing: {html}"
    );
    assert!(!html.contains("<form") && !html.contains("<script") && !html.contains("src="));
}

#[test]
fn mail_programs_and_robots_are_told_what_it_is() {
    let raw = sent(&asked("https://claude.ai", "Claude"));
    let message = parsed(&raw);
    let (event, ada) = (EventId::from_random([3; 12]), UserId::from_random([2; 12]));
    assert_eq!(
        message.message_id(),
        Some(format!("{event}.{ada}@us.regent.example").as_str())
    );
    assert_eq!(
        message.references().as_text(),
        Some(format!("apr_aHR0cHM6Ly9jbGF1ZGUuYWk.{ada}@us.regent.example").as_str())
    );
    assert_eq!(header(&message, "Auto-Submitted"), "auto-generated");
    assert_eq!(header(&message, "X-Entity-Ref-ID"), event.to_string());
    let list = String::from_utf8_lossy(&raw);
    assert!(list.contains("List-Id: <oauth-approvals.org_"), "{list}");
    assert_eq!(message.date().unwrap().to_timestamp(), 1_800_000_000);
}

#[test]
fn the_same_event_makes_the_same_message_id() {
    let id = |raw: Vec<u8>| parsed(&raw).message_id().unwrap().to_owned();
    let mail = || sent(&asked("https://claude.ai", "Claude"));
    assert_eq!(id(mail()), id(mail()));
}

#[test]
fn nothing_that_a_stranger_names_itself_gets_into_headers_or_markup() {
    for name in HOSTILE {
        let raw = sent(&asked("https://claude.ai", name));
        check(&raw, name);
    }
}

#[test]
fn nothing_that_a_person_or_an_organization_is_called_does_either() {
    for name in HOSTILE {
        let Ok(allowed) = Name::<64>::parse(name) else { continue };
        let event = requested("https://claude.ai", "Claude");
        let (organization, to) = (organization(allowed.as_str()), ada(allowed.as_str()));
        check(
            &sent(&Approval::of(&event).unwrap().mail(&app(), &organization, &to)),
            name,
        );
        let secret = BrowserSecret::from_random([7; 32]);
        let mail = Password {
            event: &event,
            purpose: LinkPurpose::Invitation,
            secret: &secret,
        };
        check(&sent(&mail.mail(&app(), &organization, &to)), name);
    }
}

proptest! {
    #[test]
    fn whatever_a_stranger_calls_itself_the_mail_is_whole(name: String) {
        check(&sent(&asked("https://claude.ai", &name)), &name);
    }
}

/// Exactly the headers that were meant, one recipient, one link, and no line of a kind nobody wrote.
fn check(raw: &[u8], name: &str) {
    let message = parsed(raw);
    let mut names: Vec<_> = message
        .headers()
        .iter()
        .map(|header| header.name().to_owned())
        .collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), message.headers().len(), "{name:?}: {names:?}");
    for injected in ["Bcc", "X-Injected"] {
        assert!(
            !names.iter().any(|name| name.eq_ignore_ascii_case(injected)),
            "{name:?}"
        );
    }
    let to = message.to().unwrap();
    assert_eq!(to.iter().count(), 1, "{name:?}: {to:?}");
    assert_eq!(to.first().unwrap().address(), Some("ada@acme.test"));
    let html = message.body_html(0).unwrap();
    assert_eq!(
        html.matches("href=").count() - html.matches("href=&quot;").count(),
        1,
        "{name:?}: {html}"
    );
    for markup in ["<script", "<img", "<a href=\"https://evil"] {
        assert!(!html.contains(markup), "{name:?}: {html}");
    }
    let text = message.body_text(0).unwrap();
    assert!(!text.contains('\u{202e}') && !html.contains('\u{202e}'));
    let subject = message.subject().unwrap();
    assert!(!subject.contains(['\r', '\n', '\u{202e}']), "{subject:?}");
    assert!(!String::from_utf8_lossy(raw).contains("\nBcc:"));
}

#[test]
fn a_foreign_name_makes_no_second_link_in_the_text() {
    let raw = sent(&asked("https://claude.ai", "see https://evil.test/approve now"));
    let text = parsed(&raw).body_text(0).unwrap().into_owned();
    assert!(text.contains("see https: //evil.test/approve now"), "{text}");
}

#[test]
fn a_host_in_punycode_is_shown_both_ways() {
    let raw = sent(&asked("https://xn--bcher-kva.example", "Books"));
    let message = parsed(&raw);
    assert_eq!(message.subject(), Some("Acme: xn--bcher-kva.example asks for access"));
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    assert!(
        text.contains("Domain: xn--bcher-kva.example\nDomain in Unicode: bücher.example"),
        "{text}"
    );
}

#[test]
fn a_persons_own_computer_and_an_apps_own_scheme_are_named_as_such() {
    for (origin, said) in [
        (
            "http://localhost",
            "Acme: an app on a person's own computer asks for access",
        ),
        ("cursor:", "Acme: an app on a person's device (cursor:) asks for access"),
    ] {
        let raw = sent(&asked(origin, "App"));
        assert_eq!(parsed(&raw).subject(), Some(said));
    }
}

#[test]
fn an_event_that_is_no_request_is_refused() {
    assert!(Approval::of(&requested("https://user@claude.ai", "Claude")).is_err());
}

#[test]
fn a_link_is_in_the_mail_and_nowhere_else() {
    let event = AuditEvent {
        action: Action::UserInvited,
        ..requested("https://claude.ai", "x")
    };
    let secret = BrowserSecret::from_random([7; 32]);
    for (purpose, subject) in [
        (LinkPurpose::Invitation, "Acme: your invitation"),
        (LinkPurpose::PasswordReset, "Acme: choose a new password"),
    ] {
        let mail = Password {
            event: &event,
            purpose,
            secret: &secret,
        };
        let raw = sent(&mail.mail(&app(), &organization("Acme"), &ada("Ada")));
        let message = parsed(&raw);
        assert_eq!(message.subject(), Some(subject));
        let link = format!("https://us.regent.example/password?token={}", secret.expose());
        assert!(message.body_text(0).unwrap().contains(&link) && message.body_html(0).unwrap().contains(&link));
    }
}

#[test]
fn the_envelope_says_what_its_schema_says() {
    let event = requested("https://claude.ai", "Claude");
    let envelope = serde_json::to_value(Event::of(&event, &app())).unwrap();
    let example: serde_json::Value =
        serde_json::from_str(include_str!("../../../../events/emitted/event.example.json")).unwrap();
    assert_eq!(envelope, example["detail"]);
}
