//! Issued tokens at rest: AES-256-GCM under a key that HKDF-SHA256 (RFC 5869) derives from the
//! client's own secret. Opening one proves the secret without argon2; the table alone opens none.

use crate::domain::{ClientSecret, CredentialId};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};

fn key(secret: &ClientSecret, credential: CredentialId, generation: u32) -> Option<LessSafeKey> {
    let context = format!("{credential} {generation}");
    let info = [b"regent sealed token v1".as_slice(), context.as_bytes()];
    let pseudorandom = Salt::new(HKDF_SHA256, &[]).extract(secret.expose().as_bytes());
    let derived = pseudorandom.expand(&info, &AES_256_GCM).ok()?;
    Some(LessSafeKey::new(UnboundKey::from(derived)))
}

/// Seals a token. `bound` is what must still be true when it is opened: it is authenticated, not
/// stored. Nonce first, then ciphertext; `None` only if the library refuses.
pub fn seal(
    token: &str,
    secret: &ClientSecret,
    credential: CredentialId,
    generation: u32,
    bound: &str,
    nonce: [u8; NONCE_LEN],
) -> Option<Vec<u8>> {
    let mut sealed = token.as_bytes().to_vec();
    key(secret, credential, generation)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound.as_bytes()),
            &mut sealed,
        )
        .ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

/// Opens a sealed token; `None` if the secret, the binding or the bytes are not the right ones.
pub fn open(
    sealed: &[u8],
    secret: &ClientSecret,
    credential: CredentialId,
    generation: u32,
    bound: &str,
) -> Option<String> {
    let (nonce, ciphertext) = sealed.split_at_checked(NONCE_LEN)?;
    let mut opened = ciphertext.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let length = key(secret, credential, generation)?
        .open_in_place(nonce, Aad::from(bound.as_bytes()), &mut opened)
        .ok()?
        .len();
    opened.truncate(length);
    String::from_utf8(opened).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_secret_under_the_same_circumstances_opens() {
        let secret = ClientSecret::from_random([1; 32]);
        let credential = CredentialId::from_random([2; 12]);
        let sealed = seal("a.b.c", &secret, credential, 1, "jti 100", [3; 12]).unwrap();
        let open = |sealed: &[u8], secret: &ClientSecret, generation, bound| {
            super::open(sealed, secret, credential, generation, bound)
        };
        assert_eq!(open(&sealed, &secret, 1, "jti 100").as_deref(), Some("a.b.c"));
        assert_eq!(open(&sealed, &ClientSecret::from_random([9; 32]), 1, "jti 100"), None);
        assert_eq!(open(&sealed, &secret, 2, "jti 100"), None);
        assert_eq!(open(&sealed, &secret, 1, "jti 101"), None);
        assert_eq!(open(&sealed[..11], &secret, 1, "jti 100"), None);
        assert_eq!(
            super::open(&sealed, &secret, CredentialId::from_random([7; 12]), 1, "jti 100"),
            None
        );
        assert!(!sealed.windows(5).any(|window| window == b"a.b.c"));
    }
}
