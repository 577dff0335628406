//! The load of all queues since the last reset. Pure.

use std::collections::BTreeMap;

use control::Reading;
use runtime::snapshots::RoundInputs;

use super::model::{self, Stage};
use super::trace::Trace;

/// The load of all queues since the last reset.
#[derive(Debug, Default)]
pub struct Record {
    run: u32,
    seen: Option<RoundInputs>,
    queues: BTreeMap<String, Trace>,
}

/// A copy of what was recorded.
#[derive(Debug, Clone)]
pub struct Load {
    /// The number of the engine's run, which is the seed, too.
    pub run: u32,
    /// The inputs of the latest round.
    pub seen: RoundInputs,
    /// The load of each queue.
    pub queues: BTreeMap<String, Trace>,
}

impl Record {
    /// Records a round's readings. The first round of a new run clears the earlier record first.
    pub fn see(&mut self, run: u32, seen: &RoundInputs) {
        if self.run != run {
            *self = Record { run, ..Record::default() };
        }
        for (queue, reading) in &seen.readings {
            self.queues.entry(queue.clone()).or_default().see(reading, seen.origin);
        }
        self.queues.retain(|queue, _| seen.readings.contains_key(queue));
        self.seen = Some(seen.clone());
    }

    /// The load of a run from its readings, oldest first, and its last configuration `seen`.
    pub fn of<'a>(
        run: u32,
        seen: RoundInputs,
        readings: impl IntoIterator<Item = (&'a str, Reading)>,
    ) -> Record {
        let followed = |queue: &str| {
            let mut all = seen.config.workloads.iter().filter_map(|it| it.rule.followed());
            all.any(|followed| followed.name == queue)
        };
        let mut queues: BTreeMap<String, Trace> = BTreeMap::new();
        for (queue, reading) in readings.into_iter().filter(|(queue, _)| followed(queue)) {
            match queues.get_mut(queue) {
                Some(trace) => trace.see(&reading, seen.origin),
                None => queues.entry(queue.to_owned()).or_default().see(&reading, seen.origin),
            }
        }
        Record { run, seen: Some(seen), queues }
    }

    /// Makes the stage for a comparison.
    ///
    /// # Errors
    /// The reason why nothing can be compared yet.
    pub fn stage(&self) -> Result<Stage, String> {
        self.load()?.stage()
    }

    /// A copy of what was recorded.
    ///
    /// # Errors
    /// The reason why there is nothing yet.
    pub fn load(&self) -> Result<Load, String> {
        let seen = self.seen.clone().ok_or("the queues were not read yet")?;
        Ok(Load { run: self.run, seen, queues: self.queues.clone() })
    }
}

impl Load {
    /// Makes the stage for a comparison.
    ///
    /// # Errors
    /// The reason why nothing can be compared yet.
    pub fn stage(&self) -> Result<Stage, String> {
        model::stage(&self.seen, &self.queues, u64::from(self.run))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::VecDeque;
    use std::time::Duration;

    use control::{
        Config, QueueSample, QueueTarget, RateSettings, Reading, Rule, Totals, Workload,
    };

    use super::super::trace::Came;

    use super::*;

    fn workload(name: &str, priority: u32, rule: Rule) -> Workload {
        let (paused, blocked, name) = (false, None, name.to_owned());
        let (max_delta, fallback) = (None, None);
        Workload { name, priority, min: 1, max: 10, max_delta, rule, fallback, paused, blocked }
    }

    /// The inputs of a round at `second`, with these counters of the queue and two jobs in flight.
    pub(crate) fn seen(second: f64, published: u64, acked: u64) -> RoundInputs {
        let in_flight = 2.min(published - acked);
        let ready = published - acked - in_flight;
        let totals = Some(Totals { published, acked });
        let sample = QueueSample { ready, in_flight, totals, ..QueueSample::default() };
        let taken_at = Duration::from_secs_f64(100.0 + second);
        let target = QueueTarget::of_queue("jobs", 20);
        let workloads = vec![
            workload("consumer", 1, Rule::Rate(RateSettings::new(target))),
            workload("remainder", 2, Rule::Remainder),
        ];
        RoundInputs {
            origin: Duration::from_secs(100),
            config: Config { capacity: 10, tick: Duration::from_millis(500), workloads },
            readings: BTreeMap::from([("jobs".to_owned(), Reading { sample, taken_at })]),
            start_ups: BTreeMap::from([("consumer".to_owned(), Duration::from_secs(1))]),
        }
    }

    /// The record of a steady load: ten jobs of 200 ms a second, read twice a second.
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
    fn the_load_is_the_growth_of_the_counter_and_each_reading_counts_once() {
        let mut record = Record::default();
        for (second, published) in [(-1.0, 3), (0.0, 4), (0.5, 9), (0.5, 9), (1.5, 10)] {
            record.see(1, &seen(second, published, 0));
        }
        let one = |from, to, jobs| Came { from, to, jobs };
        let after_the_reset = [one(0.0, 0.5, 5), one(0.5, 1.5, 1)];
        assert!(came(&record).iter().eq(&after_the_reset), "{:?}", came(&record));
    }

    #[test]
    fn a_reset_or_a_restart_of_the_queue_begins_again() {
        let mut record = steady(10);
        assert_eq!(came(&record).len(), 20);
        record.see(7, &seen(10.5, 1, 0));
        assert_eq!(came(&record).len(), 20, "no count goes back");
        record.see(8, &seen(11.0, 5, 0));
        assert_eq!(came(&record).len(), 0);
    }

    #[test]
    fn the_time_of_a_job_is_the_mean_of_all_jobs() {
        assert_eq!(steady(1).queues["jobs"].service_time(), None, "too few");
        let time = steady(60).queues["jobs"].service_time().unwrap();
        assert!((time - 0.2).abs() < 0.01, "{time}");
    }

    #[test]
    fn the_record_has_a_bound() {
        let record = steady(1000);
        let (count, first) = (came(&record).len(), came(&record)[0].to);
        assert!(count <= 801 && first >= 600.0, "{count} {first}");
    }
}
