//! The sign-in page. What is wrong is said in the same words whatever it was.

use regent::domain::Throttled;
use regent::web::Next;
use regent::web::page::{Field, Kind, Page, Place, Tone, actions, button, form, html, notice};

/// Why signing in did not work, or asking for a link to do so.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SignInProblem {
    /// No such account, or not its password: which of them is nobody's business.
    Wrong,
    /// Too many attempts.
    Wait(Throttled),
    /// It could not be found out.
    Unavailable,
}

/// Asks for e-mail and password: posts `email`, `password`, `next` and `csrf` (purpose `/sign-in`).
/// `email` is what was typed before.
pub(crate) fn sign_in(csrf: &str, next: &Next, email: &str, problem: Option<SignInProblem>) -> Page {
    let address = Field::email("email", "E-mail")
        .value(email)
        .autocomplete("username")
        .max(254)
        .required();
    let password = Field::password("password", "Password", "current-password").required();
    // The cursor starts where something is missing.
    let (address, password) = if email.is_empty() {
        (address.focus(), password)
    } else {
        (address, password.focus())
    };
    let content = html! {
        @if let Some(problem) = problem { (notice(Tone::Bad, html! { p { (problem.in_words()) } })) }
        (form("/sign-in", csrf, html! {
            input type="hidden" name="next" value=(next.as_str());
            (address)
            (password)
            (actions(button(Kind::Primary, "Sign in")))
        }))
        p.aside { a href="/forgot-password" { "Forgot your password?" } }
    };
    // The authorize page may send the person on to an app whose request is wrong.
    let place = if next.is_authorize() {
        Place::Consent
    } else {
        Place::Authorize
    };
    Page::card(place, "Sign in", content)
}

impl SignInProblem {
    /// What a page says of it.
    pub(super) fn in_words(self) -> String {
        match self {
            Self::Wrong => "The e-mail address or the password is wrong.".to_owned(),
            Self::Wait(throttled) => {
                let pause = super::password::pause(throttled);
                format!(
                    "Too many attempts. Wait {pause} and try again, or choose a new password by mail: that gets you in at once."
                )
            }
            Self::Unavailable => "Regent cannot answer right now. Nothing was done: try again in a moment.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::client::sample::body;
    use super::*;
    use regent::domain::Seconds;

    #[tokio::test]
    async fn the_form_helps_password_managers_and_keeps_what_was_typed() {
        let next = Next::parse("/oauth/v1/authorize?a=1&b=2");
        let email = "ada@acme.test\"><script>";
        let page = body(sign_in("token", &next, email, Some(SignInProblem::Wrong))).await;
        for expected in [
            r#"type="email""#,
            r#"autocomplete="username""#,
            r#"autocomplete="current-password""#,
            r#"name="next" value="/oauth/v1/authorize?a=1&amp;b=2""#,
            r#"role="alert""#,
            "/forgot-password",
        ] {
            assert!(page.contains(expected), "{expected} in {page}");
        }
        assert!(!page.contains("<script>"), "{page}");
    }

    #[tokio::test]
    async fn who_must_wait_is_told_how_long() {
        for (seconds, expected) in [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes")] {
            let wait = SignInProblem::Wait(Throttled {
                retry_after: Seconds(seconds),
            });
            let page = body(sign_in("", &Next::default(), "", Some(wait))).await;
            assert!(page.contains(&format!("Wait {expected} and")), "{page}");
        }
    }
}
