//! Client secrets as people and programs hold them. What is stored of one is `keys::SecretHash`.

use super::Invalid;
use zeroize::{Zeroize, Zeroizing};

/// A client secret in plain text: `rgs_`, 43 base62 digits (256 random bits), 6 base62 digits of
/// CRC-32 over all before, so that leak scanners can tell a real one from a look-alike and junk is
/// refused without a read. Wiped when dropped; never printed, compared or serialised.
#[derive(Clone)]
pub struct ClientSecret(Zeroizing<String>);

const PREFIX: &str = "rgs_";
const RANDOM_DIGITS: usize = 43;
const CHECKSUM_DIGITS: usize = 6;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl ClientSecret {
    /// A new secret from 256 random bits.
    pub fn from_random(mut random: [u8; 32]) -> Self {
        let mut digits = String::with_capacity(PREFIX.len() + RANDOM_DIGITS + CHECKSUM_DIGITS);
        digits.push_str(PREFIX);
        for _ in 0..RANDOM_DIGITS {
            digits.push(char::from(BASE62[usize::from(divide_by_62(&mut random))]));
        }
        random.zeroize();
        let checksum = checksum(&digits);
        digits.push_str(&checksum);
        Self(Zeroizing::new(digits))
    }

    /// Reads a secret: its shape and its checksum, nothing more.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused = Invalid::new("must be a client secret as it was shown when it was created");
        let length = PREFIX.len() + RANDOM_DIGITS + CHECKSUM_DIGITS;
        if text.len() != length
            || !text.starts_with(PREFIX)
            || !text.bytes().skip(PREFIX.len()).all(|byte| byte.is_ascii_alphanumeric())
        {
            return Err(refused);
        }
        let (body, tail) = text.split_at(length - CHECKSUM_DIGITS);
        if checksum(body) == tail {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(refused)
        }
    }

    /// The secret itself: for the one answer that reveals it, and for key derivation.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four characters, which lists show.
    pub fn last_four(&self) -> String {
        self.0.chars().skip(self.0.len() - 4).collect()
    }
}

impl std::fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientSecret([redacted])")
    }
}

/// `••••••` and the last four characters of what is hidden.
pub fn mask(text: &str) -> String {
    let tail: String = text.chars().skip(text.chars().count().saturating_sub(4)).collect();
    format!("••••••{tail}")
}

/// Divides a big-endian number in place and returns the remainder.
fn divide_by_62(number: &mut [u8; 32]) -> u8 {
    let mut remainder = 0u16;
    for byte in number {
        let value = (remainder << 8) | u16::from(*byte);
        *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
        remainder = value % 62;
    }
    u8::try_from(remainder).unwrap_or_default()
}

fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [b'0'; CHECKSUM_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_secret_reads_back_and_needs_no_encoding(random: [u8; 32]) {
            let secret = ClientSecret::from_random(random);
            prop_assert!(secret.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
            let read = ClientSecret::parse(secret.expose()).unwrap();
            prop_assert_eq!(read.expose(), secret.expose());
        }

        #[test]
        fn different_randomness_makes_different_secrets(a: [u8; 32], b: [u8; 32]) {
            prop_assume!(a != b);
            let (a, b) = (ClientSecret::from_random(a), ClientSecret::from_random(b));
            prop_assert_ne!(a.expose(), b.expose());
        }

        #[test]
        fn one_changed_character_is_noticed(random: [u8; 32], at in 4usize..53, to in "[0-9A-Za-z]") {
            let secret = ClientSecret::from_random(random);
            let mut changed = secret.expose().to_owned();
            changed.replace_range(at..=at, &to);
            prop_assume!(changed != secret.expose());
            prop_assert!(ClientSecret::parse(&changed).is_err());
        }

        #[test]
        fn reading_never_panics(text: String) {
            let _ = ClientSecret::parse(&text);
        }
    }

    #[test]
    fn a_secret_does_not_print() {
        let secret = ClientSecret::from_random([7; 32]);
        assert_eq!(format!("{secret:?}"), "ClientSecret([redacted])");
    }
}
