//! The approved state: what is asked, Allow and Deny.

use super::client::Asking;
use super::destination::destination;
use regent::domain::{Choice, Description, Scope};
use regent::web::page::{
    Kind, Markup, Page, Place, Tone, actions, button_named, definitions, form, html, link_button, notice, text,
};

/// Asks for consent to one of `choices`, which are what the person may allow in each subscription;
/// at least one. `error` is to be said above: that none was chosen. Allow posts `action=allow` with
/// `subscription`; Deny is a link, and nothing is recorded.
pub(crate) fn consent(asking: &Asking<'_>, choices: &[Choice], error: Option<&str>) -> Page {
    let title = format!("Allow {} to access {}?", asking.client_name, asking.organization);
    // What is the same in every subscription is said once, above.
    let same = choices
        .windows(2)
        .all(|pair| pair[0].scopes == pair[1].scopes && pair[0].resource_name == pair[1].resource_name);
    let common = choices.first().filter(|_| same);
    let content = html! {
        @if let Some(error) = error { (notice(Tone::Bad, html! { p { (text(error)) } })) }
        (asking.vouching.line())
        (destination(asking.redirect_uri))
        @if let Some(common) = common { (asked(common)) }
        (form(asking.action, asking.csrf, html! {
            (subscriptions(choices, !same))
            (actions(html! {
                (button_named(Kind::Primary, "Allow", "action", "allow"))
                (link_button(Kind::Plain, "Deny", asking.return_url))
            }))
        }))
        p.hint { "You can take this back at any time in the console, under Connected apps." }
    };
    Page::card(Place::Consent, &title, content).below(asking.signed_in.line())
}

fn asked(choice: &Choice) -> Markup {
    html! {
        section.asked aria-labelledby="asked" {
            h2 #asked { "At " (text(choice.resource_name.as_str())) ", it will be able to" }
            (scopes(choice))
        }
    }
}

fn scopes(choice: &Choice) -> Markup {
    html! {
        ul.scopes {
            @for (scope, words) in &choice.scopes {
                li { span { (text(&in_words(scope, words))) " " code.muted { (text(scope.as_str())) } } }
            }
        }
        @if choice.scopes.is_empty() { p.muted { "know that it is you, and nothing else" } }
    }
}

/// The API owner's words, or what the scope's own name says: `write:order_items` is Write order items.
fn in_words(scope: &Scope, words: &Description) -> String {
    if !words.as_str().is_empty() {
        return words.as_str().to_owned();
    }
    let words = scope.as_str().replace([':', '_', '-', '.', '/'], " ");
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// The only subscription, or radio buttons, of which none is chosen: which data an app gets is not
/// to be guessed.
fn subscriptions(choices: &[Choice], each: bool) -> Markup {
    if let [only] = choices {
        return html! {
            input type="hidden" name="subscription" value=(only.subscription);
            (definitions([("Subscription", text(only.subscription_name.as_str()))]))
        };
    }
    html! {
        fieldset.field {
            legend { "In which subscription?" }
            @for choice in choices {
                label.choice {
                    input type="radio" name="subscription" value=(choice.subscription) required;
                    span {
                        (text(choice.subscription_name.as_str()))
                        @if each {
                            span.muted.block { "At " (text(choice.resource_name.as_str())) ":" }
                            @for (scope, words) in &choice.scopes {
                                span.muted.block { "· " (text(&in_words(scope, words))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::client::sample::{asking, body, uri};
    use super::*;
    use regent::domain::{Audience, Name, SubscriptionId};

    fn choice(name: &str, seed: u8, scopes: &[(&str, &str)]) -> Choice {
        Choice {
            subscription: SubscriptionId::from_random([seed; 12]),
            subscription_name: Name::parse(name).unwrap(),
            audience: Audience::parse("https://api.test/acme").unwrap(),
            resource_name: Name::parse("Acme API").unwrap(),
            scopes: scopes
                .iter()
                .map(|(scope, words)| (Scope::parse(scope).unwrap(), Description::parse(words).unwrap()))
                .collect(),
        }
    }

    const SCOPES: [(&str, &str); 2] = [("read:me", "See who you are"), ("write:order_items", "")];

    #[tokio::test]
    async fn a_person_sees_who_asks_for_what_and_where_the_answer_goes() {
        let uri = uri("https://claude.ai/cb");
        let production = choice("Production", 1, &SCOPES);
        let page = body(consent(
            &asking("Claude", &uri),
            std::slice::from_ref(&production),
            None,
        ))
        .await;
        let sent = format!(r#"name="subscription" value="{}""#, production.subscription);
        for expected in [
            "Claude",
            "Acme",
            "claude.ai",
            "See who you are",
            "Write order items",
            "Production",
            "Unverified name",
            r#"name="action" value="allow""#,
            r#"name="csrf" value="token""#,
            &sent,
            r#"href="https://claude.ai/cb?error=access_denied&amp;state=s&amp;iss=i""#,
            "ada@acme.test",
        ] {
            assert!(page.contains(expected), "{expected} in {page}");
        }
        assert!(!page.contains("radio"), "{page}");
    }

    #[tokio::test]
    async fn of_several_subscriptions_one_is_chosen_and_none_is_guessed() {
        let uri = uri("https://claude.ai/cb");
        let choices = [choice("Production", 1, &SCOPES), choice("Staging", 2, &SCOPES)];
        let page = body(consent(&asking("Claude", &uri), &choices, None)).await;
        assert_eq!(page.matches(r#"type="radio""#).count(), 2);
        assert_eq!(page.matches("See who you are").count(), 1);
        assert!(!page.contains("checked"), "{page}");
        let choices = [choice("Production", 1, &SCOPES[..1]), choice("Staging", 2, &SCOPES)];
        let page = body(consent(&asking("Claude", &uri), &choices, None)).await;
        assert_eq!(page.matches("See who you are").count(), 2, "{page}");
    }

    #[tokio::test]
    async fn a_hostile_client_name_stays_a_name() {
        let uri = uri("https://claude.ai/cb");
        let asking = asking("</title><script>x</script>\u{202E}", &uri);
        let page = body(consent(&asking, &[choice("P", 1, &SCOPES)], None)).await;
        assert!(!page.contains("<script>") && !page.contains('\u{202E}'), "{page}");
        assert_eq!(page.matches("</title>").count(), 1);
    }
}
