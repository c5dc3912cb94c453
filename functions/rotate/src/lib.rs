//! For Secrets Manager: the four steps of rotating the signing keys. For operators: the emergency
//! that drops compromised ones. What the steps do is `acts::rotation`; this reads events.

mod event;

use event::{Event, Step};
use regent::acts::rotation::{self, Dropped, RotationError};
use regent::app::App;
use regent::telemetry::{Fact, Function, Ledger, Metric, count, note};
use regent::web::Origin;
use serde_json::{Value, json};

/// The function. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Rotate {
    app: App,
}

/// Why an event came to nothing. Secrets Manager takes it for a failed rotation, and tries again.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// It is of another form.
    #[error("the event is neither a step of a rotation nor an emergency")]
    Event,
    /// Its step is none of the four.
    #[error("the step is none of createSecret, setSecret, testSecret and finishSecret")]
    Step,
    /// Its version is none.
    #[error("ClientRequestToken is no id of a version")]
    Version,
    /// It names no keys to drop.
    #[error("an emergency drops \"all\" keys, or a list of key ids")]
    Drop,
    /// It is good, and could not be done.
    #[error(transparent)]
    Rotation(#[from] RotationError),
}

impl Rotate {
    /// Puts the function together. Calls nobody.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    /// An empty ledger for an invocation that comes from here.
    pub fn ledger(&self, origin: Origin) -> Ledger {
        origin.ledger(Function::Rotate, &self.app)
    }

    /// Does what an event asks for. A step answers with the id of the key it is about; an emergency
    /// with the ids of the keys it dropped and of the one that signs now.
    pub async fn handle(&self, event: Value) -> Result<Value, RotateError> {
        // Boxed: what the steps are made of nests too deep for the compiler otherwise.
        Box::pin(self.perform(event)).await
    }

    async fn perform(&self, event: Value) -> Result<Value, RotateError> {
        match Event::parse(event)? {
            Event::Step(step, rotation) => {
                let app = &self.app;
                note(Fact::Step, step.as_str());
                let kid = match step {
                    Step::Create => rotation::create(app, &rotation).await.map(Some),
                    Step::Set => rotation::set(app, &rotation).await.map(Some),
                    Step::Test => rotation::test(app, &rotation).await,
                    Step::Finish => rotation::finish(app, &rotation).await.map(Some),
                }?;
                if let Some(kid) = &kid {
                    note(Fact::Target, kid);
                }
                if matches!(step, Step::Finish) {
                    count(Metric::KeysRotated);
                }
                Ok(json!({ "step": step.as_str(), "kid": kid }))
            }
            Event::Emergency(compromised) => {
                note(Fact::Step, "emergency");
                let done = rotation::drop_keys(&self.app, &compromised).await?;
                let Dropped {
                    dropped,
                    absent,
                    signing,
                } = done;
                note(Fact::Target, &signing);
                for _ in &dropped {
                    count(Metric::KeysDropped);
                }
                let mut answer = json!({ "dropped": dropped, "signing": signing });
                if !absent.is_empty() {
                    answer["absent"] = json!(absent);
                }
                Ok(answer)
            }
        }
    }
}
