//! `RotateSecret`: what is answered at once, and what then runs beside the requests.
//!
//! As in AWS a rotation begins with a version that has `AWSPENDING` and no value; the function is
//! called for each step in order and in the end has to leave `AWSPENDING` on the version with
//! `AWSCURRENT`, or nowhere. A step that fails ends the rotation and leaves the labels as they are:
//! the next `RotateSecret` is refused, and runs that same rotation once more – unless `AWSCURRENT` had
//! moved already: then it begins another one.
//!
//! Otherwise than AWS, nothing is tried again by itself, and no schedule is kept.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::SecretsError;
use super::asked::Asked;
use super::fault::Fault;
use super::rotation::Rotation;
use super::secret::Secret;
use super::vault::Vault;

const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];
/// What tries a configuration that is not to rotate at once.
const TRIAL: [&str; 1] = ["testSecret"];

/// A rotation function, called with `{Step, SecretId, ClientRequestToken}`. Whatever it answers is
/// good; the error is what failed, without secrets.
pub type Function = Arc<dyn Fn(Value) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// How a rotation stands; none while it runs.
type Outcome = Option<Result<(), String>>;

/// The rotations of this process, by the version each began.
#[derive(Clone)]
pub struct Rotations {
    vault: Arc<Mutex<Vault>>,
    /// By ARN.
    functions: Arc<Mutex<BTreeMap<String, Function>>>,
    outcomes: watch::Sender<BTreeMap<String, Outcome>>,
    tasks: Arc<Mutex<JoinSet<()>>>,
}

/// One rotation.
struct Run {
    secret: String,
    version: String,
    function: String,
    steps: &'static [&'static str],
}

impl std::fmt::Debug for Rotations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rotations").finish_non_exhaustive()
    }
}

/// A panic in a transaction rolls it back: what the lock protects is whole.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Rotations {
    pub(super) fn new(vault: Arc<Mutex<Vault>>) -> Self {
        Self {
            vault,
            functions: Arc::default(),
            outcomes: watch::Sender::default(),
            tasks: Arc::default(),
        }
    }

    /// Hands in a function: until then, nobody can be told to use it.
    pub fn serve(&self, arn: &str, function: Function) {
        locked(&self.functions).insert(arn.to_owned(), function);
    }

    /// Turns rotation by a function on, as a stack does that has just made the secret. Settings that
    /// are there stay.
    pub fn configure(&self, secret: &str, arn: &str) -> Result<(), SecretsError> {
        let vault = locked(&self.vault);
        let configured = vault.now_and_suffix().and_then(|(now, _)| {
            let known = vault.secret(secret)?.ok_or_else(Fault::no_secret)?;
            if known.rotation.is_some() {
                return Ok(());
            }
            vault
                .change(secret, |secret| secret.configure(Some(arn), None, now))
                .map(drop)
        });
        configured.map_err(|fault| SecretsError::Rotation(fault.to_string()))
    }

    /// Waits for the end of the rotation to a version: what failed, in words. An unknown one has
    /// not begun in this process.
    pub async fn ended(&self, version: &str) -> Result<(), String> {
        let mut outcomes = self.outcomes.subscribe();
        let ended = outcomes.wait_for(|outcomes| outcomes.get(version) != Some(&None)).await;
        match ended.map(|outcomes| outcomes.get(version).cloned().flatten()) {
            Ok(Some(outcome)) => outcome,
            Ok(None) | Err(_) => Err("no such rotation".to_owned()),
        }
    }

    /// Cuts off what runs.
    pub(super) async fn close(&self) {
        let mut tasks = std::mem::take(&mut *locked(&self.tasks));
        tasks.shutdown().await;
    }

    /// `RotateSecret`.
    pub(super) fn rotate(&self, body: &[u8]) -> Result<Value, Fault> {
        let asked = Asked::parse(body)?;
        let vault = locked(&self.vault);
        let version = asked.token()?;
        let known = asked.secret(&vault)?;
        known.live()?;
        if let Some(unfinished) = known.unfinished().filter(|unfinished| *unfinished != version) {
            self.again(&known, unfinished);
            return Err(Fault::request(
                "A previous rotation isn't complete. That rotation will be reattempted.",
            ));
        }
        if known.is_current(version) {
            return Ok(answer(&known, version));
        }
        let named = asked.rotation_lambda_arn.as_deref();
        let function = named.or(known.rotation.as_ref().map(|rotation| rotation.function.as_str()));
        if function.is_some_and(|function| !locked(&self.functions).contains_key(function)) {
            return Err(Fault::AccessDeniedException(
                "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants \
                 access to the principal secretsmanager.amazonaws.com."
                    .to_owned(),
            ));
        }
        let (now, _) = vault.now_and_suffix()?;
        let secret = vault.change(asked.secret_id()?, |secret| {
            secret.configure(named, asked.rotation_rules.as_ref(), now)?;
            secret.begin(version, now);
            Ok(())
        })?;
        let at_once = asked.rotate_immediately.unwrap_or(true) || known.unfinished().is_some();
        self.run(&secret, version, if at_once { &STEPS } else { &TRIAL });
        Ok(answer(&secret, version))
    }

    /// Runs a rotation once more that was not finished, unless it was cancelled.
    fn again(&self, secret: &Secret, version: &str) {
        if secret.rotation.as_ref().is_some_and(|rotation| rotation.enabled) {
            self.run(secret, version, &STEPS);
        }
    }

    /// Runs beside the requests, once at a time for each version.
    fn run(&self, secret: &Secret, version: &str, steps: &'static [&'static str]) {
        let Some(Rotation { function, .. }) = &secret.rotation else {
            return;
        };
        let began = self.outcomes.send_if_modified(|outcomes| {
            let running = outcomes.get(version) == Some(&None);
            outcomes.insert(version.to_owned(), None);
            !running
        });
        if !began {
            return;
        }
        let run = Run {
            secret: secret.arn.clone(),
            version: version.to_owned(),
            function: function.clone(),
            steps,
        };
        let rotations = self.clone();
        let mut tasks = locked(&self.tasks);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            let outcome = rotations.take(&run).await;
            if let Err(why) = &outcome {
                tracing::error!(secret = run.secret, version = run.version, why, "a rotation stopped");
            }
            rotations
                .outcomes
                .send_modify(|outcomes| drop(outcomes.insert(run.version, Some(outcome))));
        });
    }

    async fn take(&self, run: &Run) -> Result<(), String> {
        let stepped = self.step(run).await;
        let trial = run.steps.len() < STEPS.len();
        let vault = locked(&self.vault);
        let mut whole = false;
        let ended = vault.now_and_suffix().and_then(|(now, _)| {
            vault.change(&run.secret, |secret| {
                if trial {
                    secret.forget(&run.version);
                    return Ok(());
                }
                whole = stepped.is_ok() && secret.is_current(&run.version) && secret.unfinished().is_none();
                if let (true, Some(rotation)) = (whole, secret.rotation.as_mut()) {
                    rotation.rotated = Some(now);
                }
                Ok(())
            })
        });
        stepped?;
        ended.map_err(|fault| fault.to_string())?;
        if whole || trial {
            Ok(())
        } else {
            Err("finishSecret left AWSCURRENT or AWSPENDING on another version".to_owned())
        }
    }

    /// Calls the function for each step.
    async fn step(&self, run: &Run) -> Result<(), String> {
        for step in run.steps {
            let enabled = locked(&self.vault).secret(&run.secret).is_ok_and(|secret| {
                secret
                    .and_then(|secret| secret.rotation)
                    .is_some_and(|rotation| rotation.enabled)
            });
            if !enabled {
                return Err(format!("cancelled before {step}"));
            }
            let function = locked(&self.functions).get(&run.function).cloned();
            let function = function.ok_or_else(|| format!("{step}: nobody is {}", run.function))?;
            let event = json!({ "Step": step, "SecretId": run.secret, "ClientRequestToken": run.version });
            // A task of its own, so that a panic is a failure like others.
            let mut call = JoinSet::new();
            call.spawn(function(event));
            let outcome = match call.join_next().await {
                Some(Ok(outcome)) => outcome,
                Some(Err(error)) => Err(error.to_string()),
                None => Ok(()),
            };
            outcome.map_err(|why| format!("{step}: {why}"))?;
        }
        Ok(())
    }
}

fn answer(secret: &Secret, version: &str) -> Value {
    json!({ "ARN": secret.arn, "Name": secret.name, "VersionId": version })
}
