//! The two layouts: a card for one question at a time, and the console's shell.

use super::asset::paths;
use super::text::neutral;
use super::{Place, Section, form, header};
use axum::body::Body;
use http::{Response, StatusCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// What is around every page of the console.
#[derive(Clone, Debug)]
pub struct Shell<'a> {
    /// The organization's name.
    pub organization: &'a str,
    /// The person's e-mail address.
    pub person: &'a str,
    /// The sections the person may see, in order.
    pub sections: &'a [Section],
    /// Where this page belongs.
    pub current: Section,
    /// The CSRF token of the sign-out form (purpose `/sign-out`).
    pub sign_out_csrf: &'a str,
    /// The CSRF token for changes through the management API (purpose `/api/v1`): scripts of this
    /// page send it as `X-CSRF-Token`.
    pub api_csrf: &'a str,
}

/// A page, ready to be answered with.
#[derive(Debug)]
#[must_use]
pub struct Page {
    place: Place,
    title: String,
    status: StatusCode,
    toast: Option<String>,
    layout: Layout,
}

#[derive(Debug)]
enum Layout {
    Card {
        content: Markup,
        below: Markup,
    },
    Console {
        side: Markup,
        content: Markup,
        csrf: String,
    },
}

impl Page {
    /// A card in the middle: `title` is its `h1`, `content` comes under it.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "as in `console`, markup is made where it is handed over"
    )]
    pub fn card(place: Place, title: &str, content: Markup) -> Self {
        let content = html! { h1 { (super::text(title)) } (content) };
        Self::of(
            place,
            format!("{title} · Regent"),
            Layout::Card {
                content,
                below: html! {},
            },
        )
    }

    /// A page of the console; `content` begins with [`super::heading`].
    pub fn console(shell: &Shell<'_>, title: &str, content: Markup) -> Self {
        let (section, organization) = (shell.current.label(), shell.organization);
        let title = if title == section {
            format!("{section} · {organization} · Regent")
        } else {
            format!("{title} · {section} · {organization} · Regent")
        };
        let (side, csrf) = (shell.side(), shell.api_csrf.to_owned());
        Self::of(Place::Console, title, Layout::Console { side, content, csrf })
    }

    fn of(place: Place, title: String, layout: Layout) -> Self {
        Self {
            place,
            title,
            status: StatusCode::OK,
            toast: None,
            layout,
        }
    }

    /// Another status than 200.
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// A short confirmation that goes by itself.
    pub fn toast(mut self, toast: Option<&str>) -> Self {
        self.toast = toast.map(str::to_owned);
        self
    }

    /// A card's small print under it: who is signed in, for example.
    pub fn below(mut self, markup: Markup) -> Self {
        if let Layout::Card { below, .. } = &mut self.layout {
            *below = markup;
        }
        self
    }

    /// The answer, with the headers of the page's place.
    pub fn respond(self) -> Response<Body> {
        let (place, status) = (self.place, self.status);
        header::respond(place, status, self.document())
    }

    fn document(self) -> Markup {
        let [style, script, icon] = paths(self.place);
        let toast = html! {
            // Always there: screen readers watch it for what comes.
            div.toasts role="status" {
                @if let Some(toast) = &self.toast { p.toast { (super::text(toast)) } }
            }
        };
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    title { (neutral(&self.title)) }
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    @if let Layout::Console { csrf, .. } = &self.layout { meta name="csrf-token" content=(csrf); }
                    link rel="icon" type="image/svg+xml" href=(icon);
                    link rel="stylesheet" href=(style);
                    // Before the body, or what needs it would appear late and move the rest.
                    script src=(script) {}
                }
                (self.layout.body(&toast))
            }
        }
    }
}

impl Layout {
    fn body(&self, toast: &Markup) -> Markup {
        match self {
            Self::Card { content, below } => html! {
                body.single {
                    header.brand { (mark()) span { "Regent" } }
                    main #main { div.card { (content) } @if !below.0.is_empty() { div.below { (below) } } }
                    (toast)
                }
            },
            Self::Console { side, content, .. } => html! {
                body.console {
                    a.skip href="#main" { "Skip to content" }
                    (side)
                    main #main tabindex="-1" { (content) }
                    (toast)
                }
            },
        }
    }
}

impl Shell<'_> {
    fn side(&self) -> Markup {
        let (personal, common): (Vec<Section>, Vec<Section>) =
            self.sections.iter().partition(|section| section.is_personal());
        html! {
            header.side {
                div.brand { (mark()) span { span.visually-hidden { "Regent: " } (super::text(self.organization)) } }
                nav aria-label="Console" {
                    ul { @for section in common { (self.link(section)) } }
                    @if !personal.is_empty() {
                        p.group #personal { "You" }
                        ul aria-labelledby="personal" { @for section in personal { (self.link(section)) } }
                    }
                }
                div.account {
                    span.person title=(neutral(self.person)) { span.visually-hidden { "Signed in as " } (super::text(self.person)) }
                    (form("/sign-out", self.sign_out_csrf, html! {
                        button.button.quiet.small type="submit" { "Sign out" }
                    }))
                }
            }
        }
    }

    fn link(&self, section: Section) -> Markup {
        let current = (section == self.current).then_some("page");
        html! {
            li {
                a href=(section.path()) aria-current=[current] {
                    (section.icon())
                    span { (section.label()) }
                }
            }
        }
    }
}

fn mark() -> Markup {
    PreEscaped(
        concat!(
            r#"<span class="mark" aria-hidden="true">"#,
            include_str!("mark.svg"),
            "</span>"
        )
        .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell() -> Shell<'static> {
        Shell {
            organization: "<b>Acme\u{202E}</b>",
            person: "ada@acme.test\"><script>",
            sections: &[Section::ServiceAccounts, Section::Approvals, Section::Sessions],
            current: Section::Approvals,
            sign_out_csrf: "token",
            api_csrf: "api token",
        }
    }

    #[test]
    fn a_hostile_organization_stays_text_everywhere() {
        let page = Page::console(&shell(), "OAuth approvals", html! {}).toast(Some("<img src=x onerror=alert(1)>"));
        let document = page.document().into_string();
        for bad in ["<b>", "<script>", "<img", "\u{202E}"] {
            assert!(!document.contains(bad), "{bad} in {document}");
        }
        assert!(
            document.contains("<title>OAuth approvals · &lt;b&gt;Acme"),
            "{document}"
        );
    }

    #[test]
    fn the_shell_says_where_one_is_and_how_to_leave() {
        let document = Page::console(&shell(), "OAuth approvals", html! {})
            .document()
            .into_string();
        assert_eq!(document.matches("aria-current").count(), 1);
        assert!(
            document.contains(r#"<a href="/console/oauth-approvals" aria-current="page">"#),
            "{document}"
        );
        assert!(
            document.contains(r#"method="post" action="/sign-out"><input type="hidden" name="csrf" value="token">"#)
        );
    }

    #[test]
    fn no_page_has_a_style_or_a_script_of_its_own() {
        let console = Page::console(&shell(), "x", html! {}).document().into_string();
        let card = Page::card(Place::Authorize, "Sign in", html! {})
            .document()
            .into_string();
        for document in [console, card] {
            assert!(
                !document.contains("<style") && !document.contains(" style=") && !document.contains(" on"),
                "{document}"
            );
            assert_eq!(document.matches("<script").count(), 1);
            assert_eq!(document.matches("<main").count(), 1);
        }
    }
}
