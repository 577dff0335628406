//! A fake server of queues and documents that gives any answer, also ones that no queue would give.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A status and a whole body.
    Whole(u16, String),
    /// Nothing; the connection stays open.
    Nothing,
    /// A body that never ends, one space now and then.
    Trickle,
    /// A body that never ends, as fast as the client reads.
    Flood,
    /// Half of the announced body, then the end of the connection.
    Half(String),
    /// The end of the connection.
    HangUp,
    /// A reset in the middle of the body.
    Reset(String),
    /// A text that is not HTTP.
    OtherProtocol,
}

/// The numbers of a queue with this many ready messages and no other counts.
pub fn ready(ready: u64) -> Answer {
    Answer::Whole(200, stats(&ready.to_string()))
}

/// The JSON of a queue's numbers with this value for `ready`.
fn stats(ready: &str) -> String {
    format!(
        r#"{{"ready":{ready},"in_flight":0,"delayed":0,"published_total":0,"acked_total":0,
            "lease_expired_total":0,"dead_total":0,"expired_total":0,"purged_total":0}}"#
    )
}

/// All known ways to fail, each with a part of its error message.
pub fn failures() -> Vec<(Answer, &'static str)> {
    let whole = |body: &str| Answer::Whole(200, body.to_owned());
    let error = |status, message: &str| {
        let body = serde_json::json!({"error": {"code": "code", "message": message}});
        Answer::Whole(status, body.to_string())
    };
    let long = stats("18") + &" ".repeat(8 << 20);
    vec![
        (Answer::Nothing, "does not answer: no answer in time"),
        (Answer::Trickle, "does not answer: no answer in time"),
        (error(500, "it\nburns"), "is invalid: status 500 Internal Server Error: it burns"),
        (Answer::Whole(503, "<p>".to_owned()), "status 503 Service Unavailable without an error"),
        (error(404, "there is no queue sick"), "there is no queue sick"),
        (whole("<html>\n<p>Welcome</p>"), "it is not JSON: expected value at line 1"),
        (whole("\u{0}\u{1b}[2J\u{ff}"), "it is not JSON"),
        (whole(""), "its JSON is incomplete"),
        (whole(&stats("18")[..30]), "its JSON is incomplete: EOF while parsing"),
        (whole("[]"), "it is not an object"),
        (whole("{\"queues\":[{\"ready\":0}]}"), "ready is missing"),
        (Answer::Whole(200, long), "it is longer than 65536 bytes"),
        (Answer::Flood, "it is longer than 65536 bytes"),
        (whole(&stats("18").replace("acked_total", "acked")), "acked_total is missing"),
        (whole(&stats("null")), "ready is null, which is not a count"),
        (whole(&stats("-1")), "ready is -1, which is not a count"),
        (whole(&stats("\"18\"")), "ready is \"18\", which is not a count"),
        (whole(&stats("18446744073709551615")), "ready is 18446744073709551615, which is no"),
        (Answer::Half(stats("18")), "does not answer: "),
        (Answer::HangUp, "does not answer: "),
        (Answer::Reset(stats("18")), "does not answer: Connection reset by peer"),
        (Answer::OtherProtocol, "does not answer: invalid HTTP"),
    ]
}

/// The server. It ends when this is dropped.
pub struct FakeQueue {
    pub url: String,
    calls: Calls,
    /// Keeps the port, so that no other program takes it while nothing listens there.
    address: (SocketAddr, TcpSocket),
    serving: Option<JoinHandle<()>>,
}

/// Each queue's answer, and the number of requests since it was set.
type Calls = Arc<Mutex<BTreeMap<String, (Answer, u64)>>>;

impl FakeQueue {
    pub fn start() -> FakeQueue {
        let keeper = socket("127.0.0.1:0".parse().unwrap());
        let address = keeper.local_addr().unwrap();
        let (url, calls) = (format!("http://{address}"), Calls::default());
        let mut fake = FakeQueue { url, calls, address: (address, keeper), serving: None };
        fake.listen();
        fake
    }

    /// Listens again.
    pub fn listen(&mut self) {
        let listener = socket(self.address.0).listen(64).unwrap();
        self.serving = Some(tokio::spawn(serve(listener, self.calls.clone())));
    }

    /// Refuses new connections and ends the present ones.
    pub async fn refuse(&mut self) {
        let serving = self.serving.take().unwrap();
        serving.abort();
        let _ = serving.await;
    }

    /// Sets the answer of a queue or document.
    pub fn set(&self, queue: &str, answer: Answer) {
        self.calls.lock().unwrap().insert(queue.to_owned(), (answer, 0));
    }

    /// The number of requests to a queue since [`FakeQueue::set`].
    pub fn asked(&self, queue: &str) -> u64 {
        self.calls.lock().unwrap().get(queue).map_or(0, |(_, asked)| *asked)
    }
}

impl Drop for FakeQueue {
    fn drop(&mut self) {
        self.serving.iter().for_each(JoinHandle::abort);
    }
}

fn socket(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseport(true).unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

async fn serve(listener: TcpListener, calls: Calls) {
    // They end with this task.
    let mut connections = JoinSet::new();
    while let Ok((connection, _)) = listener.accept().await {
        connections.spawn(converse(connection, calls.clone()));
    }
}

/// Answers the requests of a connection, as long as both sides keep to the protocol.
async fn converse(mut connection: TcpStream, calls: Calls) {
    while let Some(queue) = call(&mut connection).await {
        let answer = {
            let mut calls = calls.lock().unwrap();
            let (answer, asked) = calls.entry(queue).or_insert((Answer::HangUp, 0));
            *asked += 1;
            answer.clone()
        };
        if !give(&mut connection, answer).await.unwrap_or(false) {
            return;
        }
    }
}

/// The queue of the next request, or the path of a document without its first slash; `None` if the
/// client has left.
async fn call(connection: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().split('?').next().unwrap();
    let queue = path.strip_prefix("/v1/queues/").or_else(|| path.strip_prefix('/'));
    queue.map(str::to_owned)
}

/// Sends an answer; returns whether another request may follow on this connection.
async fn give(connection: &mut TcpStream, answer: Answer) -> std::io::Result<bool> {
    match answer {
        Answer::Whole(status, body) => {
            connection.write_all((head(status, body.len()) + &body).as_bytes()).await?;
            return Ok(true);
        }
        Answer::Nothing => {
            // Until the client leaves.
            connection.read_u8().await?;
        }
        Answer::Trickle => {
            connection.write_all(head(200, 1000).as_bytes()).await?;
            loop {
                connection.write_all(b" ").await?;
                sleep(Duration::from_millis(20)).await;
            }
        }
        Answer::Flood => {
            connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            loop {
                connection.write_all(&[b' '; 0x10000]).await?;
            }
        }
        Answer::Half(body) => {
            let half = head(200, body.len()) + &body[..body.len() / 2];
            connection.write_all(half.as_bytes()).await?;
        }
        Answer::HangUp => {}
        Answer::Reset(body) => {
            let half = head(200, body.len()) + &body[..body.len() / 2];
            connection.write_all(half.as_bytes()).await?;
            // Wait until the client has read the half, which a reset could otherwise overtake.
            sleep(Duration::from_millis(20)).await;
            connection.set_zero_linger()?;
        }
        Answer::OtherProtocol => connection.write_all(b"SSH-2.0-OpenSSH\r\n").await?,
    }
    Ok(false)
}

fn head(status: u16, length: usize) -> String {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n")
}
