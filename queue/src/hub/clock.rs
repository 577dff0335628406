//! The broker's time, which stops while the process is stopped.
//!
//! While all processes are stopped or the machine sleeps, no worker can extend a lease. No lease
//! should end because of such a stop, and rates should not include it. So the clock is read several
//! times a second while workers have leases or wait for messages. If more than 1 s passed without a
//! reading, the clock subtracts this time.

use std::time::Duration;

use broker::Time;
use tokio::time::Instant;

/// The time between two readings of the clock while there are workers.
pub const HEARTBEAT: Duration = Duration::from_millis(250);
/// If more than this time passes without a reading, the process was stopped.
const STOOD_STILL: Duration = Duration::from_secs(1);

/// The broker's clock, which the hub's lock protects.
#[derive(Debug)]
pub struct Clock {
    /// When the clock was created.
    began: Instant,
    /// When it was created, by the machine's own clock, which tests cannot pause.
    really_began: std::time::Instant,
    /// The broker's time when the clock was created.
    at_first: Time,
    looks: Looks,
}

/// The last reading of the clock, and the time that was subtracted so far.
#[derive(Debug, Default)]
struct Looks {
    /// The time from the creation of the clock to the last reading.
    passed: Time,
    /// The time `passed` as the machine's own clock measured it.
    really_passed: Time,
    /// How long the process was stopped while there were workers, in total. The clock subtracts it.
    lost: Time,
}

impl Clock {
    /// Creates a clock that shows the time `at_first` now.
    pub fn new(at_first: Time) -> Clock {
        let (began, really_began) = (Instant::now(), std::time::Instant::now());
        Clock { began, really_began, at_first, looks: Looks::default() }
    }

    /// Reads the broker's time, which never goes back. Logs if the process was stopped.
    pub fn now(&mut self, workers_are_there: impl FnOnce() -> bool) -> Time {
        let mut passed = self.began.elapsed();
        let really_passed = self.really_began.elapsed();
        if self.looks.is_late(really_passed) {
            // Read again: the process may have been stopped between the readings of the two clocks.
            passed = self.began.elapsed();
        }
        if let Some(lost) = self.looks.look(passed, really_passed, workers_are_there) {
            let seconds = lost.as_secs_f64();
            tracing::warn!("the queue stood still for {seconds:.1} s; leases are extended by that");
        }
        self.at_first + passed - self.looks.lost
    }

    /// Returns the instant at which a timer should wake up for the broker's time `at`. If the
    /// process is stopped before this instant, the timer wakes up too early.
    pub fn instant(&self, at: Time) -> Instant {
        self.began + at.saturating_sub(self.at_first) + self.looks.lost
    }
}

impl Looks {
    fn is_late(&self, really_passed: Time) -> bool {
        really_passed.saturating_sub(self.really_passed) > STOOD_STILL
    }

    /// Notes a reading; returns how long the process was stopped before it, or `None` if it ran.
    fn look(
        &mut self,
        passed: Time,
        really_passed: Time,
        workers_are_there: impl FnOnce() -> bool,
    ) -> Option<Time> {
        let late = self.is_late(really_passed);
        let unseen = really_passed.saturating_sub(self.really_passed);
        // A jump of paused time in a test does not count: the machine's clock did not advance.
        let unseen = unseen.min(passed.saturating_sub(self.passed));
        (self.passed, self.really_passed) = (passed, really_passed);
        if !late || unseen <= STOOD_STILL || !workers_are_there() {
            return None;
        }
        self.lost += unseen;
        Some(unseen)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use broker::{NewMessage, Request};

    use super::*;
    use crate::hub::Hub;

    const fn millis(millis: u64) -> Time {
        Duration::from_millis(millis)
    }

    fn look(looks: &mut Looks, passed: u64, really_passed: u64, workers_are_there: bool) -> Time {
        looks.look(millis(passed), millis(really_passed), || workers_are_there);
        millis(passed) - looks.lost
    }

    #[test]
    fn time_stops_while_the_process_is_stopped_and_has_workers() {
        let mut looks = Looks::default();
        let now = [(250, true), (500, true), (30_600, true), (30_700, true), (33_000, true)];
        let now = now.map(|(at, out)| look(&mut looks, at, at, out).as_millis());
        assert_eq!(now, [250, 500, 500, 600, 600]);
    }

    #[test]
    fn time_goes_on_without_readings_if_there_are_no_workers() {
        let mut looks = Looks::default();
        assert_eq!(look(&mut looks, 3_600_000, 3_600_000, false), millis(3_600_000));
        assert_eq!(look(&mut looks, 3_600_100, 3_600_100, true), millis(3_600_100));
    }

    #[test]
    fn a_reading_that_is_a_second_late_does_not_mean_that_the_process_stopped() {
        let mut looks = Looks::default();
        assert_eq!(look(&mut looks, 1000, 1000, true), millis(1000));
        assert_eq!(look(&mut looks, 2001, 2001, true), millis(1000));
    }

    #[test]
    fn a_jump_of_paused_time_does_not_mean_that_the_process_stopped() {
        let mut looks = Looks::default();
        assert_eq!(look(&mut looks, 60_000, 1, true), millis(60_000));
        assert_eq!(look(&mut looks, 60_000, 5_000, true), millis(60_000));
    }

    /// Without regular readings, 1 s without calls would look like a stopped process.
    #[tokio::test(start_paused = true)]
    async fn the_clock_is_read_only_while_there_are_leases() {
        let (hub, jobs) = (Arc::new(Hub::new(1)), "jobs".parse().unwrap());
        let timer = hub.clone();
        tokio::spawn(async move { timer.keep_time().await });
        for delay in [0, 2000].map(millis) {
            let new = NewMessage { body: b"a".as_slice().into(), delay };
            hub.publish(&jobs, vec![new], 0, None).await.unwrap();
        }
        // The timer sleeps until the second message is ready, which is before the lease ends.
        tokio::time::sleep(millis(1)).await;
        let request = Request { max: 1, lease: Some(millis(5000)), worker: None };
        let held = hub.call(|broker, now| broker.receive(now, &jobs, &request)).remove(0);
        let unseen = || {
            let clock = &hub.lock().clock;
            clock.began.elapsed() - clock.looks.passed
        };
        for _ in 0..18 {
            tokio::time::sleep(millis(100)).await;
            assert!(unseen() <= HEARTBEAT, "{:?}", unseen());
        }
        hub.call(|broker, now| broker.ack(now, &jobs, held.receipt)).unwrap();
        tokio::time::sleep(millis(5000)).await;
        assert!(unseen() > millis(2000), "{:?}", unseen());
    }

    #[test]
    fn the_time_that_the_process_was_stopped_is_logged() {
        let mut looks = Looks::default();
        assert_eq!(looks.look(millis(30_100), millis(30_100), || true), Some(millis(30_100)));
        assert_eq!(looks.look(millis(30_200), millis(30_200), || true), None);
    }
}
