//! Query parameters. Unknown ones are ignored; one that makes no sense is refused by name.

use crate::answer::Refusal;
use axum::extract::FromRequestParts;
use http::request::Parts;
use regent::domain::{Error, Invalid};
use regent::oauth::Form;
use regent::store::Paging;

/// The parameters of a list.
pub(crate) struct Query(Form);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let form = Form::pairs(parts.uri.query().unwrap_or_default());
        Ok(Self(form.map_err(Error::Request)?))
    }
}

impl Query {
    /// A parameter that may be there.
    pub(crate) fn one<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Result<Option<T>, Error> {
        self.0.parsed(name, parse).map_err(Error::Request)
    }

    /// Which page: `limit` and `cursor`.
    pub(crate) fn paging(&self) -> Result<Paging, Error> {
        let limit = self.one("limit", |text| {
            text.parse().map_err(|_| Invalid::new("must be 1 to 100"))
        })?;
        let cursor = self.0.one("cursor").map_err(Error::Request)?;
        Paging::parse(limit, cursor).map_err(Error::Request)
    }
}
