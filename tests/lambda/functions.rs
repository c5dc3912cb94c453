//! The functions as processes, told what the template tells them and nothing else.

use std::path::Path;

use regent_local::region::Running;

use crate::lambda::binaries::binary;
use crate::lambda::runtime::Function;

/// They share a table, as they do in the cloud.
pub(super) struct Functions {
    token: Function,
    authorize: Function,
    accounts: Function,
    console: Function,
    verify: Function,
    notify: Function,
    rotate: Function,
}

impl Functions {
    /// Starts them over a region's secrets and a table: its own, or one that is not there.
    pub(super) async fn start(region: &Running, dynamodb_endpoint: &str, logs: &Path) -> Self {
        let (config, credentials) = (region.app.config(), &region.credentials);
        let common = [
            ("REGENT_REGION", config.region.to_string()),
            ("REGENT_ISSUER", config.issuer.to_string()),
            ("REGENT_TABLE", config.table.clone()),
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_endpoint.to_owned()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", region.secrets_endpoint.clone()),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", credentials.access_key_id().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key().to_owned()),
            ("AWS_SESSION_TOKEN", "test".to_owned()),
        ];
        let secret = config.signing_secret.clone().expect("the region has a signing key");
        let function = async |name: &str, own: &[(&'static str, String)]| {
            let environment = [common.as_slice(), own].concat();
            Function::start(&binary(name), logs.join(format!("{name}.log")), &environment).await
        };
        Self {
            token: function("regent-token", &[("REGENT_SIGNING_SECRET", secret.clone())]).await,
            authorize: function("regent-authorize", &[]).await,
            accounts: function("regent-accounts", &[]).await,
            console: function("regent-console", &[]).await,
            verify: function("regent-verify", &[("REGENT_AUDIENCE", region.facts.resource.clone())]).await,
            notify: function("regent-notify", &outside(region)).await,
            rotate: function(
                "regent-rotate",
                &[
                    ("REGENT_SIGNING_SECRET", secret),
                    ("REGENT_SIGNING_ALGORITHM", "ES256".to_owned()),
                    ("REGENT_KEY_LEAD", "600".to_owned()),
                ],
            )
            .await,
        }
    }

    /// Whose event it is.
    pub(super) fn of(&self, event: &str) -> &Function {
        match event.split('/').next() {
            Some("token") => &self.token,
            Some("authorize") => &self.authorize,
            Some("accounts") => &self.accounts,
            Some("console") => &self.console,
            Some("notify") => &self.notify,
            Some("rotate") => &self.rotate,
            _ => &self.verify,
        }
    }

    /// All that they wrote.
    pub(super) fn logs(&self) -> String {
        let all = [
            &self.token,
            &self.authorize,
            &self.accounts,
            &self.console,
            &self.verify,
            &self.notify,
            &self.rotate,
        ];
        all.map(Function::log).concat()
    }
}

/// The notify function's own settings.
fn outside(region: &Running) -> [(&'static str, String); 4] {
    let endpoint = region.outside.endpoint();
    [
        ("REGENT_MAIL_FROM", "Regent <regent@us.test>".to_owned()),
        ("REGENT_EVENT_BUS", "regent-us".to_owned()),
        ("AWS_ENDPOINT_URL_SESV2", endpoint.to_owned()),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", endpoint.to_owned()),
    ]
}
