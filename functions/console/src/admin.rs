//! The signed-in person behind a request.

use crate::done::Done;
use crate::refusal::Refusal;
use axum::extract::FromRequestParts;
use http::Uri;
use http::request::Parts;
use regent::acts::Caller;
use regent::domain::{Privilege, Unavailable, User};
use regent::oauth::Form;
use regent::web::Visitor;
use regent::web::page::Section;
use std::sync::Arc;

/// Whoever the gate has let through. Not every one of them administers anything: what they may do
/// is decided in the acts.
#[derive(Clone, Debug)]
pub(crate) struct Admin(Arc<Known>);

#[derive(Debug)]
struct Known {
    visitor: Visitor,
    caller: Caller,
    path: String,
    again: String,
    done: Option<Done>,
}

impl Admin {
    /// Somebody who is signed in and asks for `uri`.
    pub(crate) fn new(visitor: Visitor, caller: Caller, uri: &Uri) -> Self {
        let query = Form::pairs(uri.query().unwrap_or_default()).unwrap_or_default();
        let done = query.all("done").next().and_then(Done::parse);
        Self(Arc::new(Known {
            visitor,
            caller,
            path: uri.path().to_owned(),
            again: uri
                .path_and_query()
                .map_or(uri.path(), |asked| asked.as_str())
                .to_owned(),
            done,
        }))
    }

    /// The person at the browser.
    pub(crate) fn visitor(&self) -> &Visitor {
        &self.0.visitor
    }

    /// The person as the acts know them.
    pub(crate) fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// The path that was asked for.
    pub(crate) fn path(&self) -> &str {
        &self.0.path
    }

    /// The path with its query, to ask for it again.
    pub(crate) fn again(&self) -> &str {
        &self.0.again
    }

    /// What was done before this page is shown.
    pub(crate) fn done(&self) -> Option<Done> {
        self.0.done
    }

    /// The token of the form that is posted to `path`.
    pub(crate) fn csrf(&self, path: &str) -> String {
        self.visitor().csrf(path)
    }

    /// Whether they have a privilege: for what a page offers. What is refused, the acts decide.
    pub(crate) fn may(&self, privilege: Privilege) -> bool {
        self.caller().may(privilege).is_ok()
    }

    /// Whether somebody holds no more than they do, so that they may change it if they have the privilege.
    pub(crate) fn covers(&self, user: &User) -> bool {
        self.caller().cover_user(user).is_ok()
    }

    /// Whether they may change users: that concerns the whole organization.
    pub(crate) fn may_manage_users(&self) -> bool {
        self.may(Privilege::UsersManage) && self.caller().organization_wide().is_ok()
    }

    /// The sections of the console they may see.
    pub(crate) fn sections(&self) -> Vec<Section> {
        let needs = [
            (Section::ServiceAccounts, Privilege::ServiceAccountsRead),
            (Section::Users, Privilege::UsersRead),
            (Section::Approvals, Privilege::OauthApprovalsRead),
            (Section::Clients, Privilege::ClientsManage),
            (Section::Audit, Privilege::AuditRead),
            (Section::Settings, Privilege::SettingsManage),
        ];
        let organization_wide = self.caller().organization_wide().is_ok();
        let seen = needs.into_iter().filter(|(section, privilege)| {
            let whole = matches!(section, Section::Approvals | Section::Clients);
            self.may(*privilege) && (organization_wide || !whole)
        });
        let personal = [Section::ConnectedApps, Section::Sessions];
        seen.map(|(section, _)| section).chain(personal).collect()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let admin = parts.extensions.get::<Self>().cloned();
        admin.ok_or_else(|| Unavailable("a request that passed no gate".to_owned()).into())
    }
}
