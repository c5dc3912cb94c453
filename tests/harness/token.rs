//! A token taken apart, and put together in ways that no server should accept.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use serde_json::Value;

/// The parts of a JWS, decoded. Nothing here checks anything.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    pub(crate) signature: Vec<u8>,
}

impl Parts {
    #[track_caller]
    pub(crate) fn of(token: &str) -> Self {
        let parts: Vec<Vec<u8>> = token.split('.').map(|part| BASE64URL.decode(part).unwrap()).collect();
        let [header, claims, signature] = parts.try_into().unwrap();
        Self {
            header: serde_json::from_slice(&header).unwrap(),
            claims: serde_json::from_slice(&claims).unwrap(),
            signature,
        }
    }

    /// With another member in the header; null takes it away.
    pub(crate) fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.header, name, value.into());
        self
    }

    /// With another claim; null takes it away.
    pub(crate) fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.claims, name, value.into());
        self
    }

    /// With a signature made by `sign` over header and claims.
    pub(crate) fn signed(mut self, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Self {
        self.signature = sign(self.message().as_bytes());
        self
    }

    fn message(&self) -> String {
        let encode = |value: &Value| BASE64URL.encode(value.to_string());
        format!("{}.{}", encode(&self.header), encode(&self.claims))
    }

    pub(crate) fn token(&self) -> String {
        format!("{}.{}", self.message(), BASE64URL.encode(&self.signature))
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    let members = object.as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
}
