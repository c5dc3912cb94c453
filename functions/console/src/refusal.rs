//! Why a page is not shown or a change not made, as a page of its own. What a form can say at its
//! fields is in `errors`.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use regent::domain::{ActError, Error};
use regent::telemetry::{Fact, note};
use regent::web::{FormRefusal, log};

/// What a handler answers.
pub(crate) type Answer = Result<Response, Refusal>;

/// Why a request is not served.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// For a reason of the domain's.
    Reason(Error),
    /// The form is not one that this session was given.
    Form(FormRefusal),
    /// The form is too long.
    TooLong,
    /// There is no such page.
    NoPage,
    /// The page does not take this method.
    NoMethod,
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Reason(error.into())
    }
}

/// A refusal in words: what the gate makes a page of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Told {
    /// The status.
    pub(crate) status: StatusCode,
    /// What is the matter.
    pub(crate) title: &'static str,
    /// What it means and what to do.
    pub(crate) says: String,
    /// Whether looking at the same page again may help.
    pub(crate) again: bool,
}

impl IntoResponse for Refusal {
    /// An empty answer with the words in its extensions: the gate knows who is looking.
    fn into_response(self) -> Response {
        let told = self.told();
        let mut response = Response::new(Body::empty());
        *response.status_mut() = told.status;
        response.extensions_mut().insert(told);
        response
    }
}

impl Refusal {
    /// The refusal in words.
    pub(crate) fn told(&self) -> Told {
        use StatusCode as S;
        match self {
            Self::Reason(error) => {
                log(error);
                of_error(error)
            }
            Self::Form(refusal) => of_form(*refusal),
            Self::TooLong => told(
                S::PAYLOAD_TOO_LARGE,
                "That is too much",
                "The form is longer than any of ours. Nothing was changed.",
            ),
            Self::NoPage => told(
                S::NOT_FOUND,
                "There is no such page",
                "The address may be mistyped, or the page may have moved.",
            ),
            Self::NoMethod => told(
                S::METHOD_NOT_ALLOWED,
                "This page cannot be used like that",
                "Open it in the browser instead.",
            ),
        }
    }
}

fn of_form(refusal: FormRefusal) -> Told {
    note(Fact::Reason, refusal);
    match refusal {
        FormRefusal::CrossSite => told(
            StatusCode::FORBIDDEN,
            "This form came from another site",
            "For your safety nothing was changed. Open the page here in the console and send its form from there.",
        ),
        FormRefusal::Stale => told(
            StatusCode::FORBIDDEN,
            "This form is out of date",
            "You have signed in anew since it was opened, or it was not opened here. Nothing was changed. Go back, reload the page and send it again.",
        ),
    }
}

fn told(status: StatusCode, title: &'static str, says: impl Into<String>) -> Told {
    Told {
        status,
        title,
        says: says.into(),
        again: false,
    }
}

fn of_error(error: &Error) -> Told {
    use StatusCode as S;
    match error {
        Error::Request(why) => told(
            S::BAD_REQUEST,
            "This address makes no sense",
            format!("Part of it cannot be read: {why}. Open the page from the navigation instead."),
        ),
        Error::Client(_) | Error::Grant(_) | Error::Token(_) => {
            told(S::FORBIDDEN, "This cannot be done here", "Nothing was changed.")
        }
        Error::Act(error) => of_act(error),
        Error::Unavailable(_) => Told {
            again: true,
            ..told(
                S::SERVICE_UNAVAILABLE,
                "The console cannot answer right now",
                "A part of Regent is not answering. What was not confirmed was not changed. Try again in a moment.",
            )
        },
    }
}

fn of_act(error: &ActError) -> Told {
    use StatusCode as S;
    match error {
        ActError::Forbidden(privilege) => told(
            S::FORBIDDEN,
            "You do not have access to this",
            format!(
                "It needs the privilege {}. An organization admin can give you a role that has it.",
                privilege.as_str()
            ),
        ),
        ActError::BeyondSubscription => told(
            S::FORBIDDEN,
            "This concerns the whole organization",
            "Your access is limited to one subscription. Ask an organization admin.",
        ),
        ActError::BeyondOwn => told(
            S::FORBIDDEN,
            "This holds more than you do",
            "Its roles grant more than your own, and nobody can give, change, end or take away more than they hold themselves. Ask an organization admin.",
        ),
        ActError::NotFound => told(
            S::NOT_FOUND,
            "It is not here",
            "It does not exist any more, or it is not yours to see.",
        ),
        ActError::Fields(_) => told(
            S::BAD_REQUEST,
            "Something about this form is not right",
            "Go back and look at its fields again. Nothing was changed.",
        ),
        ActError::NameTaken | ActError::EmailTaken | ActError::AudienceTaken => told(
            S::CONFLICT,
            "It is taken",
            "Somebody was faster. Go back and choose another. Nothing was changed.",
        ),
        ActError::LimitReached { what, limit } => told(
            S::CONFLICT,
            "The limit is reached",
            format!("There are already {limit} {what}. Delete one you no longer need, or have the limit raised."),
        ),
        ActError::TooMany { what, until } => told(
            S::TOO_MANY_REQUESTS,
            "Not so fast",
            format!(
                "There were too many {what} lately. Nothing was changed. Try again in {} seconds.",
                until.retry_after.0
            ),
        ),
        ActError::PlanDisabled => told(
            S::FORBIDDEN,
            "Not part of the plan",
            "Service accounts are not part of this subscription’s plan. Whoever manages its settings can switch them on.",
        ),
        ActError::BuiltinRole => told(
            S::FORBIDDEN,
            "Built-in roles stay as they are",
            "Create a role of your own instead.",
        ),
        ActError::InUse(by) => told(
            S::CONFLICT,
            "It is in use",
            format!("It is in use by {by}. Change them first."),
        ),
        ActError::LastAdmin => told(
            S::CONFLICT,
            "This is the last organization admin",
            "An organization keeps at least one. Make somebody else an organization admin first.",
        ),
        ActError::ConfirmationNeeded(_) => told(
            S::CONFLICT,
            "This needs your confirmation",
            "It destroys credentials for good. Go back and confirm it. Nothing was changed.",
        ),
        ActError::VersionMismatch => Told {
            again: true,
            ..told(
                S::PRECONDITION_FAILED,
                "Changed meanwhile",
                "Somebody changed it while you were looking at it. Nothing of yours was saved: reload to see how it is now.",
            )
        },
        ActError::IdempotencyMismatch => told(
            S::CONFLICT,
            "This form was sent before",
            "It was sent with other values, and that took effect. Open the page again for another.",
        ),
    }
}
