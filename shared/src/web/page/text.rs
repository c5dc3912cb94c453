//! Text that somebody typed, and times.

use crate::domain::Timestamp;
use maud::{Markup, html};
use time::OffsetDateTime;

/// Text that somebody typed: isolated, so that it cannot turn around what stands beside it, and
/// with `�` for control characters and marks that change the direction of text. Only for content,
/// not for attributes.
pub fn text(text: &str) -> Markup {
    html! { bdi { (neutral(text)) } }
}

/// The text without control characters and marks that change its direction: for titles and
/// attributes.
pub(super) fn neutral(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|c| if c.is_control() || turns(c) { '\u{FFFD}' } else { c })
        .collect()
}

/// An instant in words, in UTC: `May 28, 2026 at 3:06 PM UTC`. The script rewrites it into the
/// reader's zone.
pub fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at.to_rfc3339()) { (words(at)) } }
}

/// An instant that may not have been yet.
pub fn when(at: Option<Timestamp>, otherwise: &str) -> Markup {
    at.map_or_else(|| html! { span.muted { (otherwise) } }, time)
}

fn words(at: Timestamp) -> String {
    let Ok(at) = OffsetDateTime::from_unix_timestamp(at.seconds()) else {
        return "an unknown time".to_owned();
    };
    let (half, hour) = match at.hour() {
        0 => ("AM", 12),
        hour @ 1..=11 => ("AM", hour),
        12 => ("PM", 12),
        hour => ("PM", hour - 12),
    };
    let (month, day, year, minute) = (at.month(), at.day(), at.year(), at.minute());
    format!("{month} {day}, {year} at {hour}:{minute:02} {half} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_like_a_sentence() {
        for (at, expected) in [
            ("2026-05-28T15:06:59Z", "May 28, 2026 at 3:06 PM UTC"),
            ("2026-01-01T00:00:00Z", "January 1, 2026 at 12:00 AM UTC"),
            ("2026-12-31T12:30:00Z", "December 31, 2026 at 12:30 PM UTC"),
            ("2026-02-03T11:09:00Z", "February 3, 2026 at 11:09 AM UTC"),
        ] {
            assert_eq!(words(Timestamp::parse_rfc3339(at).unwrap()), expected);
        }
        let far = Timestamp::from_millis(i64::MAX);
        assert_eq!(words(far), "an unknown time");
    }

    #[test]
    fn hostile_text_stays_text() {
        let hostile = "<script>alert(1)</script>\" onload=\"x' \u{202E}gpj.exe\u{2066}\u{0}\n";
        let markup = text(hostile).into_string();
        assert!(!markup.contains("<script") && !markup.contains('"'), "{markup}");
        assert!(
            !markup.contains('\u{202E}') && !markup.contains('\u{2066}') && !markup.contains('\u{0}'),
            "{markup}"
        );
        assert!(
            markup.starts_with("<bdi>&lt;script&gt;") && markup.ends_with("</bdi>"),
            "{markup}"
        );
        assert_eq!(text("Zoë 😀 עברית").into_string(), "<bdi>Zoë 😀 עברית</bdi>");
    }
}
