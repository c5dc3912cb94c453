//! Passwords: forgotten, set with a link from a mail, changed by whoever knows the present one.
//!
//! A new password is a loss of access for everybody else: the person's count of those goes up, so
//! that all sessions, tokens and other links of the person are void with it.

use super::session::{Begun, Browser, SignedIn, begin, digest_of, event};
use super::sign_in::{find, hash_of, matches};
use super::{Plan, perform, throttle};
use crate::app::App;
use crate::domain::{
    ActError, Action, BrowserSecret, Error, Invalid, Link, Password, Throttled, Unavailable, User, UserKind,
};
use crate::keys::secret_hash;
use crate::store::Write;
use std::collections::BTreeMap;

/// Why a password stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasswordRefusal {
    /// The link was used, has run out, or never was one.
    #[error("the link is void")]
    Link,
    /// The present password is another one.
    #[error("wrong present password")]
    Present,
    /// The new one will not do.
    #[error("new password: {0}")]
    New(Invalid),
    /// Too many wrong ones.
    #[error(transparent)]
    Throttled(#[from] Throttled),
}

/// Why no mail is sent to whoever forgot a password.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ForgottenRefusal {
    /// Too many from this network.
    #[error(transparent)]
    Source(Throttled),
    /// Too many for this address, whether or not somebody has it. If somebody does, the links that
    /// were mailed lately are good.
    #[error(transparent)]
    Address(Throttled),
}

/// Notes that somebody forgot a password, if a person has the address; the mail follows from the
/// note. Whether it does costs the same calls to the table, and says the same.
pub async fn forgotten(app: &App, address: &str, source_ip: &str) -> Result<Result<(), ForgottenRefusal>, Error> {
    let (of_source, of_address) = throttle::forgotten(address, source_ip);
    if let Err(throttled) = throttle::take(app, &of_source).await? {
        return Ok(Err(ForgottenRefusal::Source(throttled)));
    }
    if let Err(throttled) = throttle::take(app, &[of_address]).await? {
        return Ok(Err(ForgottenRefusal::Address(throttled)));
    }
    let person = find(app, address).await?.filter(|user| user.service().is_none());
    let write = match person {
        Some(person) => {
            let event = event(app, Action::PasswordResetRequested, &person, source_ip, BTreeMap::new());
            app.store().record(&event)?
        }
        None => app.store().note_nobody(&throttle::network(source_ip), app.now())?,
    };
    match app.store().commit(&[write]).await? {
        Ok(()) => Ok(Ok(())),
        Err(lost) => Err(Unavailable(format!("reset: {lost:?}")).into()),
    }
}

/// Whose password a link sets, if it still does. Changes nothing: mail scanners open links, too.
pub async fn linked(app: &App, secret: &BrowserSecret) -> Result<Option<(Link, User)>, Error> {
    let Some(link) = app.store().link(&digest_of(secret)).await? else {
        return Ok(None);
    };
    let user = app.store().user(link.user).await?;
    Ok(user
        .filter(|user| link.stands(user, app.now()))
        .map(|user| (link, user)))
}

/// Sets a password with a link, once, and signs the person in; the browser's session of `before`
/// ends with it.
pub async fn set(
    app: &App,
    secret: &BrowserSecret,
    new: &str,
    browser: &Browser,
    before: Option<&SignedIn>,
) -> Result<Result<Begun, PasswordRefusal>, Error> {
    let Some((_, user)) = linked(app, secret).await? else {
        return Ok(Err(PasswordRefusal::Link));
    };
    let hash = match Password::chosen(new, &user.name, &user.email) {
        Ok(password) => hash(app, password).await?,
        Err(why) => return Ok(Err(PasswordRefusal::New(why))),
    };
    let done = perform(app, async || {
        // Read again with every attempt: of many at once, one finds the link still there.
        let (link, user) = linked(app, secret).await?.ok_or(ActError::NotFound)?;
        let mut plan = change(app, &user, &hash, browser, before).await?;
        plan.writes.insert(0, app.store().use_link(&link)?);
        Ok(plan)
    });
    match done.await {
        Ok(begun) => Ok(Ok(begun)),
        Err(Error::Act(ActError::NotFound)) => Ok(Err(PasswordRefusal::Link)),
        Err(error) => Err(error),
    }
}

/// Changes a person's own password, and begins a new session in the place of the present one. Only
/// wrong passwords of this very session count against it.
pub async fn change_own(
    app: &App,
    signed_in: &SignedIn,
    (present, new): (&Password, &str),
    browser: &Browser,
) -> Result<Result<Begun, PasswordRefusal>, Error> {
    let user = &signed_in.user;
    let throttles = [throttle::present_password(&signed_in.session.digest)];
    if let Err(throttled) = throttle::take(app, &throttles).await? {
        return Ok(Err(throttled.into()));
    }
    let known = hash_of(user).unwrap_or(secret_hash::NOBODYS).to_owned();
    if !matches(present, known.clone()).await? {
        return Ok(Err(PasswordRefusal::Present));
    }
    throttle::put_back(app, &throttles).await;
    let hash = match Password::chosen(new, &user.name, &user.email) {
        Ok(password) => hash(app, password).await?,
        Err(why) => return Ok(Err(PasswordRefusal::New(why))),
    };
    let done = perform(app, async || {
        let now = app.store().user(user.id).await?;
        // Another change was faster: what was proved is the present password no more.
        let still = now.filter(|now| hash_of(now) == Some(&known) && signed_in.session.stands(now, app.now()));
        change(app, &still.ok_or(ActError::NotFound)?, &hash, browser, Some(signed_in)).await
    });
    match done.await {
        Ok(begun) => Ok(Ok(begun)),
        Err(Error::Act(ActError::NotFound)) => Ok(Err(PasswordRefusal::Present)),
        Err(error) => Err(error),
    }
}

/// A new password's hash, made off the async threads: it takes 20 ms.
pub(super) async fn hash(app: &App, password: Password) -> Result<String, Unavailable> {
    let salt = app.random();
    let hashing = tokio::task::spawn_blocking(move || secret_hash::hash_password(password.expose(), salt));
    hashing.await.map_err(|error| Unavailable(format!("argon2: {error}")))?
}

/// Plans the person with a new password, the event, and a session that stands after it, in place of
/// the browser's `session`. No browser is known after it but this one.
async fn change(
    app: &App,
    before: &User,
    hash: &str,
    browser: &Browser,
    session: Option<&SignedIn>,
) -> Result<Plan<Begun>, Error> {
    let mut after = before.clone();
    let UserKind::Person(person) = &mut after.kind else {
        return Err(ActError::NotFound.into());
    };
    person.password = Some(hash.to_owned());
    after.epoch += 1;
    let (begun, session) = begin(app, &after, browser, None, session).await?;
    let event = event(
        app,
        Action::PasswordChanged,
        &after,
        &browser.source_ip,
        BTreeMap::new(),
    );
    let mut writes: Vec<Write> = vec![app.store().replace_user(&after)?, app.store().record(&event)?];
    writes.extend(session);
    Ok(Plan { value: begun, writes })
}
