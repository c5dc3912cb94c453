//! Sessions of people: begun by signing in (`acts::sign_in`), used with every request, ended by
//! signing out, from the list of one's own, or by whatever ends the person's access.

mod begin;

pub use begin::Begun;
pub(super) use begin::begin;

use super::{Plan, bookkeeping, perform};
use crate::app::App;
use crate::domain::{
    ActError, Action, Actor, ActorKind, AuditEvent, BrowserSecret, Error, EventId, Organization, Session, SessionToken,
    Target, User,
};
use crate::keys::digest;
use crate::store::{Paging, Write};
use crate::telemetry::{self, Fact, note};
use std::collections::BTreeMap;

/// A person who is signed in, as everything is now.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person.
    pub user: User,
    /// The organization.
    pub organization: Organization,
    /// The session.
    pub session: Session,
}

/// Where a request of a browser came from.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// Its address, as the edge says.
    pub source_ip: String,
    /// What it calls itself; cut at [`Browser::NAME`] characters when it is kept.
    pub user_agent: String,
    /// What it says that it is known by, if somebody signed in from it before.
    pub device: Option<BrowserSecret>,
}

impl Browser {
    /// The most characters that are kept of what a browser calls itself.
    pub const NAME: usize = 200;
}

/// The name of a session, or of a link, in the table.
pub(super) fn digest_of(secret: &BrowserSecret) -> String {
    digest::sha256(secret.expose().as_bytes())
}

/// Whoever a session cookie speaks for; nobody if the session is over. Notes its use.
pub async fn of_cookie(app: &App, token: &SessionToken) -> Result<Option<SignedIn>, Error> {
    let print = digest_of(token.secret());
    let rows = app.store().session(token.user, token.organization, &print).await?;
    let (Some(session), Some(user), Some(organization)) = (rows.session, rows.user, rows.organization) else {
        return Ok(None);
    };
    let now = app.now();
    let is_it = digest::same(&session.digest, &print);
    if !is_it || !session.stands(&user, now) || organization.id != session.organization {
        return Ok(None);
    }
    let since = now.minus(Session::RESOLUTION);
    if session.last_seen_at <= since {
        // It only looks idle for longer than it was.
        let touch = app.store().touch_session(&session, now, since);
        bookkeeping::keep("the use of a session is not noted", touch).await;
    }
    note(Fact::Organization, organization.id);
    note(Fact::Account, user.id);
    Ok(Some(SignedIn {
        user,
        organization,
        session,
    }))
}

/// Ends the session that a browser signs out of.
pub async fn sign_out(app: &App, signed_in: &SignedIn, source_ip: &str) -> Result<(), Error> {
    perform(app, async || {
        let writes = ending(app, &signed_in.user, &signed_in.session, source_ip)?;
        Ok(Plan { value: (), writes })
    })
    .await
}

/// The end of a session, and the event that tells of it. Its browser stays known.
pub(super) fn ending(app: &App, user: &User, session: &Session, source_ip: &str) -> Result<Vec<Write>, Error> {
    let details = BTreeMap::from([("created_from".to_owned(), session.source_ip.clone())]);
    let event = event(app, Action::SessionEnded, user, source_ip, details);
    Ok(vec![
        app.store().delete_session(session.user, &session.digest)?,
        app.store().record(&event)?,
    ])
}

/// A person's own sessions, the latest used first.
pub async fn list(app: &App, signed_in: &SignedIn) -> Result<Vec<Session>, Error> {
    let (mut found, mut paging) = (Vec::new(), Some(Paging::FIRST));
    while let Some(page) = paging {
        let page = app.store().sessions(signed_in.user.id, &page).await?;
        paging = Paging::next(&page);
        found.extend(page.items);
    }
    let now = app.now();
    found.retain(|session| session.stands(&signed_in.user, now));
    found.sort_by_key(|session| std::cmp::Reverse(session.last_seen_at));
    Ok(found)
}

/// Plans the end of one of a person's own sessions, named by its digest. Its browser is unknown after
/// it, unless that is the one that asks: it may be in other hands.
pub async fn end(app: &App, signed_in: &SignedIn, digest: &str, source_ip: &str) -> Result<Plan<()>, Error> {
    let own = list(app, signed_in).await?;
    let session = own
        .iter()
        .find(|session| session.digest == digest)
        .ok_or(ActError::NotFound)?;
    let mut writes = ending(app, &signed_in.user, session, source_ip)?;
    if !session.device.is_empty() && session.device != signed_in.session.device {
        writes.push(app.store().delete_device(session.user, &session.device)?);
    }
    Ok(Plan { value: (), writes })
}

/// Ends all of a person's own sessions except the one that asks, and says how many those were. No
/// other browser is known after it. A page at a time, each with one write: cut off, what was ended
/// stays so, and doing it again goes on.
pub async fn end_others(app: &App, signed_in: &SignedIn, source_ip: &str) -> Result<usize, Error> {
    perform(app, async || forget_others(app, signed_in).await).await?;
    let mut ended = 0;
    loop {
        let (some, more) = perform(app, async || end_some(app, signed_in, source_ip).await).await?;
        ended += some;
        if !more {
            return Ok(ended);
        }
    }
}

/// Plans that every browser of a person but the present one is forgotten: there are few of them.
async fn forget_others(app: &App, signed_in: &SignedIn) -> Result<Plan<()>, Error> {
    let mut others = app.store().devices(signed_in.user.id, &Paging::FIRST).await?.items;
    others.retain(|device| device.digest != signed_in.session.device);
    let writes = others
        .iter()
        .map(|device| app.store().delete_device(device.user, &device.digest))
        .collect::<Result<_, _>>()?;
    Ok(Plan { value: (), writes })
}

/// The first page of them, and whether there may be more. What is over anyway goes with it.
async fn end_some(app: &App, signed_in: &SignedIn, source_ip: &str) -> Result<Plan<(usize, bool)>, Error> {
    let page = app.store().sessions(signed_in.user.id, &Paging::FIRST).await?;
    let mut others = page.items;
    others.retain(|session| session.digest != signed_in.session.digest);
    let more = page.next.is_some() || others.len() > END_AT_ONCE;
    others.truncate(END_AT_ONCE);
    let now = app.now();
    let standing = others.iter().filter(|session| session.stands(&signed_in.user, now));
    let ended = standing.count();
    let mut writes = others
        .iter()
        .map(|session| app.store().delete_session(session.user, &session.digest))
        .collect::<Result<Vec<Write>, _>>()?;
    if ended > 0 {
        let details = BTreeMap::from([("sessions".to_owned(), ended.to_string())]);
        let event = event(app, Action::SessionEnded, &signed_in.user, source_ip, details);
        writes.push(app.store().record(&event)?);
    }
    Ok(Plan {
        value: (ended, more),
        writes,
    })
}

/// How many sessions end in one transaction, which has a hundred writes at most.
const END_AT_ONCE: usize = 90;

/// An event about a person that the person caused, or somebody who claims to be that person.
pub(super) fn event(
    app: &App,
    action: Action,
    user: &User,
    source_ip: &str,
    details: BTreeMap<String, String>,
) -> AuditEvent {
    let event = AuditEvent {
        id: EventId::from_random(app.random()),
        organization: user.organization,
        subscription: user.subscription(),
        at: app.now(),
        actor: Actor {
            kind: ActorKind::Person,
            id: Some(user.id),
            name: user.email.to_string(),
        },
        action,
        target: Target {
            id: user.id.to_string(),
            name: user.name.to_string(),
        },
        source_ip: Some(source_ip.to_owned()),
        request_id: telemetry::request_id(),
        details,
    };
    telemetry::acted(&event);
    event
}
