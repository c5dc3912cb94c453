//! The approved state: what is asked, Allow and Deny.

use super::client::Asking;
use super::destination::destination;
use regent::web::page::{
    Choice, Kind, Markup, Page, Place, Select, Tone, actions, button_named, definitions, form, html, link_button,
    notice, text,
};

/// What a client asks for.
#[derive(Clone, Debug)]
pub(crate) struct Consent<'a> {
    /// The API resource's name.
    pub(crate) resource: &'a str,
    /// The scopes.
    pub(crate) scopes: Vec<AskedScope<'a>>,
    /// The subscriptions the person can choose from: at least one.
    pub(crate) subscriptions: Vec<SubscriptionChoice<'a>>,
    /// That Allow was pressed without a choice, or something else to be said above.
    pub(crate) error: Option<&'a str>,
}

/// A scope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AskedScope<'a> {
    /// As it is written on the wire.
    pub(crate) scope: &'a str,
    /// In the API owner's words; may be empty.
    pub(crate) words: &'a str,
}

/// A subscription to choose.
#[derive(Clone, Debug)]
pub(crate) struct SubscriptionChoice<'a> {
    /// Its id, sent as `subscription`.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: &'a str,
}

/// Asks for consent. Allow posts `action=allow` with `subscription`; Deny is a link, and nothing is
/// recorded.
pub(crate) fn consent(asking: &Asking<'_>, asked: &Consent<'_>) -> Page {
    let title = format!("Allow {} to access {}?", asking.client_name, asking.organization);
    let content = html! {
        @if let Some(error) = asked.error { (notice(Tone::Bad, html! { p { (text(error)) } })) }
        (asking.vouching.line())
        (destination("You will be sent to", asking.redirect_uri))
        section.asked aria-labelledby="asked" {
            h2 #asked { "At " (text(asked.resource)) ", it will be able to" }
            (scopes(&asked.scopes))
        }
        (form(asking.action, asking.csrf, html! {
            (subscription(&asked.subscriptions))
            (actions(html! {
                (button_named(Kind::Primary, "Allow", "action", "allow"))
                (link_button(Kind::Plain, "Deny", asking.return_url))
            }))
        }))
        p.hint { "You can take this back at any time in the console, under Connected apps." }
    };
    Page::card(Place::Consent, &title, content).below(asking.signed_in.line())
}

fn scopes(scopes: &[AskedScope<'_>]) -> Markup {
    html! {
        @if scopes.is_empty() {
            p.muted { "Know that it is you, and nothing else." }
        } @else {
            ul.scopes {
                @for scope in scopes {
                    li { span { (text(&in_words(scope))) " " code.muted { (text(scope.scope)) } } }
                }
            }
        }
    }
}

/// The API owner's words, or what the scope's own name says: `write:order_items` is Write order items.
fn in_words(scope: &AskedScope<'_>) -> String {
    if !scope.words.is_empty() {
        return scope.words.to_owned();
    }
    let words = scope.scope.replace([':', '_', '-', '.', '/'], " ");
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// The only subscription, or radio buttons, of which none is chosen: which data an app gets is not
/// to be guessed.
fn subscription(subscriptions: &[SubscriptionChoice<'_>]) -> Markup {
    if let [only] = subscriptions {
        return html! {
            input type="hidden" name="subscription" value=(only.id);
            (definitions([("Subscription", text(only.name))]))
        };
    }
    let choices = subscriptions
        .iter()
        .map(|one| Choice::new(&one.id, one.name, ""))
        .collect();
    html! { (Select::radio("subscription", "In which subscription?", choices)) }
}

#[cfg(test)]
mod tests {
    use super::super::client::sample::{asking, body, uri};
    use super::*;

    fn asked(names: &[&'static str]) -> Consent<'static> {
        let scope = |scope, words| AskedScope { scope, words };
        let subscription = |name: &&'static str| SubscriptionChoice {
            id: format!("sub_{name}"),
            name,
        };
        Consent {
            resource: "Acme API",
            scopes: vec![scope("read:me", "See who you are"), scope("write:order_items", "")],
            subscriptions: names.iter().map(subscription).collect(),
            error: None,
        }
    }

    #[tokio::test]
    async fn a_person_sees_who_asks_for_what_and_where_the_answer_goes() {
        let uri = uri("https://claude.ai/cb");
        let page = body(consent(&asking("Claude", &uri), &asked(&["Production"]))).await;
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
            r#"name="subscription" value="sub_Production""#,
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
        let page = body(consent(&asking("Claude", &uri), &asked(&["Production", "Staging"]))).await;
        assert_eq!(page.matches(r#"type="radio""#).count(), 2);
        assert!(!page.contains("checked"), "{page}");
    }

    #[tokio::test]
    async fn a_hostile_client_name_stays_a_name() {
        let uri = uri("https://claude.ai/cb");
        let asking = asking("</title><script>x</script>\u{202E}", &uri);
        let page = body(consent(&asking, &asked(&["P"]))).await;
        assert!(!page.contains("<script>") && !page.contains('\u{202E}'), "{page}");
        assert_eq!(page.matches("</title>").count(), 1);
    }
}
