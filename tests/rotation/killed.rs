//! `kill -9` of the compiled function, before each of its calls in turn: what it did before is done,
//! and the rest is not. Then Secrets Manager takes the rotation up again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use regent_local::region::Options;
use regent_local::secrets::Function;
use serde_json::json;
use tokio::time::timeout;

use super::operator::{Operator, kid, version};
use crate::harness::{Account, Fault, Region, Relay};
use crate::lambda::binaries::binary;
use crate::lambda::runtime::{self, Outcome};

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:regent-rotate";
/// Far more calls than a rotation makes.
const MANY: usize = 60;
const PATIENCE: Duration = Duration::from_secs(30);

/// How the compiled function is started: with the table and the secrets behind a relay.
#[derive(Clone)]
struct Binary {
    path: PathBuf,
    log: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl Binary {
    fn new(region: &Region, relay: &Relay, folder: &Path) -> Self {
        let (config, credentials) = (region.running.app.config(), &region.running.credentials);
        let environment = [
            ("REGENT_REGION", config.region.to_string()),
            ("REGENT_ISSUER", config.issuer.to_string()),
            ("REGENT_TABLE", config.table.clone()),
            ("REGENT_SIGNING_SECRET", config.signing_secret.clone().unwrap()),
            ("REGENT_KEY_LEAD", "3".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", relay.endpoint.clone()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", relay.endpoint.clone()),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", credentials.access_key_id().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key().to_owned()),
        ];
        Self {
            path: binary("regent-rotate"),
            log: folder.join("rotate.log"),
            environment: environment.to_vec(),
        }
    }

    async fn start(&self) -> runtime::Function {
        runtime::Function::start(&self.path, self.log.clone(), &self.environment).await
    }

    /// The function as Secrets Manager calls it: a process for each step, killed when a call is held.
    fn as_function(&self, relay: &Relay) -> Function {
        let (binary, relay) = (self.clone(), relay.clone());
        Arc::new(move |event| {
            let (binary, relay) = (binary.clone(), relay.clone());
            Box::pin(async move {
                let process = binary.start().await;
                tokio::select! {
                    outcome = process.invoke(event) => match outcome {
                        Outcome::Answered(_) => Ok(()),
                        Outcome::Failed(why) => Err(why),
                    },
                    // SIGKILL, when it is dropped.
                    () = relay.holds() => Err("killed".to_owned()),
                }
            })
        })
    }
}

/// A region whose keys the compiled function rotates.
struct Stage {
    region: Region,
    relay: Relay,
    binary: Binary,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        // The function goes by the machine's clock, so the region does, too.
        let region = Region::with(|options| Options { clock: None, ..options }).await;
        let running = &region.running;
        let relay = Relay::before(running).await;
        let folder = tempfile::tempdir().unwrap();
        let binary = Binary::new(&region, &relay, folder.path());
        running.rotations().serve(ARN, binary.as_function(&relay));
        Self {
            region,
            relay,
            binary,
            _folder: folder,
        }
    }
}

#[tokio::test]
async fn killed_before_any_of_its_calls_it_leaves_a_rotation_that_can_be_finished() {
    let stage = Stage::new().await;
    let (region, relay) = (&stage.region, &stage.relay);
    let operator = Operator::of(region);
    let (account, busy) = (region.account().await, region.account().await);
    let token = account.token(region).await;
    let rotate = async |version: &str| {
        let rotate = operator.secrets.rotate_secret().secret_id(&operator.secret);
        rotate
            .rotation_lambda_arn(ARN)
            .client_request_token(version)
            .send()
            .await
    };
    for n in 0..MANY {
        let (one, before) = (version(n), operator.published().await);
        relay.fail_after(n, Fault::Held);
        rotate(&one).await.unwrap();
        let ended = region.running.rotations().ended(&one);
        let ended = timeout(PATIENCE, ended).await.unwrap();
        let killed = !relay.still_waits();
        let mut last = (one, 1);
        if killed {
            assert!(ended.unwrap_err().ends_with("killed"), "{n}");
            still_works(region, &account, &token, &busy).await;
            // Refused while AWSPENDING is not current; a rotation that got so far has only its last
            // write left, which the next one does.
            let next = version(MANY + n);
            if rotate(&next).await.is_ok() {
                last = (next, 2);
            }
            let again = region.running.rotations().ended(&last.0);
            assert_eq!(timeout(PATIENCE, again).await.unwrap(), Ok(()), "{n}");
        } else {
            assert_eq!(ended, Ok(()));
        }
        operator.is_whole().await;
        let after = operator.published().await;
        assert_eq!(
            (&after[..before.len()], after.len()),
            (&before[..], before.len() + last.1),
            "{n}"
        );
        assert_eq!(operator.labels().await["AWSCURRENT"], last.0);
        let keys = region.running.app.store().keyset().await.unwrap().keys;
        let retire = keys.iter().take(after.len() - 1).all(|key| key.retires_at.is_some());
        assert!(retire, "{n}: one key signs on");
        still_works(region, &account, &token, &busy).await;
        if !killed {
            assert!(n > 10, "{n} calls");
            return;
        }
    }
    panic!("a rotation makes more than {MANY} calls")
}

/// A token of before is good, and new ones can be had.
async fn still_works(region: &Region, account: &Account, token: &str, busy: &Account) {
    assert_eq!(account.token(region).await, token);
    assert_eq!(region.verified(token).await, 200);
    let fresh = busy.token(region).await;
    assert_eq!(region.verified(&fresh).await, 200);
    // The next one is a new one.
    let gone = busy.ask(region, "/oauth/v1/revoke", &[("token", &fresh)]);
    gone.send().await.is(200);
}

#[tokio::test]
async fn killed_in_an_emergency_it_is_called_again_and_the_key_is_gone() {
    let stage = Stage::new().await;
    let (region, relay) = (&stage.region, &stage.relay);
    let operator = Operator::of(region);
    let account = region.account().await;
    let token = account.token(region).await;
    let event = json!({ "Emergency": { "drop": [kid(&token)] } });
    let function = stage.binary.as_function(relay);
    for n in 0..MANY {
        relay.fail_after(n, Fault::Held);
        // Each starts where the one before was killed, as an operator's next attempt does.
        let outcome = timeout(PATIENCE, function(event.clone())).await.unwrap();
        if outcome.is_ok() {
            break;
        }
    }
    assert_eq!(region.verified(&token).await, 401);
    assert!(!operator.kept().await.contains(&kid(&token)));
    operator.is_whole().await;
    let fresh = account.token(region).await;
    assert_eq!(region.verified(&fresh).await, 200);
    let mut again = stage.binary.clone();
    again.environment.retain(|(name, _)| *name != "REGENT_KEY_LEAD");
    let Outcome::Answered(answer) = again.start().await.invoke(event).await else {
        panic!("not repeatable")
    };
    assert_eq!(
        (&answer["dropped"], &answer["signing"]),
        (&json!([]), &json!(kid(&fresh)))
    );
}
