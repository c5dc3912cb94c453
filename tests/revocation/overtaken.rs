//! Acts that stop before any of their calls to the table, while another one is done from beginning to
//! end: whatever overtakes whatever, an end that was answered is an end.

use super::act::Act;
use super::held::{Ground, Held};
use crate::harness::{Answer, Apart, Asked, Fault, Http, Parts, Relay, Tokens, VERIFIER};

/// The functions of another process, and what stands before its table.
struct Slow {
    apart: Apart,
    relay: Relay,
}

/// What became of a request that was to stop.
enum Stopped {
    /// It stopped, something else was done, and it went on: its answer.
    Overtaken(Answer),
    /// It makes fewer calls than that.
    Never,
}

impl Slow {
    async fn of(ground: &Ground) -> Self {
        let (apart, relay) = Apart::relayed(&ground.region).await;
        // What a process does once, it has done.
        apart.http.get("/.well-known/jwks.json").send().await.is(200);
        Self { apart, relay }
    }

    /// Sends a request that stops before one of its calls, and does `fast` meanwhile.
    async fn overtaken(&self, call: usize, asked: Asked, fast: impl AsyncFnOnce()) -> Stopped {
        self.relay.fail_after(call, Fault::Paused);
        let mut slow = tokio::spawn(asked.send());
        tokio::select! {
            () = self.relay.holds() => {}
            answer = &mut slow => {
                self.relay.forget();
                answer.unwrap();
                return Stopped::Never;
            }
        }
        fast().await;
        self.relay.resume();
        Stopped::Overtaken(slow.await.unwrap())
    }
}

/// No request here makes more calls than this: a loop that does not end has gone wrong.
const MOST_CALLS: usize = 40;

/// Stops a request before each of its calls in turn, and has it overtaken by an act. `check` judges the
/// answer.
async fn every_call(
    act: Act,
    request: impl AsyncFn(&Http, &Held<'_>) -> Asked,
    check: impl AsyncFn(&Ground, &Held<'_>, Answer),
) {
    let ground = Ground::new().await;
    let slow = Slow::of(&ground).await;
    for call in 0..MOST_CALLS {
        let held = ground.held(act.app(&ground).await).await;
        let asked = request(&slow.apart.http, &held).await;
        let stopped = slow.overtaken(call, asked, async || {
            let answer = act.perform(&ground, &held).await;
            assert_eq!(
                answer.status.as_u16(),
                act.done(),
                "{act:?} during call {call}: {answer:#?}"
            );
        });
        match stopped.await {
            Stopped::Overtaken(answer) => {
                act.undo(&held).await;
                check(&ground, &held, answer).await;
            }
            Stopped::Never => {
                assert!(call > 0, "no call was made");
                return;
            }
        }
    }
    panic!("{act:?}: more than {MOST_CALLS} calls");
}

/// A request for a token that the account has not got yet.
async fn token(http: &Http, held: &Held<'_>) -> Asked {
    let asked = http.token().basic(&held.account.client_id, &held.account.secret);
    asked.form(&[("grant_type", "client_credentials"), ("scope", "read:me")])
}

/// A refresh.
async fn refresh(http: &Http, held: &Held<'_>) -> Asked {
    http.token().form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", &held.tokens.refresh),
        ("client_id", &held.app.client_id),
    ])
}

/// A code that is redeemed.
async fn redeem(http: &Http, held: &Held<'_>) -> Asked {
    let code = held.app.code(&held.browser).await;
    http.token().form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &held.app.redirect_uri),
        ("code_verifier", VERIFIER),
        ("client_id", &held.app.client_id),
    ])
}

/// Whatever the service account got is dead.
async fn no_token(ground: &Ground, _: &Held<'_>, answer: Answer) {
    if answer.status == 200 {
        assert!(!ground.accepted(&answer.text("/access_token")).await);
    }
}

/// The secret stays good, and may begin anew: with the key, or at the epoch, of after the end. Whatever
/// the service account got of before is dead.
async fn no_earlier_token(ground: &Ground, held: &Held<'_>, answer: Answer) {
    let token = answer.is(200).text("/access_token");
    let made = |token: &str| {
        let parts = Parts::of(token);
        (parts.header["kid"].clone(), parts.claims["epo"].clone())
    };
    let anew = made(&token) != made(&held.token);
    assert_eq!(ground.accepted(&token).await, anew);
}

/// Whatever the app got is dead.
async fn no_grant(ground: &Ground, held: &Held<'_>, answer: Answer) {
    if answer.status == 200 {
        let got = Tokens::of(&answer);
        assert!(!ground.accepted(&got.access).await);
        assert_ne!(held.app.refresh(&got.refresh).send().await.status, 200);
    }
}

macro_rules! overtaken {
    ($($name:ident: $request:ident, $act:ident, $check:ident;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                every_call(Act::$act, $request, $check).await;
            }
        )*
    };
}

overtaken! {
    a_token_issued_during_a_rotation_is_dead: token, Rotate, no_token;
    a_token_issued_during_the_deletion_of_its_account_is_dead: token, DeleteAccount, no_token;
    a_token_issued_while_everything_is_revoked_is_dead_or_new: token, RevokeEverything, no_earlier_token;
    a_token_issued_while_its_key_is_dropped_is_dead_or_new: token, DropKeys, no_earlier_token;
    a_refresh_during_its_revocation_yields_nothing: refresh, RevokeRefresh, no_grant;
    a_refresh_while_the_person_takes_it_back_yields_nothing: refresh, TakeBack, no_grant;
    a_refresh_while_the_origin_is_rejected_yields_nothing: refresh, RejectOrigin, no_grant;
    a_refresh_while_everything_is_revoked_yields_nothing: refresh, RevokeEverything, no_grant;
    a_code_redeemed_while_everything_is_revoked_yields_nothing: redeem, RevokeEverything, no_grant;
    a_code_redeemed_while_the_origin_is_rejected_yields_nothing: redeem, RejectOrigin, no_grant;
    a_code_redeemed_while_the_app_is_deleted_yields_nothing: redeem, DeleteClient, no_grant;
    a_code_redeemed_while_the_person_is_deleted_yields_nothing: redeem, DeletePerson, no_grant;
}

/// The other way round: an end that is overtaken ends what was there before it and what came meanwhile.
async fn overtaken_end(end: impl AsyncFn(&Ground, &Http, &Held<'_>) -> Asked, ends: &[Act]) {
    let ground = Ground::new().await;
    let slow = Slow::of(&ground).await;
    let kinds: Vec<_> = ends.iter().flat_map(|act| act.ends()).collect();
    let (tokens, grants) = (
        kinds.contains(&super::held::Thing::Secret),
        kinds.contains(&super::held::Thing::Refresh),
    );
    for call in 0..MOST_CALLS {
        let held = ground.held(ground.app()).await;
        let asked = end(&ground, &slow.apart.http, &held).await;
        let (mut token, mut app) = (None, None);
        let stopped = slow.overtaken(call, asked, async || {
            token = Some(held.account.grant(&ground.region, &[("scope", "read:me")]).await);
            app = Some(held.app.refresh(&held.tokens.refresh).send().await);
        });
        let Stopped::Overtaken(answer) = stopped.await else {
            assert!(call > 0, "no call was made");
            return;
        };
        assert!(answer.status.is_success(), "overtaken before call {call}: {answer:#?}");
        let (token, app) = (token.unwrap(), app.unwrap());
        if tokens {
            assert!(!ground.accepted(&held.token).await);
            no_token(&ground, &held, token).await;
        }
        if grants {
            assert!(!ground.accepted(&held.tokens.access).await);
            no_grant(&ground, &held, app).await;
        }
    }
    panic!("more than {MOST_CALLS} calls");
}

/// A request of the first admin's to another process.
fn admin(ground: &Ground, http: &Http, method: &str, path: &str) -> Asked {
    let token = &ground.region.running.facts.admin.token;
    http.ask(method, &format!("/api/v1{path}")).bearer(token)
}

#[tokio::test]
async fn a_rotation_that_is_overtaken_ends_what_was_issued_meanwhile() {
    let rotate = async |ground: &Ground, http: &Http, held: &Held<'_>| {
        admin(ground, http, "POST", &format!("{}/rotate", held.account.credential()))
    };
    overtaken_end(rotate, &[Act::Rotate]).await;
}

#[tokio::test]
async fn a_deletion_that_is_overtaken_ends_what_was_issued_meanwhile() {
    let delete =
        async |ground: &Ground, http: &Http, held: &Held<'_>| admin(ground, http, "DELETE", &held.account.path());
    overtaken_end(delete, &[Act::DeleteAccount]).await;
}

#[tokio::test]
async fn a_revocation_that_is_overtaken_by_a_refresh_ends_what_that_yielded() {
    let revoke = async |_: &Ground, http: &Http, held: &Held<'_>| {
        let fields = [
            ("token", held.tokens.refresh.as_str()),
            ("client_id", &held.app.client_id),
        ];
        http.post("/oauth/v1/revoke").form(&fields)
    };
    overtaken_end(revoke, &[Act::RevokeRefresh]).await;
}

#[tokio::test]
async fn the_deletion_of_a_person_that_is_overtaken_by_a_refresh_ends_what_that_yielded() {
    let delete = async |ground: &Ground, http: &Http, held: &Held<'_>| {
        admin(ground, http, "DELETE", &format!("/users/{}", held.person))
    };
    overtaken_end(delete, &[Act::DeletePerson]).await;
}
