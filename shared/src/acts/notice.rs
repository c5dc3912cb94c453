//! Telling people and programs of what happened: to whom, once each, with a link where one is due.

use super::plan::Plan;
use super::session::digest_of;
use super::{bookkeeping, perform};
use crate::app::App;
use crate::domain::{
    BrowserSecret, Error, EventId, Link, LinkPurpose, Organization, OrganizationId, Privilege, Seconds, Unavailable,
    User, UserId, UserKind,
};
use crate::store::{Claim, Notice, Paging};

/// How long a notice is somebody's to give: longer than claiming it, making its link and sending it
/// may take together (four seconds each), and shorter than failed records are tried again.
const LEASE: Seconds = Seconds(15);

/// Why something was not sent, or may not have been.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unsent {
    /// It was refused: nothing was sent.
    #[error("{0}")]
    Refused(String),
    /// The answer never came: it may have been sent, or not.
    #[error("{0}; whether it was sent is not known")]
    Unknown(String),
}

/// Why a notice was not given.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// The table did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// It was not sent.
    #[error(transparent)]
    Unsent(#[from] Unsent),
    /// Another attempt holds it.
    #[error("another attempt is at it")]
    Held,
}

/// Gives a notice, unless it was given before. What was refused may be tried again at once; what
/// may have been sent, when the lease is over.
pub async fn once<F>(app: &App, event: EventId, channel: &str, send: impl FnOnce() -> F) -> Result<(), NoticeError>
where
    F: Future<Output = Result<(), Unsent>>,
{
    let notice = Notice {
        event,
        channel: channel.to_owned(),
        holder: EventId::from_random(app.random()).to_string(),
        leased_until: app.now().plus(LEASE),
        sent_at: None,
    };
    match app.store().claim_notice(&notice, app.now()).await? {
        Claim::Given => return Ok(()),
        Claim::Theirs => return Err(NoticeError::Held),
        Claim::Ours => {}
    }
    let outcome = send().await;
    match &outcome {
        // It was given. To fail now would have the record told again, and given a second time.
        Ok(()) => {
            let settle = app.store().settle_notice(&notice, app.now());
            bookkeeping::attempt("that a notice was given is not noted", settle).await;
        }
        // Otherwise the claim is over with its lease, only later.
        Err(Unsent::Refused(_)) => {
            let release = app.store().release_notice(&notice);
            bookkeeping::attempt("the claim on a notice is not given back", release).await;
        }
        Err(Unsent::Unknown(_)) => {}
    }
    Ok(outcome?)
}

/// An organization, if it is still there.
pub async fn organization(app: &App, id: OrganizationId) -> Result<Option<Organization>, Unavailable> {
    app.store().organization(id).await
}

/// The people who decide requests for approval in an organization: whoever may, with a reach that
/// is not one subscription. An organization has an admin at all times, so they are never none.
pub async fn reviewers(app: &App, organization: &Organization) -> Result<Vec<User>, Unavailable> {
    let decides = |user: &User| {
        let everywhere = matches!(&user.kind, UserKind::Person(person) if person.subscription.is_none());
        let grants = user.grants(organization);
        everywhere && grants.privileges.contains(&Privilege::OauthApprovalsManage)
    };
    let mut found = Vec::new();
    let mut paging = Some(Paging::FIRST);
    while let Some(here) = paging {
        let page = app.store().members(organization.id, &here).await?;
        paging = Paging::next(&page);
        found.extend(page.items.into_iter().filter(decides));
    }
    Ok(found)
}

/// A person, if it is still there and still one.
pub async fn person(app: &App, id: UserId) -> Result<Option<User>, Unavailable> {
    let found = app.store().user(id).await?;
    Ok(found.filter(|user| user.service().is_none()))
}

/// Makes a one-time link for a person: the answer is its secret, the table keeps a digest.
pub async fn link(app: &App, user: &User, purpose: LinkPurpose) -> Result<BrowserSecret, Error> {
    let secret = BrowserSecret::from_random(app.random());
    let link = Link {
        digest: digest_of(&secret),
        user: user.id,
        purpose,
        epoch: user.epoch(None),
        ends_at: app.now().plus(purpose.lifetime()),
    };
    perform(app, || async {
        let writes = vec![app.store().create_link(&link)?];
        Ok(Plan { value: (), writes })
    })
    .await?;
    Ok(secret)
}
