//! Who is told of an event, and how.

use regent::acts::notice::{self, NoticeError, Unsent};
use regent::domain::{Action, AuditEvent, Error, EventId, Invalid, LinkPurpose, Unavailable, User, UserId, UserKind};

use crate::Notify;
use crate::event::Event;
use crate::mail::{Approval, Mail, Password};
use crate::record::RecordError;

/// Why an event was not told, to somebody at least.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Untold {
    /// The record cannot be understood.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The event cannot be understood.
    #[error("event {0}: {1}")]
    Event(EventId, Invalid),
    /// What the mail needs could not be read.
    #[error(transparent)]
    Store(#[from] Unavailable),
    /// The notice was not given.
    #[error(transparent)]
    Notice(#[from] NoticeError),
}

impl Notify {
    /// Tells the bus, and whoever should get a mail. One failure keeps nobody else from being told.
    pub(crate) async fn tell(&self, event: &AuditEvent) -> Result<(), Untold> {
        let put = async || self.bus.put(event, &Event::of(event, &self.app)).await;
        let told = notice::once(&self.app, event.id, "event", put).await;
        let written = self.write(event).await;
        told.map_err(Untold::from).and(written)
    }

    async fn write(&self, event: &AuditEvent) -> Result<(), Untold> {
        match event.action {
            Action::ApprovalRequested => self.write_to_reviewers(event).await,
            Action::UserCreated | Action::UserInvited => self.send_link(event, LinkPurpose::Invitation).await,
            Action::PasswordResetRequested => self.send_link(event, LinkPurpose::PasswordReset).await,
            _ => Ok(()),
        }
    }

    async fn write_to_reviewers(&self, event: &AuditEvent) -> Result<(), Untold> {
        let Some(organization) = notice::organization(&self.app, event.organization).await? else {
            return Ok(());
        };
        let asked = Approval::of(event).map_err(|why| Untold::Event(event.id, why))?;
        let mut told = Ok(());
        for reviewer in notice::reviewers(&self.app, &organization).await? {
            let mail = async || Ok(asked.mail(&self.app, &organization, &reviewer));
            told = told.and(self.mail_once(event, &reviewer, mail).await);
        }
        told
    }

    /// Sends a one-time link to the person an event is about. Whoever has a password needs no
    /// invitation, and whoever is gone or became a program needs nothing.
    async fn send_link(&self, event: &AuditEvent, purpose: LinkPurpose) -> Result<(), Untold> {
        let id = UserId::parse(&event.target.id).map_err(|why| Untold::Event(event.id, why))?;
        let Some(user) = notice::person(&self.app, id).await? else {
            return Ok(());
        };
        let has_password = matches!(&user.kind, UserKind::Person(person) if person.password.is_some());
        if purpose == LinkPurpose::Invitation && has_password {
            return Ok(());
        }
        let Some(organization) = notice::organization(&self.app, user.organization).await? else {
            return Ok(());
        };
        // The link is made when its mail is about to go out. An attempt that fails leaves one behind
        // that nobody knows.
        let mail = async || {
            let secret = notice::link(&self.app, &user, purpose).await?;
            let letter = Password {
                event,
                purpose,
                secret: &secret,
            };
            Ok(letter.mail(&self.app, &organization, &user))
        };
        self.mail_once(event, &user, mail).await
    }

    /// Sends a mail unless it was sent before.
    async fn mail_once(
        &self,
        event: &AuditEvent,
        to: &User,
        mail: impl AsyncFnOnce() -> Result<Mail, Error>,
    ) -> Result<(), Untold> {
        let channel = format!("mail#{}", to.id);
        let send = async || {
            let unwritten = |why: String| Unsent::Refused(format!("the mail was not written: {why}"));
            let mail = mail().await.map_err(|error| unwritten(error.to_string()))?;
            let message = mail.message(self.post.from(), self.app.now());
            let message = message.map_err(|error| unwritten(error.to_string()))?;
            self.post.send(&to.email, message).await
        };
        Ok(notice::once(&self.app, event.id, &channel, send).await?)
    }
}
