//! A person's app: its grants and what it got for them.

use serde_json::json;

use super::super::held::PASSWORD;
use super::dice::Dice;
use super::world::{Changed, Scopes, World, granted};
use crate::harness::{Browser, Tokens, parameter};

/// Longer than the moment in which the refresh token before is good again.
const PAST_GRACE: u32 = 11;
/// How long an access token lives.
const LIFETIME: i64 = 3600;

/// What the person allowed once.
#[derive(Debug)]
struct Grant {
    code: String,
    scopes: Scopes,
    refresh: String,
    spent: Vec<String>,
    access: Vec<Access>,
    over: Option<&'static str>,
}

/// An access token and why it is dead, if it is.
#[derive(Debug)]
struct Access {
    text: String,
    scopes: Scopes,
    ends: i64,
    dead: Option<&'static str>,
}

/// The person and the app, as the model knows them.
pub(super) struct App {
    person: String,
    email: String,
    browser: Browser,
    /// 0 none, 1 reader, 2 editor.
    role: usize,
    /// Limited to another subscription.
    away: bool,
    grants: Vec<Grant>,
}

impl App {
    pub(super) async fn new(world: &World, _: usize) -> Self {
        let region = &world.ground.region;
        let (person, _) = region.person(json!([region.editor()]), None).await;
        Self {
            email: region.give_password(&person, PASSWORD).await,
            browser: region.browser(),
            person,
            role: 2,
            away: false,
            grants: vec![],
        }
    }

    /// What the person holds of the API's scopes here.
    fn held(&self, world: &World) -> Scopes {
        let held = [[false; 2], [true, false], world.editor][self.role];
        if self.away { [false; 2] } else { world.offers(held) }
    }

    /// Does something with it, and says what.
    pub(super) async fn step(&mut self, world: &World, dice: &mut Dice) -> &'static str {
        let choice = dice.below(12);
        if choice < 3 || self.grants.is_empty() {
            return self.allow(world).await;
        }
        let at = dice.below(self.grants.len());
        match choice {
            3..=5 => self.refresh(world, at).await,
            6 => {
                let grant = &mut self.grants[at];
                let Some(access) = grant.access.last().map(|access| access.text.clone()) else {
                    return "nothing to give up";
                };
                give_up(world, &access).await;
                // The access tokens of that generation: all that are there, if it is the last one's.
                if grant.over.is_none() {
                    grant.access.iter_mut().for_each(|access| {
                        access.dead.get_or_insert("given up");
                    });
                }
                "access token given up"
            }
            7 => {
                give_up(world, &self.grants[at].refresh).await;
                self.grants[at].over.get_or_insert("given up");
                "refresh token given up"
            }
            8 => {
                let Some(spent) = self.grants[at].spent.first().cloned() else {
                    return "nothing spent";
                };
                world.ground.region.wait(PAST_GRACE);
                world.ground.app().refresh(&spent).send().await.is(400);
                self.grants[at].over.get_or_insert("refresh token replayed");
                "refresh token replayed"
            }
            9 => {
                let grant = &mut self.grants[at];
                world.ground.app().redeem(&grant.code, &[]).send().await.is(400);
                // A code is remembered for as long as its first access token may live.
                if grant.access.first().is_none_or(|first| world.now() < first.ends) {
                    grant.over.get_or_insert("code replayed");
                } else {
                    grant.over.get_or_insert("forgotten by the model");
                    give_up(world, &grant.refresh).await;
                }
                "code replayed"
            }
            10 => self.role_changes(world, dice.below(3)).await,
            _ => self.moves(world, dice.below(3) == 0).await,
        }
    }

    async fn allow(&mut self, world: &World) -> &'static str {
        let app = world.ground.app();
        let path = app.path(&[("scope", "read:me write:me")]);
        let mut page = self.browser.open(&path).await;
        if page.status == 303 && page.header("location").is_some_and(|to| to.starts_with("/sign-in")) {
            self.browser.sign_in(&self.email, PASSWORD).await.is(303);
            page = self.browser.open(&path).await;
        }
        let held = self.held(world);
        let possible = world.api && world.registration && world.approved && held[0];
        let offered = page.status == 200 && page.body.contains("value=\"allow\"");
        assert_eq!(
            offered, possible,
            "{world:?} role {} away {}: {page:#?}",
            self.role, self.away
        );
        if !offered {
            return "nothing allowed";
        }
        let form = page.form("/oauth/v1/authorize");
        let answer = self.browser.submit(&form, &[("action", "allow")]).await.is(303);
        let code = parameter(answer.header("location").unwrap(), "code").unwrap();
        let answer = app.redeem(&code, &[]).send().await.is(200);
        let (scopes, tokens) = (granted(&answer.text("/scope")), Tokens::of(&answer));
        assert_eq!(scopes, held);
        self.grants.push(Grant {
            code,
            scopes,
            refresh: tokens.refresh,
            spent: vec![],
            access: vec![Access::new(world, tokens.access, scopes)],
            over: None,
        });
        if self.grants.len() > 12 {
            self.grants.remove(0);
        }
        "allowed"
    }

    async fn refresh(&mut self, world: &World, at: usize) -> &'static str {
        let held = self.held(world);
        let grant = &mut self.grants[at];
        let scopes = [grant.scopes[0] && held[0], grant.scopes[1] && held[1]];
        let possible = grant.over.is_none()
            && world.api
            && world.registration
            && world.approved
            && scopes.iter().any(|scope| *scope);
        let answer = world.ground.app().refresh(&grant.refresh).send().await;
        let expected = if possible { 200 } else { 400 };
        assert_eq!(answer.status.as_u16(), expected, "{world:?} {grant:?}: {answer:#?}");
        if !possible {
            return "refresh refused";
        }
        assert_eq!(granted(&answer.text("/scope")), scopes);
        let tokens = Tokens::of(&answer);
        let before = std::mem::replace(&mut grant.refresh, tokens.refresh);
        grant.spent.push(before);
        grant.access.push(Access::new(world, tokens.access, scopes));
        "refreshed"
    }

    async fn role_changes(&mut self, world: &World, role: usize) -> &'static str {
        let region = &world.ground.region;
        let roles = [json!([]), json!([region.reader()]), json!([region.editor()])];
        world
            .ground
            .patch(&format!("/users/{}", self.person), json!({"roles": roles[role]}))
            .await;
        let before = std::mem::replace(&mut self.role, role);
        let held = |role: usize| [[false; 2], [true, false], world.editor][role];
        let (was, is) = (held(before), held(role));
        if (was[0] && !is[0]) || (was[1] && !is[1]) {
            self.end_access("role taken", |_| true);
        }
        "person's role changed"
    }

    async fn moves(&mut self, world: &World, away: bool) -> &'static str {
        let to = away.then_some(&world.ground.elsewhere);
        world
            .ground
            .patch(&format!("/users/{}", self.person), json!({"subscription": to}))
            .await;
        let before = std::mem::replace(&mut self.away, away);
        if away && !before {
            self.end_access("moved away", |_| true);
        }
        "person moved"
    }

    /// What a change of the world's ends here.
    pub(super) fn suffer(&mut self, changed: &Changed, _: &World) {
        match changed {
            Changed::ScopeWithdrawn => self.end_access("scope withdrawn", |access| access.scopes[1]),
            Changed::RoleShrunk if self.role == 2 => self.end_access("role shrunk", |_| true),
            Changed::OriginRejected => self.end_grants("origin rejected"),
            Changed::EverythingRevoked => self.end_grants("everything revoked"),
            _ => {}
        }
    }

    fn end_grants(&mut self, why: &'static str) {
        for grant in &mut self.grants {
            grant.over.get_or_insert(why);
        }
    }

    fn end_access(&mut self, why: &'static str, which: impl Fn(&Access) -> bool) {
        let all = self.grants.iter_mut().flat_map(|grant| &mut grant.access);
        for access in all.filter(|access| which(access)) {
            access.dead.get_or_insert(why);
        }
    }

    /// Holds access tokens against the model.
    pub(super) async fn check(&mut self, world: &World, dice: &mut Dice, all: bool, context: &str) {
        let now = world.now();
        let tokens: Vec<_> = self
            .grants
            .iter()
            .flat_map(|grant| grant.access.iter().map(move |access| (grant, access)))
            .collect();
        let some = if all || tokens.is_empty() {
            0
        } else {
            dice.below(tokens.len())
        };
        for (grant, access) in tokens.into_iter().skip(some).take(if all { usize::MAX } else { 1 }) {
            let dead = access.dead.or(grant.over);
            let expected = dead.is_none() && world.api && now < access.ends;
            let http = dice.one(&[&world.ground.region.http, &world.ground.other.http]);
            let accepted = world.ground.verified(http, &access.text).await;
            assert_eq!(
                accepted, expected,
                "{access:?} of a grant that is {:?} at {now}, {context}",
                grant.over
            );
        }
    }
}

impl Access {
    fn new(world: &World, text: String, scopes: Scopes) -> Self {
        Self {
            text,
            scopes,
            ends: world.now() + LIFETIME,
            dead: None,
        }
    }
}

/// The app gives a token up.
async fn give_up(world: &World, token: &str) {
    let app = world.ground.app();
    let fields = [("token", token), ("client_id", app.client_id.as_str())];
    world
        .ground
        .region
        .http
        .post("/oauth/v1/revoke")
        .form(&fields)
        .send()
        .await
        .is(200);
}
