//! The sources of readings against a queue that fails in every known way.
//!
//! These tests show that a failure leaves no reading and gives its cause. `blind.rs` shows that the
//! engine goes on meanwhile; the core's `outage.rs`, how a minute of it affects the counts.

use std::sync::Arc;
use std::time::Duration;

use control::{Followed, QueueSample, QueueTarget, Reading, Rule, Totals, Workload};
use model::{Clock, MetricSource};
use sources::{Kit, Origin, Sources};
use tokio::time::{Instant, sleep, timeout};

use support::fake::{Answer, FakeQueue, failures, ready};

/// The limit for anything that should take no time.
const SOON: Duration = Duration::from_secs(20);
const TICK: Duration = Duration::from_millis(100);

fn kit(fake: &FakeQueue) -> Kit {
    Kit::new(fake.url.parse().unwrap(), None)
}

fn source(fake: &FakeQueue, tick: Duration) -> Box<dyn MetricSource> {
    kit(fake).source(&Followed::queue("sick"), tick).unwrap()
}

/// Sources of the queues `sick` and `well`.
fn sources(fake: &FakeQueue, clock: Clock) -> Sources {
    let workload = |queue: &str| Workload {
        name: queue.to_owned(),
        priority: 1,
        min: 1,
        max: 10,
        max_delta: None,
        rule: Rule::Queue(QueueTarget::of_queue(queue, 20)),
        fallback: None,
        paused: false,
        blocked: None,
    };
    let mut sources = Sources::new(Arc::new(kit(fake)), TICK, clock);
    sources.follow(&["sick", "well"].map(workload)).unwrap();
    sources
}

fn depth(ready: u64) -> QueueSample {
    QueueSample { ready, totals: Some(Totals::default()), ..QueueSample::default() }
}

fn reading(sources: &Sources, queue: &str) -> Option<Reading> {
    sources.readings().get(queue).copied()
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(timeout(SOON, waiting).await.is_ok(), "{what}: not within {SOON:?}");
}

/// Waits until a queue was read again and has this number of ready messages.
async fn is_read(sources: &Sources, queue: &str, ready: u64) {
    let before = reading(sources, queue).map(|reading| reading.taken_at);
    let again = || {
        let now = reading(sources, queue);
        now.is_some_and(|now| Some(now.taken_at) > before && now.sample == depth(ready))
    };
    until(&format!("{queue} is read"), again).await;
}

/// Lets a queue fail for at least one whole read, and waits until the other one was read meanwhile.
async fn fails(fake: &FakeQueue, sources: &Sources, answer: &Answer, well: u64) {
    fake.set("sick", answer.clone());
    fake.set("well", ready(well));
    until(&format!("{answer:?} is asked for"), || fake.asked("sick") > 1).await;
    is_read(sources, "well", well).await;
}

#[tokio::test]
async fn a_failed_read_is_no_reading_and_one_line_gives_its_cause() {
    let fake = FakeQueue::start();
    for (answer, words) in failures() {
        fake.set("sick", answer.clone());
        // Only for answers that never end, the tick is short; all others get the time they need.
        let endless = matches!(answer, Answer::Nothing | Answer::Trickle);
        let tick = if endless { TICK } else { SOON };
        let error = source(&fake, tick).read(Duration::ZERO).await.unwrap_err().to_string();
        println!("{error}");
        assert!(error.contains(words), "{answer:?}: {error}");
        assert!(error.len() < 200 && !error.contains(char::is_control), "{error:?}");
    }
}

#[tokio::test]
async fn a_queue_that_was_never_read_has_no_reading_and_one_that_was_keeps_its_last() {
    let fake = FakeQueue::start();
    let sources = sources(&fake, Clock::start());
    for (round, (answer, _)) in failures().iter().enumerate() {
        let well = 100 + round as u64;
        fails(&fake, &sources, answer, well).await;
        assert_eq!(reading(&sources, "sick"), None, "{answer:?}");
    }
    fake.set("sick", ready(18));
    is_read(&sources, "sick", 18).await;
    for (round, (answer, _)) in failures().iter().enumerate() {
        fake.set("sick", answer.clone());
        until("the failure is asked for", || fake.asked("sick") > 0).await;
        let last = reading(&sources, "sick");
        fails(&fake, &sources, answer, 200 + round as u64).await;
        assert_eq!(reading(&sources, "sick"), last, "{answer:?}");
        assert_eq!(last.unwrap().sample, depth(18), "{answer:?}");
        fake.set("sick", ready(18));
        is_read(&sources, "sick", 18).await;
    }
}

#[tokio::test]
async fn a_server_that_is_gone_leaves_the_last_readings_and_is_read_again_when_it_is_back() {
    let mut fake = FakeQueue::start();
    for queue in ["sick", "well"] {
        fake.set(queue, ready(18));
    }
    let clock = Clock::start();
    let sources = sources(&fake, clock);
    is_read(&sources, "sick", 18).await;
    is_read(&sources, "well", 18).await;

    fake.refuse().await;
    let gone_since = clock.now();
    let error = source(&fake, SOON).read(Duration::ZERO).await.unwrap_err().to_string();
    println!("{error}");
    assert!(error.contains("does not answer: Connection refused"), "{error}");
    sleep(5 * TICK).await;
    let last = sources.readings();
    assert_eq!(last.len(), 2);
    for reading in last.values() {
        assert!(reading.taken_at <= gone_since && reading.sample == depth(18), "{reading:?}");
    }

    fake.listen();
    is_read(&sources, "sick", 18).await;
    is_read(&sources, "well", 18).await;
}

/// Time is paused, so that the test is exact; an answer that never comes does not depend on it.
#[tokio::test(start_paused = true)]
async fn a_read_ends_a_fifth_of_a_tick_before_the_next_one_is_due() {
    let fake = FakeQueue::start();
    for answer in [Answer::Nothing, Answer::Trickle] {
        for tick in [100, 500, 5000].map(Duration::from_millis) {
            fake.set("sick", answer.clone());
            let began = Instant::now();
            source(&fake, tick).read(Duration::ZERO).await.unwrap_err();
            let took = began.elapsed();
            assert!(took < tick.mul_f64(0.85), "{answer:?}: {took:?} of {tick:?}");
        }
    }
}

#[tokio::test]
async fn a_queue_that_never_answers_is_asked_again_at_every_tick() {
    let fake = FakeQueue::start();
    let sources = sources(&fake, Clock::start());
    fake.set("sick", Answer::Nothing);
    let began = Instant::now();
    until("it is asked ten times", || fake.asked("sick") >= 10).await;
    println!("asked ten times in {:.1?}", began.elapsed());
    assert_eq!(reading(&sources, "sick"), None);
}
