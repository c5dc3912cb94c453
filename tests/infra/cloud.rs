//! A cloud that is not ours: ministack on loopback, with IAM enforced, and stacks deployed to it
//! by SAM, from the same template and configuration as in earnest.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::infra::tools::{Tool, infra};

/// A cloud. It ends when this is dropped, with all that was deployed to it.
pub(super) struct Cloud {
    endpoint: String,
    address: SocketAddr,
    folder: PathBuf,
    process: Child,
}

impl Cloud {
    /// Starts one, on a port that is free now.
    pub(super) fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port");
        let endpoint = format!("http://{address}");
        let folder = std::env::temp_dir().join(format!("regent-cloud-{}", address.port()));
        fs::create_dir_all(&folder).expect("the temporary folder takes another");
        let process = Tool::new("ministack")
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", address.port().to_string())
            .env("AUTH", "true")
            .env("TMPDIR", &folder)
            .env("STATE_DIR", &folder)
            .env("IOT_MTLS_ENABLED", "0")
            // What the functions it runs are told; to them it is another AWS.
            .env("AWS_ENDPOINT_URL_DYNAMODB", &endpoint)
            .env("AWS_ENDPOINT_URL_SECRETS_MANAGER", &endpoint)
            .env("AWS_ENDPOINT_URL_SESV2", &endpoint)
            .env("AWS_ENDPOINT_URL_EVENTBRIDGE", &endpoint)
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("ministack starts");
        let cloud = Self {
            endpoint,
            address,
            folder,
            process,
        };
        cloud.answers();
        cloud
    }

    /// Half a minute is far more than it takes.
    fn answers(&self) {
        for _ in 0..300 {
            if TcpStream::connect(self.address).is_ok() {
                return;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("ministack does not answer at {}", self.endpoint);
    }

    /// Where it is.
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A folder that ends with it.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A tool that takes it for AWS.
    pub(super) fn tool(&self, name: &'static str) -> Tool {
        Tool::new(name)
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
    }

    /// `sam deploy --config-env LABEL`; returns the stack's outputs.
    pub(super) fn deploy(&self, label: &str, aws_region: &str, template: &Path) -> Outputs {
        let config = infra().join("samconfig.toml");
        self.tool("sam")
            .args([
                "deploy",
                "--no-confirm-changeset",
                "--no-progressbar",
                "--config-env",
                label,
                "--config-file",
            ])
            .arg(config)
            .arg("--template-file")
            .arg(template)
            .runs();
        let stack = format!("regent-{label}");
        let list = [
            "list",
            "stack-outputs",
            "--output",
            "json",
            "--stack-name",
            &stack,
            "--region",
            aws_region,
        ];
        let outputs = self.tool("sam").args(list).runs();
        Outputs(serde_json::from_str(&outputs).expect("SAM prints JSON"))
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // Nothing is left to do about a process or a folder that is already gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What a stack says of itself.
pub(super) struct Outputs(Value);

impl Outputs {
    /// One of them.
    pub(super) fn get(&self, key: &str) -> &str {
        let outputs = self.0.as_array().expect("a list");
        let found = outputs.iter().find(|output| output["OutputKey"] == key);
        found
            .and_then(|output| output["OutputValue"].as_str())
            .unwrap_or_else(|| panic!("no {key} in {}", self.0))
    }
}
