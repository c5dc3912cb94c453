//! Where a check stands: an implementation of DynamoDB and one of Secrets Manager; in them a table
//! and a secret of the check's own, with a signing key, an organization and its admin.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regent::acts::account::NewAccount;
use regent::acts::credential::FreshSecret;
use regent::acts::{Act, Caller, FirstRun, Founded, account, ensure_signing_key, found, perform, person_token};
use regent::app::{App, Clock, Rng, SdkConfig};
use regent::config::Config;
use regent::domain::{
    AccountName, Audience, ClientSecret, CredentialId, Description, Email, Issuer, Name, RegionLabel, RoleRef, Scope,
    Scopes, Seconds, Timestamp, TokenLifetime, User,
};
use regent::oauth::Presented;
use regent_local::aws::{Credentials, credentials, sdk_config};
use regent_local::secrets::Secrets;
use regent_local::table::{Expiry, Table, ensure_table};
use tempfile::TempDir;

use super::emulator::Emulator;

/// The sample API of the first run.
pub(super) const AUDIENCE: &str = "https://api.example.com";
/// The function that a secret is rotated by.
pub(super) const ROTATION: &str = "arn:aws:lambda:us-east-1:000000000000:function:rotate";
/// When every check begins: 2026-01-01T00:00:00Z.
pub(super) const BEGINNING: i64 = 1_767_225_600;

/// Two implementations.
pub(super) struct Place {
    credentials: Credentials,
    dynamodb: String,
    secrets: String,
    _emulator: Option<Emulator>,
    _table: Table,
    _secrets: Secrets,
    _folder: TempDir,
}

impl Place {
    /// Both ours.
    pub(super) fn ours() -> Self {
        let (folder, credentials) = (tempfile::tempdir().unwrap(), credentials(&Rng::system()));
        let table = Table::open(&folder.path().join("table.sqlite"), Expiry::Keep, &credentials).unwrap();
        let secrets = folder.path().join("secrets.sqlite");
        let secrets = Secrets::open(&secrets, &credentials).unwrap();
        // Whatever is to be rotated: the checks take the steps themselves.
        let idle = Arc::new(|_| Box::pin(async { Err("the check goes on".to_owned()) }) as _);
        secrets.rotations().serve(ROTATION, idle);
        Self {
            credentials,
            dynamodb: table.endpoint().to_owned(),
            secrets: secrets.endpoint().to_owned(),
            _emulator: None,
            _table: table,
            _secrets: secrets,
            _folder: folder,
        }
    }

    /// The same with the table elsewhere.
    pub(super) fn with_table_of(self, emulator: Emulator) -> Self {
        Self {
            dynamodb: emulator.endpoint.clone(),
            _emulator: Some(emulator),
            ..self
        }
    }

    /// The same with the secrets elsewhere.
    pub(super) fn with_secrets_of(self, emulator: Emulator) -> Self {
        Self {
            secrets: emulator.endpoint.clone(),
            _emulator: Some(emulator),
            ..self
        }
    }
}

/// What a check works with.
pub(super) struct Ground {
    pub(super) app: App,
    pub(super) clock: Clock,
    pub(super) founded: Founded,
    aws: SdkConfig,
    /// The table as anybody sees it.
    pub(super) dynamodb: aws_sdk_dynamodb::Client,
    /// The secrets as anybody sees them.
    pub(super) secrets: aws_sdk_secretsmanager::Client,
}

/// A service account with the secret that is shown once.
pub(super) struct Made {
    pub(super) user: User,
    pub(super) credential: CredentialId,
    pub(super) secret: ClientSecret,
}

/// A stand-in that has only just started may be slower than the product's patience. The act is safe
/// to repeat.
async fn ready(app: &App) {
    for _ in 0..8 {
        if ensure_signing_key(app).await.is_ok() {
            return;
        }
    }
    ensure_signing_key(app).await.unwrap();
}

impl Ground {
    pub(super) async fn new(place: &Place, name: &str) -> Self {
        let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let aws = sdk_config(&place.credentials);
        ensure_table(&aws, &place.dynamodb, &name).await.unwrap();
        let issuer = Issuer::parse("https://us.example.com").unwrap();
        let config = Config {
            signing_secret: Some(name.clone()),
            dynamodb_endpoint: Some(place.dynamodb.clone()),
            secrets_endpoint: Some(place.secrets.clone()),
            ..Config::new(RegionLabel::parse("us").unwrap(), issuer, name)
        };
        let clock = Clock::manual(Timestamp::from_seconds(BEGINNING));
        let app = App::new(config, &aws, clock.clone(), Rng::system()).unwrap();
        ready(&app).await;
        let run = first_run();
        let founded = perform(&app, async || found(&app, &run).await).await.unwrap();
        let dynamodb = aws_sdk_dynamodb::config::Builder::from(&aws).endpoint_url(&place.dynamodb);
        let secrets = aws_sdk_secretsmanager::config::Builder::from(&aws).endpoint_url(&place.secrets);
        Self {
            app,
            clock,
            founded,
            aws,
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            secrets: aws_sdk_secretsmanager::Client::from_conf(secrets.build()),
        }
    }

    /// A process that has just started beside this one.
    pub(super) fn cold(&self) -> App {
        self.with(|_| ())
    }

    /// The same with other settings.
    pub(super) fn with(&self, change: impl FnOnce(&mut Config)) -> App {
        let mut config = self.app.config().clone();
        change(&mut config);
        App::new(config, &self.aws, self.clock.clone(), Rng::system()).unwrap()
    }

    /// Moves the clock.
    pub(super) fn wait(&self, seconds: u32) {
        self.clock.advance(Seconds(seconds));
    }

    /// The name of the check's table and of its signing secret.
    pub(super) fn name(&self) -> String {
        self.app.config().table.clone()
    }

    /// The admin at work.
    pub(super) async fn admin(&self) -> Caller {
        let token = person_token(&self.app, self.founded.admin, Seconds(3600))
            .await
            .unwrap();
        Caller::of(&self.app, &token, None).await.unwrap()
    }

    /// A service account that may `read:me`.
    pub(super) async fn account(&self, name: &str) -> Made {
        let caller = self.admin().await;
        let new = NewAccount {
            name: AccountName::parse(name).unwrap(),
            description: Description::parse("").unwrap(),
            subscription: self.founded.subscription,
            applications: self.founded.applications.iter().copied().collect(),
            roles: BTreeSet::from([RoleRef::Custom(self.founded.roles[0])]),
            token_lifetime: TokenLifetime::DEFAULT,
        };
        let fresh = FreshSecret::of_new_credential(&self.app);
        let act = account::Creation { new, fresh };
        let plan = async || act.plan(&self.app, &caller, act.check(&self.app, &caller).await?).await;
        let made = perform(&self.app, plan).await.unwrap();
        Made {
            user: made.user,
            credential: made.credential,
            secret: made.secret,
        }
    }

    /// The user as the table has it now.
    pub(super) async fn user(&self, made: &Made) -> User {
        self.app.store().user(made.user.id).await.unwrap().unwrap()
    }
}

impl Made {
    /// What its program shows of itself.
    pub(super) fn presented(&self, app: &App) -> Presented {
        let account = self.user.service().unwrap();
        Presented {
            client_id: self.user.client_id(&app.config().region, account, self.credential),
            secret: self.secret.clone(),
        }
    }
}

fn first_run() -> FirstRun {
    let scopes = ["read:me", "write:me"].map(|scope| (Scope::parse(scope).unwrap(), Description::parse("").unwrap()));
    let admin = Email::parse("admin@example.com").unwrap();
    FirstRun {
        organization: Name::parse("Acme").unwrap(),
        subscription: Name::parse("Production").unwrap(),
        applications: vec![Name::parse("Storefront").unwrap()],
        resource: (
            Name::parse("API").unwrap(),
            Audience::parse(AUDIENCE).unwrap(),
            BTreeMap::from(scopes),
        ),
        roles: vec![(Name::parse("Reader").unwrap(), Scopes::parse("read:me").unwrap())],
        password: Some(FirstRun::password("seven trombones", &admin).unwrap()),
        admin,
    }
}
