//! Where a request came from, as the edge says: API Gateway's context, or the local gateway. Never
//! a header that the caller wrote.

use http::Extensions;

/// The caller's address, put into the request by the edge.
#[derive(Clone, Debug)]
pub struct SourceIp(pub String);

/// The caller's address; `unknown` if the edge did not say.
pub fn source(extensions: &Extensions) -> String {
    extensions
        .get::<SourceIp>()
        .map_or_else(|| "unknown".to_owned(), |source| source.0.clone())
}
