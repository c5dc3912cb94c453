//! For admins in a browser: whoever is not signed in is sent to sign in, forms need their token.

use crate::lambda::authorize::{leads, page, sign_in};
use crate::lambda::case::{Case, answers};
use crate::lambda::stage::Stage;

/// In order: a stranger, the admin, each section, a form that somebody forged.
pub(super) fn story() -> Vec<Case> {
    [strangers(), sign_in(), sections(), forms()]
        .into_iter()
        .flatten()
        .collect()
}

#[tokio::test]
async fn the_console_binary_answers_its_events() {
    Stage::start().await.plays(story()).await;
}

fn strangers() -> Vec<Case> {
    vec![leads("console/console-anonymous", "/sign-in")]
}

fn sections() -> Vec<Case> {
    let section = |event, title| page(event, 200).says(title);
    vec![
        leads("console/console", "/console/service-accounts"),
        section("console/service-accounts", "No service accounts yet"),
        section("console/users", "Invite person"),
        section("console/oauth-approvals", "There is nothing to approve"),
        section("console/clients", "Register client"),
        section("console/audit-events", "session.created"),
        section("console/sessions", "This session"),
        answers("console/asset", 200).header("cache-control", "max-age"),
        page("console/unknown-page", 404),
    ]
}

fn forms() -> Vec<Case> {
    vec![
        page("console/service-account-form", 200).keep(
            "service_account_csrf",
            "=action=\"/console/service-accounts/new\"…name=\"csrf\" value=\"",
        ),
        page("console/service-account-create-forged", 403),
        page("console/service-account-create-cross-site", 403),
    ]
}
