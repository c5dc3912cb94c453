//! What a line can say.

use crate::domain::RegionLabel;

/// A function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the function of its name")]
pub enum Function {
    Token,
    Authorize,
    Accounts,
    Console,
    Verify,
    Notify,
    Rotate,
}

impl Function {
    /// Its name in lines and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Authorize => "authorize",
            Self::Accounts => "accounts",
            Self::Console => "console",
            Self::Verify => "verify",
            Self::Notify => "notify",
            Self::Rotate => "rotate",
        }
    }
}

/// Who says it: a function of a region. The two dimensions of every metric.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Site {
    /// The function.
    pub function: Function,
    /// The region.
    pub region: RegionLabel,
}

/// A fact about a request, by its name in the line. Never a secret, and nothing that a caller wrote
/// and nobody has read: an id is noted after it was parsed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fact {
    /// The HTTP method, if it is one of RFC 9110's.
    Method,
    /// The pattern of the path, such as `/api/v1/users/{id}`; `unknown` for a path that nobody has.
    Route,
    /// The status of the answer.
    Status,
    /// The address of the caller, as the edge says.
    SourceIp,
    /// The organization.
    Organization,
    /// The user id of the person or service account.
    Account,
    /// The client ID that the request names. Proved, unless the request is refused.
    ClientId,
    /// The credential in it.
    Credential,
    /// What was done, as the audit trail names it.
    Action,
    /// The id of what it was done to.
    Target,
    /// The API that a token is for.
    Resource,
    /// Why it was refused, or failed.
    Reason,
    /// The step of a rotation.
    Step,
    /// How many records were brought.
    Records,
}

impl Fact {
    /// Its name in the line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Route => "route",
            Self::Status => "status",
            Self::SourceIp => "source_ip",
            Self::Organization => "organization",
            Self::Account => "account",
            Self::ClientId => "client_id",
            Self::Credential => "credential",
            Self::Action => "action",
            Self::Target => "target",
            Self::Resource => "resource",
            Self::Reason => "reason",
            Self::Step => "step",
            Self::Records => "records",
        }
    }
}
