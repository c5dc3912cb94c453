//! Everything else that may be true of what an act ends: suspended, switched off, over, ended before.

use std::collections::BTreeSet;

use serde_json::json;

use super::held::{Ground, Held, PASSWORD, Thing};

/// What is true while the act happens, and no longer afterwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Nothing else.
    Usable,
    /// The API resource is switched off.
    ApiOff,
    /// The subscription's plan has no service accounts.
    PlanOff,
    /// Both, and self-registered apps are switched off.
    AllOff,
    /// Self-registered apps are switched off.
    RegistrationOff,
    /// The origin of the app's redirect URI is rejected.
    OriginRejected,
    /// Neither the account nor the person has a role.
    RolesGone,
    /// The API does not offer what the tokens allow.
    ScopesGone,
    /// The person is limited to another subscription.
    MovedAway,
    /// The credential was rotated, and its old secret is good for a while.
    Overlap,
    /// The access tokens have expired.
    Expired,
    /// The act was done before.
    Again,
}

impl State {
    pub(super) const ALL: [Self; 12] = [
        Self::Usable,
        Self::ApiOff,
        Self::PlanOff,
        Self::AllOff,
        Self::RegistrationOff,
        Self::OriginRejected,
        Self::RolesGone,
        Self::ScopesGone,
        Self::MovedAway,
        Self::Overlap,
        Self::Expired,
        Self::Again,
    ];

    /// What it ends by itself: switching off suspends, taking away ends.
    pub(super) fn ends(self) -> BTreeSet<Thing> {
        match self {
            Self::Usable
            | Self::ApiOff
            | Self::PlanOff
            | Self::AllOff
            | Self::RegistrationOff
            | Self::Overlap
            | Self::Again => [].into(),
            Self::OriginRejected => [Thing::Access, Thing::Refresh].into(),
            Self::MovedAway => [Thing::Access].into(),
            Self::RolesGone | Self::ScopesGone | Self::Expired => [Thing::Token, Thing::Access].into(),
        }
    }

    /// Makes it true.
    pub(super) async fn enter(self, ground: &Ground, held: &Held<'_>) {
        let region = &ground.region;
        match self {
            Self::Usable | Self::Again => {}
            Self::ApiOff => api(ground, false).await,
            Self::PlanOff => plan(ground, false).await,
            Self::AllOff => {
                api(ground, false).await;
                plan(ground, false).await;
                registration(ground, false).await;
            }
            Self::RegistrationOff => registration(ground, false).await,
            Self::OriginRejected => {
                held.app.decide("rejected").await.is(200);
            }
            Self::RolesGone => roles(ground, held, &json!([])).await,
            Self::ScopesGone => scopes(ground, &["other:me"]).await,
            Self::MovedAway => moved(ground, held, Some(&ground.elsewhere)).await,
            Self::Overlap => {
                let path = format!("{}/rotate", held.account.credential());
                let asked = region.admin("POST", &path).json(&json!({"overlap_seconds": 86_400}));
                asked.send().await.is(200);
            }
            Self::Expired => region.wait(3600),
        }
        if matches!(self, Self::RolesGone | Self::MovedAway) {
            // Whoever loses access loses the session, too.
            held.browser.sign_in(&held.email, PASSWORD).await.is(303);
        }
    }

    /// Makes it untrue, as far as what it is about is still there.
    pub(super) async fn leave(self, ground: &Ground, held: &Held<'_>) {
        match self {
            Self::Usable | Self::Again | Self::Overlap | Self::Expired => {}
            Self::ApiOff => api(ground, true).await,
            Self::PlanOff => plan(ground, true).await,
            Self::AllOff => {
                api(ground, true).await;
                plan(ground, true).await;
                registration(ground, true).await;
            }
            Self::RegistrationOff => registration(ground, true).await,
            Self::OriginRejected => {
                held.app.decide("approved").await.is(200);
            }
            Self::RolesGone => roles(ground, held, &json!([ground.region.editor()])).await,
            Self::ScopesGone => scopes(ground, &["read:me", "write:me"]).await,
            Self::MovedAway => moved(ground, held, None).await,
        }
    }
}

/// Switches the sample API on or off.
pub(super) async fn api(ground: &Ground, enabled: bool) {
    let path = format!("/resources/{}", ground.api);
    ground.patch(&path, json!({"enabled": enabled})).await;
}

/// Switches service accounts on or off.
pub(super) async fn plan(ground: &Ground, enabled: bool) {
    let path = format!("/subscriptions/{}", ground.region.subscription());
    ground.patch(&path, json!({"service_accounts_enabled": enabled})).await;
}

/// Switches apps that registered themselves on or off.
pub(super) async fn registration(ground: &Ground, enabled: bool) {
    let path = format!("/organizations/{}", ground.region.running.facts.organization);
    ground
        .patch(&path, json!({"dynamic_registration_enabled": enabled}))
        .await;
}

/// Gives the sample API other scopes.
pub(super) async fn scopes(ground: &Ground, names: &[&str]) {
    let path = format!("/resources/{}", ground.api);
    let scopes: Vec<_> = names.iter().map(|name| json!({"name": name})).collect();
    ground.patch(&path, json!({"scopes": scopes})).await;
}

/// Gives the account and the person other roles. Those that are gone have none to lose.
async fn roles(ground: &Ground, held: &Held<'_>, roles: &serde_json::Value) {
    for path in [held.account.path(), format!("/users/{}", held.person)] {
        let asked = ground.region.admin("PATCH", &path).json(&json!({"roles": roles}));
        let status = asked.send().await.status;
        assert!([200, 404].contains(&status.as_u16()), "{status}");
    }
}

/// Limits the person to a subscription, or lifts the limit.
async fn moved(ground: &Ground, held: &Held<'_>, subscription: Option<&str>) {
    let path = format!("/users/{}", held.person);
    let asked = ground
        .region
        .admin("PATCH", &path)
        .json(&json!({"subscription": subscription}));
    let status = asked.send().await.status;
    assert!([200, 404].contains(&status.as_u16()), "{status}");
}
