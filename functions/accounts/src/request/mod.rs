//! Requests become typed: after this there are no strings.

mod body;
mod caller;
mod etag;
mod field;
mod key;
mod path;
mod query;

pub(crate) use body::{Edit, New};
pub(crate) use caller::Bearer;
pub(crate) use etag::IfMatch;
pub(crate) use field::given;
pub(crate) use path::{CredentialPath, Id, credential};
pub(crate) use query::Query;
