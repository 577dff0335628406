//! A message that no worker can process, among many others. The clock is paused, so times are
//! exact.

use crate::*;
use std::cell::RefCell;
use std::collections::BTreeMap;

use futures::future::join_all;
use tokio::time::{Instant, sleep};

const JOBS: usize = 400;
const WORKERS: usize = 4;
const MOST: u32 = 5;

/// What a worker does with the poison message.
#[derive(Debug, Clone, Copy)]
enum Bad {
    /// It nacks the message.
    HandsBack,
    /// It crashes, and another worker starts in its place.
    Crashes,
}

/// What the workers have seen: how often each body, and when all but the poison message were done.
#[derive(Default)]
struct Seen {
    bodies: BTreeMap<String, u32>,
    done: Duration,
}

async fn worker(api: &Api, bad: Bad, began: Instant, seen: &RefCell<Seen>) {
    loop {
        let call = "POST /jobs/messages/receive?wait_s=1&lease_s=0.1";
        let received = api.ok(call, "").await;
        let [message] = &received["messages"].as_array().unwrap()[..] else { return };
        let body = message["body"].as_str().unwrap().to_owned();
        *seen.borrow_mut().bodies.entry(body.clone()).or_default() += 1;
        sleep(seconds(0.01)).await;
        match (body == "poison", bad) {
            (true, Bad::Crashes) => {}
            (true, Bad::HandsBack) => {
                api.ok("POST /jobs/messages/nack", receipts(&[message])).await;
            }
            (false, _) => {
                api.ok("POST /jobs/messages/ack", receipts(&[message])).await;
                seen.borrow_mut().done = began.elapsed();
            }
        }
    }
}

/// The workers do all jobs, with the poison message among the first or without it.
async fn work(poison: bool, bad: Bad) -> (Api, Seen) {
    let api = Api::new();
    let settings = json!({"max_attempts": MOST, "dead_letter_queue": "dead"}).to_string();
    api.ok("PUT /jobs", settings).await;
    for job in 0..JOBS {
        if poison && job == 10 {
            api.publish("poison").await;
        }
        api.ok("POST /jobs/messages", job.to_string()).await;
    }
    let (seen, began) = (RefCell::default(), Instant::now());
    join_all((0..WORKERS).map(|_| worker(&api, bad, began, &seen))).await;
    (api, seen.into_inner())
}

#[tokio::test(start_paused = true)]
async fn a_poison_message_is_dead_after_its_attempts_and_the_others_keep_their_rate() {
    for bad in [Bad::HandsBack, Bad::Crashes] {
        let (_, without) = work(false, bad).await;
        let (api, with) = work(true, bad).await;
        let rate = without.done.as_secs_f64() / with.done.as_secs_f64();
        println!("{bad:?}: {:?} instead of {:?}, {rate:.3} of the rate", with.done, without.done);
        let often: BTreeMap<&str, u32> =
            with.bodies.iter().filter(|(_, n)| **n != 1).map(|(it, n)| (&**it, *n)).collect();
        assert_eq!((often, with.bodies.len()), (BTreeMap::from([("poison", MOST)]), JOBS + 1));
        let stats = api.stats().await;
        assert_eq!((&stats["dead_total"], &stats["acked_total"]), (&json!(1), &json!(JOBS)));
        let dead = api.ok("POST /dead/messages/receive?max=100", "").await;
        assert_eq!((count(&dead), &dead["messages"][0]["body"]), (1, &json!("poison")));
        assert!(rate >= 0.95, "{bad:?}: {rate}");
    }
}
