//! Access tokens as compact JWS (RFC 7515 §3.1, RFC 9068 §2.1). Reading one proves nothing until
//! [`Unverified::verify`]; what the claims mean is decided in `domain::Claims`.

use super::{PrivateKey, PublicKey};
use crate::domain::{Claims, SigningAlgorithm, TokenError, Unavailable};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use serde::Deserialize;

/// The longest token, in bytes: none that is longer is signed or read. With the header's name it fits
/// one header line of nginx (8 KB), and leaves the rest of a request room in API Gateway's 10,240 bytes
/// for all headers. How long claims can be at most is tested (`tests/limits.rs`).
pub const LONGEST: usize = 7168;

/// Signs claims.
pub fn sign(claims: &Claims, key: &PrivateKey) -> Result<String, Unavailable> {
    let payload = serde_json::to_vec(claims).map_err(|error| Unavailable(format!("claims: {error}")))?;
    let mut token = String::with_capacity(key.header.len() + payload.len() * 4 / 3 + 360);
    token.push_str(&key.header);
    token.push('.');
    BASE64URL.encode_string(payload, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    BASE64URL.encode_string(signature, &mut token);
    if token.len() > LONGEST {
        return Err(Unavailable(format!(
            "claims: a token of {} bytes would be refused",
            token.len()
        )));
    }
    Ok(token)
}

/// The id of the key that a token of our own says it was signed with.
pub fn kid(token: &str) -> Option<String> {
    let (header, _) = token.split_once('.')?;
    let header: Header = serde_json::from_slice(&BASE64URL.decode(header).ok()?).ok()?;
    Some(header.kid)
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
    /// Extensions that must be understood (RFC 7515 §4.1.11). None is, so none may be there.
    crit: Option<serde::de::IgnoredAny>,
}

/// A token whose signature nobody has checked.
pub struct Unverified<'a> {
    algorithm: SigningAlgorithm,
    kid: String,
    signed: &'a str,
    signature: Vec<u8>,
    claims: Claims,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart: three parts, an algorithm of ours, `typ` of an access token (so that
    /// no other JWT passes for one, RFC 8725 §3.11), claims of the right form.
    pub fn parse(token: &'a str) -> Result<Self, TokenError> {
        if token.len() > LONGEST {
            return Err(TokenError::Malformed);
        }
        Self::read(token).ok_or(TokenError::Malformed)
    }

    fn read(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&BASE64URL.decode(header).ok()?).ok()?;
        let typ = header.typ.to_ascii_lowercase();
        if header.crit.is_some() || !matches!(typ.as_str(), "at+jwt" | "application/at+jwt") {
            return None;
        }
        Some(Self {
            algorithm: SigningAlgorithm::parse(&header.alg).ok()?,
            kid: header.kid,
            signed,
            signature: BASE64URL.decode(signature).ok()?,
            claims: serde_json::from_slice(&BASE64URL.decode(payload).ok()?).ok()?,
        })
    }

    /// Which key it says it was signed with.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it claims. Good for finding out what to read, and for nothing else.
    pub fn unverified_claims(&self) -> &Claims {
        &self.claims
    }

    /// The claims, once the signature is right.
    pub fn verify(self, key: &PublicKey) -> Result<Claims, TokenError> {
        key.verify(self.algorithm, self.signed.as_bytes(), &self.signature)?;
        Ok(self.claims)
    }
}
