//! What a caller of the management API sees of a reason: problem details (RFC 9457).

use super::answer::{json, log};
use crate::domain::{ActError, Error, TokenError};
use crate::oauth::challenge;
use axum::body::Body;
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

/// Problem details.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Which problem, for programs.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Which problem, for people.
    pub title: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// What was wrong and how to mend it.
    pub detail: String,
    /// The refused fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Field>,
}

/// A refused field.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Field {
    /// Where it is in the body: a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// Why it is refused.
    pub detail: String,
}

impl Problem {
    /// A problem that its status says all about.
    pub fn plain(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    fn known(kind: &'static str, title: &'static str, status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind,
            title,
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    fn of(error: &Error) -> Self {
        match error {
            Error::Request(why) => Self::plain(StatusCode::BAD_REQUEST, format!("The request is malformed: {why}.")),
            Error::Client(_) | Error::Grant(_) => {
                Self::plain(StatusCode::BAD_REQUEST, "The request cannot be served here.")
            }
            Error::Token(TokenError::Missing) => Self::plain(
                StatusCode::UNAUTHORIZED,
                "Send an access token for the management API: Authorization: Bearer …",
            ),
            Error::Token(TokenError::InsufficientScope(_)) => {
                Self::plain(StatusCode::FORBIDDEN, "The token does not have the scope this needs.")
            }
            Error::Token(_) => Self::plain(
                StatusCode::UNAUTHORIZED,
                "The access token is expired, revoked, malformed, or meant for another API or region. Request a new one.",
            ),
            Error::Act(error) => Self::of_act(error),
            Error::Unavailable(_) => Self::plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "The server cannot decide right now. Nothing was changed that was not answered; try again.",
            ),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each reason, and nothing else")]
    fn of_act(error: &ActError) -> Self {
        use StatusCode as S;
        match error {
            ActError::Forbidden(privilege) => Self::known(
                "urn:regent:problem:forbidden",
                "Missing privilege",
                S::FORBIDDEN,
                format!("This needs the privilege {}.", privilege.as_str()),
            ),
            ActError::BeyondSubscription => Self::known(
                "urn:regent:problem:beyond-subscription",
                "Beyond the subscription",
                S::FORBIDDEN,
                "This concerns the whole organization; the caller is limited to one subscription.",
            ),
            ActError::BeyondOwn => Self::known(
                "urn:regent:problem:beyond-own",
                "More than the caller holds",
                S::FORBIDDEN,
                "Nobody can give, change, end or take away privileges or scopes that they do not hold themselves, nor who or what holds them.",
            ),
            ActError::NotFound => Self::plain(S::NOT_FOUND, "It does not exist, or not for this caller."),
            ActError::Fields(fields) => Self {
                errors: fields
                    .iter()
                    .map(|field| Field {
                        pointer: field.pointer.clone(),
                        detail: field.why.to_string(),
                    })
                    .collect(),
                ..Self::known(
                    "urn:regent:problem:invalid-fields",
                    "Invalid fields",
                    S::BAD_REQUEST,
                    fields_in_words(fields),
                )
            },
            ActError::NameTaken => Self::known(
                "urn:regent:problem:name-taken",
                "Name is taken",
                S::CONFLICT,
                "The name is taken; names are compared without case.",
            ),
            ActError::EmailTaken => Self::known(
                "urn:regent:problem:email-taken",
                "Address is taken",
                S::CONFLICT,
                "The e-mail address is taken.",
            ),
            ActError::AudienceTaken => Self {
                errors: vec![Field {
                    pointer: "/audience".to_owned(),
                    detail: "is taken".to_owned(),
                }],
                ..Self::known(
                    "urn:regent:problem:audience-taken",
                    "Audience is taken",
                    S::CONFLICT,
                    "The audience is taken in this region: by this subscription, by another organization, or by another subscription, whose audience is joined with settings:manage in the whole organization.",
                )
            },
            ActError::LimitReached { what, limit } => Self::known(
                "urn:regent:problem:limit-reached",
                "Limit reached",
                S::CONFLICT,
                format!("There are already {limit} {what}, which is the limit. Delete one, or have the limit raised."),
            ),
            ActError::TooMany { what, until } => Self::known(
                "urn:regent:problem:too-many",
                "Too many",
                S::TOO_MANY_REQUESTS,
                format!(
                    "There were too many {what} lately. Nothing was changed; try again in {} seconds.",
                    until.retry_after.0
                ),
            ),
            ActError::PlanDisabled => Self::known(
                "urn:regent:problem:plan-disabled",
                "Not part of the plan",
                S::FORBIDDEN,
                "Service accounts are not part of the plan of this subscription.",
            ),
            ActError::BuiltinRole => Self::known(
                "urn:regent:problem:builtin-role",
                "Built-in role",
                S::FORBIDDEN,
                "Built-in roles cannot be changed or deleted. Create a role of your own.",
            ),
            ActError::InUse(by) => Self::known(
                "urn:regent:problem:in-use",
                "In use",
                S::CONFLICT,
                format!("It is in use by {by}; change them first."),
            ),
            ActError::LastAdmin => Self::known(
                "urn:regent:problem:last-admin",
                "Last organization admin",
                S::CONFLICT,
                "An organization keeps at least one admin. Make somebody else an organization admin first.",
            ),
            ActError::ConfirmationNeeded(credentials) => Self::known(
                "urn:regent:problem:confirmation-needed",
                "Confirmation needed",
                S::CONFLICT,
                format!(
                    "This destroys {credentials} credentials of the service account and revokes all its tokens, at once and for good. Send confirm_credential_loss: true to go on."
                ),
            ),
            ActError::VersionMismatch => Self::known(
                "urn:regent:problem:version-mismatch",
                "Changed meanwhile",
                S::PRECONDITION_FAILED,
                "It has changed since it was read. Read it again and send its new ETag in If-Match.",
            ),
            ActError::IdempotencyMismatch => Self::known(
                "urn:regent:problem:idempotency-mismatch",
                "Idempotency key reused",
                S::UNPROCESSABLE_ENTITY,
                "The Idempotency-Key was used with another request. Use a new key.",
            ),
        }
    }
}

fn fields_in_words(fields: &[crate::domain::FieldError]) -> String {
    let words: Vec<String> = fields
        .iter()
        .map(|field| format!("{} {}", field.pointer.trim_start_matches('/'), field.why))
        .collect();
    format!("{}.", words.join("; "))
}

impl From<Problem> for Response<Body> {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = json(status, &problem);
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

/// A refusal of the management API.
pub fn refusal(error: &Error) -> Response<Body> {
    log(error);
    let mut response = Response::from(Problem::of(error));
    if let Error::Token(token) = error
        && let Ok(value) = HeaderValue::from_str(&challenge(token))
    {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    let pause = match error {
        Error::Unavailable(_) => Some(1),
        Error::Act(ActError::TooMany { until, .. }) => Some(until.retry_after.0),
        _ => None,
    };
    if let Some(seconds) = pause {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}
