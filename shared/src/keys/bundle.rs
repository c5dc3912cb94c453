//! The value of the signing secret: the private keys that sign now or soon will, as one JSON text,
//! `{"keys":[{"kid","alg","pkcs8"},…]}`.

use super::PrivateKey;
use super::private::unusable;
use crate::domain::{SigningAlgorithm, Unavailable};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::{Zeroize, Zeroizing};

/// Private keys, oldest first; at least one. Prints as `[redacted]`.
#[derive(Clone)]
pub struct SigningKeys(Vec<Arc<PrivateKey>>);

#[derive(Deserialize)]
struct Value {
    keys: Option<Vec<Kept>>,
    // Before there were rotations, the value was one key. Not `flatten`, whose buffers nobody wipes.
    kid: Option<String>,
    alg: Option<SigningAlgorithm>,
    pkcs8: Option<Wiped>,
}

#[derive(Deserialize)]
struct Kept {
    kid: String,
    alg: SigningAlgorithm,
    pkcs8: Wiped,
}

#[derive(Serialize)]
struct Written<'a> {
    keys: Vec<WrittenKey<'a>>,
}

#[derive(Serialize)]
struct WrittenKey<'a> {
    kid: &'a str,
    alg: SigningAlgorithm,
    /// The key, DER in base64.
    pkcs8: &'a str,
}

/// Text that is wiped when it is dropped.
#[derive(Deserialize)]
#[serde(transparent)]
struct Wiped(String);

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl SigningKeys {
    /// Reads the value of the signing secret. An error never repeats the value.
    pub fn parse(value: &str) -> Result<Self, Unavailable> {
        let form = || unusable("the secret's value has another form");
        let value: Value = serde_json::from_str(value).map_err(|_| form())?;
        let kept = match (value.keys, value.kid, value.alg, value.pkcs8) {
            (Some(keys), None, None, None) => keys,
            (None, Some(kid), Some(alg), Some(pkcs8)) => vec![Kept { kid, alg, pkcs8 }],
            _ => return Err(form()),
        };
        let mut keys = Self(Vec::with_capacity(kept.len()));
        for mut key in kept {
            if keys.key(&key.kid).is_some() {
                return Err(form());
            }
            let pkcs8 = Zeroizing::new(std::mem::take(&mut key.pkcs8.0));
            keys.0.push(Arc::new(PrivateKey::from_pkcs8(key.kid, key.alg, pkcs8)?));
        }
        if keys.0.is_empty() { Err(form()) } else { Ok(keys) }
    }

    /// The value that keeps them.
    pub fn to_value(&self) -> Result<Zeroizing<String>, Unavailable> {
        let keys = self.0.iter().map(|key| WrittenKey {
            kid: key.kid(),
            alg: key.algorithm(),
            pkcs8: &key.pkcs8,
        });
        // Large enough at once: what a growing buffer leaves behind is not wiped.
        let length: usize = self.0.iter().map(|key| key.pkcs8.len() + key.kid().len() + 64).sum();
        let mut bytes = Zeroizing::new(Vec::with_capacity(length + 64));
        let failed = || unusable("cannot be written");
        serde_json::to_writer(&mut *bytes, &Written { keys: keys.collect() }).map_err(|_| failed())?;
        let text = String::from_utf8(std::mem::take(&mut *bytes)).map_err(|_| failed())?;
        Ok(Zeroizing::new(text))
    }

    /// The keys there are, and a newer one.
    pub fn and(older: Option<Self>, key: Arc<PrivateKey>) -> Self {
        let mut keys = older.map_or_else(Vec::new, |older| older.0);
        keys.push(key);
        Self(keys)
    }

    /// Those of them that are wanted; `None` if none is.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&PrivateKey) -> bool) -> Option<Self> {
        let kept: Vec<_> = self.0.iter().filter(|key| wanted(key)).cloned().collect();
        (!kept.is_empty()).then_some(Self(kept))
    }

    /// The key of that id.
    pub fn key(&self, kid: &str) -> Option<&Arc<PrivateKey>> {
        self.0.iter().find(|key| key.kid() == kid)
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<PrivateKey>> {
        self.0.iter()
    }

    /// The newest.
    pub fn newest(&self) -> Option<&Arc<PrivateKey>> {
        self.0.last()
    }
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKeys([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [SigningAlgorithm; 3] = [
        SigningAlgorithm::Es256,
        SigningAlgorithm::Rs256,
        SigningAlgorithm::EdDsa,
    ];

    fn key(algorithm: SigningAlgorithm, kid: &str) -> PrivateKey {
        PrivateKey::generate(algorithm, kid.to_owned()).unwrap()
    }

    #[test]
    fn keys_of_every_algorithm_come_back_in_their_order() {
        let keys = ALL.map(|algorithm| key(algorithm, algorithm.as_str()));
        let jwks: Vec<_> = keys.iter().map(PrivateKey::jwk).collect();
        let all = keys
            .into_iter()
            .fold(None, |all, key| Some(SigningKeys::and(all, key.into())));
        let value = all.unwrap().to_value().unwrap();
        let read = SigningKeys::parse(&value).unwrap();
        assert_eq!(read.iter().map(|key| key.jwk()).collect::<Vec<_>>(), jwks);
        assert_eq!(read.newest().unwrap().kid(), "EdDSA");
        let one = read.only(|key| key.kid() == "RS256").unwrap();
        assert_eq!(one.iter().map(|key| key.kid()).collect::<Vec<_>>(), ["RS256"]);
        assert!(read.only(|_| false).is_none());
    }

    #[test]
    fn the_form_of_one_key_is_still_read() {
        let alone = key(SigningAlgorithm::Es256, "old");
        let value = serde_json::json!({"kid": "old", "alg": "ES256", "pkcs8": *alone.pkcs8}).to_string();
        let read = SigningKeys::parse(&value).unwrap();
        assert_eq!(read.key("old").unwrap().jwk(), alone.jwk());
    }

    #[test]
    fn junk_is_refused_and_never_repeated() {
        let good = key(SigningAlgorithm::Es256, "k").pkcs8.to_string();
        let entry = format!(r#"{{"kid":"k","alg":"ES256","pkcs8":"{good}"}}"#);
        for junk in [
            String::new(),
            "s3cret".to_owned(),
            r#"{"keys":[]}"#.to_owned(),
            r#"{"keys":"s3cret"}"#.to_owned(),
            r#"{"kid":"k","alg":"ES256","pkcs8":"s3cret!"}"#.to_owned(),
            r#"{"kid":"k","alg":"HS256","pkcs8":"s3cret"}"#.to_owned(),
            format!(r#"{{"kid":"k","alg":"EdDSA","pkcs8":"{good}"}}"#),
            format!(r#"{{"keys":[{entry},{entry}]}}"#),
            format!(r#"{{"keys":[{entry}],"kid":"k"}}"#),
        ] {
            let why = SigningKeys::parse(&junk).unwrap_err().to_string();
            assert!(!why.contains("s3cret") && !why.contains(&good), "{why}");
        }
        let keys = SigningKeys::parse(&format!(r#"{{"keys":[{entry}]}}"#)).unwrap();
        assert_eq!(format!("{keys:?}"), "SigningKeys([redacted])");
    }
}
