//! The notify function on Lambda.

// The types of nested futures are deep.
#![recursion_limit = "256"]

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use regent::app::{App, environment};
use regent::telemetry::{Function, invoked};
use regent::web::lambda::{init_tracing, origin};
use regent_notify::{Notify, Settings};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_tracing(Function::Notify);
    let notify = Notify::new(App::from_env()?, &environment(), Settings::from_env()?);
    let handler = async |event: LambdaEvent<Value>| {
        let ledger = notify.ledger(origin(&event.context));
        Box::pin(invoked(ledger, notify.handle(event.payload)))
            .await
            .map_err(Error::from)
    };
    run(service_fn(handler)).await
}
