//! What an OAuth client sees of a reason (RFC 6749 §5.2): the only place where one becomes a code,
//! a status and a sentence. Unknown client, wrong secret, deleted account: one answer.

use crate::domain::{ClientError, Error, GrantError};
use http::StatusCode;
use serde::Serialize;

/// The body of an error answer.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Body {
    /// The code, for programs.
    pub error: &'static str,
    /// The sentence, for people.
    pub error_description: String,
}

/// An error answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: Body,
    /// Whether `WWW-Authenticate: Basic` goes with it.
    pub challenge: bool,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
}

/// How a failed client authentication can be mended, without telling which part was wrong.
const INVALID_CLIENT: &str = "Client authentication failed. Check that client ID and secret are the ones shown at creation or rotation, \
    that the body is application/x-www-form-urlencoded, that this is the region of the account, and that the account has not been deleted.";

/// The answer for a reason.
pub fn answer(error: &Error) -> Answer {
    match error {
        Error::Request(why) => plain("invalid_request", sentence(&why.to_string())),
        Error::Client(error) => client(error),
        Error::Grant(error) => {
            let (code, why) = grant(*error);
            plain(code, why.to_owned())
        }
        // The endpoints that answer with this map take no bearer token and perform no act.
        Error::Token(_) | Error::Act(_) => plain("invalid_request", "The request cannot be served here.".to_owned()),
        Error::Unavailable(_) => Answer {
            status: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: Some(1),
            ..plain(
                "temporarily_unavailable",
                "The server cannot decide right now. Try again in a moment.".to_owned(),
            )
        },
    }
}

/// A body with a code of an endpoint's own.
pub fn body(error: &'static str, why: &str) -> Body {
    Body {
        error,
        error_description: sentence(why),
    }
}

fn plain(error: &'static str, error_description: String) -> Answer {
    Answer {
        status: StatusCode::BAD_REQUEST,
        body: Body {
            error,
            error_description,
        },
        challenge: false,
        retry_after: None,
    }
}

fn client(error: &ClientError) -> Answer {
    let unauthorized = |why: String| Answer {
        status: StatusCode::UNAUTHORIZED,
        challenge: true,
        ..plain("invalid_client", why)
    };
    match error {
        ClientError::Missing | ClientError::Malformed | ClientError::Unknown | ClientError::WrongSecret => {
            unauthorized(INVALID_CLIENT.to_owned())
        }
        ClientError::WrongRegion(Some(issuer)) => unauthorized(sentence(&format!(
            "this client ID belongs to another region; its token endpoint is {}",
            issuer.at("/oauth/v1/token")
        ))),
        ClientError::WrongRegion(None) => {
            unauthorized("This client ID belongs to another region; use the token endpoint of that region.".to_owned())
        }
        ClientError::TooManyFailures { retry_after } => Answer {
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some(*retry_after),
            ..plain(
                "invalid_client",
                "Too many failed attempts with this client ID. Wait, then check the client ID and the secret."
                    .to_owned(),
            )
        },
        ClientError::Document(why) => unauthorized(sentence(&format!(
            "the metadata document of this client ID cannot be used: {why}"
        ))),
    }
}

const INVALID_GRANT: &str = "invalid_grant";

fn grant(error: GrantError) -> (&'static str, &'static str) {
    match error {
        GrantError::UnsupportedGrantType => (
            "unsupported_grant_type",
            "The grant type is not supported; use authorization_code, refresh_token or client_credentials.",
        ),
        GrantError::PlanDisabled => (
            "unauthorized_client",
            "Service accounts are not part of the plan of this subscription.",
        ),
        GrantError::UnknownResource => (
            "invalid_target",
            "The subscription has no API resource with this identifier.",
        ),
        GrantError::ResourceDisabled => (
            "invalid_target",
            "The API resource is switched off for this subscription.",
        ),
        GrantError::AmbiguousResource => (
            "invalid_target",
            "Several API resources have these scopes; name one with the resource parameter.",
        ),
        GrantError::SeveralResources => ("invalid_target", "A token is for one API resource; name one."),
        GrantError::ScopeNotGranted => (
            "invalid_scope",
            "A requested scope is unknown or not granted by the roles of this account.",
        ),
        GrantError::NoScope => (
            "invalid_scope",
            "The roles of this account grant no scope at this API resource.",
        ),
        GrantError::ScopesTooLong => (
            "invalid_scope",
            "The scopes are too many for one token; ask for fewer with the scope parameter.",
        ),
        GrantError::UnsupportedResponseType => (
            "unsupported_response_type",
            "The response type is not supported; use code.",
        ),
        GrantError::ClientNotAllowed => (
            "unauthorized_client",
            "This kind of client may not use this grant type: service accounts use client_credentials, clients of people authorization_code and refresh_token.",
        ),
        GrantError::ClientNotAdmitted => (
            "unauthorized_client",
            "The organization does not admit this client. An admin can register it, or switch self-registered clients on.",
        ),
        GrantError::OriginNotApproved => (
            INVALID_GRANT,
            "The organization does not approve this redirect domain, or not any more. Send the person to the authorize page again.",
        ),
        GrantError::CodeUnknown | GrantError::CodeReplayed => (
            INVALID_GRANT,
            "The code is unknown, expired, already used, or was issued to another client. Start the authorization again.",
        ),
        GrantError::RedirectMismatch => (
            INVALID_GRANT,
            "The redirect_uri is not the one of the authorization request. The code is still good.",
        ),
        GrantError::VerifierMismatch => (
            INVALID_GRANT,
            "The code_verifier does not fit the code_challenge of the authorization request. The code is still good.",
        ),
        GrantError::RefreshUnknown | GrantError::RefreshReplayed => (
            INVALID_GRANT,
            "The refresh token is unknown, expired, revoked, already used, or was issued to another client. Send the person to the authorize page again.",
        ),
        GrantError::PersonGone => (
            INVALID_GRANT,
            "The person who allowed this no longer has the access. Send the person to the authorize page again.",
        ),
    }
}

/// A capital letter and a full stop, and only characters that an `error_description` may have.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let capital = letters.next().map(|first| first.to_ascii_uppercase()).into_iter();
    let full_stop = if text.ends_with('.') { "" } else { "." };
    quoted(&format!("{}{full_stop}", capital.chain(letters).collect::<String>()))
}

/// Only characters of RFC 6749 §5.2: `%x20-21 / %x23-5B / %x5D-7E`. Safe inside quotes.
pub(super) fn quoted(text: &str) -> String {
    text.chars()
        .map(|c| {
            if matches!(c, ' '..='!' | '#'..='[' | ']'..='~') {
                c
            } else {
                '?'
            }
        })
        .collect()
}
