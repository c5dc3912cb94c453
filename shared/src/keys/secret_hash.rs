//! Client secrets at rest: argon2id, and 32 bits of a digest that spare argon2 the wrong guesses.

use crate::domain::{ClientSecret, CredentialId, StoredSecret, Timestamp, Unavailable};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc};
use aws_lc_rs::digest;

/// The cost of argon2id: 19 MiB, two passes, one lane (OWASP's minimum). The secret has 256 random
/// bits, so the cost adds nothing to its safety; it is what auditors ask for.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// A hash of nothing: what a password is held against where there is none, so that nobody learns
/// from the time it takes whether there is one.
pub const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5cyBvd24gc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What to keep of a new secret. Takes about 20 ms of CPU: call it off the async threads.
pub fn hash(
    secret: &ClientSecret,
    credential: CredentialId,
    generation: u32,
    salt: [u8; 16],
    now: Timestamp,
) -> Result<StoredSecret, Unavailable> {
    Ok(StoredSecret {
        generation,
        hash: hash_password(secret.expose(), salt)?,
        fingerprint: fingerprint(secret, credential),
        last_four: secret.last_four(),
        created_at: now,
        expires_at: None,
    })
}

/// A password or secret as an argon2id PHC string.
pub fn hash_password(password: &str, salt: [u8; 16]) -> Result<String, Unavailable> {
    let hashed: Result<phc::PasswordHash, _> = argon2().hash_password_with_salt(password.as_bytes(), &salt);
    hashed
        .map(|hash| hash.to_string())
        .map_err(|error| Unavailable(format!("argon2: {error}")))
}

/// Whether this is the secret. Takes about 20 ms of CPU: call it off the async threads, and only
/// after the fingerprint fits. The comparison takes constant time.
pub fn verify_password(password: &str, hash: &str) -> bool {
    phc::PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
}

/// 32 bits of a digest, salted with the credential's id. Tells an attacker who has the table next
/// to nothing of 256 random bits; lets one wrong guess in four billion through to argon2.
pub fn fingerprint(secret: &ClientSecret, credential: CredentialId) -> u32 {
    let text = format!("regent fingerprint v1 {credential} {}", secret.expose());
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    u32::from_be_bytes([hash.as_ref()[0], hash.as_ref()[1], hash.as_ref()[2], hash.as_ref()[3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_hash_costs_what_everybodys_does_and_fits_nothing() {
        let real = hash_password("a password", [1; 16]).unwrap();
        let (real, nobodys) = (
            phc::PasswordHash::new(&real).unwrap(),
            phc::PasswordHash::new(NOBODYS).unwrap(),
        );
        assert_eq!(nobodys.algorithm, real.algorithm);
        assert_eq!(nobodys.version, real.version);
        assert_eq!(nobodys.params, real.params);
        assert_eq!(nobodys.salt.unwrap().len(), real.salt.unwrap().len());
        assert_eq!(nobodys.hash.unwrap().len(), real.hash.unwrap().len());
        assert!(!verify_password("", NOBODYS) && !verify_password("nobody", NOBODYS));
    }

    #[test]
    fn the_right_secret_is_recognised_and_no_other() {
        let (right, wrong) = (ClientSecret::from_random([1; 32]), ClientSecret::from_random([2; 32]));
        let credential = CredentialId::from_random([3; 12]);
        let stored = hash(&right, credential, 1, [4; 16], Timestamp::from_seconds(0)).unwrap();
        assert!(
            stored.hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            stored.hash
        );
        assert!(verify_password(right.expose(), &stored.hash));
        assert!(!verify_password(wrong.expose(), &stored.hash));
        assert!(!verify_password(right.expose(), "not a hash"));
        assert_ne!(fingerprint(&wrong, credential), stored.fingerprint);
        assert_ne!(
            fingerprint(&right, CredentialId::from_random([5; 12])),
            stored.fingerprint
        );
    }
}
