//! What is wrong with a form: at its fields, and as a whole. The other reasons are pages of their
//! own (`refusal`).

use crate::refusal::Refusal;
use axum::response::Response;
use http::StatusCode;
use http::header::RETRY_AFTER;
use regent::domain::{ActError, Error, Invalid, Throttled};
use regent::web::log;
use std::collections::BTreeMap;

/// What is wrong with a form.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Errors {
    /// With the form as a whole.
    pub(crate) whole: Option<String>,
    /// The form needs another key: this one has made something else.
    pub(crate) key_is_spent: bool,
    /// When it may be sent again.
    pub(crate) wait: Option<Throttled>,
    fields: BTreeMap<String, String>,
}

impl Errors {
    /// Something wrong with the form as a whole.
    pub(crate) fn whole(says: impl Into<String>) -> Self {
        Self {
            whole: Some(says.into()),
            ..Self::default()
        }
    }

    /// Something wrong with one field.
    pub(crate) fn field(name: &str, says: impl Into<String>) -> Self {
        Self {
            fields: BTreeMap::from([(name.to_owned(), says.into())]),
            ..Self::default()
        }
    }

    /// Notes why a field is refused; the first reason stays.
    pub(crate) fn note(&mut self, name: &str, why: &Invalid) {
        self.fields
            .entry(name.to_owned())
            .or_insert_with(|| sentence(&why.to_string()));
    }

    /// What is wrong with a field.
    pub(crate) fn at(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// All fields with something wrong.
    pub(crate) fn fields(&self) -> Vec<(&str, &str)> {
        let all = self.fields.iter();
        all.map(|(name, says)| (name.as_str(), says.as_str())).collect()
    }

    /// A form with these errors, with when it may be sent again.
    pub(crate) fn with_wait(&self, mut form: Response) -> Response {
        if let Some(until) = self.wait {
            form.headers_mut().insert(RETRY_AFTER, until.retry_after.0.into());
        }
        form
    }

    /// What a form says of a reason, and the status; the reason's own page if it is none of a form's.
    pub(crate) fn or_page(error: Error) -> Result<(StatusCode, Self), Refusal> {
        match Self::of(&error) {
            Some(again) => {
                log(&error);
                Ok(again)
            }
            None => Err(error.into()),
        }
    }

    fn of(error: &Error) -> Option<(StatusCode, Self)> {
        match error {
            Error::Act(error) => Self::of_act(error),
            Error::Unavailable(_) => {
                let says = "This could not be saved right now. Nothing you typed is lost: try again in a moment.";
                Some((StatusCode::SERVICE_UNAVAILABLE, Self::whole(says)))
            }
            Error::Request(_) | Error::Client(_) | Error::Grant(_) | Error::Token(_) => None,
        }
    }

    fn of_act(error: &ActError) -> Option<(StatusCode, Self)> {
        let conflict = |says: Self| Some((StatusCode::CONFLICT, says));
        match error {
            ActError::Fields(fields) => {
                let mut errors = Self::default();
                for field in fields {
                    let name = field.pointer.trim_start_matches('/').split('/').next();
                    errors.note(name.unwrap_or_default(), &field.why);
                }
                Some((StatusCode::BAD_REQUEST, errors))
            }
            ActError::BeyondOwn => {
                let says = "You can only hand out what you hold yourself; one of these roles grants more.";
                Some((StatusCode::FORBIDDEN, Self::field("roles", says)))
            }
            ActError::NameTaken => conflict(Self::field(
                "name",
                "This name is taken. Names are compared without regard to case.",
            )),
            ActError::EmailTaken => conflict(Self::field(
                "email",
                "Somebody in this region has this address already.",
            )),
            ActError::AudienceTaken => conflict(Self::field(
                "audience",
                "This audience is taken in this region, or another subscription has it, which only somebody who manages the settings of the whole organization can join.",
            )),
            ActError::LimitReached { what, limit } => conflict(Self::whole(format!(
                "There are already {limit} {what}, which is the limit. Delete one you no longer need, or have the limit raised."
            ))),
            ActError::TooMany { what, until } => {
                let says = format!(
                    "There were too many {what} lately. Nothing you typed is lost: send it again {}.",
                    pause(*until)
                );
                let errors = Self {
                    wait: Some(*until),
                    ..Self::whole(says)
                };
                Some((StatusCode::TOO_MANY_REQUESTS, errors))
            }
            ActError::PlanDisabled => {
                let says = "Service accounts are not part of this subscription’s plan.";
                Some((StatusCode::FORBIDDEN, Self::whole(says)))
            }
            ActError::InUse(by) => conflict(Self::whole(format!(
                "It is in use by {by}. Change them first, then try again."
            ))),
            ActError::LastAdmin => conflict(Self::whole(
                "This is the last organization admin, and an organization keeps at least one. Make somebody else an organization admin first.",
            )),
            ActError::VersionMismatch => Some((StatusCode::PRECONDITION_FAILED, Self::whole(CHANGED))),
            ActError::IdempotencyMismatch => {
                let says = "This form was sent once before with other values, and that took effect. Send it again to go ahead with these.";
                conflict(Self {
                    key_is_spent: true,
                    ..Self::whole(says)
                })
            }
            ActError::Forbidden(_)
            | ActError::BeyondSubscription
            | ActError::NotFound
            | ActError::BuiltinRole
            | ActError::ConfirmationNeeded(_) => None,
        }
    }
}

/// What a form says whose subject somebody else has changed meanwhile.
const CHANGED: &str = "Somebody changed this while you had it open. What you typed is still here and not saved: reload to see what changed, or send it again to put yours in its place.";

/// After how long, in words.
fn pause(until: Throttled) -> String {
    match until.retry_after.0 {
        0..=60 => "in a minute".to_owned(),
        seconds => format!("in {} minutes", seconds.div_ceil(60)),
    }
}

/// A reason as a sentence.
fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_said_at_its_field() {
        let error = ActError::field("roles", Invalid::new("must be at most 20 roles")).into();
        let (status, errors) = Errors::of(&error).unwrap();
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(errors.at("roles"), Some("Must be at most 20 roles."));
        assert_eq!((errors.at("name"), errors.whole.as_deref()), (None, None));
    }

    #[test]
    fn a_missing_privilege_is_none_of_a_forms_reasons() {
        let error = ActError::Forbidden(regent::domain::Privilege::UsersManage).into();
        assert_eq!(Errors::of(&error), None);
    }
}
