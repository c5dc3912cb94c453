//! One region on this machine: bound to its port and folder, started, held, stopped.
//!
//! Binding comes first and alone, because several regions know each other's issuers, and an issuer
//! contains its port.

use std::collections::BTreeMap;
use std::path::PathBuf;

use regent::app::{App, Clock, Rng, SdkConfig};
use regent::config::Config;
use regent::domain::{Issuer, RegionLabel, Seconds, SigningAlgorithm};
use regent_notify::{Mailbox, Notify};
use tokio::net::TcpListener;

use crate::aws::{self, Credentials};
use crate::error::StartError;
use crate::facts::{Admin, Facts};
use crate::first_run::{self, Note};
use crate::folder::Folder;
use crate::gateway::{Functions, Gateway};
use crate::outside::Outside;
use crate::pump::{self, Pump, Stream};
use crate::rotation::{self, Rotation};
use crate::secrets::{Rotations, Secrets};
use crate::table::{Expiry, Table, ensure_table};

/// How long a new signing key is known before it signs: nobody wants to wait for caches here.
const KEY_LEAD: Seconds = Seconds(3);
/// How long the admin's token of a start is good.
const ADMIN_TOKEN_LIFETIME: Seconds = Seconds(86_400);

/// What a region is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its label.
    pub label: RegionLabel,
    /// Its port on 127.0.0.1; 0 is any free one.
    pub port: u16,
    /// The folder in which every region has its own.
    pub data_dir: PathBuf,
    /// A clock of the test's own; the machine's if none. With one, nothing expires behind the test's back.
    pub clock: Option<Clock>,
    /// For the signing key, if the region has none yet.
    pub algorithm: SigningAlgorithm,
    /// Whether clients' metadata documents may be at `http` URLs on loopback.
    pub allow_loopback_metadata: bool,
    /// How often notify is tried with a record of the stream before it becomes a dead letter.
    pub notify_attempts: u32,
    /// How long a new signing key is published before it signs.
    pub key_lead: Seconds,
}

impl Options {
    /// A region on any free port, by the machine's clock.
    pub fn new(label: RegionLabel, data_dir: PathBuf) -> Self {
        Self {
            label,
            port: 0,
            data_dir,
            clock: None,
            algorithm: SigningAlgorithm::default(),
            allow_loopback_metadata: false,
            notify_attempts: pump::ATTEMPTS,
            key_lead: KEY_LEAD,
        }
    }
}

/// A region that has its port and its folder, and does not answer yet.
#[derive(Debug)]
pub struct Bound {
    options: Options,
    issuer: Issuer,
    listener: TcpListener,
    folder: Folder,
}

/// A region that answers.
#[derive(Debug)]
pub struct Running {
    /// Its issuer identifier: `http://127.0.0.1:port`.
    pub issuer: Issuer,
    /// What to tell a newcomer or a test.
    pub facts: Facts,
    /// What its AWS answers to: made at this start, and good for no other.
    pub credentials: Credentials,
    /// Where its DynamoDB is; the table's name is `app.config().table`.
    pub dynamodb_endpoint: String,
    /// Where its Secrets Manager is.
    pub secrets_endpoint: String,
    /// What its token function works with, signing key included.
    pub app: App,
    /// Its SES and EventBridge.
    pub outside: Outside,
    gateway: Gateway,
    pump: Pump,
    secrets: Secrets,
    table: Table,
    _folder: Folder,
}

/// Starts one region that knows no other.
pub async fn start(options: Options) -> Result<Running, StartError> {
    Bound::new(options).await?.start(&BTreeMap::new()).await
}

impl Bound {
    /// Takes the port and the folder.
    pub async fn new(options: Options) -> Result<Self, StartError> {
        let listener = Gateway::bind(options.port).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => StartError::PortTaken(options.port),
            _ => StartError::Port(options.port, error),
        })?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError::Port(options.port, error))?;
        let issuer = Issuer::parse(&format!("http://{address}"))?;
        let folder = Folder::open(options.data_dir.join(options.label.as_str()))?;
        Ok(Self {
            options,
            issuer,
            listener,
            folder,
        })
    }

    /// Its label.
    pub fn label(&self) -> &RegionLabel {
        &self.options.label
    }

    /// Its issuer identifier.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Starts everything; when this returns, the region answers. `regions` are the issuers it may
    /// point strangers to.
    pub async fn start(self, regions: &BTreeMap<RegionLabel, Issuer>) -> Result<Running, StartError> {
        let Self {
            options,
            issuer,
            listener,
            folder,
        } = self;
        let credentials = aws::credentials(&Rng::system());
        let aws = aws::sdk_config(&credentials);
        let expiry = if options.clock.is_some() {
            Expiry::Keep
        } else {
            Expiry::Collect
        };
        let table = Table::open(&folder.file("table.sqlite"), expiry, &credentials)?;
        let secrets = Secrets::open(&folder.file("secrets.sqlite"), &credentials)?;
        let outside = Outside::open(&folder.file("outside.sqlite"), &credentials)?;

        let name = format!("regent-{}", options.label);
        ensure_table(&aws, table.endpoint(), &name).await?;
        let keyless = Config {
            algorithm: options.algorithm,
            allow_loopback_documents: options.allow_loopback_metadata,
            regions: regions.clone(),
            dynamodb_endpoint: Some(table.endpoint().to_owned()),
            secrets_endpoint: Some(secrets.endpoint().to_owned()),
            ..Config::new(options.label.clone(), issuer.clone(), name.clone())
        };
        let secret = format!("regent/{}/signing-key", options.label);
        let signing = Config {
            signing_secret: Some(secret.clone()),
            key_lead: options.key_lead,
            ..keyless.clone()
        };
        // One for each function, as in the cloud: only those that sign or rotate may read the signing keys.
        let time_passes = options.clock.is_none();
        let clock = options.clock.unwrap_or(Clock::system());
        let app = |config| App::new(config, &aws, clock.clone(), Rng::system());
        let (token, rotate) = (app(signing.clone())?, app(signing)?);
        let (accounts, verify) = (app(keyless.clone())?, app(keyless.clone())?);
        let (authorize, console) = (app(keyless.clone())?, app(keyless.clone())?);
        let settings = regent_notify::Settings {
            from: Mailbox::parse(&format!("Regent <regent@{}.test>", options.label))?,
            bus: format!("regent-{}", options.label),
            ses_endpoint: Some(outside.endpoint().to_owned()),
            eventbridge_endpoint: Some(outside.endpoint().to_owned()),
        };
        let notify = Notify::new(app(keyless)?, &aws, settings);

        let note = first_run::ensure(&token, &folder).await?;
        let admin_token = regent::acts::person_token(&token, note.admin, ADMIN_TOKEN_LIFETIME).await?;
        let rotation = Rotation::configured(rotate, secret, &secrets, &aws, time_passes)?;
        let functions = Functions {
            token: regent_token::router(token.clone()),
            accounts: regent_accounts::router(accounts),
            authorize: regent_authorize::router(authorize),
            console: regent_console::router(console),
            acme: crate::acme::router(verify.clone(), note.resource.clone()),
            verify: regent_verify::router(verify),
            mailbox: crate::mailbox::router(outside.kept().clone(), issuer.clone()),
            rotation: rotation::router(rotation),
            issuer: issuer.clone(),
        };
        let stream = Stream::of(table.database(), &name).map_err(StartError::Stream)?;
        Ok(Running {
            gateway: Gateway::serve(listener, functions),
            facts: facts(&options.label, &issuer, note, admin_token),
            issuer,
            credentials,
            dynamodb_endpoint: table.endpoint().to_owned(),
            secrets_endpoint: secrets.endpoint().to_owned(),
            app: token,
            pump: Pump::start(stream, notify, outside.kept().clone(), options.notify_attempts),
            outside,
            secrets,
            table,
            _folder: folder,
        })
    }
}

impl Running {
    /// What a client of its AWS is built from.
    pub fn aws(&self) -> SdkConfig {
        aws::sdk_config(&self.credentials)
    }

    /// What its Secrets Manager rotates, and with which functions.
    pub fn rotations(&self) -> &Rotations {
        self.secrets.rotations()
    }

    /// Waits until every audit event that is written by now was told, or is a dead letter.
    pub async fn notified(&self) {
        self.pump.settled().await;
    }

    /// Lets running requests end, then stops everything behind them.
    pub async fn stop(self) {
        self.gateway.close().await;
        self.pump.close().await;
        self.outside.close().await;
        self.secrets.close().await;
        self.table.close().await;
    }
}

fn facts(label: &RegionLabel, issuer: &Issuer, note: Note, token: String) -> Facts {
    Facts {
        region: label.to_string(),
        issuer: issuer.to_string(),
        api: issuer.at("/api/v1"),
        verify: issuer.at("/verify"),
        admin: Admin {
            email: note.email,
            password: note.password,
            token,
        },
        organization: note.organization.to_string(),
        subscription: note.subscription,
        applications: note.applications,
        roles: note.roles,
        resource: note.resource.to_string(),
        mail: issuer.at("/_local/mail"),
    }
}

#[cfg(test)]
mod tests;
