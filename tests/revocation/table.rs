//! Every act in every state: what it ends is dead when everything else is switched on again, and what
//! it does not end is alive.

use super::act::Act;
use super::held::{Ground, Thing};
use super::state::State;

/// What lives in the end, in every state, one after the other.
async fn row(act: Act) {
    let ground = Ground::new().await;
    for state in State::ALL {
        let held = ground.held(act.app(&ground).await).await;
        state.enter(&ground, &held).await;
        let answer = act.perform(&ground, &held).await;
        assert_eq!(
            answer.status.as_u16(),
            act.done(),
            "{act:?} while {state:?}: {answer:#?}"
        );
        if state == State::Again {
            let answer = act.perform(&ground, &held).await;
            assert_eq!(answer.status.as_u16(), act.again(), "{act:?} again: {answer:#?}");
        }
        act.undo(&held).await;
        state.leave(&ground, &held).await;
        let ended = &act.ends() | &state.ends();
        let all = [Thing::Token, Thing::Secret, Thing::Access, Thing::Refresh].into();
        assert_eq!(ground.alive(&held).await, &all - &ended, "{act:?} while {state:?}");
    }
}

/// The table is about something: each state alone suspends what it does not end.
#[tokio::test]
async fn what_is_only_suspended_comes_back() {
    let ground = Ground::new().await;
    for state in State::ALL {
        let held = ground.held(ground.app()).await;
        state.enter(&ground, &held).await;
        let suspended = !matches!(
            state,
            State::Usable | State::Again | State::Overlap | State::RegistrationOff
        );
        let (token, access) = (
            ground.accepted(&held.token).await,
            ground.accepted(&held.tokens.access).await,
        );
        assert_eq!(!token || !access, suspended, "{state:?}");
        state.leave(&ground, &held).await;
        let all = [Thing::Token, Thing::Secret, Thing::Access, Thing::Refresh].into();
        assert_eq!(ground.alive(&held).await, &all - &state.ends(), "{state:?}");
    }
}

macro_rules! rows {
    ($($name:ident: $act:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                row(Act::$act).await;
            }
        )*
    };
}

rows! {
    a_token_that_is_given_up_stays_dead: RevokeToken,
    an_access_token_that_an_app_gives_up_stays_dead: RevokeAccess,
    a_refresh_token_that_is_given_up_stays_dead: RevokeRefresh,
    a_code_that_comes_twice_ends_its_grant_for_good: ReplayCode,
    a_spent_refresh_token_ends_its_grant_for_good: ReplayRefresh,
    what_a_person_takes_back_stays_dead: TakeBack,
    a_new_password_ends_access_tokens_for_good: ChangePassword,
    a_rejected_origin_ends_grants_for_good: RejectOrigin,
    a_deleted_app_stays_dead: DeleteClient,
    a_deleted_person_stays_dead: DeletePerson,
    a_rotation_ends_secret_and_tokens_for_good: Rotate,
    a_deleted_credential_stays_dead: DeleteCredential,
    credentials_deleted_together_stay_dead: DeleteCredentials,
    a_deleted_account_stays_dead: DeleteAccount,
    an_account_deleted_as_a_user_stays_dead: DeleteUser,
    an_account_that_became_a_person_stays_dead: BecomePerson,
    everything_that_is_revoked_at_once_stays_dead: RevokeEverything,
    tokens_of_a_dropped_key_stay_dead: DropKeys,
}
