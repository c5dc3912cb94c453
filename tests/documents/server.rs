//! A server that answers byte by byte what it is told to.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What it sends, and how it ends.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: String,
    headers: Vec<(String, String)>,
    content_type: String,
    body: Vec<u8>,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    /// With its length.
    Whole,
    /// In chunks of a few bytes.
    Chunked,
    /// Chunks without an end.
    Endless,
    /// With a length that it never reaches.
    Cut,
    /// These bytes and nothing else.
    Raw(String),
    /// Nothing at all.
    Never,
    /// A byte now and then.
    Dripping,
}

impl Reply {
    pub(crate) fn json(body: &str) -> Self {
        Self {
            status: "200 OK".to_owned(),
            headers: vec![],
            content_type: "application/json".to_owned(),
            body: body.as_bytes().to_vec(),
            way: Way::Whole,
        }
    }

    fn going(way: Way) -> Self {
        Self {
            way,
            ..Self::json("{\"client_name\":\"")
        }
    }

    pub(crate) fn endless() -> Self {
        Self::going(Way::Endless)
    }

    pub(crate) fn never() -> Self {
        Self::going(Way::Never)
    }

    pub(crate) fn dripping() -> Self {
        Self::going(Way::Dripping)
    }

    pub(crate) fn raw(bytes: &str) -> Self {
        Self::going(Way::Raw(bytes.to_owned()))
    }

    pub(crate) fn cut(body: &str) -> Self {
        Self {
            way: Way::Cut,
            ..Self::json(body)
        }
    }

    pub(crate) fn chunked(self) -> Self {
        Self {
            way: Way::Chunked,
            ..self
        }
    }

    pub(crate) fn status(self, line: &str) -> Self {
        Self {
            status: line.to_owned(),
            ..self
        }
    }

    pub(crate) fn content_type(self, content_type: &str) -> Self {
        Self {
            content_type: content_type.to_owned(),
            ..self
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn cache_control(self, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.header("cache-control", value),
            None => self,
        }
    }

    fn head(&self, length: &str) -> String {
        let mut lines = vec![format!("HTTP/1.1 {}", self.status), length.to_owned()];
        if !self.content_type.is_empty() {
            lines.push(format!("content-type: {}", self.content_type));
        }
        lines.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        lines.join("\r\n") + "\r\n\r\n"
    }

    /// Sends it. That the other side hangs up is what some tests are about.
    async fn send(&self, to: &mut TcpStream) -> std::io::Result<()> {
        let chunk = |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
        match &self.way {
            Way::Whole => {
                let head = self.head(&format!("content-length: {}", self.body.len()));
                to.write_all(&[head.as_bytes(), &self.body].concat()).await
            }
            Way::Chunked | Way::Endless => {
                to.write_all(self.head("transfer-encoding: chunked").as_bytes()).await?;
                for part in self.body.chunks(7) {
                    to.write_all(&chunk(part)).await?;
                }
                if let Way::Chunked = self.way {
                    return to.write_all(b"0\r\n\r\n").await;
                }
                loop {
                    to.write_all(&chunk(&[b'x'; 512])).await?;
                }
            }
            Way::Cut => {
                let head = self.head(&format!("content-length: {}", self.body.len() + 1));
                to.write_all(&[head.as_bytes(), &self.body].concat()).await
            }
            Way::Raw(bytes) => to.write_all(bytes.as_bytes()).await,
            Way::Never => std::future::pending().await,
            Way::Dripping => {
                to.write_all(self.head("content-length: 4000").as_bytes()).await?;
                loop {
                    to.write_all(b" ").await?;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

/// A server on loopback; it ends when it is dropped.
pub(crate) struct Server {
    base: String,
    reply: Arc<Mutex<Reply>>,
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let reply = Arc::new(Mutex::new(Reply::raw("")));
        let heads = Arc::new(Mutex::new(vec![]));
        let (replies, seen) = (reply.clone(), heads.clone());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(answer(stream, replies.clone(), seen.clone()));
            }
        });
        Self {
            base,
            reply,
            heads,
            task,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// What it answers from now on.
    pub(crate) fn says(&self, reply: Reply) {
        *self.reply.lock().unwrap() = reply;
    }

    /// The requests it got, without bodies.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, reply: Arc<Mutex<Reply>>, heads: Arc<Mutex<Vec<String>>>) {
    let mut head = vec![];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            // Nobody asked anything.
            Err(_) => return,
        }
    }
    heads.lock().unwrap().push(String::from_utf8(head).unwrap());
    let reply = reply.lock().unwrap().clone();
    drop(reply.send(&mut stream).await);
}
