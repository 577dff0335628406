//! Clients that hang up while their receives wait, under the program itself: its open files are
//! counted.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::program::{Folder, Program};

const WAVES: usize = 6;
const WAVE: usize = 50;

/// Waits until the queue's numbers satisfy `so`.
fn until(program: &Program, so: impl Fn(&Value) -> bool) {
    let began = Instant::now();
    while !so(&program.ok("GET /jobs", "")) {
        let stats = program.ok("GET /jobs", "");
        assert!(began.elapsed() < Duration::from_secs(10), "never: {stats}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

async fn waiting(program: &Program) -> Vec<TcpStream> {
    let mut all = Vec::new();
    for _ in 0..WAVE {
        let mut one =
            TcpStream::connect(program.url.strip_prefix("http://").unwrap()).await.unwrap();
        let call = "POST /v1/queues/jobs/messages/receive?wait_s=20 HTTP/1.1\r\nhost: q\r\n\r\n";
        one.write_all(call.as_bytes()).await.unwrap();
        all.push(one);
    }
    until(program, |stats| stats["waiting"] == WAVE);
    all
}

/// By close, reset or half-close; the remaining connection must stay open until the server has seen
/// it.
async fn leave(number: usize, mut connection: TcpStream) -> Option<TcpStream> {
    match number % 3 {
        0 => None,
        1 => {
            connection.set_zero_linger().unwrap();
            None
        }
        _ => {
            connection.shutdown().await.unwrap();
            Some(connection)
        }
    }
}

/// Acks all ready messages; returns their ids.
fn finish(program: &Program) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    loop {
        let received = program.ok("POST /jobs/messages/receive?max=100&lease_s=30", "");
        let messages = received["messages"].as_array().unwrap();
        if messages.is_empty() {
            return ids;
        }
        ids.extend(messages.iter().map(|message| message["id"].to_string()));
        let receipts: Vec<&Value> = messages.iter().map(|message| &message["receipt"]).collect();
        program.ok("POST /jobs/messages/ack", &json!({ "receipts": receipts }).to_string());
    }
}

#[tokio::test]
async fn clients_that_hang_up_while_messages_come_leave_no_file_and_no_message_behind() {
    let folder = Folder::new("hang-up");
    let program = Program::start(folder.path());
    program.ok("PUT /jobs", r#"{"lease_s": 0.05, "max_attempts": 1000}"#);
    let before = program.files();
    let mut done = BTreeSet::new();
    for wave in 0..WAVES {
        // A message would reveal gone clients; without one they must be noticed, too.
        let come = if wave % 2 == 0 { 0 } else { WAVE };
        let mut left = Vec::new();
        for (number, connection) in waiting(&program).await.into_iter().enumerate() {
            left.push(leave(wave + number, connection).await);
            if number < come {
                program.ok("POST /jobs/messages", "x");
            }
        }
        until(&program, |stats| {
            (&stats["waiting"], &stats["in_flight"], &stats["ready"])
                == (&json!(0), &json!(0), &json!(come))
        });
        // A client that stays now gets them.
        done.extend(finish(&program));
    }
    assert_eq!(done.len(), WAVES / 2 * WAVE, "each, and none twice");
    until(&program, |_| program.files() <= before);
    let stats = program.ok("GET /jobs", "");
    let undelivered = (&stats["undelivered_total"], &stats["lease_expired_total"]);
    println!("{} left, {undelivered:?} put back and expired", WAVES * WAVE);
    assert_eq!(stats["acked_total"], WAVES / 2 * WAVE);
    program.leave();
}
