//! Keys and secrets: signing and verifying tokens, client secrets at rest, tokens at rest. Private
//! halves come from Secrets Manager, public halves from the table. Nothing here decides.

mod bundle;
pub mod digest;
mod failures;
pub mod jws;
mod private;
mod proof;
mod public;
mod ring;
pub mod seal;
pub mod secret_hash;
mod signer;
mod versions;

pub use bundle::SigningKeys;
pub use failures::Failures;
pub use private::PrivateKey;
pub use proof::Proofs;
pub use public::PublicKey;
pub use ring::{KeyRing, Lookup, ReadKeys};
pub use signer::Signer;
pub use versions::{BESIDE, CURRENT, Labels, PENDING, Put, Version, Versions};
