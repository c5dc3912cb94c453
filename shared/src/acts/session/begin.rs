//! A session begins: whatever it takes the place of ends with the same write, and the browser is one
//! that the person has signed in from.

use super::{Browser, SignedIn, digest_of, ending, event};
use crate::app::App;
use crate::domain::{Action, BrowserSecret, Device, Error, Session, SessionToken, Timestamp, User};
use crate::store::{Paging, Write};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A session that has begun: what the browser gets.
#[derive(Debug)]
pub struct Begun {
    /// Its token.
    pub session: SessionToken,
    /// What the browser is known by, longer than the session.
    pub device: BrowserSecret,
}

/// A new session of a person: what the browser gets, and what must be written for it. `device` is
/// what the browser is known by already; the session of `before`, which was this browser's, ends.
pub(crate) async fn begin(
    app: &App,
    user: &User,
    browser: &Browser,
    device: Option<BrowserSecret>,
    before: Option<&SignedIn>,
) -> Result<(Begun, Vec<Write>), Error> {
    let secret = BrowserSecret::from_random(app.random());
    let token = SessionToken::new(user.id, user.organization, secret);
    let device = device.unwrap_or_else(|| BrowserSecret::from_random(app.random()));
    let now = app.now();
    let known = Device {
        user: user.id,
        digest: digest_of(&device),
        epoch: user.epoch(None),
        ends_at: now.plus(Device::LIFETIME),
    };
    let session = Session {
        user: user.id,
        organization: user.organization,
        digest: digest_of(token.secret()),
        created_at: now,
        last_seen_at: now,
        ends_at: now.plus(Session::LIFETIME),
        epoch: user.epoch(None),
        source_ip: browser.source_ip.clone(),
        user_agent: browser.user_agent.chars().take(Browser::NAME).collect(),
        device: known.digest.clone(),
    };
    let details = BTreeMap::from([("user_agent".to_owned(), session.user_agent.clone())]);
    let event = event(app, Action::SessionCreated, user, &browser.source_ip, details);
    let mut writes = vec![
        app.store().create_session(&session)?,
        app.store().keep_device(&known)?,
        app.store().record(&event)?,
    ];
    if let Some(before) = before {
        writes.extend(ending(app, &before.user, &before.session, &browser.source_ip)?);
    }
    let over = before.map(|before| before.session.digest.as_str());
    writes.extend(end_oldest(app, user, browser, over).await?);
    writes.extend(forget_oldest(app, user, &known.digest).await?);
    Ok((Begun { session: token, device }, writes))
}

/// The end of the sessions that are too many with one more, and of what is left of those that are
/// over. `over` ends anyway.
async fn end_oldest(app: &App, user: &User, browser: &Browser, over: Option<&str>) -> Result<Vec<Write>, Error> {
    let mut sessions = app.store().sessions(user.id, &Paging::FIRST).await?.items;
    sessions.retain(|session| over != Some(session.digest.as_str()));
    let now = app.now();
    let seen = |session: &Session| session.stands(user, now).then_some(session.last_seen_at);
    let excess = excess(sessions, Session::MAX_PER_USER, seen);
    let mut writes = Vec::new();
    for session in &excess {
        writes.push(app.store().delete_session(session.user, &session.digest)?);
    }
    let ended = excess.iter().filter(|session| seen(session).is_some()).count();
    if ended > 0 {
        let details = BTreeMap::from([("sessions".to_owned(), ended.to_string())]);
        let event = event(app, Action::SessionEnded, user, &browser.source_ip, details);
        writes.push(app.store().record(&event)?);
    }
    Ok(writes)
}

async fn forget_oldest(app: &App, user: &User, present: &str) -> Result<Vec<Write>, Error> {
    let mut devices = app.store().devices(user.id, &Paging::FIRST).await?.items;
    devices.retain(|device| device.digest != present);
    let now = app.now();
    let excess = excess(devices, Device::MAX_PER_USER, |device| {
        device.stands(user, now).then_some(device.ends_at)
    });
    let forgotten = excess
        .iter()
        .map(|device| app.store().delete_device(device.user, &device.digest));
    Ok(forgotten.collect::<Result<_, _>>()?)
}

/// What must go so that one more makes `most`: what is over already, and what was used the longest
/// ago. `used` is when that was; none if it is over.
fn excess<T>(mut all: Vec<T>, most: usize, used: impl Fn(&T) -> Option<Timestamp>) -> Vec<T> {
    all.sort_by_key(|one| Reverse(used(one)));
    let stay = all.iter().filter(|one| used(one).is_some()).count().min(most - 1);
    all.drain(..stay);
    // The oldest first. The next sign-in sees to what does not fit a transaction.
    all.reverse();
    all.truncate(AT_ONCE);
    all
}

/// How many go with one sign-in: a transaction has a hundred writes.
const AT_ONCE: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_over_goes_and_of_the_others_the_oldest(used in prop::collection::vec(prop::option::of(0i64..1000), 0..40), most in 1usize..30) {
            let used: Vec<Option<Timestamp>> = used.into_iter().map(|at| at.map(Timestamp::from_millis)).collect();
            let gone = excess(used.clone(), most, |at| *at);
            let live = used.iter().flatten().count();
            let over = used.len() - live;
            prop_assert_eq!(gone.iter().filter(|at| at.is_none()).count(), over);
            let ended: Vec<_> = gone.iter().flatten().collect();
            prop_assert_eq!(ended.len(), live.saturating_sub(most - 1));
            let mut stay: Vec<_> = used.iter().flatten().collect();
            stay.sort();
            prop_assert_eq!(ended.iter().max(), stay[..ended.len()].iter().max());
        }
    }
}
