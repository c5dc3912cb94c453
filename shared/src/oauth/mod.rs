//! The RFCs' words: request forms, client authentication, bearer tokens, error codes. The one map
//! from a reason to what an OAuth client sees of it is [`wire`].

mod bearer;
mod client;
mod form;
mod metadata;
pub mod wire;

pub use bearer::{bearer_token, challenge};
pub use client::{Presented, authenticate};
pub use form::Form;
pub use metadata::Metadata;
