//! The authorize function on Lambda.

use regent::app::App;
use regent::telemetry::Function;
use regent::web::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda::init_tracing(Function::Authorize);
    lambda::serve(regent_authorize::router(App::from_env()?)).await
}
