//! A server on a port of its own, for tests that need real connections.
#![allow(dead_code, reason = "each file of tests uses its part")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use broker::Stats;
use prometheus::{Registry, TextEncoder};
use queue::{Hub, Store};
use service::http::{self, Limits};
use service::{Shutdown, TokenFile, Trigger};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A limit for everything that should take no time.
pub(crate) const SOON: Duration = Duration::from_secs(10);

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) hub: Arc<Hub>,
    pub(crate) trigger: Trigger,
    pub(crate) registry: Registry,
    pub(crate) running: JoinHandle<anyhow::Result<()>>,
}

impl Server {
    pub(crate) async fn start() -> Server {
        Server::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Server {
        Server::with_token(limits, None).await
    }

    pub(crate) async fn with_token(limits: Limits, token: Option<TokenFile>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let registry = Registry::new();
        let http = http::Server::from(listener).with_limits(limits);
        let http = http.counted(&registry, "queue").unwrap();
        let store = Store::memory(7);
        let hub = store.hub.clone();
        let (trigger, shutdown) = Shutdown::new();
        let running = tokio::spawn(queue::run(http, store, Router::new(), token, shutdown));
        Server { address, hub, trigger, registry, running }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends a request, "METHOD PATH" below `/v1/queues`, without reading the answer.
    pub(crate) async fn begin(&self, call: &str, body: &str) -> TcpStream {
        let mut connection = self.connect().await;
        send(&mut connection, call, body).await;
        connection
    }

    /// The numbers of the queue "jobs"; all zero if it does not exist yet.
    pub(crate) fn stats(&self) -> Stats {
        let jobs = "jobs".parse().unwrap();
        self.hub.call(|broker, now| broker.stats(now, &jobs)).unwrap_or_default()
    }

    /// Waits until the numbers of the queue "jobs" satisfy `so`.
    pub(crate) async fn until(&self, so: impl Fn(&Stats) -> bool) {
        assert!(comes_true(|| so(&self.stats())).await, "never: {:?}", self.stats());
    }

    /// The value of a line of the metrics, by its name and labels.
    pub(crate) fn metric(&self, line: &str) -> f64 {
        let text = TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap();
        let value = text.lines().find_map(|given| given.strip_prefix(line)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {line} in {text}")).parse().unwrap()
    }

    /// Waits until a line of the metrics has this value.
    pub(crate) async fn until_metric(&self, line: &str, value: f64) {
        assert!(comes_true(|| self.metric(line) == value).await, "{line}: {}", self.metric(line));
    }
}

/// Checks repeatedly until `so` is true; false if that takes too long.
async fn comes_true(so: impl Fn() -> bool) -> bool {
    let looking = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(SOON, looking).await.is_ok()
}

pub(crate) async fn send(connection: &mut TcpStream, call: &str, body: &str) {
    let (method, path) = call.split_once(' ').unwrap();
    let length = body.len();
    let head = format!("{method} /v1/queues{path} HTTP/1.1\r\nhost: q\r\ncontent-length: {length}");
    connection.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.unwrap();
}

/// Everything that arrives until the server closes the connection.
pub(crate) async fn rest(connection: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset counts as an end; bytes before it are returned.
    let reading = connection.read_to_end(&mut bytes);
    let _ = tokio::time::timeout(SOON, reading).await.expect("the server closes the connection");
    String::from_utf8(bytes).unwrap()
}

/// One answer with its head and body.
pub(crate) async fn answer(connection: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let reading = async {
        while !is_whole(&bytes) {
            assert_ne!(connection.read_buf(&mut bytes).await.unwrap(), 0, "an answer, not an end");
        }
    };
    tokio::time::timeout(SOON, reading).await.expect("the server answers");
    String::from_utf8(bytes).unwrap()
}

/// The queue's answers are JSON objects that end the line.
fn is_whole(answer: &[u8]) -> bool {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n");
    head.is_some_and(|end| serde_json::from_slice::<serde_json::Value>(&answer[end + 4..]).is_ok())
}
