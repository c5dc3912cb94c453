//! Other people's AWS: processes on loopback, from `tests/.venv`.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::clients::tool::of_python;

/// How one of them is told to listen.
pub(crate) struct Kind {
    program: &'static str,
    arguments: fn(SocketAddr) -> Vec<String>,
    environment: fn(SocketAddr) -> Vec<(&'static str, String)>,
}

/// Listens on every address unless told otherwise.
pub(crate) const MINISTACK: Kind = Kind {
    program: "ministack",
    arguments: |_| Vec::new(),
    environment: |address| {
        vec![
            ("BIND_HOST", address.ip().to_string()),
            ("GATEWAY_PORT", address.port().to_string()),
            ("IOT_MTLS_ENABLED", "0".to_owned()),
        ]
    },
};

/// All of AWS behind one port.
pub(crate) const MOTO: Kind = Kind {
    program: "moto_server",
    arguments: |address| {
        vec![
            "-H".to_owned(),
            address.ip().to_string(),
            "-p".to_owned(),
            address.port().to_string(),
        ]
    },
    environment: |_| Vec::new(),
};

/// A running one. It ends when this is dropped.
pub(crate) struct Emulator {
    pub(crate) endpoint: String,
    _process: Child,
}

impl Emulator {
    /// Starts one on a port that is free now, and waits half a minute at most until it listens.
    pub(crate) async fn start(kind: Kind) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port");
        let mut process = Command::new(of_python(kind.program))
            .args((kind.arguments)(address))
            .envs((kind.environment)(address))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        for _ in 0..300 {
            if TcpStream::connect(address).is_ok() {
                return Self {
                    endpoint: format!("http://{address}"),
                    _process: process,
                };
            }
            assert!(
                process.try_wait().expect("its state").is_none(),
                "{} ended by itself",
                kind.program
            );
            sleep(Duration::from_millis(100)).await;
        }
        panic!("{} does not answer at {address}", kind.program);
    }
}
