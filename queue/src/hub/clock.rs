//! The broker's time, which does not go on while the process stands still.
//!
//! Where everything was stopped for half a minute, or a machine slept, nobody could extend a lease;
//! none should end because of it, and no rate be measured over it. So while workers have leases or
//! wait for messages, somebody looks at the clock several times a second, and time that passed with
//! no look is taken off.

use std::time::Duration;

use broker::Time;
use tokio::time::Instant;

/// How often the clock is looked at while workers are there.
pub(super) const HEARTBEAT: Duration = Duration::from_millis(250);
/// After so long without a look the process has stood still.
const STOOD_STILL: Duration = Duration::from_secs(1);

/// The clock, as the hub's lock protects it.
#[derive(Debug)]
pub(super) struct Clock {
    /// When the hub began,
    began: Instant,
    /// and by the machine's own clock, which no test can pause.
    really_began: std::time::Instant,
    /// What the broker's time was then.
    at_first: Time,
    looks: Looks,
}

/// What is known of the last look.
#[derive(Debug, Default)]
struct Looks {
    /// How much time had passed since the hub began,
    passed: Time,
    /// and by the machine's own clock.
    really_passed: Time,
    /// How long it stood still with workers there, in all.
    lost: Time,
}

impl Clock {
    /// One whose time is `at_first` now.
    pub(super) fn new(at_first: Time) -> Clock {
        let (began, really_began) = (Instant::now(), std::time::Instant::now());
        Clock { began, really_began, at_first, looks: Looks::default() }
    }

    /// The broker's time; it never goes back.
    pub(super) fn now(&mut self, workers_are_there: impl FnOnce() -> bool) -> Time {
        let mut passed = self.began.elapsed();
        let really_passed = self.really_began.elapsed();
        if self.looks.is_late(really_passed) {
            // It may have stood still between the two.
            passed = self.began.elapsed();
        }
        if let Some(lost) = self.looks.look(passed, really_passed, workers_are_there) {
            let seconds = lost.as_secs_f64();
            tracing::warn!("stood still for {seconds:.1} s; leases are extended by that");
        }
        self.at_first + passed - self.looks.lost
    }

    /// When it will be `at`, if it does not stand still until then.
    pub(super) fn instant(&self, at: Time) -> Instant {
        self.began + at.saturating_sub(self.at_first) + self.looks.lost
    }
}

impl Looks {
    fn is_late(&self, really_passed: Time) -> bool {
        really_passed.saturating_sub(self.really_passed) > STOOD_STILL
    }

    /// One more look; how long it stood still before it.
    fn look(
        &mut self,
        passed: Time,
        really_passed: Time,
        workers_are_there: impl FnOnce() -> bool,
    ) -> Option<Time> {
        let late = self.is_late(really_passed);
        let unseen = really_passed.saturating_sub(self.really_passed);
        // Paused time that a test moves on stands for time that others have seen.
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
    fn time_stands_still_while_the_process_does_and_workers_are_there() {
        let mut looks = Looks::default();
        let now = [(250, true), (500, true), (30_600, true), (30_700, true), (33_000, true)];
        let now = now.map(|(at, out)| look(&mut looks, at, at, out).as_millis());
        assert_eq!(now, [250, 500, 500, 600, 600]);
    }

    #[test]
    fn time_goes_on_where_nobody_looks_and_no_worker_is_there() {
        let mut looks = Looks::default();
        assert_eq!(look(&mut looks, 3_600_000, 3_600_000, false), millis(3_600_000));
        assert_eq!(look(&mut looks, 3_600_100, 3_600_100, true), millis(3_600_100));
    }

    #[test]
    fn a_look_that_is_a_second_late_is_none_of_a_process_that_stood_still() {
        let mut looks = Looks::default();
        assert_eq!(look(&mut looks, 1000, 1000, true), millis(1000));
        assert_eq!(look(&mut looks, 2001, 2001, true), millis(1000));
    }

    #[test]
    fn paused_time_that_jumps_on_a_busy_machine_is_no_standstill() {
        let mut looks = Looks::default();
        assert_eq!(look(&mut looks, 60_000, 1, true), millis(60_000));
        assert_eq!(look(&mut looks, 60_000, 5_000, true), millis(60_000));
    }

    /// Else a lease that nobody speaks of for a second would look like a process that stood still.
    #[tokio::test(start_paused = true)]
    async fn while_a_lease_is_out_the_clock_is_looked_at_and_without_one_it_is_not() {
        let (hub, jobs) = (Arc::new(Hub::new(1)), "jobs".parse().unwrap());
        let timer = hub.clone();
        tokio::spawn(async move { timer.keep_time().await });
        for delay in [0, 2000].map(millis) {
            let new = NewMessage { body: b"a".as_slice().into(), delay };
            hub.publish(&jobs, vec![new], 0, None).await.unwrap();
        }
        // The timer sleeps until the second one is ready, which is before the lease ends.
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
    fn it_says_how_long_it_stood_still() {
        let mut looks = Looks::default();
        assert_eq!(looks.look(millis(30_100), millis(30_100), || true), Some(millis(30_100)));
        assert_eq!(looks.look(millis(30_200), millis(30_200), || true), None);
    }
}
