//! The function's own part of the environment.

use regent::config::variable;
use regent::domain::{Email, Invalid, Name};

/// What this function is told beside what every function is.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `REGENT_MAIL_FROM`: whom mails are from, `regent@example.com` or `Regent <regent@example.com>`.
    pub from: Mailbox,
    /// `REGENT_EVENT_BUS`: the name or ARN of the bus for events.
    pub bus: String,
    /// `AWS_ENDPOINT_URL_SESV2`: another endpoint than AWS's.
    pub ses_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_EVENTBRIDGE`: another endpoint than AWS's.
    pub eventbridge_endpoint: Option<String>,
}

/// A name and an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mailbox {
    /// The name.
    pub name: Name<64>,
    /// The address.
    pub address: Email,
}

/// A variable that is missing or makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {why}")]
pub struct SettingsError {
    variable: &'static str,
    why: Invalid,
}

impl Settings {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, SettingsError> {
        let required = |name| {
            variable(name).ok_or(SettingsError {
                variable: name,
                why: Invalid::new("must be set"),
            })
        };
        let from = Mailbox::parse(&required("REGENT_MAIL_FROM")?).map_err(|why| SettingsError {
            variable: "REGENT_MAIL_FROM",
            why,
        })?;
        Ok(Self {
            from,
            bus: required("REGENT_EVENT_BUS")?,
            ses_endpoint: variable("AWS_ENDPOINT_URL_SESV2"),
            eventbridge_endpoint: variable("AWS_ENDPOINT_URL_EVENTBRIDGE"),
        })
    }
}

impl Mailbox {
    /// Reads an address, or a name and an address in angle brackets. Without a name it is Regent.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let (name, address) = match text.trim().strip_suffix('>').and_then(|text| text.split_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"'), address),
            None => ("Regent", text),
        };
        Ok(Self {
            name: Name::parse(name)?,
            address: Email::parse(address)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let read = |text| Mailbox::parse(text).map(|from| (from.name.to_string(), from.address.to_string()));
        let regent = |name: &str| Ok((name.to_owned(), "regent@example.com".to_owned()));
        assert_eq!(read("regent@example.com"), regent("Regent"));
        assert_eq!(read("Acme Sign-in <regent@example.com>"), regent("Acme Sign-in"));
        assert_eq!(read("\"Acme, Inc.\" <regent@example.com>"), regent("Acme, Inc."));
        for bad in [
            "",
            "regent",
            "<regent@example.com>",
            "A\nB <regent@example.com>",
            "Regent <regent@example.com> x",
        ] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
