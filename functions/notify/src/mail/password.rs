//! To a person: an invitation, or a way to a new password.

use regent::app::App;
use regent::domain::{ActorKind, AuditEvent, BrowserSecret, LinkPurpose, Organization, User, one_line};

use super::Mail;
use super::letter::Letter;

/// A one-time link to send.
pub(crate) struct Password<'a> {
    /// Why.
    pub(crate) event: &'a AuditEvent,
    /// What for.
    pub(crate) purpose: LinkPurpose,
    /// What proves it.
    pub(crate) secret: &'a BrowserSecret,
}

impl Password<'_> {
    /// The mail to the person.
    pub(crate) fn mail(&self, app: &App, organization: &Organization, to: &User) -> Mail {
        let name = one_line(organization.name.as_str(), 64);
        let link = app
            .config()
            .issuer
            .at(&format!("/password?token={}", self.secret.expose()));
        let (subject, letter) = match self.purpose {
            LinkPurpose::Invitation => self.invitation(&name, to, link),
            LinkPurpose::PasswordReset => reset(&name, to, link),
        };
        Mail::new(app, self.event.id, to, &subject, letter)
    }

    fn invitation(&self, organization: &str, to: &User, link: String) -> (String, Letter) {
        let subject = format!("{organization}: your invitation");
        let inviter = match self.event.actor.kind {
            ActorKind::System => "The operator of this region".to_owned(),
            ActorKind::Person | ActorKind::Integration => one_line(&self.event.actor.name, 254),
        };
        let letter = Letter {
            heading: format!("You are invited to {organization}"),
            opening: vec![format!("{inviter} invited you to {organization}. Choose a password to begin.")],
            facts: vec![("Sign in as", to.email.to_string())],
            meaning: vec![],
            action: ("Choose a password", link),
            closing: vec![
                "The link works once, and for 48 hours. After that, ask for a new invitation.".to_owned(),
                "Whoever has this mail can set the password: do not pass it on. If you expected no invitation, ignore it."
                    .to_owned(),
            ],
        };
        (subject, letter)
    }
}

fn reset(organization: &str, to: &User, link: String) -> (String, Letter) {
    let letter = Letter {
        heading: "Choose a new password".to_owned(),
        opening: vec![format!(
            "Somebody, probably you, asked for a new password for {organization}."
        )],
        facts: vec![("Account", to.email.to_string())],
        meaning: vec![],
        action: ("Choose a new password", link),
        closing: vec![
            "The link works once, and for one hour. Your present password stays good until you choose another."
                .to_owned(),
            "Whoever has this mail can set the password: do not pass it on. If it was not you who asked, ignore it."
                .to_owned(),
        ],
    };
    (format!("{organization}: choose a new password"), letter)
}
