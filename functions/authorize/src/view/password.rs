//! Forgotten passwords, and setting one from a link in a mail.

use regent::acts::password::ForgottenRefusal;
use regent::domain::{Password, Throttled};
use regent::web::page::{Field, Kind, Page, Place, Tone, actions, button, form, html, link_button, notice, text};

/// Why no mail was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ForgottenProblem {
    /// There were too many.
    Refused(ForgottenRefusal),
    /// It could not be found out.
    Unavailable,
}

/// Asks for the address to send a link to: posts `email` and `csrf` (purpose `/forgot-password`).
/// `email` is what was typed before, `problem` why no mail was sent for it.
pub(crate) fn forgot_password(csrf: &str, email: &str, problem: Option<ForgottenProblem>) -> Page {
    let field = Field::email("email", "E-mail")
        .value(email)
        .autocomplete("username")
        .max(254)
        .required()
        .focus();
    let content = html! {
        @match problem {
            Some(ForgottenProblem::Refused(ForgottenRefusal::Source(until))) => {
                (notice(Tone::Bad, html! { p { "Too many attempts. Wait " (pause(until)) " and try again." } }))
            }
            Some(ForgottenProblem::Refused(ForgottenRefusal::Address(until))) => {
                (notice(Tone::Bad, html! {
                    p {
                        "If there is an account with this address, mails were sent to it within the last hour, and "
                        strong { "the link in the newest one works" } ". Look in your mailbox, also among the "
                        "unwanted mail. There is another one to be had in " (pause(until)) "."
                    }
                }))
            }
            Some(ForgottenProblem::Unavailable) => {
                (notice(Tone::Bad, html! {
                    p { "Regent cannot answer right now. Nothing was done: try again in a moment." }
                }))
            }
            None => {}
        }
        p.muted { "Enter your e-mail address, and you get a link to set a new password." }
        (form("/forgot-password", csrf, html! {
            (field)
            (actions(button(Kind::Primary, "Send the link")))
        }))
        p.aside { a href="/sign-in" { "Back to sign-in" } }
    };
    Page::card(Place::Authorize, "Forgot your password?", content)
}

/// The answer, whether or not there is such an account. `email` is what was typed.
pub(crate) fn link_was_sent(email: &str) -> Page {
    let content = html! {
        p role="status" {
            "If there is an account with the address " strong { (text(email)) } ", a mail with a link is on its way."
        }
        p.muted {
            "The link is good for an hour, and works once. If nothing comes, look among the unwanted mail, "
            "or check the address and try again."
        }
        (actions(link_button(Kind::Plain, "Back to sign-in", "/sign-in")))
    };
    Page::card(Place::Authorize, "Check your mail", content)
}

/// Asks for a password: posts `password`, `token` and `csrf` (purpose `/password`). `token` is the
/// link's secret, `email` whose password it is, `error` a sentence about what was tried.
pub(crate) fn set_password(csrf: &str, token: &str, email: &str, invited: bool, error: Option<&str>) -> Page {
    let title = if invited {
        "Welcome to Regent"
    } else {
        "Set a new password"
    };
    let rules = format!(
        "At least {} characters, and not your name or address. A few words in a row are easy to remember and hard to guess.",
        Password::MIN
    );
    let password = Field::password("password", "New password", "new-password")
        .hint(&rules)
        .error(error)
        .required()
        .focus();
    let content = html! {
        p.muted {
            @if invited { "Choose a password for " (text(email)) ". It signs you in." }
            @else { "For " (text(email)) ". You will be signed out everywhere else." }
        }
        (form("/password", csrf, html! {
            input type="hidden" name="token" value=(token);
            // For password managers: whose password it is.
            input.visually-hidden type="email" value=(email) autocomplete="username" readonly
                tabindex="-1" aria-hidden="true";
            (password)
            button.button.quiet.small.reveal.js-only type="button" data-show="password" { "Show password" }
            (actions(button(Kind::Primary, "Set password")))
        }))
    };
    Page::card(Place::Authorize, title, content)
}

/// The link is used up, too old, or was never one.
pub(crate) fn link_is_void() -> Page {
    let content = html! {
        (notice(Tone::Bad, html! { p { "The link was used already, is too old, or is incomplete." } }))
        p.muted {
            "Were you invited? Ask the admin who invited you for a new invitation. "
            "Did you forget your password? Have another link sent."
        }
        (actions(html! {
            (link_button(Kind::Primary, "Send another link", "/forgot-password"))
            (link_button(Kind::Plain, "Sign in", "/sign-in"))
        }))
    };
    Page::card(Place::Authorize, "This link does not work", content)
}

/// How long somebody has to wait, in words.
pub(super) fn pause(throttled: Throttled) -> String {
    match throttled.retry_after.0 {
        0 | 1 => "1 second".to_owned(),
        seconds @ 2..=59 => format!("{seconds} seconds"),
        60 => "1 minute".to_owned(),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::client::sample::body;
    use super::*;

    #[tokio::test]
    async fn setting_a_password_says_the_rules_and_carries_the_link() {
        let error = "The password must not be your address or name.";
        for (invited, title) in [(true, "Welcome to Regent"), (false, "Set a new password")] {
            let page = set_password("token", "link\"><script>", "ada@acme.test<b>", invited, Some(error));
            let page = body(page).await;
            for expected in [title, "At least 12 characters", error, r#"autocomplete="new-password""#] {
                assert!(page.contains(expected), "{expected} in {page}");
            }
            assert!(!page.contains("<script>") && !page.contains("<b>"), "{page}");
        }
    }

    #[tokio::test]
    async fn the_answer_to_a_forgotten_password_says_nothing_about_accounts() {
        let page = body(link_was_sent("<script>")).await;
        assert!(
            page.contains("If there is an account") && !page.contains("<script>"),
            "{page}"
        );
    }
}
