//! All that is known of one run: its values over time, its log, and its last state.

use std::collections::VecDeque;

use control::Totals;
use serde::de::DeserializeOwned;

use super::wire::{Entry, Keys, QueueKey, SceneKey, StatusKey, WorkloadKey};

/// How far back the values of a run reach, in seconds.
pub const REACH_S: f64 = 3600.0;
/// The most points of a run: those of an hour at two ticks a second.
const MOST_POINTS: usize = 7300;
/// The most entries of the log that are kept.
const MOST_ENTRIES: usize = 5000;
/// The most steps of scenarios that are kept.
const MOST_STEPS: usize = 500;
/// The most queues, and the most workloads, whose values over time are kept.
const MOST_NAMES: usize = 64;
/// The page's points before a run's first event may be this late, in seconds.
const AT_ONCE: f64 = 3.0;

/// A run, or the part of it that is kept. All times are seconds since the run began.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The run's random number.
    pub id: u32,
    /// The names of the queues, in the order of [`Point::queues`].
    pub queues: Vec<String>,
    /// The names of the workloads, in the order of [`Point::live`].
    pub workloads: Vec<String>,
    /// The values at each tick, oldest first.
    pub points: VecDeque<Point>,
    /// The log, oldest entry first.
    pub log: VecDeque<Entry>,
    /// How many entries of the log are missing: forgotten, or never received.
    pub missing_entries: u64,
    /// The steps of scenarios, in order.
    pub steps: VecDeque<Step>,
    /// The last state.
    pub keys: Keys,
    /// Whether values from before the first point are missing.
    pub is_cut: bool,
    /// The time of the last event.
    pub until: f64,
}

/// The values at one tick.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Point {
    /// The time.
    pub at: f64,
    /// The number of slots; `None` if it is unknown.
    pub capacity: Option<u32>,
    /// Jobs lost since the run began; `None` if that is unknown.
    pub lost: Option<u64>,
    /// The reading of each queue; `None` without a fresh one.
    pub queues: Vec<Option<QueuePoint>>,
    /// Containers that exist, by workload; `None` while the workload did not exist.
    pub live: Vec<Option<u32>>,
}

/// A reading of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueuePoint {
    /// Messages that wait.
    pub ready: u64,
    /// Messages that workers have leased; `None` if that is unknown.
    pub in_flight: Option<u64>,
    /// The queue's totals; `None` if they are unknown.
    pub totals: Option<Totals>,
}

/// The beginning of a scenario's step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The time.
    pub at: f64,
    /// The scenario's name.
    pub scenario: String,
    /// The number of the step, from 1; 0 before the first step.
    pub number: usize,
    /// The number of steps in the scenario.
    pub of: usize,
    /// The step's caption.
    pub caption: String,
}

impl Run {
    pub(super) fn new(id: u32) -> Run {
        Run { id, ..Run::default() }
    }

    /// The value of a key of the last state; `None` if it is missing or of another form.
    pub fn key<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        T::deserialize(self.keys.get(key)?).ok()
    }

    /// The last state of each workload with its name: urgent ones first, the background last.
    pub fn workload_keys(&self) -> Vec<(String, WorkloadKey)> {
        let mut all: Vec<(String, WorkloadKey)> = self.each("workload/").collect();
        all.sort_by_key(|(name, it)| (it.background, it.priority, name.clone()));
        all
    }

    pub(super) fn queue_keys(&self) -> impl Iterator<Item = (String, QueueKey)> {
        self.each("queue/")
    }

    /// The last status of the engine.
    pub fn status(&self) -> StatusKey {
        self.key("status").unwrap_or_default()
    }

    /// The time between two ticks in seconds; `None` in recordings of earlier versions.
    pub fn tick_s(&self) -> Option<f64> {
        self.key("tick_s").filter(|tick: &f64| (0.05..=3600.0).contains(tick))
    }

    /// The time of the first value.
    pub fn from(&self) -> f64 {
        match self.points.front() {
            Some(first) if self.is_cut || first.at > AT_ONCE => first.at,
            _ => 0.0,
        }
    }

    /// How long the kept values reach, in seconds.
    pub fn length(&self) -> f64 {
        self.until - self.from().min(self.until)
    }

    /// The name of the scenario that was played last; `None` if none was.
    pub fn scenario(&self) -> Option<&str> {
        self.steps.back().map(|step| step.scenario.as_str())
    }

    /// The part of the run from this time on.
    #[must_use]
    pub fn since(&self, from: f64) -> Run {
        let mut part = self.clone();
        if self.from() < from {
            part.points.retain(|point| point.at >= from);
            part.is_cut = true;
        }
        part.log.retain(|entry| entry.at >= from);
        // Entries before the part are left out on purpose, so none of them is missing.
        part.missing_entries = 0;
        let before = self.steps.iter().rposition(|step| step.at <= from).unwrap_or_default();
        part.steps.drain(..before);
        part
    }

    fn each<T: DeserializeOwned>(&self, kind: &'static str) -> impl Iterator<Item = (String, T)> {
        self.keys.iter().filter_map(move |(key, value)| {
            let name = key.strip_prefix(kind)?;
            Some((name.to_owned(), T::deserialize(value).ok()?))
        })
    }

    /// Adds the present state as the values of a tick.
    pub(super) fn add_point(&mut self, at: f64) {
        let mut point = Point {
            at,
            capacity: self.key("capacity"),
            lost: self.key("lost"),
            ..Point::default()
        };
        for (name, key) in self.queue_keys().collect::<Vec<_>>() {
            let totals = key.published_total.zip(key.acked_total);
            let totals = totals.map(|(published, acked)| Totals { published, acked });
            let is_fresh = key.status.as_deref() == Some("fresh");
            let reading = key.ready.filter(|_| is_fresh);
            let reading =
                reading.map(|ready| QueuePoint { ready, in_flight: key.in_flight, totals });
            put(&mut self.queues, &mut point.queues, &name, reading);
        }
        for (name, key) in self.workload_keys() {
            put(&mut self.workloads, &mut point.live, &name, Some(key.live()));
        }
        self.push(point);
    }

    pub(super) fn push(&mut self, point: Point) {
        let at = point.at;
        self.points.push_back(point);
        let is_old = |old: &Point| old.at + REACH_S < at;
        while self.points.len() > MOST_POINTS || self.points.front().is_some_and(is_old) {
            self.points.pop_front();
            self.is_cut = true;
        }
    }

    /// Adds log entries; those that are known already are skipped.
    pub(super) fn add_entries(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            let next = self.log.back().map_or(0, |last| last.id.saturating_add(1));
            if entry.id < next {
                continue;
            }
            self.log.push_back(entry.clone());
            let forgotten = self.log.len() > MOST_ENTRIES;
            let more = entry.id - next + u64::from(forgotten);
            self.missing_entries = self.missing_entries.saturating_add(more);
            if forgotten {
                self.log.pop_front();
            }
        }
    }

    /// Notes the present step of a scenario if it has changed.
    pub(super) fn see_step(&mut self, at: f64) {
        let Some(SceneKey { name, step, of, caption }) = self.key("scenario") else { return };
        let is_same = |it: &Step| it.scenario == name && it.number == step && it.caption == caption;
        if !self.steps.back().is_some_and(is_same) {
            self.steps.push_back(Step { at, scenario: name, number: step, of, caption });
        }
        if self.steps.len() > MOST_STEPS {
            self.steps.pop_front();
        }
    }
}

/// Puts a value into the place of its name; a name beyond the limit is left out.
pub(super) fn put<T>(
    names: &mut Vec<String>,
    row: &mut Vec<Option<T>>,
    name: &str,
    value: Option<T>,
) {
    let known = names.iter().position(|other| other == name);
    let place = match known {
        Some(place) => place,
        None if names.len() < MOST_NAMES => {
            names.push(name.to_owned());
            names.len() - 1
        }
        None => return,
    };
    if row.len() <= place {
        row.resize_with(place + 1, || None);
    }
    row[place] = value;
}
