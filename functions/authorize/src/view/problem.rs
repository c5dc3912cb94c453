//! The page for a request that cannot be served: what is wrong, what to do, and – only where the
//! client and its redirect URI are known – a link back.

use super::client::SignedInAs;
use http::StatusCode;
use regent::web::page::{Kind, Page, Place, actions, html, link_button, text};

/// What is wrong with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Problem<'a> {
    /// The status to answer with.
    pub(crate) status: StatusCode,
    /// What is wrong, in a few words.
    pub(crate) title: &'a str,
    /// What is wrong, in a sentence or two.
    pub(crate) what: &'a str,
    /// What the person can do about it.
    pub(crate) advice: &'a str,
    /// For the maker of the app: the error's code and description (RFC 6749 §4.1.2.1).
    pub(crate) detail: Option<&'a str>,
    /// What to ask for once more, where that may help: path and query.
    pub(crate) again: Option<&'a str>,
    /// The redirect URI with the error in its query: a link, never followed unasked.
    pub(crate) return_url: Option<&'a str>,
    /// Who is signed in, if anybody is.
    pub(crate) signed_in: Option<SignedInAs<'a>>,
}

/// Says what is wrong.
pub(crate) fn problem(problem: Problem<'_>) -> Page {
    let content = html! {
        p { (text(problem.what)) }
        p.muted { (problem.advice) }
        @if let Some(detail) = problem.detail {
            p.hint { "For the maker of the app: " code { (text(detail)) } }
        }
        @if problem.again.is_some() || problem.return_url.is_some() {
            (actions(html! {
                @if let Some(again) = problem.again { (link_button(Kind::Primary, "Try again", again)) }
                @if let Some(url) = problem.return_url { (link_button(Kind::Plain, "Return to app", url)) }
            }))
        }
    };
    let page = Page::card(Place::Authorize, problem.title, content).status(problem.status);
    match problem.signed_in {
        Some(signed_in) => page.below(signed_in.line()),
        None => page,
    }
}

#[cfg(test)]
mod tests {
    use super::super::client::sample::body;
    use super::*;

    #[tokio::test]
    async fn a_problem_is_said_as_text_and_links_back_only_where_it_may() {
        let hostile = Problem {
            status: StatusCode::BAD_REQUEST,
            title: "This request cannot be read",
            what: "<script>alert(1)</script>",
            advice: "Go back to the app and start again.",
            detail: Some("invalid_request: \"><img src=x>"),
            again: None,
            return_url: None,
            signed_in: None,
        };
        let page = body(problem(hostile)).await;
        assert!(!page.contains("<script>") && !page.contains("<img"), "{page}");
        for absent in ["Return to app", "Try again", "sign-out"] {
            assert!(!page.contains(absent), "{absent} in {page}");
        }
        let known = Problem {
            again: Some("/oauth/v1/authorize?a=1&b=2"),
            return_url: Some("https://a.test/cb?error=invalid_scope"),
            ..hostile
        };
        let page = body(problem(known)).await;
        assert!(
            page.contains(r#"href="/oauth/v1/authorize?a=1&amp;b=2">Try again"#),
            "{page}"
        );
        assert!(
            page.contains(r#"href="https://a.test/cb?error=invalid_scope">Return to app"#),
            "{page}"
        );
    }
}
