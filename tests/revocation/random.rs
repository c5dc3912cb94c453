//! Long walks: acts, switches and requests in any order, by service accounts and people, held against a
//! model that knows of every token why it is dead. `REGENT_STEPS` and `REGENT_SEED` make another walk.
//!
//! ```text
//! dice   chance that can be repeated      world      what everybody shares: switches, scopes, roles
//! account   a service account, its secrets and tokens      app   a person's app, its grants and tokens
//! ```

mod account;
mod app;
mod dice;
mod world;

use std::collections::BTreeMap;

use account::Account;
use app::App;
use dice::Dice;
use world::{Changed, World};

/// How many steps the test command walks.
const STEPS: u32 = 300;

#[expect(
    clippy::disallowed_methods,
    reason = "a walk by hand is asked for in the environment"
)]
fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

#[tokio::test]
async fn in_whatever_order_what_was_ended_stays_dead_and_nothing_else_does() {
    let steps = u32::try_from(number("REGENT_STEPS", STEPS.into())).unwrap();
    let mut dice = Dice::new(number("REGENT_SEED", 9));
    let mut world = World::new().await;
    let mut accounts = [Account::new(&world).await, Account::new(&world).await];
    let mut apps = [App::new(&world, 0).await, App::new(&world, 1).await];
    let mut done: BTreeMap<&'static str, u32> = BTreeMap::new();
    for step in 1..=steps {
        // What is switched shows what was forgotten: then everything is held against the model.
        let mut all = step % 50 == 0 || step == steps;
        let what = match dice.below(20) {
            0..=5 => {
                let account = dice.below(2);
                accounts[account].step(&world, &mut dice).await
            }
            6..=11 => {
                let app = dice.below(2);
                apps[app].step(&world, &mut dice).await
            }
            _ => {
                let changed = world.step(&mut dice).await;
                all |= matches!(changed, Changed::Switch(_) | Changed::ScopeOffered | Changed::RoleGrown);
                for account in &mut accounts {
                    account.suffer(&changed, &world);
                }
                for app in &mut apps {
                    app.suffer(&changed, &world);
                }
                changed.name()
            }
        };
        *done.entry(what).or_default() += 1;
        let context = format!("after step {step}, {what}; {world:?}");
        for account in &mut accounts {
            account.check(&world, &mut dice, all, &context).await;
        }
        for app in &mut apps {
            app.check(&world, &mut dice, all, &context).await;
        }
        if step % 500 == 0 {
            world.ground.region.renew_admin().await;
        }
    }
    println!("{steps} steps: {done:#?}");
    assert!(done.len() >= 20, "a walk that does not get about: {done:#?}");
}
