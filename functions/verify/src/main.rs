//! The verify function on Lambda: authorizer events and HTTP events reach the same binary.

// The types of nested tower services are deep.
#![recursion_limit = "256"]

use lambda_http::{Error, LambdaEvent, service_fn};
use regent::app::App;
use regent::telemetry::{Function, watched};
use regent::web::lambda;
use regent_verify::{Authorizer, AuthorizerError, AuthorizerEvent, Settings, router};
use serde_json::value::{RawValue, to_raw_value};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::init_tracing(Function::Verify);
    let app = App::from_env()?;
    let authorizer = Authorizer::new(app.clone(), Settings::from_env()?);
    let http = router(app.clone());
    let handler = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let (app, authorizer, http) = (app.clone(), authorizer.clone(), http.clone());
        async move {
            let LambdaEvent { payload, context } = event;
            if let Some(event) = AuthorizerEvent::parse(payload.get()) {
                let ledger = event.ledger(lambda::origin(&context), &app);
                let authorization = Box::pin(watched(ledger, authorizer.authorize(&event)));
                return Ok::<_, Error>(to_raw_value(&authorization.await?)?);
            }
            if AuthorizerEvent::is_one(payload.get()) {
                return Err(AuthorizerError::Unavailable.into());
            }
            lambda::answer(http, &payload, context).await
        }
    });
    lambda_http::lambda_runtime::run(handler).await
}
