//! Passwords of people, as they type them. What is kept of one is an argon2id hash
//! (`keys::secret_hash`).

use super::{Email, Invalid, Name};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A password in Unicode's composed form (NFC), so that it is the same from every keyboard. Wiped
/// when dropped; never printed, compared or serialised.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// The fewest characters of a new password.
    pub const MIN: usize = 12;
    /// The most characters of a new password.
    pub const MAX: usize = 256;

    /// A password that somebody signs in with: right or wrong, but never refused for its form.
    pub fn presented(text: &str) -> Self {
        // Composed characters never take more than three times the bytes (Unicode, UAX #15).
        let mut composed = Zeroizing::new(String::with_capacity(text.len() * 3));
        composed.extend(text.nfc());
        Self(composed)
    }

    /// A new password of a person: 12 to 256 characters; not the person's address or name, not one
    /// of those that everybody tries first.
    pub fn chosen(text: &str, name: &Name<64>, email: &Email) -> Result<Self, Invalid> {
        let password = Self::presented(text);
        let count = password.0.chars().count();
        if !(Self::MIN..=Self::MAX).contains(&count) {
            let (min, max) = (Self::MIN, Self::MAX);
            return Err(Invalid::because(format!("must have {min} to {max} characters")));
        }
        let folded = Zeroizing::new(password.0.to_lowercase());
        let local = email.as_str().split('@').next().unwrap_or_default();
        if [email.as_str(), local, &name.as_str().to_lowercase()].contains(&folded.as_str()) {
            return Err(Invalid::new("must not be your address or name"));
        }
        if repeats(&folded) || runs(&folded) || COMMON.contains(&folded.as_str()) {
            return Err(Invalid::new("must be harder to guess: it is among those tried first"));
        }
        Ok(password)
    }

    /// The password itself: for argon2.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password([redacted])")
    }
}

/// Whether it is a shorter text several times over: `aaaaaaaaaaaa`, `abcabcabcabc`.
fn repeats(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=bytes.len() / 2).any(|period| bytes.chunks(period).all(|chunk| bytes.starts_with(chunk)))
}

/// Whether each character follows the one before: `123456789012`, `abcdefghijkl`, or backwards.
fn runs(text: &str) -> bool {
    let follows = |step: i32| {
        let bytes = text.as_bytes();
        bytes.windows(2).all(|pair| {
            let difference = i32::from(pair[1]) - i32::from(pair[0]);
            // After 9 comes 0.
            difference == step || difference == -9 * step
        })
    };
    follows(1) || follows(-1)
}

/// The commonest passwords of at least twelve characters in what has leaked.
const COMMON: [&str; 48] = [
    "1234567890qwerty",
    "12345qwertasdfg",
    "123qweasdzxc",
    "1q2w3e4r5t6y",
    "1q2w3e4r5t6y7u8i",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "1qazxsw23edc",
    "abc123456789",
    "abcd12345678",
    "adminadmin123",
    "administrator",
    "administrator1",
    "asdfghjkl123",
    "asdfghjkl;'\\",
    "changeme1234",
    "changemenow!",
    "contrasena123",
    "correcthorsebatterystaple",
    "footballfootball1",
    "iloveyou1234",
    "iloveyou12345",
    "letmein12345",
    "letmein123456",
    "manchesterunited",
    "p@ssw0rd1234",
    "p@ssword1234",
    "pa$$w0rd1234",
    "password1234",
    "password12345",
    "password123456",
    "password123!",
    "password1234!",
    "passw0rd1234",
    "qazwsxedcrfv",
    "q1w2e3r4t5y6",
    "qwerty123456",
    "qwerty1234567",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiop[]",
    "qwertyuiopasdfghjklzxcvbnm",
    "superman1234",
    "unbelievable",
    "welcome12345",
    "welcome123456",
    "welcome2026!",
    "zxcvbnm12345",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chosen(text: &str) -> Result<Password, Invalid> {
        let name = Name::parse("Ada King Lovelace").unwrap();
        Password::chosen(text, &name, &Email::parse("ada.lovelace@example.com").unwrap())
    }

    #[test]
    fn a_password_has_a_length_in_characters() {
        for good in ["correct horse", "tr0mbones!x9", "Ünïcødé hålf", "  spaces are kept  "] {
            assert!(chosen(good).is_ok(), "{good}");
        }
        assert!(chosen("elevenchars").is_err());
        let long = "ab3".repeat(85);
        assert!(chosen(&format!("{long}x")).is_ok() && chosen(&format!("{long}xy")).is_err());
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for bad in [
            "ada.lovelace@example.com",
            "ADA.Lovelace",
            "Ada King Lovelace",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "PasswordPassword",
            "123456789012",
            "987654321098",
            "abcdefghijkl",
            "Password1234",
            "Qwertyuiop123",
        ] {
            assert!(chosen(bad).is_err(), "{bad}");
        }
        for common in COMMON {
            assert!(
                common.chars().count() >= Password::MIN && common == common.to_lowercase(),
                "{common}"
            );
        }
    }

    #[test]
    fn the_same_letters_are_the_same_password_from_every_keyboard() {
        let (composed, decomposed) = (Password::presented("caf\u{e9}"), Password::presented("cafe\u{301}"));
        assert_eq!(composed.expose(), decomposed.expose());
    }

    #[test]
    fn a_password_does_not_print() {
        assert_eq!(format!("{:?}", Password::presented("hunter2")), "Password([redacted])");
    }

    proptest! {
        #[test]
        fn choosing_never_panics_and_never_repeats_what_was_typed(text in "\\PC{0,300}") {
            if let Err(why) = chosen(&text) {
                prop_assert!(text.chars().count() < 4 || !why.to_string().contains(&text));
            }
        }
    }
}
