//! An organization's decision about one origin of redirect URIs.

use super::{Invalid, OrganizationId, Origin, Timestamp, UserId};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use serde::{Deserialize, Serialize};

/// What was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStatus {
    /// Somebody asked, nobody decided.
    Pending,
    /// Every redirect URI of this origin is accepted, for any client of the organization.
    Approved,
    /// None is.
    Rejected,
}

/// The id of an approval: `apr_` and its origin in Base64 URL. An organization has one per origin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApprovalId(pub Origin);

impl ApprovalId {
    /// Reads an id.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let read = || {
            let origin = BASE64URL.decode(text.strip_prefix("apr_")?).ok()?;
            Origin::parse(std::str::from_utf8(&origin).ok()?).ok()
        };
        read()
            .map(Self)
            .ok_or(Invalid::new("must be the id of an approval (apr_…)"))
    }
}

impl std::fmt::Display for ApprovalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "apr_{}", BASE64URL.encode(self.0.to_string()))
    }
}

impl TryFrom<String> for ApprovalId {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

/// The decision about one origin, with everybody who asked and every earlier decision.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Approval {
    /// Whose decision.
    pub organization: OrganizationId,
    /// What about.
    pub origin: Origin,
    /// The redirect URI of the first request, without its query.
    pub redirect_uri: String,
    /// What the client that asked calls itself.
    pub client_name: String,
    /// Its client ID.
    pub client_id: String,
    /// How it stands.
    pub status: ApprovalStatus,
    /// Who asked, first one first; at most [`Approval::MAX_REQUESTERS`]. Empty if an admin decided unasked.
    pub requesters: Vec<Requester>,
    /// Every decision, oldest first; the oldest are dropped past [`Approval::MAX_DECISIONS`].
    pub decisions: Vec<Decision>,
    /// Counts how often an approval was taken back. A grant of an earlier count is dead, also if the
    /// origin is approved again.
    pub epoch: u32,
    /// When it was requested.
    pub created_at: Timestamp,
    /// Counts its changes.
    pub version: u64,
    /// Counts every write, so that none is lost under another.
    pub revision: u64,
}

/// What the authorize page says about an origin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gate {
    /// Approved, after the approval was taken back that many times.
    Approved {
        /// The approval's count of withdrawals.
        epoch: u32,
    },
    /// Nobody has asked yet.
    NeverRequested,
    /// Asked, not decided.
    Pending,
    /// Refused.
    Rejected,
    /// A public suffix, which is nobody's to vouch for.
    NeverApprovable,
}

impl Gate {
    /// How an organization that decided thus stands to an origin.
    pub fn of(origin: &Origin, approval: Option<&Approval>) -> Self {
        match approval.map(|approval| (approval.status, approval.epoch)) {
            _ if !origin.is_approvable() => Self::NeverApprovable,
            None => Self::NeverRequested,
            Some((ApprovalStatus::Pending, _)) => Self::Pending,
            Some((ApprovalStatus::Rejected, _)) => Self::Rejected,
            Some((ApprovalStatus::Approved, epoch)) => Self::Approved { epoch },
        }
    }
}

/// Somebody who asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Requester {
    /// The person.
    pub user: UserId,
    /// The address at that time.
    pub email: String,
    /// When.
    pub at: Timestamp,
}

/// A decision.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// What.
    pub status: ApprovalStatus,
    /// Who; the user may be gone by now.
    pub user: UserId,
    /// The address at that time.
    pub email: String,
    /// When.
    pub at: Timestamp,
    /// Why, if the reviewer said.
    pub reason: Option<String>,
}

impl ApprovalStatus {
    /// Reads a status.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let known = [Self::Pending, Self::Approved, Self::Rejected];
        let found = known.into_iter().find(|status| status.as_str() == text);
        found.ok_or(Invalid::new("must be pending, approved or rejected"))
    }

    /// The status as it is written on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

impl Approval {
    /// The most requesters that are remembered.
    pub const MAX_REQUESTERS: usize = 20;
    /// The most decisions that are remembered.
    pub const MAX_DECISIONS: usize = 20;
    /// The most characters of a reason.
    pub const MAX_REASON: usize = 500;

    /// Its id.
    pub fn id(&self) -> ApprovalId {
        ApprovalId(self.origin.clone())
    }

    /// Whether a grant that was made at `epoch` may be used.
    pub fn carries(&self, epoch: u32) -> bool {
        self.status == ApprovalStatus::Approved && self.epoch == epoch
    }

    /// The latest decision.
    pub fn decision(&self) -> Option<&Decision> {
        self.decisions.last()
    }

    /// Whether a user has asked.
    pub fn was_requested_by(&self, user: UserId) -> bool {
        self.requesters.iter().any(|requester| requester.user == user)
    }

    /// Puts one more person on the list; false if nothing changes by it.
    pub fn join(&mut self, requester: Requester) -> bool {
        if self.was_requested_by(requester.user) || self.requesters.len() >= Self::MAX_REQUESTERS {
            return false;
        }
        self.requesters.push(requester);
        true
    }

    /// Writes a decision down. Taking an approval back ends what was granted through it.
    pub fn decide(&mut self, decision: Decision) {
        if self.status == ApprovalStatus::Approved && decision.status != ApprovalStatus::Approved {
            self.epoch += 1;
        }
        self.status = decision.status;
        self.decisions.push(decision);
        let surplus = self.decisions.len().saturating_sub(Self::MAX_DECISIONS);
        self.decisions.drain(..surplus);
        self.version += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RedirectUri;

    fn approval() -> Approval {
        Approval {
            organization: OrganizationId::from_random([1; 12]),
            origin: RedirectUri::parse("https://a.test/cb").unwrap().origin(),
            redirect_uri: "https://a.test/cb".to_owned(),
            client_name: "A".to_owned(),
            client_id: "cli_us_000000000000".to_owned(),
            status: ApprovalStatus::Pending,
            requesters: Vec::new(),
            decisions: Vec::new(),
            epoch: 0,
            created_at: Timestamp::from_seconds(0),
            version: 1,
            revision: 1,
        }
    }

    fn decision(status: ApprovalStatus) -> Decision {
        Decision {
            status,
            user: UserId::from_random([2; 12]),
            email: "admin@a.test".to_owned(),
            at: Timestamp::from_seconds(1),
            reason: None,
        }
    }

    #[test]
    fn only_taking_an_approval_back_ends_grants() {
        let (approved, rejected) = (ApprovalStatus::Approved, ApprovalStatus::Rejected);
        let mut approval = approval();
        for (status, epoch) in [
            (rejected, 0),
            (approved, 0),
            (approved, 0),
            (rejected, 1),
            (approved, 1),
            (rejected, 2),
        ] {
            approval.decide(decision(status));
            assert_eq!(approval.epoch, epoch, "{status:?}");
        }
        assert_eq!(approval.decisions.len(), 6);
    }

    #[test]
    fn an_id_is_its_origin() {
        for uri in ["https://a.test:8443/cb", "http://127.0.0.1:1/", "cursor://x"] {
            let id = ApprovalId(RedirectUri::parse(uri).unwrap().origin());
            assert_eq!(ApprovalId::parse(&id.to_string()), Ok(id));
        }
        for bad in [
            "",
            "apr_",
            "apr_!",
            "apr_aHR0cDovL2V4YW1wbGUuY29t",
            "aHR0cHM6Ly9hLnRlc3Q",
        ] {
            assert!(ApprovalId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_same_person_is_listed_once_and_the_list_ends() {
        let mut approval = approval();
        let requester = |n: u8| Requester {
            user: UserId::from_random([n; 12]),
            email: String::new(),
            at: Timestamp::from_seconds(0),
        };
        assert!(approval.join(requester(0)));
        assert!(!approval.join(requester(0)));
        for _ in 0..100 {
            approval.decide(decision(ApprovalStatus::Approved));
        }
        assert_eq!(approval.decisions.len(), Approval::MAX_DECISIONS);
    }
}
