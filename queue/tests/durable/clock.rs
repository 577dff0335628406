//! A wall clock that is set a day ahead or back. It belongs to the test, not to the machine, and
//! the other clock is paused; so all times are exact.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use broker::{Broker, Delivery, NewMessage, QueueName, Request, Settings, Stats, Time};
use queue::writer::Writing;
use queue::{Hub, WallClock};
use tokio::time::advance;

use crate::program::Folder;

/// In milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;
const NOON: u64 = 20_000 * DAY as u64 + DAY as u64 / 2;
const A_MOMENT: Duration = Duration::from_millis(1);

/// The wall clocks of the tests below, one each, because the tests run at the same time.
static CLOCKS: [AtomicU64; 3] = [const { AtomicU64::new(NOON) }; 3];

fn clock<const TEST: usize>() -> u64 {
    CLOCKS[TEST].load(Ordering::Relaxed)
}

fn set<const TEST: usize>(to: u64) {
    CLOCKS[TEST].store(to, Ordering::Relaxed);
}

/// Lets time pass on both clocks.
async fn pass<const TEST: usize>(time: Duration) {
    CLOCKS[TEST].fetch_add(time.as_millis() as u64, Ordering::Relaxed);
    advance(time).await;
}

/// Sets the wall clock.
fn jump<const TEST: usize>(millis: i64) {
    set::<TEST>(clock::<TEST>().saturating_add_signed(millis));
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn jobs() -> QueueName {
    "jobs".parse().unwrap()
}

/// A queue whose messages expire after a minute.
fn news() -> QueueName {
    "news".parse().unwrap()
}

/// A run of the queue without its sockets.
struct Run {
    hub: Arc<Hub>,
    writing: Option<Writing>,
}

impl Drop for Run {
    fn drop(&mut self) {
        // Also if a test fails: otherwise the drop would wait for the writer's thread.
        self.hub.close();
    }
}

impl Run {
    fn start(data: Option<&Folder>, wall: WallClock) -> Run {
        let store = queue::start(data.map(Folder::path), wall).unwrap();
        Run { hub: store.hub, writing: Some(Writing::start(store.writer)) }
    }

    fn call<T>(&self, call: impl FnOnce(&mut Broker, Time) -> T) -> T {
        self.hub.call(call)
    }

    async fn publish(&self, name: &QueueName, delay: Duration) {
        let new = NewMessage { body: b"x".as_slice().into(), delay };
        self.hub.publish(name, vec![new], self.hub.wall_clock(), None).await.unwrap();
    }

    fn take(&self) -> Delivery {
        let request = Request { max: 1, lease: Some(seconds(30)), worker: None };
        self.call(|broker, now| broker.receive(now, &jobs(), &request)).remove(0)
    }

    /// Adds four messages: one leased for 30 s, one delayed by 40 s, one nacked for 50 s, and one
    /// that expires after 60 s.
    async fn fill(&self) {
        let settings = Settings { max_age: Some(seconds(60)), ..Settings::default() };
        self.call(|broker, _| broker.configure(&news(), settings)).unwrap();
        self.publish(&jobs(), Duration::ZERO).await;
        self.publish(&jobs(), Duration::ZERO).await;
        self.take();
        let back = self.take().receipt;
        self.call(|broker, now| broker.nack(now, &jobs(), back, seconds(50))).unwrap();
        self.publish(&jobs(), seconds(40)).await;
        self.publish(&news(), Duration::ZERO).await;
    }

    fn stats(&self, name: &QueueName) -> Stats {
        self.call(|broker, now| broker.stats(now, name)).unwrap()
    }

    /// The ready, in-flight and delayed messages of jobs, and the unexpired ones of news.
    fn seen(&self) -> (usize, usize, usize, usize) {
        let Stats { ready, in_flight, delayed, .. } = self.stats(&jobs());
        (ready, in_flight, delayed, self.stats(&news()).ready)
    }

    async fn end(mut self) {
        self.hub.close();
        self.writing.take().unwrap().finish().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn no_jump_of_the_wall_clock_changes_a_deadline_in_a_running_process() {
    let folder = Folder::new("clock-running");
    for data in [None, Some(&folder)] {
        let run = Run::start(data, clock::<0>);
        run.fill().await;
        for (jumped, after) in [
            (DAY, (1, 0, 2, 1)),
            (-2 * DAY, (2, 0, 1, 1)),
            (2 * DAY, (3, 0, 0, 1)),
            (-2 * DAY, (3, 0, 0, 0)),
        ] {
            let before = run.seen();
            jump::<0>(jumped);
            pass::<0>(seconds(if jumped == DAY { 30 } else { 10 }) - A_MOMENT).await;
            assert_eq!(run.seen(), before, "{jumped} ms: nothing too early");
            pass::<0>(A_MOMENT).await;
            assert_eq!(run.seen(), after, "{jumped} ms: all on time");
        }
        assert_eq!(run.stats(&news()).total.expired, 1);
        run.end().await;
    }
}

/// The times in milliseconds after which each of the four messages is due.
async fn due<const TEST: usize>(run: &Run) -> [Option<u64>; 4] {
    let mut due = [None; 4];
    for gone in 0..=61_000 {
        let (jobs, news) = (run.stats(&jobs()), run.stats(&news()));
        let so = [jobs.in_flight == 0, jobs.delayed < 2, jobs.delayed < 1, news.total.expired == 1];
        for (due, _) in due.iter_mut().zip(so).filter(|(_, so)| *so) {
            due.get_or_insert(gone);
        }
        pass::<TEST>(A_MOMENT).await;
    }
    due
}

/// 20 s later the process ends, the wall clock is set, and another process begins. The lease starts
/// again. The other messages have 20, 30 and 40 s left if the clock is not set, and nothing if it
/// is set ahead. If it is set back, they have their whole times again, but no more.
#[tokio::test(start_paused = true)]
async fn after_a_restart_no_message_is_hidden_for_longer_than_its_delay_whatever_the_clock_says() {
    for (jumped, left) in [
        (0, [30_000, 20_000, 30_000, 40_000]),
        (DAY, [30_000, 0, 0, 0]),
        (-DAY, [30_000, 40_000, 50_000, 60_000]),
    ] {
        let folder = Folder::new("clock-restart");
        let run = Run::start(Some(&folder), clock::<1>);
        run.fill().await;
        pass::<1>(seconds(20)).await;
        run.end().await;
        jump::<1>(jumped);
        let run = Run::start(Some(&folder), clock::<1>);
        let is = due::<1>(&run).await;
        println!("set by {jumped} ms: due after {is:?} ms");
        assert_eq!(is, left.map(Some), "set by {jumped} ms");
        run.end().await;
    }
}

/// A message that was published earlier is not the younger one, whatever the clock said then.
/// Otherwise it would keep a later message beyond its age.
#[tokio::test(start_paused = true)]
async fn a_message_with_a_wrong_time_keeps_no_other_beyond_its_age() {
    let folder = Folder::new("clock-ages");
    let run = Run::start(Some(&folder), clock::<2>);
    run.fill().await;
    jump::<2>(-DAY);
    run.publish(&news(), Duration::ZERO).await;
    pass::<2>(seconds(20)).await;
    run.end().await;
    let run = Run::start(Some(&folder), clock::<2>);
    pass::<2>(seconds(40) - A_MOMENT).await;
    assert_eq!(run.stats(&news()).ready, 2);
    pass::<2>(A_MOMENT).await;
    assert_eq!(run.stats(&news()).total.expired, 2);
    run.end().await;
}
