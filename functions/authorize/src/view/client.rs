//! The client that asks, as every state of the authorize page shows it.

use regent::domain::{Client, ClientId, RedirectUri, Registration};
use regent::web::page::{Markup, Tone, badge, html, text};

/// A request for authorization, as the page shows it.
#[derive(Clone, Debug)]
pub(crate) struct Asking<'a> {
    /// What the client calls itself.
    pub(crate) client_name: &'a str,
    /// Who stands up for that name.
    pub(crate) vouching: Vouching<'a>,
    /// Where a code would be sent.
    pub(crate) redirect_uri: &'a RedirectUri,
    /// The redirect URI with `error=access_denied`, `state` and `iss`: where Deny and Return to app lead.
    pub(crate) return_url: &'a str,
    /// The person's organization.
    pub(crate) organization: &'a str,
    /// Who is signed in.
    pub(crate) signed_in: SignedInAs<'a>,
    /// Path and query of the request: where forms are posted and Try again leads.
    pub(crate) action: &'a str,
    /// The token of forms posted there.
    pub(crate) csrf: &'a str,
}

/// Who is signed in, under the card.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedInAs<'a> {
    /// The person's address.
    pub(crate) email: &'a str,
    /// The CSRF token of the sign-out form (purpose `/sign-out`).
    pub(crate) sign_out_csrf: &'a str,
    /// Where to come back to after signing in as somebody else: path and query.
    pub(crate) next: &'a str,
}

/// Who stands up for a client's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Vouching<'a> {
    /// An admin of the organization registered it.
    Admin,
    /// The host of its metadata document.
    Host(&'a str),
    /// Nobody: it registered itself.
    Nobody,
}

impl<'a> Vouching<'a> {
    /// Who vouches for a client.
    pub(crate) fn of(client: &'a Client) -> Self {
        match (&client.registration, &client.client_id) {
            (Registration::Admin { .. }, _) => Self::Admin,
            (Registration::Document { .. }, ClientId::Document(url)) => Self::Host(url.host()),
            (Registration::Document { .. } | Registration::Dynamic { .. }, _) => Self::Nobody,
        }
    }

    /// What a page says about it, beside the name.
    pub(super) fn line(self) -> Markup {
        html! {
            p.aside {
                @match self {
                    Self::Admin => { (badge(Tone::Good, "Registered by your organization")) }
                    Self::Host(host) => {
                        (badge(Tone::Warning, "Unverified name"))
                        " The host " strong { (text(host)) } " vouches for this app."
                    }
                    Self::Nobody => {
                        (badge(Tone::Warning, "Unverified name"))
                        " This app registered itself. Anybody can choose this name."
                    }
                }
            }
        }
    }
}

impl SignedInAs<'_> {
    /// Who is signed in, and the way out.
    pub(super) fn line(self) -> Markup {
        html! {
            form.form method="post" action="/sign-out" {
                input type="hidden" name="csrf" value=(self.sign_out_csrf);
                input type="hidden" name="next" value=(self.next);
                span { "Signed in as " (text(self.email)) " · " button.button.quiet type="submit" { "Sign out" } }
            }
        }
    }
}

#[cfg(test)]
pub(super) mod sample {
    use super::*;

    pub(in crate::view) fn uri(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    /// A request of a client that calls itself `name`.
    pub(in crate::view) fn asking<'a>(name: &'a str, redirect_uri: &'a RedirectUri) -> Asking<'a> {
        Asking {
            client_name: name,
            vouching: Vouching::Nobody,
            redirect_uri,
            return_url: "https://claude.ai/cb?error=access_denied&state=s&iss=i",
            organization: "Acme",
            signed_in: SignedInAs {
                email: "ada@acme.test",
                sign_out_csrf: "out",
                next: "/oauth/v1/authorize?x=1",
            },
            action: "/oauth/v1/authorize?x=1&y=2",
            csrf: "token",
        }
    }

    /// The body of a page.
    pub(in crate::view) async fn body(page: regent::web::page::Page) -> String {
        let bytes = axum::body::to_bytes(page.respond().into_body(), usize::MAX)
            .await
            .unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }
}
