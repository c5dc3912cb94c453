//! Secrets this process has already seen proved: a keyed digest each, so that a right secret is
//! cheap to accept again. Bound to the credential's generation; gone with the process.

use crate::domain::{ClientSecret, CredentialId};
use aws_lc_rs::{constant_time, hmac};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many proofs are remembered. Past that the memory starts afresh: forgetting only costs time.
const CAPACITY: usize = 10_000;

type Slot = Arc<tokio::sync::Mutex<Option<hmac::Tag>>>;

/// The memory of one process.
#[derive(Debug)]
pub struct Proofs {
    key: hmac::Key,
    slots: Mutex<HashMap<(CredentialId, u32), Slot>>,
}

impl Proofs {
    /// An empty memory under a key of its own.
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &key),
            slots: Mutex::default(),
        }
    }

    /// Whether the secret was proved before or `prove` proves it now. Of many at once that ask
    /// about the same credential, one proves and the others wait for it.
    pub async fn check<F>(&self, secret: &ClientSecret, credential: CredentialId, generation: u32, prove: F) -> bool
    where
        F: AsyncFnOnce() -> bool,
    {
        let tag = self.tag(secret, credential, generation);
        let slot = self.slot(credential, generation);
        let mut known = slot.lock().await;
        match known.as_ref() {
            Some(proved) => constant_time::verify_slices_are_equal(proved.as_ref(), tag.as_ref()).is_ok(),
            None if prove().await => {
                *known = Some(tag);
                true
            }
            None => false,
        }
    }

    fn tag(&self, secret: &ClientSecret, credential: CredentialId, generation: u32) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(format!("{credential} {generation} ").as_bytes());
        context.update(secret.expose().as_bytes());
        context.sign()
    }

    fn slot(&self, credential: CredentialId, generation: u32) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= CAPACITY {
            slots.clear();
        }
        slots.entry((credential, generation)).or_default().clone()
    }
}
