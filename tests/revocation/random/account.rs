//! A service account, its secrets and tokens.

use serde_json::json;

use super::dice::Dice;
use super::world::{Changed, Scopes, World, granted};
use crate::harness::Account as Harness;

/// What a token request may ask for.
const ASKS: [&str; 3] = ["", "read:me", "write:me"];
/// Less of its life left, and a token is not given out again.
const MARGIN: i64 = 30;
/// How long the tokens live.
const LIFETIME: i64 = 3600;

/// A token and why it is dead, if it is.
#[derive(Clone, Debug)]
struct Token {
    text: String,
    ask: usize,
    generation: u32,
    scopes: Scopes,
    ends: i64,
    dead: Option<&'static str>,
}

/// An account as the model knows it.
pub(super) struct Account {
    harness: Harness,
    /// 0 none, 1 reader, 2 editor.
    role: usize,
    generation: u32,
    /// The secret before, while it is good, and until when.
    previous: Option<(Harness, u32, i64)>,
    tokens: Vec<Token>,
}

impl Account {
    pub(super) async fn new(world: &World) -> Self {
        Self {
            harness: made(world).await,
            role: 2,
            generation: 1,
            previous: None,
            tokens: vec![],
        }
    }

    /// Does something with it, and says what.
    pub(super) async fn step(&mut self, world: &World, dice: &mut Dice) -> &'static str {
        let region = &world.ground.region;
        match dice.below(12) {
            0..=4 => {
                self.ask(world, dice).await;
                "token request"
            }
            5 | 6 => {
                let Some(token) = self.any(dice) else {
                    return "nothing to revoke";
                };
                let asked = self.harness.ask(region, "/oauth/v1/revoke", &[("token", &token)]);
                asked.send().await.is(200);
                self.end("revoked", |one| one.text == token);
                "token revoked"
            }
            7 => {
                self.rotate(world, dice.one(&[0, 0, 60])).await;
                "credential rotated"
            }
            8 => {
                let role = dice.below(3);
                let roles = [json!([]), json!([region.reader()]), json!([region.editor()])];
                world
                    .ground
                    .patch(&self.harness.path(), json!({"roles": roles[role]}))
                    .await;
                let before = std::mem::replace(&mut self.role, role);
                // Less than before of what the roles name, whether or not the API offers it now.
                let held = |role: usize| [[false; 2], [true, false], world.editor][role];
                let (was, is) = (held(before), held(role));
                if (was[0] && !is[0]) || (was[1] && !is[1]) {
                    self.end("role taken", |_| true);
                }
                "role changed"
            }
            9 => {
                region.admin("DELETE", &self.harness.credential()).send().await.is(204);
                let path = format!("{}/credentials", self.harness.path());
                let made = region.admin("POST", &path).json(&json!({"name": "next"})).send().await;
                self.harness = self.harness.through(&made.is(201));
                self.end("credential deleted", |_| true);
                (self.generation, self.previous) = (1, None);
                "credential deleted"
            }
            10 if world.plan && dice.below(3) == 0 => {
                if dice.below(2) == 0 {
                    region.admin("DELETE", &self.harness.path()).send().await.is(204);
                } else {
                    let path = format!("/users/{}", self.harness.id);
                    let asked = json!({"user_type": "view_only", "confirm_credential_loss": true});
                    world.ground.patch(&path, asked).await;
                    region.admin("DELETE", &path).send().await.is(204);
                }
                self.harness = made(world).await;
                self.end("account gone", |_| true);
                (self.role, self.generation, self.previous) = (2, 1, None);
                "account gone"
            }
            _ => {
                let Some(token) = self.any(dice) else {
                    return "nothing to ask about";
                };
                let other = &world.ground.other.http;
                world.ground.verified(other, &token).await;
                "verified elsewhere"
            }
        }
    }

    async fn rotate(&mut self, world: &World, overlap: u32) {
        let path = format!("{}/rotate", self.harness.credential());
        let asked = world
            .ground
            .region
            .admin("POST", &path)
            .json(&json!({"overlap_seconds": overlap}));
        let next = self.harness.through(&asked.send().await.is(200));
        let before = std::mem::replace(&mut self.harness, next);
        let (old, until) = (self.generation, world.now() + i64::from(overlap));
        self.generation += 1;
        self.previous = (overlap > 0).then_some((before, old, until));
        // One secret goes on for a while; its tokens with it.
        for token in self.tokens.iter_mut().filter(|token| token.dead.is_none()) {
            match token.generation {
                generation if generation == old && overlap > 0 => token.ends = token.ends.min(until),
                _ => token.dead = Some("rotated"),
            }
        }
    }

    /// Asks for a token, with the secret or the one before.
    async fn ask(&mut self, world: &World, dice: &mut Dice) {
        let (now, ask) = (world.now(), dice.below(ASKS.len()));
        self.previous = self.previous.take().filter(|(_, _, until)| now < *until);
        let old = self.previous.as_ref().filter(|_| dice.below(2) == 0);
        let (harness, generation) = old.map_or((&self.harness, self.generation), |(harness, generation, _)| {
            (harness, *generation)
        });
        let held = [[false; 2], [true, false], world.editor][self.role];
        let offered = world.offers(held);
        let wanted = if ask == 0 { offered } else { granted(ASKS[ask]) };
        let allowed = wanted.iter().any(|scope| *scope) && (!wanted[0] || offered[0]) && (!wanted[1] || offered[1]);
        let answer = harness.grant(&world.ground.region, &[("scope", ASKS[ask])]).await;
        let context = format!("{world:?} role {} ask {ask}: {answer:?}", self.role);
        if !(world.api && world.plan && allowed) {
            assert_eq!(answer.status.as_u16(), 400, "{context}");
            return;
        }
        assert_eq!(answer.status.as_u16(), 200, "{context}");
        let text = answer.text("/access_token");
        assert_eq!(granted(&answer.text("/scope")), wanted, "{context}");
        let last = self
            .tokens
            .iter()
            .rev()
            .find(|token| token.ask == ask && token.generation == generation);
        let again = last.filter(|last| last.dead.is_none() && last.scopes == wanted);
        if let Some(again) = again.filter(|again| now + MARGIN < again.ends) {
            assert_eq!(again.text, text, "another token while one is good: {context}");
            return;
        }
        if let Some(known) = self.tokens.iter().find(|token| token.text == text) {
            assert!(
                known.dead.is_none(),
                "given out again though {:?}: {context}",
                known.dead
            );
            return;
        }
        let until = old.map_or(i64::MAX, |(_, _, until)| *until);
        self.tokens.push(Token {
            text,
            ask,
            generation,
            scopes: wanted,
            ends: (now + LIFETIME).min(until),
            dead: None,
        });
        if self.tokens.len() > 60 {
            self.tokens.remove(0);
        }
    }

    /// What a change of the world's ends here.
    pub(super) fn suffer(&mut self, changed: &Changed, _: &World) {
        match changed {
            Changed::ScopeWithdrawn => self.end("scope withdrawn", |token| token.scopes[1]),
            Changed::RoleShrunk if self.role == 2 => self.end("role shrunk", |_| true),
            Changed::EverythingRevoked => self.end("everything revoked", |_| true),
            _ => {}
        }
    }

    fn end(&mut self, why: &'static str, which: impl Fn(&Token) -> bool) {
        for token in self.tokens.iter_mut().filter(|token| which(token)) {
            token.dead.get_or_insert(why);
        }
    }

    fn any(&self, dice: &mut Dice) -> Option<String> {
        (!self.tokens.is_empty()).then(|| self.tokens[dice.below(self.tokens.len())].text.clone())
    }

    /// Holds tokens against the model.
    pub(super) async fn check(&mut self, world: &World, dice: &mut Dice, all: bool, context: &str) {
        let some = if all || self.tokens.is_empty() {
            0
        } else {
            dice.below(self.tokens.len())
        };
        let (now, suspended) = (world.now(), !world.api || !world.plan);
        let chosen = self.tokens.iter().skip(some).take(if all { usize::MAX } else { 1 });
        for token in chosen {
            let expected = token.dead.is_none() && !suspended && now < token.ends;
            let http = dice.one(&[&world.ground.region.http, &world.ground.other.http]);
            let accepted = world.ground.verified(http, &token.text).await;
            assert_eq!(accepted, expected, "{token:?} at {now}, {context}");
        }
    }
}

async fn made(world: &World) -> Harness {
    let roles = json!([world.ground.region.editor()]);
    world
        .ground
        .region
        .account_with(json!({"roles": roles, "token_lifetime": LIFETIME}))
        .await
}
