//! Endless bodies, and a lack of open files.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};

use crate::head;
use crate::own_process::Process;
use crate::support::{SOON, answer, rest};

const GIB: usize = 1 << 30;
/// How much memory the server may need in addition: one message of the largest size, and a margin.
const MOST_KIB: u64 = 2 << 10;

fn chunk() -> Vec<u8> {
    let (head, body) = (b"10000\r\n".as_slice(), [b'x'; 0x10000]);
    [head, &body, b"\r\n"].concat()
}

async fn begin(server: &Process) -> TcpStream {
    let mut connection = server.connect().await;
    let head = head("POST /messages") + "transfer-encoding: chunked\r\n\r\n";
    connection.write_all(head.as_bytes()).await.unwrap();
    connection
}

/// Sends without reading, until no more is accepted; returns how much was sent.
async fn send_blindly(server: &Process, most: usize) -> usize {
    let mut connection = begin(server).await;
    let (chunk, mut sent) = (chunk(), 0);
    while sent < most && connection.write_all(&chunk).await.is_ok() {
        sent += chunk.len();
    }
    assert!(rest(&mut connection).await.starts_with("HTTP/1.1 413"));
    sent
}

/// Sends this many bytes; returns the server's memory before, and its peak.
async fn memory_for(server: &Process, bytes: usize) -> (u64, u64) {
    let before = server.kib("VmRSS:");
    server.forget_peak();
    let mut sent = 0;
    while sent < bytes {
        sent += send_blindly(server, GIB).await;
    }
    let peak = server.kib("VmHWM:");
    println!("{before} KiB before, {peak} KiB at most while {} MiB came", sent >> 20);
    (before, peak)
}

#[tokio::test]
async fn a_gigabyte_in_chunks_is_refused_and_takes_no_memory() {
    let server = Process::start(None);
    answer_of(&server).await;
    let (before, peak) = memory_for(&server, 1).await;
    assert!(peak <= before + MOST_KIB, "one body: {before} KiB grew to {peak} KiB");
    // Each of its threads keeps the buffer of one message once it has read one.
    memory_for(&server, GIB / 10).await;
    let (before, peak) = memory_for(&server, GIB).await;
    assert!(peak <= before + MOST_KIB, "many bodies: {before} KiB grew to {peak} KiB");
    server.end();
}

async fn answer_of(server: &Process) {
    let mut connection = server.connect().await;
    let call = "GET /v1/queues HTTP/1.1\r\nhost: q\r\n\r\n";
    connection.write_all(call.as_bytes()).await.unwrap();
    answer(&mut connection).await;
}

/// Reads while it sends, like the clients of libraries, and stops at the answer.
async fn send_and_look(server: &Process) -> (String, usize) {
    let (mut from, mut to) = begin(server).await.into_split();
    let chunk = chunk();
    let mut sent = 0;
    let mut bytes = Vec::new();
    let sending = async {
        loop {
            to.write_all(&chunk).await.expect("not cut off before the answer was read");
            sent += chunk.len();
        }
    };
    tokio::select! {
        biased;
        read = from.read_buf(&mut bytes) => assert_ne!(read.unwrap(), 0),
        () = sending => {}
    }
    drop(to);
    let _ = timeout(SOON, from.read_to_end(&mut bytes)).await.expect("then it is closed");
    (String::from_utf8(bytes).unwrap(), sent)
}

#[tokio::test]
async fn a_client_that_sends_too_much_can_read_why() {
    let server = Process::start(None);
    for _ in 0..20 {
        let (answer, sent) = send_and_look(&server).await;
        assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("too_large"), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
        assert!(sent < GIB);
    }
    server.end();
}

/// Opens as many connections as the server has files for, and one more.
async fn fill(server: &Process, files: usize) -> Vec<TcpStream> {
    let mut connections = Vec::new();
    for _ in 0..files {
        connections.push(server.connect().await);
    }
    connections
}

#[tokio::test]
async fn a_server_without_free_files_waits_without_spinning_and_logs_it_once() {
    let files = 64;
    let server = Process::start(Some(files));
    let mut connections = fill(&server, files as usize).await;
    let before = server.processor();
    let mut seconds = interval(Duration::from_secs(1));
    for _ in 0..3 {
        seconds.tick().await;
    }
    let used = server.processor() - before;
    assert!(used < 50, "{used} hundredths of two seconds");
    let mut late = connections.pop().unwrap();
    let nothing = late.try_read(&mut [0]).unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
    drop(connections);
    late.write_all((head("PUT ") + "content-length: 0\r\n\r\n").as_bytes()).await.unwrap();
    assert!(answer(&mut late).await.starts_with("HTTP/1.1 201"));
    drop(late);
    let log = server.end();
    assert_eq!(log.matches("no connection can be accepted").count(), 1, "{log}");
}
