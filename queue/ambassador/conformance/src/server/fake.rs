//! An HTTP server that gives one answer to all calls.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Fake {
    pub(super) port: u16,
    answering: JoinHandle<()>,
}

impl Fake {
    pub(super) async fn start(status: &str, json: &str) -> anyhow::Result<Fake> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.0\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{json}",
            json.len()
        );
        let answering = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = answer.clone();
                tokio::spawn(async move { reply(stream, &answer).await });
            }
        });
        Ok(Fake { port, answering })
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.answering.abort();
    }
}

async fn reply(mut stream: TcpStream, answer: &str) {
    let (mut heard, mut part) = (Vec::new(), [0; 4096]);
    while !is_whole(&heard) {
        match stream.read(&mut part).await {
            Ok(length @ 1..) => heard.extend_from_slice(&part[..length]),
            Ok(0) | Err(_) => return,
        }
    }
    // Who has hung up needs no answer.
    let _ = stream.write_all(answer.as_bytes()).await;
}

/// Whether the head and the body of a call have come.
fn is_whole(heard: &[u8]) -> bool {
    let text = String::from_utf8_lossy(heard).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    body.len() >= length.and_then(|it| it.trim().parse().ok()).unwrap_or(0)
}
