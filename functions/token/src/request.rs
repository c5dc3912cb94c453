//! What the three form endpoints have in common: the form and the client that sent it.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use http::{Response, StatusCode};
use regent::domain::{Error, Invalid};
use regent::oauth::{Authentication, Form, authenticate, wire};
use regent::telemetry::{Fact, note};
use regent::web::{json, oauth_refusal, source};

/// A form with the client's authentication, not yet proved.
pub(crate) struct ClientRequest {
    /// The parameters.
    pub(crate) form: Form,
    /// What the client shows of itself.
    pub(crate) client: Authentication,
    /// Where it came from.
    pub(crate) source: String,
}

/// A form whose client has not been looked at.
pub(crate) struct FormRequest {
    form: Form,
    parts: http::request::Parts,
}

impl FormRequest {
    /// The parameters.
    pub(crate) fn form(&self) -> &Form {
        &self.form
    }

    /// Reads the client's authentication and the `token` it asks about (RFC 7009 §2.1, RFC 7662
    /// §2.1). `token_type_hint` is a hint: there is one kind of token, and it is found without.
    pub(crate) fn about_token(self) -> Result<(ClientRequest, String), Error> {
        let request = self.client()?;
        request.form.one("token_type_hint").map_err(Error::Request)?;
        let token = request.form.one("token").map_err(Error::Request)?;
        let token = token
            .ok_or(Error::Request(Invalid::new("token is missing")))?
            .to_owned();
        Ok((request, token))
    }

    /// Reads the client's authentication.
    pub(crate) fn client(self) -> Result<ClientRequest, Error> {
        let client = authenticate(&self.parts.headers, self.parts.uri.query(), &self.form)?;
        Ok(ClientRequest {
            form: self.form,
            client,
            source: source(&self.parts.extensions),
        })
    }
}

impl<S: Send + Sync> FromRequest<S> for FormRequest {
    type Rejection = Response<Body>;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let limited = Request::from_parts(parts.clone(), body);
        let body = Bytes::from_request(limited, state)
            .await
            .map_err(|rejection| unreadable(rejection.status()))?;
        let form = Form::parse(&parts.headers, &body).map_err(|why| oauth_refusal(&Error::Request(why)))?;
        Ok(Self { form, parts })
    }
}

/// The body is too long (413) or broke off.
fn unreadable(status: StatusCode) -> Response<Body> {
    let why = if status == StatusCode::PAYLOAD_TOO_LARGE {
        "the body is too long"
    } else {
        "the body cannot be read"
    };
    note(Fact::Reason, why);
    json(status, &wire::answer(&Error::Request(Invalid::new(why))).body)
}
