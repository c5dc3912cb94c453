//! What a handler may touch: one value, cheap to clone.

use crate::config::{Config, ConfigError, variable};
use crate::domain::{Audience, Invalid, Seconds, Timestamp, Unavailable};
use crate::fetch::Documents;
use crate::keys::{Failures, KeyRing, Proofs, Signer, Versions};
use crate::store::Store;
pub use aws_config::SdkConfig;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{BehaviorVersion, Region};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{SharedCredentialsProvider, StalledStreamProtectionConfig};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Everything a function works with.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    config: Config,
    management: Audience,
    store: Store,
    ring: KeyRing,
    signer: Option<Signer>,
    proofs: Proofs,
    failures: Failures,
    documents: Documents,
    clock: Clock,
    rng: Rng,
}

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The environment is incomplete or wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The issuer makes no audience.
    #[error("issuer: {0}")]
    Issuer(#[from] Invalid),
}

impl App {
    /// Puts the parts together. Calls nobody.
    pub fn new(config: Config, aws: &SdkConfig, clock: Clock, rng: Rng) -> Result<Self, StartError> {
        let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(aws)
            .timeout_config(timeouts())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        dynamodb.set_endpoint_url(config.dynamodb_endpoint.clone());
        let dice = rng.clone();
        let store = Store::new(
            aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            config.table.clone(),
            move || dice.bytes(),
        );
        let signer = config.signing_secret.clone().map(|secret| {
            let mut secrets = aws_sdk_secretsmanager::config::Builder::from(aws).timeout_config(timeouts());
            secrets.set_endpoint_url(config.secrets_endpoint.clone());
            let client = aws_sdk_secretsmanager::Client::from_conf(secrets.build());
            Signer::new(Versions::new(client, secret))
        });
        let management = config.management_audience()?;
        let proofs = Proofs::new(rng.bytes());
        let documents = Documents::new(config.allow_loopback_documents);
        Ok(Self(Arc::new(Parts {
            config,
            management,
            store,
            ring: KeyRing::default(),
            failures: Failures::default(),
            documents,
            signer,
            proofs,
            clock,
            rng,
        })))
    }

    /// Reads the environment, as Lambda sets it.
    pub fn from_env() -> Result<Self, StartError> {
        Self::new(Config::from_env()?, &environment(), Clock::system(), Rng::system())
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The audience of the management API.
    pub fn management(&self) -> &Audience {
        &self.0.management
    }

    /// The table.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The public keys in memory.
    pub fn ring(&self) -> &KeyRing {
        &self.0.ring
    }

    /// The signing keys; only functions that were told their secret have them.
    pub fn signer(&self) -> Result<&Signer, Unavailable> {
        self.0
            .signer
            .as_ref()
            .ok_or_else(|| Unavailable("REGENT_SIGNING_SECRET is not set".to_owned()))
    }

    /// The secrets this process has seen proved.
    pub fn proofs(&self) -> &Proofs {
        &self.0.proofs
    }

    /// What failed authentications have used up.
    pub fn failures(&self) -> &Failures {
        &self.0.failures
    }

    /// The metadata documents of clients, as this process may fetch them.
    pub fn documents(&self) -> &Documents {
        &self.0.documents
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Lets that much time go by.
    pub async fn wait(&self, time: Seconds) {
        self.0.clock.wait(time).await;
    }

    /// Random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        self.0.rng.bytes()
    }
}

/// What the environment says of AWS. Looks for no profile files and asks no metadata service: Lambda
/// puts credentials and region into the environment, and starting is quick.
pub fn environment() -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(SharedCredentialsProvider::new(
            EnvironmentVariableCredentialsProvider::new(),
        ))
        .region(variable("AWS_REGION").map(Region::new))
        .build()
}

/// How long a dependency may take before the request fails closed: less than the functions have.
/// These bounds make the SDK's watch over slow streams superfluous for answers of a few kilobytes.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(800))
        .operation_attempt_timeout(Duration::from_millis(1500))
        .operation_timeout(Duration::from_secs(4))
        .build()
}

/// Where the time comes from.
#[derive(Clone, Debug)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still until [`Clock::advance`] moves it. Clones move together.
    pub fn manual(start: Timestamp) -> Self {
        Self(Some(Arc::new(AtomicI64::new(start.millis()))))
    }

    /// Moves a manual clock; does nothing to the machine's.
    pub fn advance(&self, by: Seconds) {
        if let Some(millis) = &self.0 {
            millis.fetch_add(i64::from(by.0) * 1000, Ordering::SeqCst);
        }
    }

    /// Lets that much time go by. A manual clock is moved.
    pub async fn wait(&self, time: Seconds) {
        match &self.0 {
            Some(_) => self.advance(time),
            None => tokio::time::sleep(Duration::from_secs(time.0.into())).await,
        }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Some(millis) => Timestamp::from_millis(millis.load(Ordering::SeqCst)),
            None => system_time(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place where the clock is read")]
fn system_time() -> Timestamp {
    let since_epoch = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// Where randomness comes from.
#[derive(Clone, Debug)]
pub struct Rng(SystemRandom);

impl Rng {
    /// The cryptographic library's generator, seeded by the operating system.
    #[expect(clippy::disallowed_methods, reason = "this is the place where the generator is made")]
    pub fn system() -> Self {
        Self(SystemRandom::new())
    }

    /// Random bytes.
    ///
    /// # Panics
    /// If the operating system gives none.
    #[expect(clippy::expect_used, reason = "a machine without randomness must issue nothing")]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0
            .fill(&mut bytes)
            .expect("the operating system provides randomness");
        bytes
    }
}
