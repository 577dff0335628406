//! Checks a scenario's size: too large a scenario would fill the memory or never end.

use super::problem::Report;
use crate::Time;
use crate::arrivals::{Arrivals, MOST_POINTS};
use crate::scenario::{Queue, Scenario, Workload};

/// The longest duration: the curves of all contenders, with a point every 500 ms, are in memory.
const LONGEST: Time = Time::from_secs(24 * 3600);
/// The most jobs of a queue: each job is in memory until it is done.
const MOST_JOBS: f64 = 1_000_000.0;
/// The most containers of one workload.
const MOST_CONTAINERS: u32 = 10_000;
/// The most entries of a list.
const MOST_THINGS: usize = 100;
/// The most characters of a name, and of a sentence.
const LONGEST_NAME: usize = 80;
const LONGEST_SENTENCE: usize = 500;
/// The same limits as for the annotations `scale-down-window` and `rate-average`.
const LONGEST_WINDOW: Time = Time::from_secs(3600);
const LONGEST_AVERAGE: Time = Time::from_secs(600);

impl Scenario {
    pub(super) fn check_bounds(&self, wrong: &mut Report<'_>) {
        if self.duration > LONGEST {
            wrong(None, "duration", "must be at most 24h".to_owned());
        }
        for (key, text, most) in
            [("name", &self.name, LONGEST_NAME), ("teaches", &self.teaches, LONGEST_SENTENCE)]
        {
            let long = text.chars().count();
            if long > most {
                wrong(None, key, format!("has {long} characters; at most {most} are shown"));
            }
        }
        self.check_counts(wrong);
        self.queues.iter().for_each(|queue| self.check_jobs(queue, wrong));
        self.workloads.iter().for_each(|workload| check_size(workload, wrong));
        for count in self.fixed.iter().flat_map(|fleet| fleet.values()) {
            at_most(None, "fixed", *count, wrong);
        }
    }

    /// Checks the number of entries of each list.
    fn check_counts(&self, wrong: &mut Report<'_>) {
        let mut check = |owner: Option<&str>, key, many: usize, most| {
            if many > most {
                wrong(owner, key, format!("has {many} entries; the maximum is {most}"));
            }
        };
        let all = [
            ("queues", self.queues.len()),
            ("workloads", self.workloads.len()),
            ("outages", self.outages.len()),
            ("crashes", self.crashes.len()),
            ("poll-waits", self.poll_waits.len()),
            ("graces", self.graces.len()),
            ("fixed", self.fixed.len()),
            ("producers", self.producers.len()),
            ("steps", self.steps.len()),
        ];
        all.iter().for_each(|(key, many)| check(None, key, *many, MOST_THINGS));
        for workload in &self.workloads {
            check(Some(&workload.name), "room", workload.room.len(), MOST_THINGS);
        }
        for queue in &self.queues {
            if let Some(Arrivals::Replay { points, .. }) = &queue.arrivals {
                check(Some(&queue.name), "points", points.len(), MOST_POINTS);
            }
        }
        for (i, step) in self.steps.iter().enumerate() {
            let owner = format!("step {}", i + 1);
            check(Some(&owner), "do", step.actions.len(), MOST_THINGS);
            check(Some(&owner), "while-waiting", step.while_waiting.len(), MOST_THINGS);
        }
    }

    /// Checks the total number of jobs of a queue.
    fn check_jobs(&self, queue: &Queue, wrong: &mut Report<'_>) {
        // Errors in the numbers themselves have already been reported.
        if queue.arrivals.as_ref().is_some_and(|it| it.problem().is_some()) {
            return;
        }
        let arrivals = self.arrivals(&queue.name);
        let steady = arrivals.as_ref().map_or(0.0, |it| it.expected(self.duration.as_secs_f64()));
        let own = queue.arrivals.as_ref().map_or(0.0, |it| it.in_bursts(self.duration));
        let by_steps: f64 = self.bursts_of(&queue.name).map(|(_, jobs)| f64::from(jobs)).sum();
        let all = steady + own + by_steps;
        if all > MOST_JOBS {
            let text = format!("bring {all:.0} jobs; the maximum is {MOST_JOBS}");
            match &queue.arrivals {
                Some(_) => wrong(Some(&queue.name), "arrivals", text),
                None => wrong(None, "steps", text),
            }
        }
    }
}

fn check_size(it: &Workload, wrong: &mut Report<'_>) {
    let owner = Some(it.name.as_str());
    let long = it.name.chars().count();
    if long > LONGEST_NAME {
        wrong(owner, "name", format!("has {long} characters; at most {LONGEST_NAME} are shown"));
    }
    at_most(owner, "min", it.min, wrong);
    at_most(owner, "max", it.max, wrong);
    at_most(owner, "fallback-containers", it.fallback_containers.unwrap_or(0), wrong);
    if it.scale_down_window.is_some_and(|window| window > LONGEST_WINDOW) {
        wrong(owner, "scale-down-window", "must be at most 1h".to_owned());
    }
    if it.rate_average.is_some_and(|average| average > LONGEST_AVERAGE) {
        wrong(owner, "rate-average", "must be at most 10m".to_owned());
    }
}

fn at_most(owner: Option<&str>, key: &'static str, count: u32, wrong: &mut Report<'_>) {
    if count > MOST_CONTAINERS {
        wrong(owner, key, format!("is {count}; it must be at most {MOST_CONTAINERS}"));
    }
}
