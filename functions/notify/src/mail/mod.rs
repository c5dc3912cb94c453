//! Mails: RFC 5322 messages with a text and an HTML part that say the same.
//!
//! ```text
//! approval   to those who decide a request     letter   a mail's content, and its two parts
//! password   an invitation, a way to a new password
//! ```

mod approval;
mod letter;
mod password;
#[cfg(test)]
mod tests;

pub(crate) use approval::Approval;
pub(crate) use password::Password;

use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address;
use mail_builder::headers::raw::Raw;
use regent::app::App;
use regent::domain::{EventId, Timestamp, User, one_line};

use crate::settings::Mailbox;
use letter::Letter;

/// A mail to one person. Not `Debug`: it may hold a one-time link.
pub(crate) struct Mail {
    name: String,
    address: String,
    subject: String,
    letter: Letter,
    event: EventId,
    /// The part of its ids after the `@`.
    host: String,
    /// The part before it; the same whenever the same mail is sent again.
    id: String,
    /// What other mails it is shown together with.
    thread: Option<String>,
    /// The list it is sorted by (RFC 2919).
    list: Option<String>,
}

impl Mail {
    fn new(app: &App, event: EventId, to: &User, subject: &str, letter: Letter) -> Self {
        let host = app.config().issuer.host();
        Self {
            name: header_line(to.name.as_str(), 64),
            address: to.email.to_string(),
            subject: header_line(subject, 160),
            letter,
            event,
            host: host.split(':').next().unwrap_or_default().to_ascii_lowercase(),
            id: format!("{event}.{}", to.id),
            thread: None,
            list: None,
        }
    }

    /// The message as it is sent. SES puts a `Message-ID` and a `Date` of its own in their places.
    pub(crate) fn message(&self, from: &Mailbox, now: Timestamp) -> std::io::Result<Vec<u8>> {
        let id = |before: &str| format!("{before}@{}", self.host);
        let mut message = MessageBuilder::new()
            .from(Address::new_address(Some(from.name.as_str()), from.address.as_str()))
            .to(Address::new_address(Some(self.name.as_str()), self.address.as_str()))
            .subject(self.subject.as_str())
            .date(now.seconds())
            .message_id(id(&self.id))
            .header("Auto-Submitted", raw("auto-generated"))
            .header("X-Auto-Response-Suppress", raw("All"))
            .header("X-Entity-Ref-ID", raw(&self.event.to_string()));
        if let Some(thread) = &self.thread {
            message = message.in_reply_to(id(thread)).references(id(thread));
        }
        if let Some(list) = &self.list {
            message = message.header("List-Id", raw(&format!("<{list}.{}>", self.host)));
        }
        message
            .text_body(self.letter.text())
            .html_body(self.letter.html())
            .write_to_vec()
    }
}

/// Text for a header: one line, and no encoded word (RFC 2047 §2) but those the builder makes. Without
/// that, a name could say `=?utf-8?Q?=0D=0A…?=` and be read as what it encodes.
fn header_line(text: &str, max: usize) -> String {
    one_line(text, max).replace("=?", "= ?")
}

/// A header of our own words.
fn raw(text: &str) -> HeaderType<'static> {
    Raw::new(text.to_owned()).into()
}

/// The minute of an instant, in words that need no time zone of the reader's.
fn minute(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    let part = |range| text.get(range).unwrap_or_default();
    format!("{} {} UTC", part(0..10), part(11..16))
}
