//! A mail taken apart, for showing.

use mail_parser::MessageParser;
use regent::domain::{Issuer, Timestamp};
use serde::Serialize;

use crate::outside::kept::Posted;

/// A mail as the mailbox shows it.
#[derive(Serialize)]
pub(super) struct Message {
    pub(super) id: i64,
    /// When it was sent, RFC 3339.
    pub(super) at: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    /// Addresses of this region in the text.
    pub(super) links: Vec<String>,
    /// Where the message itself is.
    pub(super) raw: String,
}

impl Message {
    pub(super) fn of(mail: &Posted, issuer: &Issuer) -> Self {
        let parsed = MessageParser::default().parse(&mail.raw);
        let body = |part: Option<std::borrow::Cow<'_, str>>| part.map(std::borrow::Cow::into_owned).unwrap_or_default();
        let text = body(parsed.as_ref().and_then(|message| message.body_text(0))).replace("\r\n", "\n");
        Self {
            id: mail.id,
            at: Timestamp::from_seconds(mail.at).to_rfc3339(),
            from: mail.sender.clone(),
            to: mail.recipient.clone(),
            subject: parsed
                .as_ref()
                .and_then(|message| message.subject())
                .unwrap_or_default()
                .to_owned(),
            links: links(&text, issuer),
            html: body(parsed.as_ref().and_then(|message| message.body_html(0))),
            text,
            raw: issuer.at(&format!("/_local/mail/{}", mail.id)),
        }
    }
}

/// Lines that are nothing but an address of this region.
fn links(text: &str, issuer: &Issuer) -> Vec<String> {
    let own = issuer.at("/");
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| line.starts_with(&own) && !line.contains(char::is_whitespace))
        .map(str::to_owned)
        .collect()
}
