//! The RFCs' words: request forms, client authentication, bearer tokens, error codes. The one map
//! from a reason to what an OAuth client sees of it is [`wire`].

mod authorization;
mod bearer;
mod client;
mod client_metadata;
mod form;
mod metadata;
pub mod wire;

pub use authorization::{Asked, AuthorizationRequest, ask};
pub use bearer::{bearer_token, challenge, check_no_second, pointing};
pub use client::{Authentication, Presented, PresentedClient, authenticate};
pub use client_metadata::{ClientMetadata, MetadataError};
pub use form::Form;
pub use metadata::{Metadata, ProtectedResource};
