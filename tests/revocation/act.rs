//! Everything that ends something, as its users do it.

use std::collections::BTreeSet;

use serde_json::json;

use super::held::{Ground, Held, PASSWORD, REDIRECT, Thing};
use crate::harness::{Answer, HtmlForm, ThirdParty};

/// Something that a client, a person or an admin does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Act {
    /// The service account gives its token up (RFC 7009).
    RevokeToken,
    /// The app gives its access token up.
    RevokeAccess,
    /// The app gives its refresh token up.
    RevokeRefresh,
    /// The code comes a second time.
    ReplayCode,
    /// A spent refresh token comes again.
    ReplayRefresh,
    /// The person takes back what the app was allowed.
    TakeBack,
    /// The person sets another password.
    ChangePassword,
    /// An admin rejects the app's origin.
    RejectOrigin,
    /// An admin deletes the app.
    DeleteClient,
    /// An admin deletes the person.
    DeletePerson,
    /// An admin rotates the credential.
    Rotate,
    /// An admin deletes the credential.
    DeleteCredential,
    /// An admin deletes several credentials.
    DeleteCredentials,
    /// An admin deletes the service account.
    DeleteAccount,
    /// An admin deletes the service account as the user that it is.
    DeleteUser,
    /// An admin makes a person of the service account.
    BecomePerson,
    /// An admin revokes everything in the organization.
    RevokeEverything,
    /// The operator drops every signing key.
    DropKeys,
}

impl Act {
    /// What it ends, for good.
    pub(super) fn ends(self) -> BTreeSet<Thing> {
        match self {
            Self::RevokeToken => [Thing::Token].into(),
            Self::RevokeAccess | Self::ChangePassword => [Thing::Access].into(),
            Self::RevokeRefresh
            | Self::ReplayCode
            | Self::ReplayRefresh
            | Self::TakeBack
            | Self::RejectOrigin
            | Self::DeleteClient
            | Self::DeletePerson => [Thing::Access, Thing::Refresh].into(),
            Self::Rotate
            | Self::DeleteCredential
            | Self::DeleteCredentials
            | Self::DeleteAccount
            | Self::DeleteUser
            | Self::BecomePerson => [Thing::Token, Thing::Secret].into(),
            Self::RevokeEverything => [Thing::Token, Thing::Access, Thing::Refresh].into(),
            Self::DropKeys => [Thing::Token, Thing::Access].into(),
        }
    }

    /// What it answers when it has been done before.
    pub(super) fn again(self) -> u16 {
        match self {
            Self::RevokeToken
            | Self::RevokeAccess
            | Self::RevokeRefresh
            | Self::RejectOrigin
            | Self::Rotate
            | Self::BecomePerson
            | Self::RevokeEverything
            | Self::DropKeys => 200,
            // The page's form is sent again: what it was for is so.
            Self::TakeBack | Self::ChangePassword => 303,
            Self::ReplayCode | Self::ReplayRefresh => 400,
            Self::DeleteClient
            | Self::DeletePerson
            | Self::DeleteCredential
            | Self::DeleteCredentials
            | Self::DeleteAccount
            | Self::DeleteUser => 404,
        }
    }

    /// What it answers when it is done.
    pub(super) fn done(self) -> u16 {
        match self {
            Self::DeleteClient
            | Self::DeletePerson
            | Self::DeleteCredential
            | Self::DeleteAccount
            | Self::DeleteUser => 204,
            Self::DeleteCredentials => 200,
            _ => self.again(),
        }
    }

    /// The app that it is done to: only one that an admin registered can be deleted.
    pub(super) async fn app(self, ground: &Ground) -> ThirdParty<'_> {
        if self == Self::DeleteClient {
            ThirdParty::register(&ground.region, REDIRECT).await
        } else {
            ground.app()
        }
    }

    /// Does it.
    pub(super) async fn perform(self, ground: &Ground, held: &Held<'_>) -> Answer {
        let region = &ground.region;
        match self {
            Self::RevokeToken => {
                let asked = held.account.ask(region, "/oauth/v1/revoke", &[("token", &held.token)]);
                asked.send().await
            }
            Self::RevokeAccess => given_up(ground, held, &held.tokens.access).await,
            Self::RevokeRefresh => given_up(ground, held, &held.tokens.refresh).await,
            Self::ReplayCode => held.app.redeem(&held.code, &[]).send().await,
            Self::ReplayRefresh => held.app.refresh(&held.spent).send().await,
            Self::TakeBack => {
                // A second time it is the form of the page that was opened before.
                let form = held.take_back.get_or_init(|| connected(held)).await;
                held.browser.submit(form, &[]).await
            }
            Self::ChangePassword => {
                let form = held.browser.open("/console/password").await.is(200);
                let form = form.form("/console/password");
                let fields = [("present", PASSWORD), ("password", PASSWORD)];
                held.browser.submit(&form, &fields).await
            }
            Self::RejectOrigin => held.app.decide("rejected").await,
            Self::DeleteClient => {
                let path = format!("/clients/{}", held.app.client_id);
                region.admin("DELETE", &path).send().await
            }
            Self::DeletePerson => {
                let path = format!("/users/{}", held.person);
                region.admin("DELETE", &path).send().await
            }
            Self::Rotate => {
                let path = format!("{}/rotate", held.account.credential());
                region.admin("POST", &path).send().await
            }
            Self::DeleteCredential => region.admin("DELETE", &held.account.credential()).send().await,
            Self::DeleteCredentials => {
                let path = format!("{}/credentials/delete", held.account.path());
                let ids = json!({"client_ids": [held.account.client_id]});
                region.admin("POST", &path).json(&ids).send().await
            }
            Self::DeleteAccount => region.admin("DELETE", &held.account.path()).send().await,
            Self::DeleteUser => {
                let path = format!("/users/{}", held.account.id);
                region.admin("DELETE", &path).send().await
            }
            Self::BecomePerson => {
                let path = format!("/users/{}", held.account.id);
                let asked = json!({"user_type": "licensed", "confirm_credential_loss": true});
                region.admin("PATCH", &path).json(&asked).send().await
            }
            Self::RevokeEverything => {
                let path = format!("/organizations/{}/revoke", region.running.facts.organization);
                let answer = region.admin("POST", &path).send().await;
                region.renew_admin().await;
                answer
            }
            Self::DropKeys => {
                let answer = region.http.post("/_local/rotate?drop=all").send().await;
                // The keys in the memory of every process are good for two seconds.
                region.wait(2);
                region.renew_admin().await;
                answer
            }
        }
    }

    /// Undoes what can be undone: nothing that was ended comes back by it.
    pub(super) async fn undo(self, held: &Held<'_>) {
        if self == Self::RejectOrigin {
            held.app.decide("approved").await.is(200);
        }
    }
}

/// The form by which the person takes back what the app was allowed.
async fn connected(held: &Held<'_>) -> HtmlForm {
    let page = held.browser.open("/console/connected-apps").await.is(200);
    let forms = page.forms().into_iter();
    let mut own = forms.filter(|form| form.fields.contains(&("grant".to_owned(), held.grant())));
    own.next().unwrap_or_else(|| panic!("the app is not listed: {page:#?}"))
}

async fn given_up(ground: &Ground, held: &Held<'_>, token: &str) -> Answer {
    let fields = [("token", token), ("client_id", held.app.client_id.as_str())];
    ground.region.http.post("/oauth/v1/revoke").form(&fields).send().await
}
