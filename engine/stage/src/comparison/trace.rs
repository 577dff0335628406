//! The load of one queue since the last reset. Pure.

use std::collections::VecDeque;
use std::time::Duration;

use control::Reading;

/// How long jobs are remembered, in seconds. A comparison shows at most the last 300 seconds and
/// simulates up to 30 before them; the rest is a reserve.
const REMEMBERED: f64 = 400.0;
/// The mean time of a job is known after this number of finished jobs.
const ENOUGH: u64 = 20;

/// The load of one queue.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    last: Option<Reading>,
    /// The jobs that were published between each two readings, oldest first.
    pub came: VecDeque<Came>,
    /// The number of jobs in flight, summed over the seconds since the reset.
    busy: f64,
    done: u64,
}

/// Jobs that were published between two readings. Times are seconds since the reset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Came {
    /// The time of the earlier reading.
    pub from: f64,
    /// The time of the later reading.
    pub to: f64,
    /// The number of jobs.
    pub jobs: u64,
}

impl Trace {
    /// Adds a reading. A repeated reading does not count; neither do jobs from before the reset
    /// (`origin`) or before a restart of the queue.
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

    /// The mean time for which a worker holds a job, in seconds; `None` before 20 jobs are done.
    pub fn service_time(&self) -> Option<f64> {
        (self.done >= ENOUGH && self.busy > 0.0).then(|| self.busy / self.done as f64)
    }

    /// The jobs of each two readings of which the earlier one was taken at `from` or later. The
    /// times of the jobs between two readings are unknown, so they are spread evenly.
    pub fn moments(&self, from: f64) -> impl Iterator<Item = f64> {
        let later = self.came.iter().filter(move |it| it.from >= from);
        later.flat_map(|it| {
            let gap = (it.to - it.from) / it.jobs.max(1) as f64;
            (0..it.jobs).map(move |n| it.from + gap * (n as f64 + 0.5))
        })
    }

    /// The time of the last reading, in seconds since the reset.
    pub fn until(&self) -> f64 {
        self.came.back().map_or(0.0, |it| it.to)
    }
}
