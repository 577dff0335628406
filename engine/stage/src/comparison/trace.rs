//! What came to one queue since the last reset, and how long its jobs took. Pure.

use std::collections::VecDeque;
use std::time::Duration;

use control::Reading;

/// So far back it is remembered, in seconds: what is played, a minute for its beginning to be at a
/// whole one, and what is played before that.
const REMEMBERED: f64 = 400.0;
/// So many jobs have to be done before it is known how long they take.
const ENOUGH: u64 = 20;

/// What came to one queue.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    last: Option<Reading>,
    /// Jobs that came, by pairs of readings, in order.
    pub came: VecDeque<Came>,
    /// Jobs that were worked on, times seconds.
    busy: f64,
    done: u64,
}

/// Jobs that came between two readings. Times are seconds since the reset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Came {
    /// After the earlier reading.
    pub from: f64,
    /// Until the later one.
    pub to: f64,
    /// How many.
    pub jobs: u64,
}

impl Trace {
    /// Takes in a reading; the same one twice counts once, and what came before the reset or the
    /// queue's restart does not.
    pub(super) fn see(&mut self, reading: &Reading, origin: Duration) {
        let Some(last) = self.last.replace(*reading) else { return };
        if reading.taken_at <= last.taken_at || last.taken_at < origin {
            return;
        }
        let Some(counted) = reading.sample.since(&last.sample) else { return };
        let since = |time: Duration| time.saturating_sub(origin).as_secs_f64();
        let (from, to) = (since(last.taken_at), since(reading.taken_at));
        self.came.push_back(Came { from, to, jobs: counted.published });
        while self.came.front().is_some_and(|it| it.to + REMEMBERED < to) {
            self.came.pop_front();
        }
        self.busy += last.sample.in_flight as f64 * (to - from);
        self.done += counted.acked;
    }

    /// How long a worker has a job, on average, in seconds; `None` before enough were done.
    pub fn service_time(&self) -> Option<f64> {
        (self.done >= ENOUGH && self.busy > 0.0).then(|| self.busy / self.done as f64)
    }

    /// Until when it is known what came, in seconds since the reset.
    pub fn until(&self) -> f64 {
        self.came.back().map_or(0.0, |it| it.to)
    }
}
