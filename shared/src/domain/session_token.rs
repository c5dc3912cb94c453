//! What the session cookie holds: whose session it is, and the secret that proves it.

use super::id::{Code, LENGTH};
use super::{Invalid, OrganizationId, UserId};
use zeroize::{Zeroize, Zeroizing};

/// A session as the browser has it: the codes of user and organization, so that one batch read
/// finds everything, and 43 characters of Base64 URL (256 random bits). The table has only a digest
/// of those. Wiped when dropped; never printed, compared or serialised.
#[derive(Clone)]
pub struct SessionToken {
    /// Whose session it says it is.
    pub user: UserId,
    /// The organization it says that user is in.
    pub organization: OrganizationId,
    secret: BrowserSecret,
}

impl SessionToken {
    /// A new session's token.
    pub fn new(user: UserId, organization: OrganizationId, secret: BrowserSecret) -> Self {
        Self {
            user,
            organization,
            secret,
        }
    }

    /// Reads a cookie's value: its shape, nothing more.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused = || Invalid::new("must be a session cookie");
        let code = |from: usize| text.get(from..from + LENGTH).and_then(Code::parse).ok_or_else(refused);
        let secret = text.get(2 * LENGTH..).ok_or_else(refused)?;
        Ok(Self {
            user: UserId::from_code(code(0)?),
            organization: OrganizationId::from_code(code(LENGTH)?),
            secret: BrowserSecret::parse(secret)?,
        })
    }

    /// The secret.
    pub fn secret(&self) -> &BrowserSecret {
        &self.secret
    }

    /// The cookie's value.
    pub fn expose(&self) -> Zeroizing<String> {
        let (user, organization) = (self.user.code(), self.organization.code());
        Zeroizing::new(format!("{user}{organization}{}", self.secret.expose()))
    }
}

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SessionToken({}, [redacted])", self.user)
    }
}

/// 256 random bits that only one browser has, as 43 characters of Base64 URL. Wiped when dropped;
/// never printed, compared or serialised.
#[derive(Clone)]
pub struct BrowserSecret(Zeroizing<String>);

/// As many as Base64 needs for 32 bytes.
const CHARACTERS: usize = 43;
const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl BrowserSecret {
    /// A new secret from 256 random bits.
    pub fn from_random(mut random: [u8; 32]) -> Self {
        let mut text = String::with_capacity(CHARACTERS);
        for triple in random.chunks(3) {
            let byte = |index: usize| u32::from(triple.get(index).copied().unwrap_or_default());
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            for digit in 0..=triple.len() {
                text.push(char::from(BASE64URL[(bits >> (18 - 6 * digit) & 63) as usize]));
            }
        }
        random.zeroize();
        Self(Zeroizing::new(text))
    }

    /// Reads a secret: its shape, nothing more.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() == CHARACTERS && text.bytes().all(|byte| BASE64URL.contains(&byte)) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(Invalid::new("must be 43 characters of Base64 URL"))
        }
    }

    /// The secret itself: for the cookie, the link, and for digests of it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for BrowserSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BrowserSecret([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_token_reads_back_as_itself(user: [u8; 12], organization: [u8; 12], random: [u8; 32]) {
            let (user, organization) = (UserId::from_random(user), OrganizationId::from_random(organization));
            let token = SessionToken::new(user, organization, BrowserSecret::from_random(random));
            let text = token.expose();
            prop_assert_eq!(text.len(), 67);
            let read = SessionToken::parse(&text).unwrap();
            prop_assert_eq!((read.user, read.organization), (user, organization));
            prop_assert_eq!(read.secret().expose(), token.secret().expose());
        }

        #[test]
        fn different_randomness_makes_different_secrets(a: [u8; 32], b: [u8; 32]) {
            prop_assume!(a != b);
            let (a, b) = (BrowserSecret::from_random(a), BrowserSecret::from_random(b));
            prop_assert_ne!(a.expose(), b.expose());
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,80}") {
            let _ = SessionToken::parse(&text);
        }
    }

    #[test]
    fn nothing_prints_the_secret() {
        let secret = BrowserSecret::from_random([7; 32]);
        let (user, organization) = (UserId::from_random([1; 12]), OrganizationId::from_random([2; 12]));
        let token = SessionToken::new(user, organization, secret.clone());
        for printed in [format!("{secret:?}"), format!("{token:?}")] {
            assert!(!printed.contains(secret.expose()), "{printed}");
        }
    }
}
