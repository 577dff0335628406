//! Finds errors in a scenario whose file could be read but which cannot be played.

mod bounds;
mod problem;
mod steps;

pub use problem::ScenarioError;

use crate::Time;
use crate::contenders::rules;
use crate::scenario::{Queue, Scenario, Workload};
use problem::Report;

/// The shortest allowed tick. Shorter ticks would only add rounds in which nothing happens.
const SHORTEST_TICK: Time = Time::from_millis(10);

impl Scenario {
    /// Returns all errors; empty for a scenario that can be played.
    pub fn problems(&self) -> Vec<ScenarioError> {
        let mut found = Vec::new();
        let mut wrong = |owner: Option<&str>, key, text: String| {
            found.push(ScenarioError { owner: owner.map(str::to_owned), key, text });
        };
        if self.capacity == 0 || self.capacity > 10_000 {
            wrong(None, "capacity", "must be from 1 to 10000".to_owned());
        }
        if self.tick < SHORTEST_TICK {
            wrong(None, "tick", "must be at least 10ms".to_owned());
        }
        if self.warm_up >= self.duration {
            wrong(None, "warm-up", "must be less than the duration".to_owned());
        }
        self.queues.iter().for_each(|queue| self.check_queue(queue, &mut wrong));
        let first: u64 = self.workloads.iter().map(|it| u64::from(it.begins_with())).sum();
        if first > u64::from(self.capacity) && self.workloads.iter().any(|w| w.initial.is_some()) {
            wrong(None, "initial", format!("counts add up to {first}, more than the capacity"));
        }
        for (i, workload) in self.workloads.iter().enumerate() {
            if self.workloads[..i].iter().any(|earlier| earlier.name == workload.name) {
                wrong(Some(&workload.name), "name", "is given twice".to_owned());
            }
            self.check_workload(workload, &mut wrong);
        }
        self.check_events(&mut wrong);
        self.check_steps(&mut wrong);
        self.check_bounds(&mut wrong);
        if found.is_empty() {
            found.extend(self.core_problem());
        }
        found
    }

    fn check_queue(&self, queue: &Queue, wrong: &mut Report<'_>) {
        let owner = Some(queue.name.as_str());
        if queue.name.parse::<broker::QueueName>().is_err() {
            wrong(owner, "name", "may have letters, digits, '_', '-' and '.'".to_owned());
        }
        if self.queues.iter().filter(|other| other.name == queue.name).count() > 1 {
            wrong(owner, "name", "is given twice".to_owned());
        }
        if broker::settings::check_lease(queue.lease).is_err() {
            wrong(owner, "lease", "must be more than 0 and at most 12h".to_owned());
        }
        if let Some((key, text)) = queue.arrivals.as_ref().and_then(|it| it.problem()) {
            wrong(owner, key, text);
        }
    }

    fn check_workload(&self, it: &Workload, wrong: &mut Report<'_>) {
        let owner = Some(it.name.as_str());
        if let Err(text) = rules::rule(it) {
            wrong(owner, "rule", text);
        }
        for (key, name) in [("queue", &it.queue), ("then", &it.then)] {
            if let Some(name) = name.as_ref().filter(|name| self.queue(name).is_none()) {
                wrong(owner, key, format!("is {name}, which is not among the queues"));
            }
        }
        if it.queue.is_some() && it.job.time.is_zero() {
            wrong(owner, "job", "is missing or 0".to_owned());
        }
        if it.at_once.is_some_and(|at_once| !(1..=1000).contains(&at_once)) {
            wrong(owner, "at-once", "must be from 1 to 1000".to_owned());
        }
        if it.target == 0 {
            wrong(owner, "target", "must be at least 1".to_owned());
        }
        if it.initial.is_some_and(|initial| initial > it.max) {
            wrong(owner, "initial", "is more than max".to_owned());
        }
    }

    fn check_events(&self, wrong: &mut Report<'_>) {
        for name in
            self.outages.iter().map(|it| &it.queue).filter(|name| self.queue(name).is_none())
        {
            wrong(None, "outages", format!("name {name}, which is not among the queues"));
        }
        let crashes = self.crashes.iter().map(|it| ("crashes", &it.workload));
        let fixed = self.fixed.iter().flat_map(|it| it.keys()).map(|name| ("fixed", name));
        for (key, name) in crashes.chain(fixed).filter(|(_, name)| self.workload(name).is_none()) {
            wrong(None, key, format!("name {name}, which is not among the workloads"));
        }
    }

    /// The first error that the core itself finds.
    fn core_problem(&self) -> Option<ScenarioError> {
        let config = rules::config(self).ok()?;
        let problem = config.problems().into_iter().next()?;
        let key = match problem.setting {
            control::Setting::MinContainers => "min",
            control::Setting::MaxContainers => "max",
            control::Setting::MaxDelta => "max-delta",
            control::Setting::Priority => "priority",
            control::Setting::Capacity => "capacity",
            _ => "rule",
        };
        Some(ScenarioError { owner: problem.workload, key, text: problem.text })
    }
}
