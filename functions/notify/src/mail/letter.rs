//! What a mail says, and the two forms it says it in.

use maud::{DOCTYPE, Markup, html};

/// The content of a mail. Whatever comes from outside was made one line before it got here; HTML
/// escapes it.
pub(super) struct Letter {
    /// In a few words.
    pub(super) heading: String,
    /// What happened.
    pub(super) opening: Vec<String>,
    /// What is known.
    pub(super) facts: Vec<(&'static str, String)>,
    /// What follows from doing what is asked.
    pub(super) meaning: Vec<String>,
    /// What to do: in words, and where.
    pub(super) action: (&'static str, String),
    /// What else to know.
    pub(super) closing: Vec<String>,
}

impl Letter {
    /// The text part.
    pub(super) fn text(&self) -> String {
        let mut parts = vec![self.heading.clone()];
        parts.extend(self.opening.iter().cloned());
        if !self.facts.is_empty() {
            let lines: Vec<_> = self
                .facts
                .iter()
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            parts.push(lines.join("\n"));
        }
        parts.extend(self.meaning.iter().cloned());
        parts.push(format!("{}:\n{}", self.action.0, self.action.1));
        parts.extend(self.closing.iter().cloned());
        parts.join("\n\n") + "\n"
    }

    /// The HTML part. Styles stand inline, because mail programs drop the others.
    pub(super) fn html(&self) -> String {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.heading) }
                }
                body style="margin:0;padding:24px 12px;background:#f4f5f7;color:#1c2430;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif" {
                    div style="max-width:560px;margin:0 auto;padding:28px;background:#ffffff;border:1px solid #dfe3e8;border-radius:12px" {
                        h1 style="margin:0 0 16px;font-size:20px;line-height:1.3" { (self.heading) }
                        (paragraphs(&self.opening))
                        @if !self.facts.is_empty() { (self.table()) }
                        (paragraphs(&self.meaning))
                        p style="margin:24px 0" {
                            a href=(self.action.1) style="display:inline-block;padding:10px 18px;background:#1f4fd8;color:#ffffff;border-radius:8px;text-decoration:none;font-weight:600" {
                                (self.action.0)
                            }
                        }
                        @for text in &self.closing {
                            p style="margin:0 0 10px;font-size:14px;color:#566070" { (text) }
                        }
                    }
                }
            }
        }
        .into_string()
    }

    fn table(&self) -> Markup {
        html! {
            table role="presentation" style="width:100%;margin:0 0 16px;border-collapse:collapse;font-size:15px" {
                @for (name, value) in &self.facts {
                    tr {
                        td style="width:1%;padding:6px 16px 6px 0;vertical-align:top;white-space:nowrap;color:#566070" { (name) }
                        td style="padding:6px 0;overflow-wrap:anywhere" { (value) }
                    }
                }
            }
        }
    }
}

fn paragraphs(texts: &[String]) -> Markup {
    html! {
        @for text in texts {
            p style="margin:0 0 16px" { (text) }
        }
    }
}
