//! What everybody shares: switches, the API's scopes, a role, an approval, and the time.

use serde_json::json;

use super::super::held::{Ground, REDIRECT};
use super::super::state::{api, plan, registration, scopes};
use super::dice::Dice;
use crate::harness::ThirdParty;

/// Whether a scope is there: `read:me`, `write:me`.
pub(super) type Scopes = [bool; 2];

/// Their names.
pub(super) const NAMES: [&str; 2] = ["read:me", "write:me"];

/// The region and how its switches stand.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct World {
    pub(super) ground: Ground,
    /// The API resource is switched on.
    pub(super) api: bool,
    /// The plan includes service accounts.
    pub(super) plan: bool,
    /// Self-registered apps are let in.
    pub(super) registration: bool,
    /// The apps' origin is approved.
    pub(super) approved: bool,
    /// What the API offers. It always offers `read:me`.
    pub(super) offered: Scopes,
    /// What the editor's role grants. It always grants `read:me`.
    pub(super) editor: Scopes,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            api,
            plan,
            registration,
            approved,
            offered,
            editor,
            ..
        } = self;
        write!(
            f,
            "api {api} plan {plan} registration {registration} approved {approved} offered {offered:?} editor {editor:?}"
        )
    }
}

/// A change that ends something for everybody, or nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Changed {
    /// A switch, either way: it suspends, or lets go on.
    Switch(&'static str),
    /// The API lost `write:me`.
    ScopeWithdrawn,
    /// The API got it back.
    ScopeOffered,
    /// The editor's role lost `write:me`: everybody who has it loses access.
    RoleShrunk,
    /// The role got it back.
    RoleGrown,
    /// The origin was rejected: its grants are over.
    OriginRejected,
    /// Every token, session and grant of the organization.
    EverythingRevoked,
    /// Time went by.
    Waited,
}

impl Changed {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Switch(name) => name,
            Self::ScopeWithdrawn => "scope withdrawn",
            Self::ScopeOffered => "scope offered",
            Self::RoleShrunk => "role shrunk",
            Self::RoleGrown => "role grown",
            Self::OriginRejected => "origin rejected",
            Self::EverythingRevoked => "everything revoked",
            Self::Waited => "time",
        }
    }
}

impl World {
    pub(super) async fn new() -> Self {
        Self {
            ground: Ground::new().await,
            api: true,
            plan: true,
            registration: true,
            approved: true,
            offered: [true, true],
            editor: [true, true],
        }
    }

    /// The time, in seconds.
    pub(super) fn now(&self) -> i64 {
        self.ground.region.clock.now().seconds()
    }

    /// What of some scopes the API offers.
    pub(super) fn offers(&self, held: Scopes) -> Scopes {
        [held[0] && self.offered[0], held[1] && self.offered[1]]
    }

    /// Changes something. A switch that is off is more likely to be switched on than another to go off.
    pub(super) async fn step(&mut self, dice: &mut Dice) -> Changed {
        let ground = &self.ground;
        let on = dice.below(3) > 0;
        match dice.below(9) {
            0 => {
                self.api = on;
                api(ground, on).await;
                Changed::Switch(if on { "api on" } else { "api off" })
            }
            1 => {
                self.plan = on;
                plan(ground, on).await;
                Changed::Switch(if on { "plan on" } else { "plan off" })
            }
            2 => {
                self.registration = on;
                registration(ground, on).await;
                Changed::Switch(if on { "registration on" } else { "registration off" })
            }
            3 => {
                let app = ThirdParty::known(&ground.region, "", REDIRECT);
                app.decide(if on { "approved" } else { "rejected" }).await.is(200);
                self.approved = on;
                if on {
                    Changed::Switch("origin approved")
                } else {
                    Changed::OriginRejected
                }
            }
            4 => {
                let names = if on { &NAMES[..] } else { &NAMES[..1] };
                scopes(ground, names).await;
                let before = std::mem::replace(&mut self.offered, [true, on]);
                if before[1] && !on {
                    Changed::ScopeWithdrawn
                } else {
                    Changed::ScopeOffered
                }
            }
            // A role is given only what the API offers, or what it has.
            5 if !on || self.offered[1] || self.editor[1] => {
                let names = if on { &NAMES[..] } else { &NAMES[..1] };
                let path = format!("/roles/{}", ground.region.editor());
                let of = json!([{"resource": ground.api, "scopes": names}]);
                ground.patch(&path, json!({"scopes": of})).await;
                let before = std::mem::replace(&mut self.editor, [true, on]);
                if before[1] && !on {
                    Changed::RoleShrunk
                } else {
                    Changed::RoleGrown
                }
            }
            6 if dice.below(8) == 0 => {
                let path = format!("/organizations/{}/revoke", ground.region.running.facts.organization);
                ground.region.admin("POST", &path).send().await.is(200);
                ground.region.renew_admin().await;
                Changed::EverythingRevoked
            }
            _ => {
                ground.region.wait(u32::try_from(dice.below(13)).unwrap());
                Changed::Waited
            }
        }
    }
}

/// The scopes of an answer.
pub(super) fn granted(text: &str) -> Scopes {
    NAMES.map(|name| text.split(' ').any(|scope| scope == name))
}
