//! A person signs in. Whatever is wrong - no such address, a service account's, no password yet,
//! the wrong one - takes the same calls to the table and one argon2 run, and says the same; so does
//! whatever the browser says it is known by, unless that is so.

use super::session::{Begun, Browser, SignedIn, begin, digest_of};
use super::throttle;
use crate::app::App;
use crate::domain::{BrowserSecret, Device, Email, Error, Password, Throttled, Unavailable, User, UserId, UserKind};
use crate::keys::{digest, secret_hash};
use crate::telemetry::{Fact, note};

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
/// with, this is another one (session fixation). The browser's session of `before` ends with it. A
/// browser that the person signed in from before has wrong passwords of its own, and does not count
/// among strangers.
pub async fn sign_in(
    app: &App,
    (address, password): (&str, &Password),
    browser: &Browser,
    before: Option<&SignedIn>,
) -> Result<Result<Begun, SignInRefusal>, Error> {
    let (user, device) = find_with(app, address, browser.device.as_ref()).await?;
    if let Some(user) = &user {
        note(Fact::Organization, user.organization);
        note(Fact::Account, user.id);
    }
    let throttles = match &device {
        Some(device) => throttle::sign_in_from(device),
        None => throttle::sign_in(address, &browser.source_ip),
    };
    if let Err(throttled) = throttle::take(app, &throttles).await? {
        return Ok(Err(throttled.into()));
    }
    let Some(user) = prove(password, user).await? else {
        return Ok(Err(SignInRefusal::Wrong));
    };
    throttle::put_back(app, &throttles).await;
    if let Err(throttled) = throttle::take(app, &[throttle::signed_in(user.id)]).await? {
        return Ok(Err(throttled.into()));
    }
    let known = browser.device.clone().filter(|_| device.is_some());
    let (begun, writes) = begin(app, &user, browser, known, before).await?;
    match app.store().commit(&writes).await? {
        Ok(()) => Ok(Ok(begun)),
        Err(lost) => Err(Unavailable(format!("session: {lost:?}")).into()),
    }
}

/// The user with an address, by two reads in any case.
pub(super) async fn find(app: &App, address: &str) -> Result<Option<User>, Unavailable> {
    let (user, _) = find_with(app, address, None).await?;
    Ok(user)
}

/// The same, and what the browser is known by, if it is that user's.
async fn find_with(
    app: &App,
    address: &str,
    secret: Option<&BrowserSecret>,
) -> Result<(Option<User>, Option<Device>), Unavailable> {
    let nobody = UserId::from_random(app.random());
    let id = match Email::parse(address) {
        Ok(email) => app.store().user_by_email(&email).await?,
        Err(_) => app.store().user(nobody).await?.map(|user| user.id),
    };
    let print = secret.map(digest_of);
    let (user, device) = app
        .store()
        .user_with_device(id.unwrap_or(nobody), print.as_deref())
        .await?;
    let stands = |device: &Device| {
        let is_it = print
            .as_deref()
            .is_some_and(|print| digest::same(&device.digest, print));
        is_it && user.as_ref().is_some_and(|user| device.stands(user, app.now()))
    };
    let device = device.filter(stands);
    Ok((user, device))
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
