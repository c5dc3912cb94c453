//! The notify function on Lambda.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use regent::app::{App, environment};
use regent::web::lambda::init_tracing;
use regent_notify::{Notify, Settings};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_tracing();
    let notify = Notify::new(App::from_env()?, &environment(), Settings::from_env()?);
    let handler = async |event: LambdaEvent<Value>| notify.handle(event.payload).await.map_err(Error::from);
    run(service_fn(handler)).await
}
