//! Client secrets on their way to whoever asked for them: made once, shown once.

use crate::app::App;
use crate::domain::{
    ClientSecret, Credential, CredentialId, Error, Name, RedirectUri, StoredSecret, Timestamp, Unavailable, User,
};
use crate::keys::secret_hash;
use std::collections::BTreeMap;
use tokio::sync::OnceCell;

/// A secret at the one time it is shown.
#[derive(Debug)]
pub struct NewSecret {
    /// The service account with the credential.
    pub user: User,
    /// Which credential.
    pub credential: CredentialId,
    /// The secret.
    pub secret: ClientSecret,
}

/// The secret that an act is about to hand out. It is drawn once, and argon2 runs once, however
/// often the act is planned; an act that is refused before it needs the hash runs none.
#[derive(Debug)]
pub struct FreshSecret {
    credential: CredentialId,
    secret: ClientSecret,
    salt: [u8; 16],
    stored: OnceCell<StoredSecret>,
}

impl FreshSecret {
    /// The first secret of a new credential.
    pub fn of_new_credential(app: &App) -> Self {
        Self::of(app, CredentialId::from_random(app.random()))
    }

    /// The next secret of a credential.
    pub fn of(app: &App, credential: CredentialId) -> Self {
        Self {
            credential,
            secret: ClientSecret::from_random(app.random()),
            salt: app.random(),
            stored: OnceCell::new(),
        }
    }

    /// Whose secret it is.
    pub(super) fn credential(&self) -> CredentialId {
        self.credential
    }

    /// The secret, for the one answer that shows it.
    pub(super) fn secret(&self) -> &ClientSecret {
        &self.secret
    }

    /// What is kept of it: argon2 off the async threads.
    pub(super) async fn stored(&self, app: &App, generation: u32) -> Result<StoredSecret, Error> {
        let stored = self.stored.get_or_try_init(|| self.hash(app)).await?;
        Ok(StoredSecret {
            generation,
            created_at: app.now(),
            ..stored.clone()
        })
    }

    async fn hash(&self, app: &App) -> Result<StoredSecret, Error> {
        let (secret, credential, salt, now) = (self.secret.clone(), self.credential, self.salt, app.now());
        let hashing = tokio::task::spawn_blocking(move || secret_hash::hash(&secret, credential, 1, salt, now));
        let stored = hashing
            .await
            .map_err(|error| Unavailable(format!("hashing: {error}")))??;
        Ok(stored)
    }

    /// A credential with this as its first secret.
    pub(super) async fn first_of(
        &self,
        app: &App,
        name: Name<64>,
        redirect_uri: Option<RedirectUri>,
        expires_at: Option<Timestamp>,
    ) -> Result<Credential, Error> {
        Ok(Credential {
            id: self.credential,
            name,
            redirect_uri,
            secrets: vec![self.stored(app, 1).await?],
            created_at: app.now(),
            last_used_at: None,
            expires_at,
            epoch: 0,
            revoked: BTreeMap::new(),
        })
    }

    /// The secret, for the one answer that shows it.
    pub(super) fn shown(&self, user: User) -> NewSecret {
        NewSecret {
            user,
            credential: self.credential,
            secret: self.secret.clone(),
        }
    }
}
