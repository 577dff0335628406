//! What came to each queue since the last reset, and how long its jobs took. Pure.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use control::Reading;
use runtime::board::Seen;

use super::model::{self, Stage};

/// So far back it is remembered, in seconds: what is played, a minute for its beginning to be at a
/// whole one, and what is played before that.
const REMEMBERED: f64 = 400.0;
/// So many jobs have to be done before it is known how long they take.
const ENOUGH: u64 = 20;

/// What came.
#[derive(Debug, Default)]
pub struct Record {
    run: u32,
    seen: Option<Seen>,
    queues: BTreeMap<String, Trace>,
}

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

impl Record {
    /// Takes in a moment of a run; another run begins anew.
    pub fn see(&mut self, run: u32, seen: &Seen) {
        if self.run != run {
            *self = Record { run, ..Record::default() };
        }
        for (queue, reading) in &seen.readings {
            self.queues.entry(queue.clone()).or_default().see(reading, seen.origin);
        }
        self.queues.retain(|queue, _| seen.readings.contains_key(queue));
        self.seen = Some(seen.clone());
    }

    /// What is to be played of it.
    ///
    /// # Errors
    /// Why nothing can be played yet.
    pub fn stage(&self) -> Result<Stage, String> {
        let seen = self.seen.as_ref().ok_or("nothing was seen yet")?;
        model::stage(seen, &self.queues, u64::from(self.run))
    }
}

impl Trace {
    /// Takes in a reading; the same one twice counts once, and what came before the reset or the
    /// queue's restart does not.
    fn see(&mut self, reading: &Reading, origin: Duration) {
        let Some(last) = self.last.replace(*reading) else { return };
        let restarted = reading.sample.restarted_since(&last.sample);
        if restarted || reading.taken_at <= last.taken_at || last.taken_at < origin {
            return;
        }
        let since = |time: Duration| time.saturating_sub(origin).as_secs_f64();
        let (from, to) = (since(last.taken_at), since(reading.taken_at));
        let jobs = reading.sample.published_total - last.sample.published_total;
        self.came.push_back(Came { from, to, jobs });
        while self.came.front().is_some_and(|it| it.to + REMEMBERED < to) {
            self.came.pop_front();
        }
        self.busy += last.sample.in_flight as f64 * (to - from);
        self.done += reading.sample.acked_total - last.sample.acked_total;
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

#[cfg(test)]
pub(super) mod tests {
    use control::{Config, QueueSample, QueueTarget, RateSettings, Rule, Workload};

    use super::*;

    fn workload(name: &str, priority: u32, rule: Rule) -> Workload {
        let (paused, held, name) = (false, None, name.to_owned());
        let (max_delta, fallback) = (None, None);
        Workload { name, priority, min: 1, max: 10, max_delta, rule, fallback, paused, held }
    }

    /// What was seen at a second: a queue that had taken in and done so many, two at work.
    pub(crate) fn seen(second: f64, published_total: u64, acked_total: u64) -> Seen {
        let in_flight = 2.min(published_total - acked_total);
        let ready = published_total - acked_total - in_flight;
        let sample = QueueSample { ready, in_flight, published_total, acked_total, clock: None };
        let taken_at = Duration::from_secs_f64(100.0 + second);
        let target = QueueTarget { queue: "jobs".to_owned(), length: 20 };
        let workloads = vec![
            workload("consumer", 1, Rule::Rate(RateSettings::new(target))),
            workload("remainder", 2, Rule::Remainder),
        ];
        Seen {
            origin: Duration::from_secs(100),
            config: Config { capacity: 10, tick: Duration::from_millis(500), workloads },
            readings: BTreeMap::from([("jobs".to_owned(), Reading { sample, taken_at })]),
            start_ups: BTreeMap::from([("consumer".to_owned(), Duration::from_secs(1))]),
        }
    }

    /// Ten jobs a second, each 200 ms long, looked at twice a second.
    pub(crate) fn steady(seconds: u64) -> Record {
        let mut record = Record::default();
        for tick in 0..=2 * seconds {
            let published = 5 * tick;
            record.see(7, &seen(tick as f64 / 2.0, published, published.saturating_sub(2)));
        }
        record
    }

    fn came(record: &Record) -> &VecDeque<Came> {
        &record.queues["jobs"].came
    }

    #[test]
    fn what_came_is_what_the_counter_grew_by_and_is_read_once() {
        let mut record = Record::default();
        for (second, published) in [(-1.0, 3), (0.0, 4), (0.5, 9), (0.5, 9), (1.5, 10)] {
            record.see(1, &seen(second, published, 0));
        }
        let one = |from, to, jobs| Came { from, to, jobs };
        let after_the_reset = [one(0.0, 0.5, 5), one(0.5, 1.5, 1)];
        assert!(came(&record).iter().eq(&after_the_reset), "{:?}", came(&record));
    }

    #[test]
    fn a_reset_or_a_restart_of_the_queue_begins_anew() {
        let mut record = steady(10);
        assert_eq!(came(&record).len(), 20);
        record.see(7, &seen(10.5, 1, 0));
        assert_eq!(came(&record).len(), 20, "no count goes back");
        record.see(8, &seen(11.0, 5, 0));
        assert_eq!(came(&record).len(), 0);
    }

    #[test]
    fn the_time_of_a_job_is_the_time_that_was_spent_on_all_of_them() {
        assert_eq!(steady(1).queues["jobs"].service_time(), None, "too few");
        let time = steady(60).queues["jobs"].service_time().unwrap();
        assert!((time - 0.2).abs() < 0.01, "{time}");
    }

    #[test]
    fn it_forgets_what_is_too_long_ago() {
        let record = steady(1000);
        let (count, first) = (came(&record).len(), came(&record)[0].to);
        assert!(count <= 801 && first >= 600.0, "{count} {first}");
    }
}
