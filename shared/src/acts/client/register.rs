//! Clients that register themselves (RFC 7591): anybody may, so it costs a place in a bucket, and
//! what nobody uses is garbage after a week. Whose people may use such clients is each
//! organization's setting.

use super::manage::{MadeClient, NewClient};
use crate::acts::credential::FreshSecret;
use crate::acts::throttle;
use crate::app::App;
use crate::domain::{Client, Error, Registration, Throttled, Unavailable};
use crate::oauth::ClientMetadata;

/// Why a client is not registered. Whoever is registered already stays so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RegistrationRefusal {
    /// Too many from this network.
    #[error("too many registrations from one network")]
    Source(Throttled),
    /// Too many in the region.
    #[error("too many registrations in the region")]
    Region(Throttled),
}

/// Registers a client, if its source and the region may have another one.
pub async fn register(
    app: &App,
    metadata: &ClientMetadata,
    source: &str,
) -> Result<Result<MadeClient, RegistrationRefusal>, Error> {
    let (of_source, of_region) = throttle::registrations(source);
    if let Err(throttled) = throttle::take(app, &of_source).await? {
        return Ok(Err(RegistrationRefusal::Source(throttled)));
    }
    if let Err(throttled) = throttle::take(app, &[of_region]).await? {
        throttle::put_back(app, &of_source).await;
        return Ok(Err(RegistrationRefusal::Region(throttled)));
    }
    let new = NewClient {
        name: metadata.name.clone(),
        redirect_uris: metadata.redirect_uris.clone(),
        method: metadata.method,
    };
    let registration = Registration::Dynamic {
        ends_at: app.now().plus(Client::NEVER_USED),
    };
    let secret = FreshSecret::of_new_credential(app);
    let made = new.made(app, registration, &secret).await?;
    let writes = app.store().create_client(&made.client)?;
    let lost = |lost| Unavailable(format!("registration: {lost:?}"));
    app.store().commit(&writes).await?.map_err(lost)?;
    Ok(Ok(made))
}
