//! Sessions of people at the browser, beside their user.

use super::Store;
use super::item::expiring;
use super::key::Key;
use super::list::{Page, Paging, Range};
use super::write::{Lost, Write, number, unless_lost};
use crate::domain::{Organization, OrganizationId, Session, Timestamp, Unavailable, User, UserId};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

/// What a session cookie leads to, in one read.
#[derive(Debug)]
pub struct SessionRows {
    /// The session.
    pub session: Option<Session>,
    /// Whose it is.
    pub user: Option<User>,
    /// The organization, with its roles.
    pub organization: Option<Organization>,
}

const KIND: &str = "session";

impl Store {
    /// Begins a session.
    pub fn create_session(&self, session: &Session) -> Result<Write, Unavailable> {
        let key = Key::session(session.user, &session.digest);
        Write::create(self, expiring(&key, KIND, session, session.ends_at)?, Lost::Changed)
    }

    /// Everything a request with a session cookie needs.
    pub async fn session(
        &self,
        user: UserId,
        organization: OrganizationId,
        digest: &str,
    ) -> Result<SessionRows, Unavailable> {
        let session = Key::session(user, digest);
        let (user, organization) = (Key::user(user), Key::organization(organization));
        let mut rows = self.rows(&[&session, &user, &organization]).await?;
        Ok(SessionRows {
            session: rows.take(KIND, &session)?,
            user: rows.take("user", &user)?,
            organization: rows.take("organization", &organization)?,
        })
    }

    /// Notes that a session was used, unless that was noted after `unless_since`. A session that
    /// has ended is not brought back.
    pub async fn touch_session(
        &self,
        session: &Session,
        now: Timestamp,
        unless_since: Timestamp,
    ) -> Result<(), Unavailable> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::session(session.user, &session.digest).attributes()))
            .update_expression("SET last_seen_at = :now")
            .condition_expression("attribute_exists(pk) AND last_seen_at <= :since")
            .expression_attribute_values(":now", number(now.millis()))
            .expression_attribute_values(":since", number(unless_since.millis()));
        let sent = self.alone(|| update.clone().send()).await;
        unless_lost(
            "session use",
            sent,
            UpdateItemError::is_conditional_check_failed_exception,
        )
    }

    /// Ends a session, whether it is there or not.
    pub fn delete_session(&self, user: UserId, digest: &str) -> Result<Write, Unavailable> {
        Write::delete(self, &Key::session(user, digest))
    }

    /// A user's sessions that have not been collected yet, in no order that means anything.
    pub async fn sessions(&self, user: UserId, paging: &Paging) -> Result<Page<Session>, Unavailable> {
        let range = Range::prefix(format!("USER#{user}"), "SESSION#");
        self.list(&range, paging, KIND, |_| true).await
    }
}
