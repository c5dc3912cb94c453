//! The load: so many connections, each asking again once it was answered, and what the server and
//! its processor make of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::stand::Stand;

const CONNECTIONS: usize = 8;
/// Of these the median counts.
const ROUNDS: usize = 3;

/// The functions as a process.
struct Server {
    address: SocketAddr,
    process: Child,
}

impl Server {
    fn start(environment: Vec<(&'static str, String)>) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
            .env_clear()
            .envs(environment)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            address: line.trim().parse().unwrap(),
            process,
        }
    }

    fn processor(&self) -> f64 {
        processor(self.process.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Processor time that a process has used, in seconds (`utime` and `stime` of proc(5), in hundredths).
pub(crate) fn processor(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let after_name = stat.rsplit(") ").next().unwrap();
    let ticks = after_name
        .split(' ')
        .skip(11)
        .take(2)
        .map(|field| field.parse::<f64>().unwrap());
    ticks.sum::<f64>() / 100.0
}

/// What one kind of request costs.
struct Cost {
    per_second: f64,
    processor_micros: f64,
}

pub(crate) fn run() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let stand = runtime.block_on(Stand::start(CONNECTIONS));
    let environment = stand.environment();
    let server = Server::start(environment.clone());
    // Here no token has enough life left to be given out again.
    let forgetful = Server::start([environment, vec![("REGENT_REUSE_MARGIN", "4000000000".to_owned())]].concat());

    let secret = |client: usize| stand.clients[client].1.as_str();
    let token = |client, secret: &str| post(&stand.form(client, secret));
    let bearer = bearer(server.address, &token(0, secret(0)));
    let verify = format!(
        "GET {} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {bearer}\r\n\r\n",
        stand.verify()
    );
    // Well-formed and another credential's; and one whose checksum cannot be right.
    let (wrong, junk) = (token(0, secret(1)), token(0, &"0".repeat(secret(0).len())));
    let all = |request: &str| vec![request.to_owned(); CONNECTIONS];
    let own: Vec<String> = (0..CONNECTIONS).map(|client| token(client, secret(client))).collect();

    let hello = measure(&server, &all("GET /hello HTTP/1.1\r\nhost: bench\r\n\r\n"), 5000, 200);
    let rows = [
        ("\"hello\" on the same server", &hello),
        (
            "token, the live one again",
            &measure(&server, &all(&token(0, secret(0))), 800, 200),
        ),
        ("token, a new one each time", &measure(&forgetful, &own, 300, 200)),
        ("verification", &measure(&server, &all(&verify), 800, 200)),
        ("wrong secret", &measure(&server, &all(&wrong), 800, 401)),
        ("junk for a secret", &measure(&server, &all(&junk), 3000, 401)),
    ];
    println!("\n| request | per second | of \"hello\" | processor time | of \"hello\" |\n|---|---|---|---|---|");
    for (name, cost) in rows {
        let (speed, time) = (
            cost.per_second / hello.per_second,
            cost.processor_micros / hello.processor_micros,
        );
        let Cost {
            per_second,
            processor_micros,
        } = cost;
        println!("| {name} | {per_second:.0} | {speed:.3} | {processor_micros:.0} µs | {time:.1} × |");
    }
}

fn post(form: &str) -> String {
    let length = form.len();
    format!(
        "POST /oauth/v1/token HTTP/1.1\r\nhost: bench\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {length}\r\n\r\n{form}"
    )
}

/// The access token that a token request yields.
fn bearer(address: SocketAddr, request: &str) -> String {
    let mut connection = Connection::open(address);
    let (status, body) = connection.ask(request.as_bytes());
    assert_eq!(status, 200, "{body}");
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// Every connection sends its own request `count` times; a tenth more before that warms up.
fn measure(server: &Server, requests: &[String], count: usize, expected: u16) -> Cost {
    burst(server.address, requests, count / 10 + 1, expected);
    let rounds: Vec<Cost> = (0..ROUNDS)
        .map(|_| {
            let (processor, began) = (server.processor(), Instant::now());
            burst(server.address, requests, count, expected);
            let (seconds, sent) = (began.elapsed().as_secs_f64(), (count * requests.len()) as f64);
            Cost {
                per_second: sent / seconds,
                processor_micros: (server.processor() - processor) * 1e6 / sent,
            }
        })
        .collect();
    let of = |part: fn(&Cost) -> f64| crate::median(rounds.iter().map(part).collect());
    Cost {
        per_second: of(|cost| cost.per_second),
        processor_micros: of(|cost| cost.processor_micros),
    }
}

fn burst(address: SocketAddr, requests: &[String], count: usize, expected: u16) {
    std::thread::scope(|scope| {
        for request in requests {
            scope.spawn(move || {
                let mut connection = Connection::open(address);
                for _ in 0..count {
                    let (status, body) = connection.ask(request.as_bytes());
                    assert_eq!(status, expected, "{body}");
                }
            });
        }
    });
}

/// The least of an HTTP client: it costs the machine next to nothing.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    fn ask(&mut self, request: &[u8]) -> (u16, String) {
        self.0.get_mut().write_all(request).unwrap();
        let (mut status, mut length, mut line) = (0, 0, String::new());
        loop {
            line.clear();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the server hung up");
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            } else if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        (status, String::from_utf8(body).unwrap())
    }
}
