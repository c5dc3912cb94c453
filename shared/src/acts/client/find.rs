//! The client behind a client ID.

use crate::acts::bookkeeping;
use crate::app::App;
use crate::domain::{
    Client, ClientAuthentication, ClientError, ClientId, DocumentError, DocumentUrl, Error, Registration, Timestamp,
    Unavailable,
};
use crate::fetch::Fetched;
use crate::oauth::{ClientMetadata, MetadataError};

/// The client with a client ID; none if nobody has registered it here, or if that has run out. A
/// metadata document is fetched unless what it said is still good; failures are never kept in the
/// table.
///
/// # Errors
/// [`ClientError::Document`] if the document cannot be used.
pub async fn find(app: &App, id: &ClientId) -> Result<Option<Client>, Error> {
    match id {
        // Service accounts send nobody to the authorize page.
        ClientId::Service(_) => Ok(None),
        ClientId::Registered(registered) if registered.region != app.config().region => Ok(None),
        ClientId::Registered(_) => Ok(known(app, id).await?),
        ClientId::Document(url) => match known(app, id).await? {
            Some(client) => Ok(Some(client)),
            None => of_document(app, id, url).await.map(Some),
        },
    }
}

/// What the table has, if it still counts.
async fn known(app: &App, id: &ClientId) -> Result<Option<Client>, Unavailable> {
    let found = app.store().client(id).await?;
    Ok(found.filter(|client| !client.is_over(app.now())))
}

/// Fetches a document, one request of this process at a time. What is remembered of a failure is what
/// was wrong with this very document: not that the table fails, or that too much else is being fetched.
async fn of_document(app: &App, id: &ClientId, url: &DocumentUrl) -> Result<Client, Error> {
    let mut turn = app.documents().turn(url, app.now()).await?;
    // Whoever was before us may have read it.
    if let Some(client) = known(app, id).await? {
        return Ok(client);
    }
    turn.check(app.now()).map_err(ClientError::from)?;
    match read(app, id, url).await? {
        Ok(client) => {
            // Whoever needs it next fetches it again.
            let cache = Box::pin(app.store().cache_client(&client));
            bookkeeping::keep("a client metadata document is not kept", cache).await;
            Ok(client)
        }
        Err(error) => {
            turn.fail(error.clone(), app.now());
            Err(ClientError::from(error).into())
        }
    }
}

async fn read(app: &App, id: &ClientId, url: &DocumentUrl) -> Result<Result<Client, DocumentError>, Unavailable> {
    let fetched = app.documents().fetch(url).await?;
    Ok(fetched.and_then(|fetched| client(id, url, &fetched, app.now())))
}

/// The client that a document describes.
fn client(id: &ClientId, url: &DocumentUrl, fetched: &Fetched, now: Timestamp) -> Result<Client, DocumentError> {
    let metadata = ClientMetadata::of_document(&fetched.body, url).map_err(refused)?;
    Ok(Client {
        client_id: id.clone(),
        name: metadata.name,
        redirect_uris: metadata.redirect_uris,
        registration: Registration::Document {
            ends_at: now.plus(fetched.lifetime),
        },
        authentication: ClientAuthentication::None,
        created_at: now,
        updated_at: now,
        version: 1,
        revision: 1,
    })
}

fn refused(error: MetadataError) -> DocumentError {
    let MetadataError { member, why } = error;
    DocumentError::Member { member, why }
}
