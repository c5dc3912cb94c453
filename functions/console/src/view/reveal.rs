//! The one page that shows a client secret, and what stands in its place when its form is sent
//! again.

use super::page;
use crate::admin::Admin;
use crate::path;
use axum::response::Response;
use http::StatusCode;
use regent::acts::credential::NewSecret;
use regent::app::App;
use regent::domain::ActError;
use regent::web::page::{Kind, Section, Tone, actions, copyable, heading, html, link_button, notice, section, text};

/// A new service account with its first secret.
pub(crate) fn new_account(app: &App, admin: &Admin, made: &NewSecret) -> Result<Response, ActError> {
    reveal(app, admin, made, "Service account created")
}

/// A new credential of an account.
pub(crate) fn new_credential(app: &App, admin: &Admin, made: &NewSecret) -> Result<Response, ActError> {
    reveal(app, admin, made, "Credential created")
}

/// A credential with its new secret.
pub(crate) fn rotated(app: &App, admin: &Admin, made: &NewSecret) -> Result<Response, ActError> {
    reveal(app, admin, made, "Secret rotated")
}

fn reveal(app: &App, admin: &Admin, made: &NewSecret, title: &str) -> Result<Response, ActError> {
    let account = made.user.service().ok_or(ActError::NotFound)?;
    let credential = account.credentials.get(&made.credential).ok_or(ActError::NotFound)?;
    let client_id = made
        .user
        .client_id(&app.config().region, account, made.credential)
        .to_string();
    let endpoint = app.config().issuer.at("/oauth/v1/token");
    let former = credential
        .live_secrets(app.now())
        .nth(1)
        .and_then(|former| former.expires_at);
    let about = format!("{}, credential “{}”", made.user.name, credential.name);
    let content = html! {
        (heading(title, Some(&about), html! {}))
        div.panel.narrow data-unsaved {
            (notice(Tone::Warning, html! {
                p { strong { "Copy the client secret now." } " It is shown this once; nobody can look it up later, not even an admin." }
            }))
            (copyable("client-id", "Client ID", &client_id))
            (copyable("client-secret", "Client secret", made.secret.expose()))
            @if let Some(end) = former {
                p { "The secret before this one works until " (regent::web::page::time(end)) "." }
            }
            (actions(html! {
                (link_button(Kind::Primary, "I’ve saved these", &path::account(made.user.id)))
            }))
        }
        (section("next", "Get a token with it", html! {
            p { "A program of " strong { (text(made.user.name.as_str())) } " asks the token endpoint, with any OAuth library or like this:" }
            (copyable("token-endpoint", "Token endpoint", &endpoint))
            pre tabindex="0" { code { "curl " (endpoint) " \\\n  -d grant_type=client_credentials \\\n  -u \"$CLIENT_ID:$CLIENT_SECRET\"" } }
        }))
    };
    Ok(page(admin, Section::ServiceAccounts, title, content).respond())
}

/// The same form was sent before: nothing more was made, and the secret is not shown again.
pub(crate) fn made_before(admin: &Admin, path: &str) -> Response {
    let title = "This form was sent already";
    let content = html! {
        (heading(title, None, html! {}))
        div.panel.narrow {
            p { "Nothing more was created or changed: the first time counted. Its secret was shown in the first answer, and it is not shown again." }
            p { "If you did not save it, rotate the credential: that makes a new secret." }
            (actions(html! { (link_button(Kind::Primary, "Open the service account", path)) }))
        }
    };
    let page = page(admin, Section::ServiceAccounts, title, content);
    page.status(StatusCode::OK).respond()
}
