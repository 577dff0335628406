//! The log of an earlier version can be read: an update of the queue loses nothing.
//!
//! The log in `earlier/` was written before deliveries could be released, by
//! `src/writer/tests/earlier.rs`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::program::{Folder, Program};

/// A copy of the log, because a run that reads it also writes to it.
fn copy(name: &str) -> Folder {
    let folder = Folder::new(name);
    fs::create_dir_all(folder.path()).unwrap();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/durable/earlier");
    for file in fs::read_dir(kept).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    folder
}

/// Each message's id, body, state and attempts.
fn messages(program: &Program, queue: &str) -> Value {
    let peeked = program.ok(&format!("GET /{queue}/messages?max=100"), "");
    let look = |it: &Value| json!([it["id"], it["body"], it["state"], it["attempts"]]);
    peeked["messages"].as_array().unwrap().iter().map(look).collect()
}

/// Some numbers of a queue.
fn numbers<const N: usize>(program: &Program, queue: &str, names: [&str; N]) -> [u64; N] {
    let shown = program.ok(&format!("GET /{queue}"), "");
    names.map(|name| shown[name].as_u64().unwrap())
}

fn is_as_it_was(program: &Program) {
    let jobs = json!([
        ["1", "held", "in_flight", 1],
        ["2", "keyed", "delayed", 1],
        ["33", "dies", "ready", 0],
        ["35", "twice", "ready", 1],
        ["36", "later", "delayed", 0],
        ["39", "last", "ready", 0],
    ]);
    assert_eq!(messages(program, "jobs"), jobs);
    assert_eq!(messages(program, "dead"), json!([["34", "dies too", "ready", 0]]));
    let counts = ["published_total", "delivered_total", "undelivered_total", "acked_total"];
    assert_eq!(numbers(program, "jobs", counts), [38, 40, 1, 30]);
    assert_eq!(numbers(program, "jobs", ["nacked_total", "dead_total"]), [8, 2]);
    assert_eq!(numbers(program, "dead", counts), [2, 0, 0, 1]);
    assert_eq!(numbers(program, "old", ["published_total", "purged_total"]), [1, 1]);
    assert_eq!(numbers(program, "news", ["published_total", "expired_total"]), [1, 1]);
    assert_eq!(numbers(program, "jobs", ["idempotency_keys"]), [1]);
    assert_eq!(program.ok("GET /old", "")["paused"], true);
    let settings = program.ok("GET /jobs", "")["settings"].clone();
    assert_eq!((&settings["max_attempts"], &settings["lease_s"]), (&json!(3), &json!(600.0)));
    assert_eq!(settings["dead_letter_queue"], "dead");
}

#[test]
fn a_log_of_an_earlier_version_is_read() {
    let folder = copy("earlier");
    // Once as it was written, and once with what this version has added.
    for _ in 0..2 {
        let program = Program::start(folder.path());
        is_as_it_was(&program);
        program.leave();
    }
    let program = Program::start(folder.path());
    let key = "idempotency-key: k\r\n";
    let (status, again) = program.call_with("POST /v1/queues/jobs/messages", key, b"keyed");
    assert_eq!((status, again.as_str()), (201, r#"{"ids":["2"]}"#));
    // The receipt of the message in flight is valid.
    let held = r#"{"receipts": ["1-1-00000001"]}"#;
    let acked = program.ok("POST /jobs/messages/ack", held);
    assert_eq!(acked["results"][0]["status"], "ok");
    program.leave();
}
