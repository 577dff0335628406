//! A kept connection with one call at a time, which costs the load as little as possible.
#![allow(dead_code, reason = "each program uses its part")]

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A complete request.
pub(crate) fn request(call: &str, kind: &str, body: &str) -> Vec<u8> {
    let head = format!("{call} HTTP/1.1\r\nhost: q\r\ncontent-type: {kind}\r\n");
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Connection {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Connection { stream, buffer: Vec::with_capacity(16 << 10) }
    }

    /// Makes a call; returns the whole answer, which has a length.
    pub(crate) async fn call(&mut self, request: &[u8]) -> String {
        self.call_for(request, whole).await
    }

    /// Makes a call; returns the whole answer, whose length `whole` finds.
    pub(crate) async fn call_for(
        &mut self,
        request: &[u8],
        whole: fn(&[u8]) -> Option<usize>,
    ) -> String {
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

/// The length of the answer, once its head has arrived.
pub(crate) fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let length = text.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
    });
    Some(head + length.unwrap_or(0))
}
