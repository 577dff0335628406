//! A load of calls on kept connections, one call at a time on each.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// One message.
    Publish,
    /// A hundred messages at once.
    Batch,
    /// One message in, one out, and that one done.
    Cycle,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Load {
    /// Messages, or whole cycles.
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// Messages, or whole cycles.
    pub(crate) count: usize,
    /// What each of them cost the server in processor time; not known here.
    pub(crate) cost: Duration,
}

pub(crate) async fn run(
    address: SocketAddr,
    kind: Kind,
    connections: usize,
    body: usize,
    span: Duration,
) -> Load {
    // Room for all that comes; the bare server does not know what that is.
    let limits = r#"{"max_depth": 100000000, "max_bytes": 100000000000}"#;
    Connection::open(address).await.call(&request("PUT /v1/queues/q", "text/plain", limits)).await;
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(client(address, kind, body, began + span));
    }
    let mut times: Vec<Duration> = tasks.join_all().await.concat();
    let seconds = began.elapsed().as_secs_f64();
    let each = if kind == Kind::Batch { 100 } else { 1 };
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let count = times.len() * each;
    let (per_second, cost) = (count as f64 / seconds, Duration::ZERO);
    Load { per_second, p50: at(0.5), p99: at(0.99), count, cost }
}

/// One connection until `end`; how long each round took.
async fn client(address: SocketAddr, kind: Kind, body: usize, end: Instant) -> Vec<Duration> {
    let mut connection = Connection::open(address).await;
    let one = "x".repeat(body);
    let publish = match kind {
        Kind::Batch => {
            let lines = format!("{one}\n").repeat(100);
            request("POST /v1/queues/q/messages", "application/x-ndjson", &lines)
        }
        _ => request("POST /v1/queues/q/messages", "text/plain", &one),
    };
    let receive = request("POST /v1/queues/q/messages/receive", "text/plain", "");
    let mut times = Vec::new();
    while Instant::now() < end {
        let began = Instant::now();
        // A queue that is full says 429; whoever measures that measures nothing.
        assert!(connection.call(&publish).await.starts_with("HTTP/1.1 201"));
        if kind == Kind::Cycle {
            let answer = connection.call(&receive).await;
            let receipt = answer.split("\"receipt\":\"").nth(1).and_then(|it| it.split('"').next());
            let call = format!("DELETE /v1/queues/q/messages/{}", receipt.unwrap());
            connection.call(&request(&call, "text/plain", "")).await;
        }
        times.push(began.elapsed());
    }
    times
}

fn request(call: &str, kind: &str, body: &str) -> Vec<u8> {
    let head = format!("{call} HTTP/1.1\r\nhost: q\r\ncontent-type: {kind}\r\n");
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Connection {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Connection { stream, buffer: Vec::with_capacity(16 << 10) }
    }

    /// The whole answer, which has a length.
    async fn call(&mut self, request: &[u8]) -> String {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        loop {
            assert_ne!(self.stream.read_buf(&mut self.buffer).await.unwrap(), 0);
            if let Some(len) = whole(&self.buffer)
                && self.buffer.len() >= len
            {
                return String::from_utf8_lossy(&self.buffer).into_owned();
            }
        }
    }
}

/// How long the answer is, once its head is there.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let length = text.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
    });
    Some(head + length.unwrap_or(0))
}
