//! Digests: what the table keeps of random secrets, and the proofs made of them. All of them have
//! 128 random bits or more, so nothing slow is needed.

use crate::domain::{CodeChallenge, CodeVerifier, RefreshToken};
use aws_lc_rs::{constant_time, digest, hmac};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};

/// SHA-256 in Base64 URL.
pub fn sha256(bytes: &[u8]) -> String {
    BASE64URL.encode(digest::digest(&digest::SHA256, bytes))
}

/// Whether two digests are the same, in constant time.
pub fn same(a: &str, b: &str) -> bool {
    constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}

/// Whether a verifier fits a challenge of method `S256` (RFC 7636 §4.6), in constant time.
pub fn verifies(verifier: &CodeVerifier, challenge: &CodeChallenge) -> bool {
    same(&sha256(verifier.expose().as_bytes()), challenge.as_str())
}

/// The refresh token after `token`. Whoever has the token cannot tell the next one without the
/// `nonce`, which the table keeps; whoever has the table cannot without the token. So the next one
/// can be answered again to whoever lost the answer, and is stored nowhere.
pub fn following(token: &RefreshToken, nonce: &str) -> RefreshToken {
    let key = hmac::Key::new(hmac::HMAC_SHA256, token.expose().as_bytes());
    let tag = hmac::sign(&key, format!("regent refresh token v1 {nonce}").as_bytes());
    let mut own = [0; 32];
    own.copy_from_slice(tag.as_ref());
    token.next(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{GrantId, UserId};

    /// RFC 7636, appendix B.
    #[test]
    fn the_example_of_the_standard_verifies() {
        let verifier = |text| CodeVerifier::parse(text).unwrap();
        let challenge = CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(verifies(
            &verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            &challenge
        ));
        assert!(!verifies(
            &verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"),
            &challenge
        ));
    }

    #[test]
    fn the_following_token_hangs_on_token_and_nonce() {
        let (user, grant) = (UserId::from_random([1; 12]), GrantId::from_random([2; 12]));
        let first = RefreshToken::first(user, grant, [3; 16], [4; 32]);
        let second = following(&first, "a");
        assert_eq!(second.expose(), following(&first, "a").expose());
        assert_ne!(second.expose(), following(&first, "b").expose());
        assert_ne!(second.expose(), first.expose());
        assert_eq!((second.grant, second.family()), (grant, first.family()));
    }
}
