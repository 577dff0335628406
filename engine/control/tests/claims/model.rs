//! A small model of the demo: producers, a queue, containers that take time to come and go.
//! Virtual time in steps of a millisecond; the same numbers at every run.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test file uses its part

use std::collections::BTreeMap;
use std::time::Duration;

use control::{
    Autoscaler, Config, Observation, QueueSample, QueueTarget, Reading, Replicas, Rule, Workload,
};

pub const TICK_MS: u64 = 500;

/// One container of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Phase {
    Starting { until: u64 },
    Idle,
    Working { until: u64 },
    Stopping { until: u64 },
}

/// How long things take, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    pub start: u64,
    pub stop: u64,
    pub job: u64,
}

pub struct Model {
    pub now: u64,
    pub autoscaler: Autoscaler,
    pub times: Times,
    pub containers: BTreeMap<String, Vec<Phase>>,
    pub desired: BTreeMap<String, u32>,
    pub ready_messages: u64,
    published: u64,
    acked: u64,
    /// Jobs a second.
    pub rate: f64,
    owed: f64,
    /// The queue's length at every tick.
    pub queue: Vec<u64>,
    /// The consumers' desired count at every tick.
    pub consumers: Vec<u32>,
    pub most_live: u32,
}

pub fn demo(rule: Rule) -> Config {
    let workload = |name: &str, priority, rule| Workload {
        name: name.to_owned(),
        priority,
        min: 1,
        max: 10,
        max_delta: None,
        rule,
        fallback: None,
        paused: false,
        held: None,
    };
    let workloads = vec![workload("consumer", 1, rule), workload("remainder", 2, Rule::Remainder)];
    Config { capacity: 10, tick: Duration::from_millis(TICK_MS), workloads }
}

pub fn target() -> QueueTarget {
    QueueTarget { queue: "jobs".to_owned(), length: 20 }
}

impl Model {
    pub fn new(config: Config, times: Times) -> Model {
        let names: Vec<_> = config.workloads.iter().map(|w| w.name.clone()).collect();
        Model {
            now: 0,
            autoscaler: Autoscaler::new(config).unwrap(),
            times,
            containers: names.iter().map(|n| (n.clone(), vec![Phase::Idle])).collect(),
            desired: names.iter().map(|n| (n.clone(), 1)).collect(),
            ready_messages: 0,
            published: 0,
            acked: 0,
            rate: 0.0,
            owed: 0.0,
            queue: Vec::new(),
            consumers: Vec::new(),
            most_live: 0,
        }
    }

    /// Runs for a time with this many jobs a second.
    pub fn run(&mut self, seconds: u64, rate: f64) {
        self.rate = rate;
        for _ in 0..seconds * 1000 {
            self.millisecond();
        }
    }

    fn millisecond(&mut self) {
        self.now += 1;
        self.owed += self.rate / 1000.0;
        while self.owed >= 1.0 {
            self.owed -= 1.0;
            self.ready_messages += 1;
            self.published += 1;
        }
        let changed = self.advance_containers();
        if self.now.is_multiple_of(TICK_MS) {
            self.queue.push(self.ready_messages);
            self.consumers.push(self.desired["consumer"]);
            self.decide(true);
        } else if changed {
            self.decide(false);
        }
        let live: usize = self.containers.values().map(Vec::len).sum();
        self.most_live = self.most_live.max(live as u32);
    }

    /// True where a container came or went.
    fn advance_containers(&mut self) -> bool {
        let (now, job) = (self.now, self.times.job);
        let mut changed = false;
        for (name, list) in &mut self.containers {
            let before = list.len();
            list.retain(|phase| !matches!(phase, Phase::Stopping { until } if *until <= now));
            changed |= list.len() != before;
            for phase in list.iter_mut() {
                match *phase {
                    Phase::Starting { until } if until <= now => *phase = Phase::Idle,
                    Phase::Working { until } if until <= now => {
                        self.acked += 1;
                        *phase = Phase::Idle;
                    }
                    _ => {}
                }
                if *phase == Phase::Idle && name == "consumer" && self.ready_messages > 0 {
                    self.ready_messages -= 1;
                    *phase = Phase::Working { until: now + job };
                }
            }
        }
        changed
    }

    pub fn replicas(&self, name: &str) -> Replicas {
        let mut replicas = Replicas { desired: self.desired[name], ..Replicas::default() };
        for phase in &self.containers[name] {
            match phase {
                Phase::Starting { .. } => replicas.starting += 1,
                Phase::Stopping { .. } => replicas.terminating += 1,
                Phase::Idle | Phase::Working { .. } => replicas.ready += 1,
            }
        }
        replicas
    }

    pub fn observation(&self) -> Observation {
        let busy = |phase: &&Phase| matches!(phase, Phase::Working { .. });
        let sample = QueueSample {
            ready: self.ready_messages,
            in_flight: self.containers["consumer"].iter().filter(busy).count() as u64,
            published_total: self.published,
            acked_total: self.acked,
            clock: None,
        };
        let reading = Reading { sample, taken_at: Duration::from_millis(self.now) };
        Observation {
            replicas: self.desired.keys().map(|n| (n.clone(), self.replicas(n))).collect(),
            readings: BTreeMap::from([("jobs".to_owned(), reading)]),
            ..Observation::default()
        }
    }

    fn decide(&mut self, tick: bool) {
        let (now, seen) = (Duration::from_millis(self.now), self.observation());
        let decisions = match tick {
            true => self.autoscaler.step(now, &seen),
            false => self.autoscaler.fill(now, &seen),
        };
        for decision in decisions {
            self.scale(&decision.workload, decision.to);
        }
    }

    /// Starts what is missing, stops the youngest that are too many.
    fn scale(&mut self, name: &str, to: u32) {
        let (start, stop) = (self.now + self.times.start, self.now + self.times.stop);
        self.desired.insert(name.to_owned(), to);
        let list = self.containers.get_mut(name).unwrap();
        let stays = |phase: &Phase| !matches!(phase, Phase::Stopping { .. });
        while list.iter().filter(|p| stays(p)).count() < to as usize {
            list.push(Phase::Starting { until: start });
        }
        while list.iter().filter(|p| stays(p)).count() > to as usize {
            let youngest = list.iter_mut().rev().find(|p| stays(p)).unwrap();
            if let Phase::Working { .. } = youngest {
                self.ready_messages += 1; // handed back
            }
            *youngest = Phase::Stopping { until: stop };
        }
    }
}

/// How often a series turns from rising to falling or back.
pub fn reversals(series: &[u32]) -> usize {
    let steps = series.windows(2).map(|w| i64::from(w[1]) - i64::from(w[0]));
    let moves: Vec<i64> = steps.filter(|d| *d != 0).map(i64::signum).collect();
    moves.windows(2).filter(|w| w[0] != w[1]).count()
}
