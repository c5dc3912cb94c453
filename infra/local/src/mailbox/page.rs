//! The mailbox as a page.

use maud::{DOCTYPE, Markup, html};

use super::message::Message;

/// Newest first, the newest one open.
pub(super) fn mailbox(messages: &[Message]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Mailbox" }
                link rel="stylesheet" href="/_local/mail/style.css";
            }
            body {
                header {
                    h1 { "Mailbox" }
                    p { "Every mail this region sent, newest first. Nothing leaves this machine." }
                }
                main {
                    @if messages.is_empty() {
                        p.empty {
                            "No mail yet. Create a person, ask for a new password, or let an app request approval, "
                            "and reload this page."
                        }
                    }
                    @for (index, message) in messages.iter().enumerate() {
                        (one(message, index == 0))
                    }
                }
            }
        }
    }
}

fn one(message: &Message, open: bool) -> Markup {
    let source = format!("/_local/mail/{}", message.id);
    html! {
        article {
            details open[open] {
                summary {
                    span.subject { (message.subject) }
                    span.meta { "to " (message.to) " · " time datetime=(message.at) { (minute(&message.at)) } }
                }
                div.parts {
                    section aria-label={ "Text of “" (message.subject) "”" } {
                        h2 { "Text" }
                        pre tabindex="0" {
                            @for line in message.text.lines() {
                                @if message.links.iter().any(|link| link == line) {
                                    a href=(line) { (line) }
                                } @else {
                                    (line)
                                }
                                "\n"
                            }
                        }
                    }
                    section aria-label={ "HTML of “" (message.subject) "”" } {
                        h2 { "HTML" }
                        iframe
                            title={ "HTML of “" (message.subject) "”, mail " (message.id) }
                            sandbox="allow-popups allow-popups-to-escape-sandbox"
                            loading="lazy"
                            src={ (source) "/html" } {}
                    }
                }
                p.meta { "from " (message.from) " · " a href=(source) { "source of mail " (message.id) } }
            }
        }
    }
}

/// The minute of an instant: what a test makes happen is long done by the next one.
fn minute(at: &str) -> String {
    let part = |range| at.get(range).unwrap_or_default();
    format!("{} {} UTC", part(0..10), part(11..16))
}

/// The page's style.
pub(super) const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c2430; --soft: #566070; --ground: #f4f5f7; --card: #fff; --line: #d5dae1; --link: #1f4fd8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #a7b0bf; --ground: #12161d; --card: #1a2029; --line: #333c4a; --link: #9db8ff; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
header, main { max-width: 64rem; margin: 0 auto; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 0 0 .5rem; font-size: .875rem; color: var(--soft); }
header p, .empty, .meta { color: var(--soft); }
a { color: var(--link); }
article { margin: 0 0 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
summary { padding: 1rem 1.25rem; cursor: pointer; }
summary span { display: inline-block; margin-right: .75rem; }
.subject { font-weight: 600; overflow-wrap: anywhere; }
.meta { font-size: .875rem; overflow-wrap: anywhere; }
.parts { display: grid; gap: 1.25rem; padding: 0 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); }
pre { margin: 0; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; font: .8125rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.parts section { display: flex; flex-direction: column; min-width: 0; }
iframe { width: 100%; flex: 1 0 40rem; border: 1px solid var(--line); border-radius: .5rem; background: #f4f5f7; }
details > p { padding: 0 1.25rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
";
