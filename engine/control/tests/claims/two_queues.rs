//! Two workloads with a queue each, and the background. Containers come and go at once, jobs take
//! 200 ms, and one of the queues cannot be read for a minute.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test file uses its part

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use control::{
    Autoscaler, Config, Decision, Observation, QueueSample, QueueTarget, Reading, Replicas, Rule,
    Workload,
};

use crate::model::{TICK_MS, demo};

/// The workload whose queue goes dark, and the one whose queue is always read. Each follows the
/// queue of its own name.
pub const SICK: &str = "sick";
pub const WELL: &str = "well";

/// Jobs a second, at a second.
pub type Load = Box<dyn Fn(f64) -> f64>;

/// Enough for all that the two ask for in ordinary times.
pub const CAPACITY: u32 = 40;

/// How long a job takes, in milliseconds.
const JOB: u64 = 200;

pub fn target(queue: &str) -> QueueTarget {
    QueueTarget { queue: queue.to_owned(), length: 20 }
}

/// A queue and those who work on it.
struct Line {
    load: Load,
    owed: f64,
    ready: u64,
    published: u64,
    acked: u64,
    /// When each job under way is done.
    working: Vec<u64>,
}

impl Line {
    fn millisecond(&mut self, now: u64, containers: u32) {
        self.owed += (self.load)(now as f64 / 1000.0) / 1000.0;
        while self.owed >= 1.0 {
            self.owed -= 1.0;
            self.ready += 1;
            self.published += 1;
        }
        let before = self.working.len();
        self.working.retain(|until| *until > now);
        self.acked += (before - self.working.len()) as u64;
        while self.ready > 0 && self.working.len() < containers as usize {
            self.ready -= 1;
            self.working.push(now + JOB);
        }
    }

    fn sample(&self) -> QueueSample {
        let Line { ready, published, acked, .. } = *self;
        let in_flight = self.working.len() as u64;
        QueueSample {
            ready,
            in_flight,
            published_total: published,
            acked_total: acked,
            clock: None,
        }
    }
}

/// The world, and what came of each round.
pub struct World {
    core: Autoscaler,
    now: u64,
    pub dark: Range<f64>,
    lines: BTreeMap<&'static str, Line>,
    seen: Observation,
    pub rounds: Vec<Round>,
}

/// One round.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// When, in seconds.
    pub at: f64,
    pub decisions: Vec<Decision>,
    /// What each workload has after it.
    pub counts: BTreeMap<String, u32>,
    /// What is wanted of [`SICK`].
    pub wanted: u32,
    /// How many of its messages wait.
    pub ready: u64,
}

impl Round {
    /// The decisions on a workload.
    pub fn on(&self, name: &str) -> Vec<&Decision> {
        self.decisions.iter().filter(|decision| decision.workload == name).collect()
    }

    /// How many are taken from [`SICK`] in this round.
    pub fn removed(&self) -> u32 {
        self.on(SICK).iter().map(|decision| decision.from.saturating_sub(decision.to)).sum()
    }
}

fn config(rule: Rule) -> Config {
    let own = |name: &str, priority, rule| Workload {
        name: name.to_owned(),
        priority,
        max: 30,
        ..demo(rule).workloads[0].clone()
    };
    let well = own(WELL, 1, Rule::Queue(target(WELL)));
    let rest = Workload { max: CAPACITY, ..own("rest", 2, Rule::Remainder) };
    let workloads = vec![own(SICK, 1, rule), well, rest];
    Config { capacity: CAPACITY, tick: Duration::from_millis(TICK_MS), workloads }
}

impl World {
    /// A world in which [`SICK`] follows `rule`, with the loads of both queues. While it is
    /// `dark`, in seconds, its queue cannot be read; the end is the first good reading.
    pub fn new(rule: Rule, [sick, well]: [Load; 2], dark: Range<f64>) -> World {
        let line =
            |load| Line { load, owed: 0.0, ready: 0, published: 0, acked: 0, working: Vec::new() };
        let mut world = World {
            core: Autoscaler::new(config(rule)).unwrap(),
            now: 0,
            dark,
            lines: BTreeMap::from([(SICK, line(sick)), (WELL, line(well))]),
            seen: Observation::default(),
            rounds: Vec::new(),
        };
        for (name, count) in [(SICK, 5), (WELL, 3), ("rest", 32)] {
            world.set(name, count);
        }
        world
    }

    /// The same with another configuration of [`SICK`].
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Workload)) -> World {
        let mut config = self.core.config().clone();
        change(config.workloads.iter_mut().find(|workload| workload.name == SICK).unwrap());
        self.core.reconfigure(config).unwrap();
        self
    }

    fn set(&mut self, name: &str, count: u32) {
        let replicas = Replicas { desired: count, ready: count, ..Replicas::default() };
        self.seen.replicas.insert(name.to_owned(), replicas);
    }

    /// Plays until so many seconds are over.
    pub fn run_until(&mut self, second: f64) {
        while (self.now as f64) < second * 1000.0 {
            self.now += 1;
            for (name, line) in &mut self.lines {
                line.millisecond(self.now, self.seen.replicas[*name].desired);
            }
            if self.now.is_multiple_of(TICK_MS) {
                self.round();
            }
        }
    }

    fn round(&mut self) {
        let (second, taken_at) = (self.now as f64 / 1000.0, Duration::from_millis(self.now));
        for (name, line) in &self.lines {
            if *name == SICK && self.dark.contains(&second) {
                continue;
            }
            let reading = Reading { sample: line.sample(), taken_at };
            self.seen.readings.insert((*name).to_owned(), reading);
        }
        // The loop looks a tenth of a tick after the sources.
        let now = taken_at + Duration::from_millis(TICK_MS / 10);
        let mut decisions = Vec::new();
        let mut new = self.core.step(now, &self.seen);
        while !new.is_empty() {
            for decision in &new {
                self.set(&decision.workload, decision.to);
            }
            decisions.append(&mut new);
            new = self.core.fill(now, &self.seen);
        }
        let replicas = self.seen.replicas.iter();
        self.rounds.push(Round {
            at: second,
            decisions,
            counts: replicas.map(|(name, it)| (name.clone(), it.desired)).collect(),
            wanted: self.core.why(SICK).unwrap().wanted,
            ready: self.lines[SICK].ready,
        });
    }
}
