//! A bearer token is verified: one consistent read, no private key. If the table cannot be read,
//! nothing is accepted.

use crate::app::App;
use crate::domain::{Claims, Demand, Error, Found, Organization, Subject, TokenError};
use crate::keys::{Lookup, jws::Unverified};
use crate::store::Also;
use crate::telemetry::{self, Fact, note};

/// A token that is good, and whom it speaks for.
#[derive(Debug)]
pub struct Verified {
    /// What it says.
    pub claims: Claims,
    /// Whom it speaks for.
    pub subject: Subject,
    /// What the table knows of them.
    pub found: Found,
    /// The organization, where it was asked for.
    pub organization: Option<Organization>,
}

/// Verifies a token and whether it meets a demand.
pub async fn verify(app: &App, token: &str, demand: &Demand) -> Result<Verified, Error> {
    let verified = examine(app, token, false).await?;
    verified.claims.meet(demand)?;
    Ok(verified)
}

/// Verifies a token without asking what it is for. A forged one costs no read while its key is in
/// memory; the keys are read along with the rest when they are not.
pub(super) async fn examine(app: &App, token: &str, organization: bool) -> Result<Verified, Error> {
    let (now, issuer) = (app.now(), app.config().issuer.as_str());
    let unverified = Unverified::parse(token)?;
    let kid = unverified.kid().to_owned();
    let unverified_claims = unverified.unverified_claims().clone();
    unverified_claims.check(issuer, now)?;
    let unverified_subject = unverified_claims.subject().ok_or(TokenError::Malformed)?;
    if let Subject::Service(client) = &unverified_subject
        && client.region != app.config().region
    {
        return Err(TokenError::WrongIssuer.into());
    }
    let (claims, bearer) = match app.ring().key(&kid, now) {
        Lookup::Unknown => return Err(TokenError::UnknownKey.into()),
        Lookup::Known(key) => {
            let claims = unverified.verify(&key)?;
            let bearer = app
                .store()
                .bearer(
                    &claims,
                    &unverified_subject,
                    Also {
                        organization,
                        keys: false,
                    },
                )
                .await?;
            (claims, bearer)
        }
        Lookup::Stale => {
            let bearer = app
                .store()
                .bearer(
                    &unverified_claims,
                    &unverified_subject,
                    Also {
                        organization,
                        keys: true,
                    },
                )
                .await?;
            // However long the read took: it began after this verification did.
            let read = app
                .ring()
                .refresh(bearer.keys.clone().unwrap_or_default(), now, app.now());
            let key = read.key(&kid, now).ok_or(TokenError::UnknownKey)?;
            (unverified.verify(&key)?, bearer)
        }
    };
    // The signature is right, so what was read off the claims before was true.
    known_by(&claims, &unverified_subject);
    let subject = unverified_subject;
    claims.stands(&subject, &bearer.found, app.management(), now)?;
    Ok(Verified {
        claims,
        subject,
        found: bearer.found,
        organization: bearer.organization,
    })
}

/// Whom a token of this region was issued to and what it says, whatever has become of it since: its
/// signature is right, and nothing else is asked. An act that ends a token reads it with this, so that
/// what is suspended at that moment is ended as well. `None` for what this region never issued.
pub(super) async fn identify(app: &App, token: &str) -> Result<Option<(Claims, Subject)>, Error> {
    let Ok(unverified) = Unverified::parse(token) else {
        return Ok(None);
    };
    let (kid, now) = (unverified.kid().to_owned(), app.now());
    let key = match app.ring().key(&kid, now) {
        Lookup::Known(key) => Some(key),
        // Read again even if the keys in memory are fresh: what is not recorded now never will be, and
        // the key may have been published a moment ago.
        Lookup::Unknown | Lookup::Stale => {
            let keyset = app.store().keyset().await?;
            app.ring().refresh(keyset.keys, now, app.now()).key(&kid, now)
        }
    };
    let claims = key.and_then(|key| unverified.verify(&key).ok());
    let identified = claims.and_then(|claims| claims.subject().map(|subject| (claims, subject)));
    if let Some((claims, subject)) = &identified {
        known_by(claims, subject);
    }
    Ok(identified)
}

/// Notes whose token it is.
fn known_by(claims: &Claims, subject: &Subject) {
    telemetry::client(&claims.client_id);
    note(Fact::Organization, claims.organization);
    match subject {
        Subject::Service(client) => {
            note(Fact::Account, client.user);
            note(Fact::Credential, client.credential);
        }
        Subject::Person(user) | Subject::Delegate { user, .. } => note(Fact::Account, user),
    }
}
