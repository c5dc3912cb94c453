//! Clients that register themselves (RFC 7591): anybody may, so it costs a place in a bucket, and
//! what nobody uses is garbage after a while. Whose people may use such clients is each
//! organization's setting.

use super::manage::{MadeClient, NewClient};
use crate::acts::credential::FreshSecret;
use crate::acts::throttle;
use crate::app::App;
use crate::domain::{Client, Error, Registration, Seconds, Throttle, Throttled, Unavailable};
use crate::oauth::ClientMetadata;

/// Registers a client, if its source may have another one.
pub async fn register(
    app: &App,
    metadata: &ClientMetadata,
    source: &str,
) -> Result<Result<MadeClient, Throttled>, Error> {
    // A company's people register their tools from one address.
    let bucket = Throttle {
        what: format!("register#from#{}", throttle::network(source)),
        burst: 60,
        interval: Seconds(60),
    };
    if let Err(throttled) = throttle::take(app, &[bucket]).await? {
        return Ok(Err(throttled));
    }
    let new = NewClient {
        name: metadata.name.clone(),
        redirect_uris: metadata.redirect_uris.clone(),
        method: metadata.method,
    };
    let registration = Registration::Dynamic {
        ends_at: app.now().plus(Client::UNUSED),
    };
    let secret = FreshSecret::of_new_credential(app);
    let made = new.made(app, registration, &secret).await?;
    let writes = app.store().create_client(&made.client)?;
    let lost = |lost| Unavailable(format!("registration: {lost:?}"));
    app.store().commit(&writes).await?.map_err(lost)?;
    Ok(Ok(made))
}
