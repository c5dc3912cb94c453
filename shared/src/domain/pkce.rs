//! Proof Key for Code Exchange (RFC 7636), method `S256` only.

use super::Invalid;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A `code_challenge` of method `S256`: a SHA-256 digest in Base64 URL, 43 characters.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads a challenge (RFC 7636 §4.2).
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let digits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if text.len() == 43 && text.bytes().all(digits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "code_challenge must be the Base64 URL of a SHA-256 digest: 43 characters, without padding",
            ))
        }
    }

    /// The challenge as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

super::region::string_conversions!(CodeChallenge);

/// A `code_verifier`: 43 to 128 unreserved characters (RFC 7636 §4.1). Wiped when dropped.
pub struct CodeVerifier(Zeroizing<String>);

impl CodeVerifier {
    /// Reads a verifier.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if (43..=128).contains(&text.len()) && text.bytes().all(unreserved) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(Invalid::new(
                "code_verifier must be 43 to 128 characters of A-Z, a-z, 0-9, '-', '.', '_' and '~'",
            ))
        }
    }

    /// The verifier itself, to be digested.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeVerifier([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_alphabets() {
        let text = |length: usize| "a".repeat(length);
        for (length, fits) in [(0, false), (42, false), (43, true), (128, true), (129, false)] {
            assert_eq!(CodeVerifier::parse(&text(length)).is_ok(), fits, "{length}");
            assert_eq!(CodeChallenge::parse(&text(length)).is_ok(), length == 43, "{length}");
        }
        for bad in ["+", "/", "=", " ", "é", "%"] {
            assert!(CodeVerifier::parse(&format!("{}{bad}", text(60))).is_err(), "{bad}");
            assert!(CodeChallenge::parse(&format!("{}{bad}", text(42))).is_err(), "{bad}");
        }
        assert!(CodeVerifier::parse(&format!("{}-._~", text(40))).is_ok());
    }
}
