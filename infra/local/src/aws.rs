//! The AWS side of a machine that has no AWS: fixed test credentials and a region nobody is billed for.
//!
//! Built by hand, so that a developer's own profile and environment never reach these clients.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

/// The region in the ARNs of everything local.
pub(crate) const REGION: &str = "us-east-1";
/// The account in the ARNs of everything local.
pub(crate) const ACCOUNT: &str = "000000000000";

/// What every SDK client of a local region is built from; endpoints are added per service.
pub fn sdk_config() -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "regent-local");
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
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}
