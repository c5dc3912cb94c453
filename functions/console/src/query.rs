//! Query parameters of pages, and ids in their paths. Unknown parameters are ignored.

use crate::refusal::Refusal;
use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use regent::domain::{ActError, Error, Invalid};
use regent::oauth::Form;
use regent::store::Paging;

/// The most rows of a page.
const ROWS: u16 = 25;

/// The parameters of a page.
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

    /// A parameter that may be there several times.
    pub(crate) fn all<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Result<Vec<T>, Error> {
        let named = |why: Invalid| Error::Request(Invalid::because(format!("{name} {why}")));
        self.0.all(name).map(|text| parse(text).map_err(named)).collect()
    }

    /// Which page of a list.
    pub(crate) fn paging(&self) -> Result<Paging, Error> {
        let cursor = self.0.one("cursor").map_err(Error::Request)?;
        Paging::parse(Some(ROWS), cursor).map_err(Error::Request)
    }
}

/// The one id in a path. What is no id names nothing.
pub(crate) struct Id<T>(pub(crate) T);

impl<S: Send + Sync, T: TryFrom<String>> FromRequestParts<S> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = path.map_err(|_| ActError::NotFound)?;
        Ok(Self(T::try_from(text).map_err(|_| ActError::NotFound)?))
    }
}

/// The two ids in a path: something, and something that belongs to it.
pub(crate) struct Ids<A, B>(pub(crate) A, pub(crate) B);

impl<S: Send + Sync, A: TryFrom<String>, B: TryFrom<String>> FromRequestParts<S> for Ids<A, B> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((first, second)) = path.map_err(|_| ActError::NotFound)?;
        let first = A::try_from(first).map_err(|_| ActError::NotFound)?;
        let second = B::try_from(second).map_err(|_| ActError::NotFound)?;
        Ok(Self(first, second))
    }
}
