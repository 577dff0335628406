//! What a restart restores, and what it refuses.

use std::fs;
use std::time::Duration;

use client::{Client, Job, ReceiveOptions, WorkQueue};
use serde_json::{Value, json};

use crate::program::{Folder, Program};

fn options(max: u32, wait: Duration) -> ReceiveOptions {
    ReceiveOptions { max, wait, lease: Duration::from_secs(30), worker: "w".to_owned() }
}

async fn take(client: &Client, max: u32) -> Vec<Job> {
    client.receive(&options(max, Duration::ZERO)).await.unwrap().jobs
}

fn bodies(messages: &[Job]) -> Vec<&str> {
    messages.iter().map(|it| std::str::from_utf8(&it.body).unwrap()).collect()
}

#[tokio::test]
async fn a_restart_restores_all_messages_without_an_ack_in_order() {
    let folder = Folder::new("restart");
    let mut program = Program::start(folder.path());
    let client = program.client();
    for body in ["a", "b", "c", "d"] {
        client.publish(body.into()).await.unwrap();
    }
    let first = take(&client, 2).await;
    client.ack(&first[0].receipt).await.unwrap();
    // Once another publish is answered, everything before it is on the disk, too.
    client.publish("e".into()).await.unwrap();
    program.kill();
    let program = Program::start(folder.path());
    let client = program.client();
    let stats = client.stats().await.unwrap();
    assert_eq!((stats.ready, stats.in_flight), (3, 1));
    assert_eq!((stats.published_total, stats.acked_total), (5, 1));
    assert_eq!(bodies(&take(&client, 9).await), ["c", "d", "e"]);
    // The receipt of the run before is valid until its message is redelivered.
    client.ack(&first[1].receipt).await.unwrap();
    assert!(client.ack(&first[0].receipt).await.is_err());
    program.leave();
}

#[tokio::test]
async fn an_unlogged_receipt_is_valid_until_its_message_is_redelivered() {
    let folder = Folder::new("receipts");
    let mut program = Program::start(folder.path());
    let client = program.client();
    client.publish("a".into()).await.unwrap();
    let [held] = <[Job; 1]>::try_from(take(&client, 1).await).unwrap();
    program.kill();
    let mut program = Program::start(folder.path());
    let client = program.client();
    client.ack(&held.receipt).await.unwrap();
    client.publish("b".into()).await.unwrap();
    let [held] = <[Job; 1]>::try_from(take(&client, 1).await).unwrap();
    client.nack(&held.receipt, Duration::ZERO).await.unwrap();
    let [again] = <[Job; 1]>::try_from(take(&client, 1).await).unwrap();
    client.publish("c".into()).await.unwrap();
    program.kill();
    let program = Program::start(folder.path());
    let client = program.client();
    assert!(client.ack(&held.receipt).await.is_err(), "it was redelivered");
    client.ack(&again.receipt).await.unwrap();
    assert_eq!(bodies(&take(&client, 9).await), ["c"]);
    program.leave();
}

#[tokio::test]
async fn a_clean_shutdown_keeps_even_the_last_ack() {
    let folder = Folder::new("clean");
    for round in 0..5 {
        let program = Program::start(folder.path());
        let client = program.client();
        assert_eq!(client.stats().await.map(|it| it.acked_total).unwrap_or(0), round);
        client.publish("a".into()).await.unwrap();
        let [held] = <[Job; 1]>::try_from(take(&client, 1).await).unwrap();
        client.ack(&held.receipt).await.unwrap();
        program.leave();
    }
}

#[tokio::test]
async fn a_second_process_learns_which_one_uses_the_directory() {
    let folder = Folder::new("lock");
    let _program = Program::start(folder.path());
    let (code, words) = Program::fails(folder.path());
    assert_eq!(code, Some(1));
    assert!(words.contains("cannot be used") && words.contains("process "), "{words}");
}

#[tokio::test]
async fn a_damaged_log_stops_the_start_and_names_the_place_and_the_fix() {
    let folder = Folder::new("damaged");
    let program = Program::start(folder.path());
    for body in ["one", "two", "three"] {
        program.client().publish(body.into()).await.unwrap();
    }
    program.leave();
    let mut files = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().path());
    let log = files.find(|path| path.extension().is_some_and(|it| it == "log")).unwrap();
    let mut bytes = fs::read(&log).unwrap();
    let at = bytes.windows(3).position(|it| it == b"one").unwrap();
    bytes[at] ^= 1;
    fs::write(&log, bytes).unwrap();
    let (code, words) = Program::fails(folder.path());
    assert_eq!(code, Some(1));
    let name = log.display().to_string();
    assert!(words.contains(&name) && words.contains("is damaged at byte"), "{words}");
    assert!(words.contains("move the whole directory away"), "{words}");
}

/// The numbers and settings of a queue that survive a restart.
fn lasting(program: &Program, queue: &str) -> Value {
    let mut shown = program.ok(&format!("GET /{queue}"), "");
    for of_this_run in ["clock_s", "oldest_age_s", "waiting", "receive_empty_total"] {
        shown[of_this_run].take();
    }
    shown
}

async fn publish_all(client: &Client, bodies: &[&str]) {
    for body in bodies {
        client.publish(body.as_bytes().into()).await.unwrap();
    }
}

#[tokio::test]
async fn pauses_purges_redrives_and_deaths_survive_a_kill() {
    let folder = Folder::new("queues");
    let mut program = Program::start(folder.path());
    program.ok("PUT /jobs", r#"{"max_attempts": 1, "dead_letter_queue": "dead", "max_depth": 9}"#);
    program.ok("PUT /news", r#"{"max_age_s": 0.05}"#);
    let client = program.client();
    publish_all(&client, &["a", "b", "c", "d"]).await;
    for message in take(&client, 2).await {
        client.nack(&message.receipt, Duration::ZERO).await.unwrap();
    }
    assert_eq!(program.ok("POST /dead/redrive?max=1", ""), json!({ "redriven": 1 }));
    program.ok("POST /jobs/pause", "");
    publish_all(&program.client_of("old"), &["e", "f"]).await;
    assert_eq!(program.ok("POST /old/purge", ""), json!({ "purged": 2 }));
    publish_all(&program.client_of("news"), &["g"]).await;
    while program.ok("GET /news", "")["expired_total"] != 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Once this is answered, everything before it is on the disk.
    publish_all(&program.client_of("last"), &["h"]).await;
    let queues = ["jobs", "dead", "old", "news", "last"];
    let before = queues.map(|queue| lasting(&program, queue));
    program.kill();
    let program = Program::start(folder.path());
    assert_eq!(queues.map(|queue| lasting(&program, queue)), before);
    let client = program.client();
    assert_eq!(bodies(&take(&client, 9).await), Vec::<&str>::new(), "it is still paused");
    assert_eq!(program.ok("POST /dead/redrive", ""), json!({ "redriven": 1 }));
    program.ok("POST /jobs/resume", "");
    let back = take(&client, 9).await;
    assert_eq!(bodies(&back), ["a", "b", "c", "d"]);
    let seen = program.ok("GET /jobs/messages", "");
    let mut seen = seen["messages"].as_array().unwrap().iter();
    assert!(seen.all(|message| message["attempts"] == 1), "redriven messages have no attempts");
    program.leave();
}

#[tokio::test]
async fn concurrent_publishers_get_consecutive_totals_that_continue_after_a_restart() {
    let folder = Folder::new("counted");
    let mut program = Program::start(folder.path());
    let client = program.client();
    let publishes = (0..20).map(|_| client.publish_counted("x".into()));
    let totals = futures::future::join_all(publishes).await.into_iter();
    let mut totals: Vec<u64> = totals.filter_map(Result::unwrap).collect();
    totals.sort_unstable();
    assert_eq!(totals, (1..=20).collect::<Vec<_>>());
    program.kill();
    let program = Program::start(folder.path());
    assert_eq!(program.client().publish_counted("x".into()).await.unwrap(), Some(21));
    program.leave();
}
