//! The AWS side of a machine that has no AWS: credentials of one start, and a region nobody is billed for.
//!
//! Built by hand, so that a developer's own profile and environment never reach these clients.

use aws_config::{BehaviorVersion, Region, SdkConfig};
pub use aws_sdk_dynamodb::config::Credentials;
use aws_sdk_dynamodb::config::SharedCredentialsProvider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use regent::app::Rng;

/// The region in the ARNs of everything local.
pub(crate) const REGION: &str = "us-east-1";
/// The account in the ARNs of everything local.
pub(crate) const ACCOUNT: &str = "000000000000";

/// New credentials: an access key of 128 random bits and a secret of 256. They are in no file.
pub fn credentials(rng: &Rng) -> Credentials {
    let id = format!("{:032X}", u128::from_be_bytes(rng.bytes()));
    let secret = BASE64_URL_SAFE_NO_PAD.encode(rng.bytes::<32>());
    Credentials::new(id, secret, None, None, "regent-local")
}

/// What every SDK client of a local region is built from; endpoints are added per service.
pub fn sdk_config(credentials: &Credentials) -> SdkConfig {
    // Everything is plain HTTP on loopback. Without roots none are read, which took half of a start.
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    let http = match TlsContext::builder().with_trust_store(TrustStore::empty()).build() {
        Ok(no_roots) => http.tls_context(no_roots),
        Err(_) => http,
    };
    SdkConfig::builder()
        .http_client(http.build_https())
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials.clone()))
        .build()
}
