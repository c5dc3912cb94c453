//! The rotate function on Lambda.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use regent::app::App;
use regent::telemetry::{Function, invoked};
use regent::web::lambda::{init_tracing, origin};
use regent_rotate::Rotate;
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_tracing(Function::Rotate);
    let rotate = Rotate::new(App::from_env()?);
    let handler = async |event: LambdaEvent<Value>| {
        let ledger = rotate.ledger(origin(&event.context));
        invoked(ledger, rotate.handle(event.payload)).await.map_err(Error::from)
    };
    run(service_fn(handler)).await
}
