//! A person signs in. Whatever is wrong - no such address, a service account's, no password yet,
//! the wrong one - takes the same calls to the table and one argon2 run, and says the same.

use super::session::{Browser, digest_of, event};
use super::throttle;
use crate::app::App;
use crate::domain::{
    Action, BrowserSecret, Email, Error, Password, Session, SessionToken, Throttled, Unavailable, User, UserId,
    UserKind,
};
use crate::keys::secret_hash;
use crate::store::Write;
use crate::telemetry::{Fact, note};
use std::collections::BTreeMap;

/// Why somebody is not signed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignInRefusal {
    /// Address and password do not belong together, or to nobody.
    #[error("wrong address or password")]
    Wrong,
    /// Too many wrong ones.
    #[error(transparent)]
    Throttled(#[from] Throttled),
}

/// Signs a person in and begins a session with a secret of its own: whatever cookie the browser came
/// with, this is another one (session fixation).
pub async fn sign_in(
    app: &App,
    (address, password): (&str, &Password),
    browser: &Browser,
) -> Result<Result<SessionToken, SignInRefusal>, Error> {
    let throttles = throttle::sign_in(address, &browser.source_ip);
    if let Err(throttled) = throttle::take(app, &throttles).await? {
        return Ok(Err(throttled.into()));
    }
    let user = find(app, address).await?;
    if let Some(user) = &user {
        note(Fact::Organization, user.organization);
        note(Fact::Account, user.id);
    }
    let Some(user) = prove(password, user).await? else {
        return Ok(Err(SignInRefusal::Wrong));
    };
    throttle::put_back(app, &throttles).await;
    let (token, writes) = begin(app, &user, browser)?;
    match app.store().commit(&writes).await? {
        Ok(()) => Ok(Ok(token)),
        Err(lost) => Err(Unavailable(format!("session: {lost:?}")).into()),
    }
}

/// The user with an address, by two reads in any case.
pub(super) async fn find(app: &App, address: &str) -> Result<Option<User>, Unavailable> {
    let nobody = UserId::from_random(app.random());
    let id = match Email::parse(address) {
        Ok(email) => app.store().user_by_email(&email).await?,
        Err(_) => app.store().user(nobody).await?.map(|user| user.id),
    };
    app.store().user(id.unwrap_or(nobody)).await
}

/// The person, if the password is theirs. One argon2 run in any case, off the async threads.
async fn prove(password: &Password, user: Option<User>) -> Result<Option<User>, Unavailable> {
    let hash = user.as_ref().and_then(hash_of).map(str::to_owned);
    let somebody = hash.is_some();
    let right = matches(password, hash.unwrap_or_else(|| secret_hash::NOBODYS.to_owned())).await?;
    Ok(user.filter(|_| right && somebody))
}

/// The hash of a person's password; a service account has none, and neither has who was just invited.
pub(super) fn hash_of(user: &User) -> Option<&str> {
    match &user.kind {
        UserKind::Person(person) => person.password.as_deref(),
        UserKind::Service(_) => None,
    }
}

/// One argon2 run, off the async threads: it takes 20 ms.
pub(super) async fn matches(password: &Password, hash: String) -> Result<bool, Unavailable> {
    let password = password.clone();
    let proving = tokio::task::spawn_blocking(move || secret_hash::verify_password(password.expose(), &hash));
    proving.await.map_err(|error| Unavailable(format!("argon2: {error}")))
}

/// A new session of a person: its token, and what must be written for it.
pub(super) fn begin(app: &App, user: &User, browser: &Browser) -> Result<(SessionToken, Vec<Write>), Error> {
    let token = SessionToken::new(user.id, user.organization, BrowserSecret::from_random(app.random()));
    let now = app.now();
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
    };
    let details = BTreeMap::from([("user_agent".to_owned(), session.user_agent.clone())]);
    let event = event(app, Action::SessionCreated, user, &browser.source_ip, details);
    let writes = vec![app.store().create_session(&session)?, app.store().record(&event)?];
    Ok((token, writes))
}
