//! What can be wrong, in the domain's words. What a caller sees of it is decided in three maps:
//! `oauth::wire`, `oauth::bearer` and `web::problem`.

use super::{DocumentError, Invalid, Issuer, Privilege, Scopes, Throttled};

/// Everything that can be wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is not of the endpoint's form.
    #[error("malformed request: {0}")]
    Request(Invalid),
    /// The client did not prove who it is.
    #[error("client authentication failed: {0}")]
    Client(#[from] ClientError),
    /// The client is known but may not have this token.
    #[error("not granted: {0}")]
    Grant(#[from] GrantError),
    /// The bearer token is no good.
    #[error("token refused: {0}")]
    Token(#[from] TokenError),
    /// The management API will not do this.
    #[error("refused: {0}")]
    Act(#[from] ActError),
    /// A dependency does not answer. Everything fails closed.
    #[error("unavailable: {0}")]
    Unavailable(#[from] Unavailable),
}

/// Why a client is not believed. Unknown, wrong and gone look the same from outside.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// No client authentication at all.
    #[error("no client authentication")]
    Missing,
    /// It cannot be read: not Base64, no colon, no client ID or secret of ours.
    #[error("unreadable client authentication")]
    Malformed,
    /// No such client, or no longer.
    #[error("no such client")]
    Unknown,
    /// The secret is not a live one.
    #[error("wrong secret")]
    WrongSecret,
    /// The client ID is another region's. Which one is no secret: the client ID says it.
    #[error("client of another region")]
    WrongRegion(Option<Issuer>),
    /// Too many failures from this source with this client ID.
    #[error("too many failures")]
    TooManyFailures {
        /// Seconds until the next failure is affordable.
        retry_after: u32,
    },
    /// Its client ID is the URL of a metadata document that is no good.
    #[error("client metadata document: {0}")]
    Document(#[from] DocumentError),
}

/// Why an authenticated client does not get the token it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// A grant type this server does not have.
    #[error("unsupported grant type")]
    UnsupportedGrantType,
    /// Service accounts are not part of the subscription's plan.
    #[error("plan without service accounts")]
    PlanDisabled,
    /// No such API resource in the subscription.
    #[error("unknown resource")]
    UnknownResource,
    /// The API resource is switched off.
    #[error("resource is switched off")]
    ResourceDisabled,
    /// Several API resources have the scopes and none was named.
    #[error("several resources have these scopes")]
    AmbiguousResource,
    /// More than one API resource was named; a token is for one.
    #[error("several resources named")]
    SeveralResources,
    /// A scope that the account's roles do not grant.
    #[error("scope not granted")]
    ScopeNotGranted,
    /// The account's roles grant nothing at this API resource.
    #[error("no scope granted")]
    NoScope,
    /// More than one token can carry. Only API resources of before there was that limit have so much.
    #[error("scopes are too long for one token")]
    ScopesTooLong,
    /// A response type this server does not have.
    #[error("unsupported response type")]
    UnsupportedResponseType,
    /// This kind of client may not use this grant type.
    #[error("not for this kind of client")]
    ClientNotAllowed,
    /// The person's organization does not admit clients of this kind, or this one is another's.
    #[error("client not admitted by the organization")]
    ClientNotAdmitted,
    /// The organization does not approve the origin of the redirect URI, or not any more.
    #[error("redirect origin not approved")]
    OriginNotApproved,
    /// No such code: never issued, expired, or another client's.
    #[error("unknown, expired or foreign code")]
    CodeUnknown,
    /// The code was redeemed before.
    #[error("code was redeemed before")]
    CodeReplayed,
    /// The token request names another redirect URI than the authorization request did.
    #[error("redirect URI differs from the authorization request's")]
    RedirectMismatch,
    /// The code verifier does not fit the challenge.
    #[error("code verifier does not fit")]
    VerifierMismatch,
    /// No such refresh token: never issued, expired, ended, or another client's.
    #[error("unknown, expired, ended or foreign refresh token")]
    RefreshUnknown,
    /// The refresh token was used before; its grant is over.
    #[error("refresh token was used before")]
    RefreshReplayed,
    /// Whoever allowed it is gone or has lost access.
    #[error("the person has lost access")]
    PersonGone,
}

/// Why a bearer token is no good.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is none.
    #[error("no token")]
    Missing,
    /// It is no JWS of ours: shape, encoding, `alg`, `typ`, `crit` or claims.
    #[error("malformed token")]
    Malformed,
    /// Its `kid` names no key of this region.
    #[error("unknown key")]
    UnknownKey,
    /// Its signature is wrong.
    #[error("bad signature")]
    BadSignature,
    /// It is another issuer's.
    #[error("wrong issuer")]
    WrongIssuer,
    /// It is for another API.
    #[error("wrong audience")]
    WrongAudience,
    /// It is for another subscription than the API's.
    #[error("wrong subscription")]
    WrongSubscription,
    /// It has expired.
    #[error("expired")]
    Expired,
    /// It claims to come from the future.
    #[error("not yet valid")]
    NotYetValid,
    /// Its user or credential no longer exists.
    #[error("subject is gone")]
    SubjectGone,
    /// The secret it was obtained with has been replaced or has expired.
    #[error("secret was replaced")]
    SecretReplaced,
    /// Its subject has lost access since.
    #[error("access has changed")]
    AccessChanged,
    /// It was revoked.
    #[error("revoked")]
    Revoked,
    /// The organization does not approve the origin that the grant was made through, or not any more.
    #[error("redirect origin not approved")]
    OriginNotApproved,
    /// Service accounts are not part of the subscription's plan.
    #[error("plan without service accounts")]
    PlanDisabled,
    /// The API resource is switched off.
    #[error("resource is switched off")]
    ResourceDisabled,
    /// It is good but does not allow this.
    #[error("insufficient scope")]
    InsufficientScope(Scopes),
}

/// Why the management API will not do something.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// The caller lacks a privilege.
    #[error("lacks {}", .0.as_str())]
    Forbidden(Privilege),
    /// The caller's reach is one subscription; this concerns the whole organization.
    #[error("beyond the caller's subscription")]
    BeyondSubscription,
    /// The caller would hand out more than it holds.
    #[error("more than the caller holds")]
    BeyondOwn,
    /// Not there, or not for this caller to know.
    #[error("not found")]
    NotFound,
    /// One field or several are refused.
    #[error("invalid fields")]
    Fields(Vec<FieldError>),
    /// The name is taken.
    #[error("name is taken")]
    NameTaken,
    /// The e-mail address is taken.
    #[error("e-mail address is taken")]
    EmailTaken,
    /// The audience is taken.
    #[error("audience is taken")]
    AudienceTaken,
    /// No more of these fit.
    #[error("limit of {limit} {what} reached")]
    LimitReached {
        /// What is limited, in the plural.
        what: &'static str,
        /// How many fit.
        limit: u64,
    },
    /// There were too many of these lately; later there may be one more.
    #[error("too many {what}")]
    TooMany {
        /// What there were too many of, in the plural.
        what: &'static str,
        /// When there may be another.
        until: Throttled,
    },
    /// Service accounts are not part of the subscription's plan.
    #[error("plan without service accounts")]
    PlanDisabled,
    /// A built-in role, which is the same in every organization.
    #[error("built-in role")]
    BuiltinRole,
    /// It is in use and stays.
    #[error("in use by {0}")]
    InUse(&'static str),
    /// An organization keeps at least one admin.
    #[error("last organization admin")]
    LastAdmin,
    /// The change destroys credentials and was not confirmed.
    #[error("would destroy {0} credentials")]
    ConfirmationNeeded(usize),
    /// Somebody else changed it since it was read (`If-Match`).
    #[error("changed meanwhile")]
    VersionMismatch,
    /// The `Idempotency-Key` was used with another request.
    #[error("idempotency key reused")]
    IdempotencyMismatch,
}

/// A refused field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where it is in the body: a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// Why it is refused.
    pub why: Invalid,
}

impl ActError {
    /// One refused field of the body, by name.
    pub fn field(name: &str, why: Invalid) -> Self {
        Self::Fields(vec![FieldError {
            pointer: format!("/{name}"),
            why,
        }])
    }
}

/// A dependency that does not answer. The text is for the log; it names no secret.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub String);

impl Unavailable {
    /// What failed, with the messages of the error and of its causes. Nothing else of it: the debug
    /// form of an SDK's error is the whole answer, secrets included.
    pub fn of(what: &str, error: &dyn std::error::Error) -> Self {
        let mut text = what.to_owned();
        let mut cause = Some(error);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        Self(text)
    }
}
