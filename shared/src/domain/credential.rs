//! Credentials of a service account.

use super::verdict::LEEWAY;
use super::{CredentialId, Name, RedirectUri, Seconds, Timestamp, TokenId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A client ID with its secrets. Lives inside its service account, so that one read shows a
/// verification all it needs and one conditional write changes the account whole.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Credential {
    /// Its id; the client ID is made from it.
    pub id: CredentialId,
    /// Where or how it is used, in the words of whoever made it.
    pub name: Name<64>,
    /// The host that will call, if it was given.
    pub redirect_uri: Option<RedirectUri>,
    /// The newest secret first. More than one only during an overlap.
    pub secrets: Vec<StoredSecret>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last authenticated, to the minute.
    #[serde(default)]
    pub last_used_at: Option<Timestamp>,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// Counts how often all its tokens were dropped at once.
    #[serde(default)]
    pub epoch: u32,
    /// Revoked tokens that have not expired: when each would have.
    #[serde(default)]
    pub revoked: BTreeMap<TokenId, Timestamp>,
}

/// What a revocation writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Revocation {
    /// Remember one token until it would have expired, and forget those that have.
    One {
        /// The token.
        token: TokenId,
        /// When it would have expired.
        expires_at: Timestamp,
        /// Remembered tokens that have expired by every clock.
        expired: Vec<TokenId>,
    },
    /// Drop every token of the credential: too many to remember.
    All,
}

/// What is kept of a client secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StoredSecret {
    /// Counts the secrets of the credential. A token says which one it was obtained with.
    pub generation: u32,
    /// argon2id, as a PHC string.
    pub hash: String,
    /// 32 bits of a salted digest: refuses a wrong guess without argon2.
    pub fingerprint: u32,
    /// The last four characters, for lists.
    pub last_four: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Set when it was replaced with an overlap.
    pub expires_at: Option<Timestamp>,
}

impl StoredSecret {
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Puts a new secret before the ones that were. Those stop at once, or the newest of them after
    /// `overlap`.
    pub(super) fn succeed(secrets: &mut Vec<Self>, new: Self, overlap: Seconds, now: Timestamp) {
        secrets.truncate(1);
        match secrets.first_mut() {
            Some(old) if overlap.0 > 0 => {
                let end = now.plus(overlap);
                old.expires_at = Some(old.expires_at.map_or(end, |sooner| sooner.min(end)));
            }
            _ => secrets.clear(),
        }
        secrets.insert(0, new);
    }
}

impl Credential {
    /// The most credentials an account has, so that it stays one small item.
    pub const MAX_PER_ACCOUNT: usize = 10;
    /// The longest overlap of two secrets: a week.
    pub const MAX_OVERLAP: Seconds = Seconds(604_800);
    /// How many revoked tokens are remembered one by one. One more, and every token of the
    /// credential is dropped instead: an attacker who revokes in a loop cannot grow the item.
    pub const MAX_REVOKED: usize = 32;
    /// How old `last_used_at` may get while the credential is in use.
    pub const LAST_USED_RESOLUTION: Seconds = Seconds(45);

    /// Whether it has expired.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// The secrets that are accepted now.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &StoredSecret> {
        let expired = self.is_expired(now);
        self.secrets
            .iter()
            .filter(move |secret| !expired && secret.is_live(now))
    }

    /// The newest secret's generation.
    pub fn generation(&self) -> u32 {
        self.secrets.first().map_or(0, |secret| secret.generation)
    }

    /// Puts a new secret first. The old ones stop at once, or after `overlap`.
    pub fn rotate(&mut self, secret: StoredSecret, overlap: Seconds, now: Timestamp) {
        StoredSecret::succeed(&mut self.secrets, secret, overlap, now);
    }

    /// What to write so that `token` is dead from now on.
    pub fn revocation(&self, token: TokenId, expires_at: Timestamp, now: Timestamp) -> Revocation {
        let expired: Vec<TokenId> = self
            .revoked
            .iter()
            .filter(|(_, end)| end.plus(LEEWAY) <= now)
            .map(|(token, _)| token.clone())
            .collect();
        if self.revoked.len() - expired.len() >= Self::MAX_REVOKED {
            Revocation::All
        } else {
            Revocation::One {
                token,
                expires_at,
                expired,
            }
        }
    }

    /// Whether `last_used_at` is too old to be called the truth.
    pub fn last_used_is_stale(&self, now: Timestamp) -> bool {
        self.last_used_at
            .is_none_or(|at| at.plus(Self::LAST_USED_RESOLUTION) <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(generation: u32) -> StoredSecret {
        let created_at = Timestamp::from_seconds(0);
        StoredSecret {
            generation,
            hash: String::new(),
            fingerprint: 0,
            last_four: String::new(),
            created_at,
            expires_at: None,
        }
    }

    fn credential() -> Credential {
        Credential {
            id: CredentialId::from_random([1; 12]),
            name: Name::parse("laptop").unwrap(),
            redirect_uri: None,
            secrets: vec![secret(1)],
            created_at: Timestamp::from_seconds(0),
            last_used_at: None,
            expires_at: None,
            epoch: 0,
            revoked: BTreeMap::new(),
        }
    }

    fn live(credential: &Credential, now: i64) -> Vec<u32> {
        credential
            .live_secrets(Timestamp::from_seconds(now))
            .map(|secret| secret.generation)
            .collect()
    }

    #[test]
    fn a_rotation_ends_the_old_secret_at_once() {
        let mut credential = credential();
        credential.rotate(secret(2), Seconds(0), Timestamp::from_seconds(100));
        assert_eq!(live(&credential, 100), [2]);
    }

    #[test]
    fn an_overlap_ends_when_it_was_said_to() {
        let mut credential = credential();
        credential.rotate(secret(2), Seconds(60), Timestamp::from_seconds(100));
        assert_eq!(live(&credential, 159), [2, 1]);
        assert_eq!(live(&credential, 160), [2]);
    }

    #[test]
    fn never_more_than_two_secrets_live() {
        let mut credential = credential();
        for generation in 2..6 {
            credential.rotate(secret(generation), Seconds(600), Timestamp::from_seconds(100));
        }
        assert_eq!(live(&credential, 101), [5, 4]);
    }

    #[test]
    fn an_expired_credential_has_no_live_secret() {
        let mut credential = credential();
        credential.expires_at = Some(Timestamp::from_seconds(50));
        assert_eq!(live(&credential, 49), [1]);
        assert_eq!(live(&credential, 50), [0; 0]);
    }

    #[test]
    fn revocations_are_forgotten_when_the_token_has_expired_by_every_clock() {
        let mut credential = credential();
        let tokens = (0..u8::try_from(Credential::MAX_REVOKED).unwrap()).map(|id| TokenId::from_random([id; 16]));
        credential.revoked = tokens.map(|token| (token, Timestamp::from_seconds(100))).collect();
        let one_more = |now| {
            credential.revocation(
                TokenId::from_random([99; 16]),
                Timestamp::from_seconds(200),
                Timestamp::from_seconds(now),
            )
        };
        assert_eq!(one_more(159), Revocation::All);
        assert!(matches!(one_more(160), Revocation::One { expired, .. } if expired.len() == Credential::MAX_REVOKED));
    }
}
