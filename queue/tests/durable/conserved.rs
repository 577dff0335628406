//! The numbers always add up under a mixed load: every published message is in exactly one place or
//! has a known end, and none is counted twice.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::{Folder, Program};

const QUEUES: [&str; 2] = ["jobs", "dead"];
/// The totals of messages that are gone.
const GONE: [&str; 4] = ["acked", "dead", "purged", "expired"];
const HERE: [&str; 3] = ["ready", "in_flight", "delayed"];
/// What must have happened in "jobs" to make the checks meaningful.
const HAPPENS: [&str; 8] =
    ["acked", "dead", "purged", "expired", "nacked", "released", "lease_expired", "redriven"];
const LOOKS: usize = 60;

/// Messages are short-lived, and everything that can happen to them does.
const SETTINGS: &str = r#"{"lease_s": 0.05, "max_attempts": 2, "dead_letter_queue": "dead",
    "max_age_s": 0.3, "max_depth": 400}"#;

struct Load<'a> {
    program: &'a Program,
    stop: AtomicBool,
    /// Messages whose publish was answered with 201.
    taken: AtomicU64,
    redriven: AtomicU64,
    looks: AtomicUsize,
}

impl Load<'_> {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn publish(&self) {
        let batch = "content-type: application/x-ndjson\r\n";
        for round in 0_u64.. {
            let delay = if round % 4 == 0 { 50 } else { 0 };
            let call = format!("POST /v1/queues/jobs/messages?delay_ms={delay}");
            let (status, _) = self.program.call_with(&call, batch, b"a\nb\nc\nd\ne\n");
            self.taken.fetch_add(if status == 201 { 5 } else { 0 }, Ordering::Relaxed);
            if status == 0 || !self.goes_on() {
                return;
            }
        }
    }

    /// Acks half of what it gets, hands some back, and drops the rest.
    fn work(&self) {
        let call = "POST /v1/queues/jobs/messages/receive?max=8&wait_s=0.05";
        while self.goes_on() {
            let (status, answer) = self.program.call(call, b"");
            let Ok(mut received) = serde_json::from_str::<Value>(&answer) else { return };
            let receipt = |message: &mut Value| message["receipt"].take();
            let mut receipts: Vec<Value> =
                received["messages"].as_array_mut().unwrap().iter_mut().map(receipt).collect();
            let later = receipts.split_off(receipts.len() / 2);
            let (back, later) = later.split_at(later.len() / 2);
            let (released, later) = later.split_at(later.len() / 2);
            let end = |how: &str, body: Value| {
                let call = format!("POST /v1/queues/jobs/messages/{how}");
                self.program.call(&call, body.to_string().as_bytes());
            };
            end("ack", json!({ "receipts": receipts }));
            end("nack", json!({ "receipts": back, "delay_ms": 20 * (receipts.len() % 2) }));
            end("release", json!({ "receipts": released }));
            end("nack", json!({ "receipts": &later[..later.len() / 2] }));
            assert_eq!(status, 200);
        }
    }

    /// The calls that people make on whole queues.
    fn disturb(&self) {
        for call in
            ["dead/redrive?max=20", "jobs/pause", "jobs/resume", "jobs/purge"].iter().cycle()
        {
            let (_, answer) = self.program.call(&format!("POST /v1/queues/{call}"), b"");
            let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
            let redriven = answer["redriven"].as_u64().unwrap_or(0);
            self.redriven.fetch_add(redriven, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(if *call == "jobs/pause" { 20 } else { 60 }));
            if !self.goes_on() {
                return;
            }
        }
    }

    /// Checks until everything has happened and there were enough checks.
    fn look(&self) {
        let began = Instant::now();
        loop {
            look(self.program);
            let looks = self.looks.fetch_add(1, Ordering::Relaxed) + 1;
            let jobs = shown(self.program, "jobs");
            let redriven = self.redriven.load(Ordering::Relaxed);
            let happened =
                HAPPENS.map(|what| if what == "redriven" { redriven } else { jobs[what] });
            if looks >= LOOKS && happened.iter().all(|count| *count > 0) {
                println!("{looks} looks, {HAPPENS:?} {happened:?}");
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{HAPPENS:?}: {happened:?}");
        }
    }
}

/// Checks the numbers of one scrape, and those of one call for each queue.
fn look(program: &Program) {
    let (status, text) = program.call("GET /metrics", b"");
    assert_eq!(status, 200);
    for queue in QUEUES {
        let label = format!("{{queue=\"{queue}\"}} ");
        let number = |line: &str| {
            let (name, value) = line.strip_prefix("queue_messages_")?.split_once(&label)?;
            Some((name.trim_end_matches("_total").to_owned(), value.parse::<f64>().ok()? as u64))
        };
        let scraped: BTreeMap<String, u64> = text.lines().filter_map(number).collect();
        // The dead-letter queue does not exist before the first death.
        if !scraped.is_empty() {
            is_conserved(queue, &scraped);
            is_conserved(queue, &shown(program, queue));
        }
    }
}

fn is_conserved(queue: &str, numbers: &BTreeMap<String, u64>) {
    let sum: u64 = GONE.iter().chain(&HERE).map(|name| numbers[*name]).sum();
    assert_eq!(numbers["published"], sum, "{queue}: {numbers:?}");
}

/// A queue's numbers from its own call.
fn shown(program: &Program, queue: &str) -> BTreeMap<String, u64> {
    let json = program.ok(&format!("GET /{queue}"), "");
    let number = |(name, value): (&String, &Value)| {
        Some((name.trim_end_matches("_total").to_owned(), value.as_u64()?))
    };
    json.as_object().unwrap().iter().filter_map(number).collect()
}

/// Runs the load, checks the numbers, and then calls `end`.
fn under_load(program: &Program, end: impl FnOnce(&Load)) -> (u64, u64) {
    program.ok("PUT /jobs", SETTINGS);
    let (stop, taken, redriven) = Default::default();
    let load = Load { program, stop, taken, redriven, looks: AtomicUsize::new(0) };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| load.publish());
            scope.spawn(|| load.work());
        }
        scope.spawn(|| load.disturb());
        // Also if a check fails, so that the failure is reported.
        let looked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| load.look()));
        end(&load);
        load.stop.store(true, Ordering::Relaxed);
        looked.unwrap_or_else(|failed| std::panic::resume_unwind(failed));
    });
    (load.taken.into_inner(), load.redriven.into_inner())
}

#[test]
fn the_numbers_always_add_up_in_memory() {
    let program = Program::in_memory();
    let (taken, redriven) = under_load(&program, |_| {});
    look(&program);
    assert_eq!(shown(&program, "jobs")["published"], taken + redriven);
    program.leave();
}

#[test]
fn the_numbers_always_add_up_even_after_a_kill() {
    let folder = Folder::new("conserved");
    let program = Program::start(folder.path());
    let (taken, redriven) = under_load(&program, |load| load.program.kill_now());
    drop(program);
    let program = Program::start(folder.path());
    look(&program);
    let published = shown(&program, "jobs")["published"];
    println!("{taken} taken, {redriven} redriven, {published} published after the kill");
    assert!(published >= taken, "{published} of {taken}");
    // The load continues.
    let (more, again) = under_load(&program, |_| {});
    look(&program);
    assert_eq!(shown(&program, "jobs")["published"], published + more + again);
    program.leave();
}
