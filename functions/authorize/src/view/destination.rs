//! Where a code would be sent, said so that a person can judge it: the host as the browser knows it
//! (punycode), and a warning where it says less than it seems.

use regent::domain::{Origin, RedirectUri};
use regent::web::page::{Markup, Tone, html, notice, text};

/// The host of a redirect URI, in a box of its own, with what to know about it. `lead` comes before
/// it: `You will be sent to`.
pub(super) fn destination(lead: &str, uri: &RedirectUri) -> Markup {
    let origin = uri.origin();
    html! {
        div.destination {
            span.muted {
                (lead)
                @match origin {
                    Origin::Web(_) => {}
                    Origin::Loopback => { " a program on" }
                    Origin::Scheme(_) => { " whichever app opens links with" }
                }
            }
            strong { (text(&name(&origin))) }
            span.muted { (text(uri.without_query())) }
        }
        @if let Some(warning) = warning(&origin) {
            (notice(Tone::Warning, html! { p { (warning) } }))
        }
    }
}

/// What a person would call an origin: the host with its port, this computer, or the app's scheme.
fn name(origin: &Origin) -> String {
    match origin {
        Origin::Web(text) => text.trim_start_matches("https://").to_owned(),
        Origin::Loopback => "this computer (localhost)".to_owned(),
        Origin::Scheme(scheme) => format!("{scheme}:"),
    }
}

/// What an admin would have to trust: `claude.ai`, `programs on your computer (localhost)`, …
pub(super) fn in_a_sentence(origin: &Origin) -> Markup {
    html! {
        @match origin {
            Origin::Web(_) => { strong { (text(&name(origin))) } }
            Origin::Loopback => { "programs on your own computer (" strong { "localhost" } ")" }
            Origin::Scheme(scheme) => { "apps that open " strong { (text(scheme)) ":" } " links" }
        }
    }
}

fn warning(origin: &Origin) -> Option<&'static str> {
    match origin {
        Origin::Loopback => Some(
            "The answer goes to a program on this computer. Go on only if you have just started that program yourself.",
        ),
        Origin::Scheme(_) => Some(
            "The answer goes to an app on this device. Any app can claim such links: go on only if you have just come from the app you trust.",
        ),
        Origin::Web(text) if text.contains("xn--") => Some(
            "This address stands for letters of another alphabet, which can look like a name you know. Check that it is the one you expect.",
        ),
        Origin::Web(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markup(uri: &str) -> String {
        destination("You will be sent to", &RedirectUri::parse(uri).unwrap()).into_string()
    }

    #[test]
    fn a_host_is_shown_as_the_browser_knows_it_without_the_query() {
        let shown = markup("https://claude.ai:8443/cb?code=1");
        assert!(shown.contains("<strong><bdi>claude.ai:8443</bdi></strong>"), "{shown}");
        assert!(!shown.contains("code=1") && !shown.contains("notice"), "{shown}");
    }

    #[test]
    fn what_says_less_than_it_seems_comes_with_a_warning() {
        for (uri, expected) in [
            ("http://127.0.0.1:9/cb", "this computer (localhost)"),
            ("cursor://anysphere/cb", "<bdi>cursor:</bdi>"),
            ("https://xn--bcher-kva.example/cb", "xn--bcher-kva.example"),
        ] {
            let shown = markup(uri);
            assert!(shown.contains(expected) && shown.contains("notice warning"), "{shown}");
        }
    }
}
