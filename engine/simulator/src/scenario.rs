//! What is played, as it stands in a file. Times are texts like "3s", rates are jobs a second.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Time;
use crate::arrivals::Arrivals;
use crate::span::{Span, some_time, time, times};
use crate::steps::{Producer, Step};

/// How long a worker that is told to stop may go on, where nobody says otherwise; Kubernetes'
/// default, too.
pub const GRACE: Time = Time::from_secs(30);

/// A whole scenario.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it teaches, in a sentence.
    pub teaches: String,
    /// How long it lasts.
    #[serde(deserialize_with = "time")]
    pub duration: Time,
    /// What happens before this time is not counted.
    #[serde(default, deserialize_with = "time")]
    pub warm_up: Time,
    /// Where nobody gives another one.
    #[serde(default = "one")]
    pub seed: u64,
    /// How many containers of all workloads together there may be.
    pub capacity: u32,
    /// The time between our decisions.
    #[serde(default = "half_a_second", deserialize_with = "time")]
    pub tick: Time,
    /// Where jobs wait.
    pub queues: Vec<Queue>,
    /// What is scaled.
    pub workloads: Vec<Workload>,
    /// Times at which a queue's length cannot be read.
    #[serde(default)]
    pub outages: Vec<Outage>,
    /// Containers that die.
    #[serde(default)]
    pub crashes: Vec<Crash>,
    /// Other times for a worker's question to wait; ours and the fixed fleets are tried with each.
    #[serde(default, deserialize_with = "times")]
    pub poll_waits: Vec<Time>,
    /// Other graces; KEDA is tried with each.
    #[serde(default, deserialize_with = "times")]
    pub graces: Vec<Time>,
    /// Fixed fleets that are tried: containers by workload, minimums where none is named.
    #[serde(default)]
    pub fixed: Vec<BTreeMap<String, u32>>,
    /// Who puts jobs on the queues that have no arrivals of their own, as the steps say.
    #[serde(default)]
    pub producers: Vec<Producer>,
    /// What a presenter does, one after the other; empty where nobody presents.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// Where jobs wait.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// Left out, jobs come only from another workload's `then`.
    #[serde(default)]
    pub arrivals: Option<Arrivals>,
    /// How long a job belongs to its worker after the worker's last sign of life.
    #[serde(default = "three_seconds", deserialize_with = "time")]
    pub lease: Time,
}

/// One scaled workload.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Workload {
    /// Its name.
    pub name: String,
    /// 1 is served first.
    pub priority: u32,
    /// It keeps at least so many containers.
    pub min: u32,
    /// It gets at most so many.
    pub max: u32,
    /// How many there are when it begins; the minimum where it is left out.
    #[serde(default)]
    pub initial: Option<u32>,
    /// By how many it may change in one round; any number where it is left out.
    #[serde(default)]
    pub max_delta: Option<u32>,
    /// How our wanted count is found: a rule's name.
    pub rule: String,
    /// The queue it works on; the remainder has none.
    #[serde(default)]
    pub queue: Option<String>,
    /// At most so many jobs should wait.
    #[serde(default = "twenty")]
    pub target: u32,
    /// For how long the rule `rate` remembers that more was needed.
    #[serde(default, deserialize_with = "some_time")]
    pub scale_down_window: Option<Time>,
    /// The slow average of the rule `rate`.
    #[serde(default, deserialize_with = "some_time")]
    pub rate_average: Option<Time>,
    /// Jobs a second and container that the rule `rate` begins with.
    #[serde(default)]
    pub service_rate: Option<f64>,
    /// How many it has at least while its queue cannot be read.
    #[serde(default)]
    pub fallback_containers: Option<u32>,
    /// How long one job takes.
    #[serde(default)]
    pub job: Span,
    /// From the word to its work: the container's start, and whoever makes it.
    pub start: Span,
    /// From its last job until its slot is free.
    pub stop: Span,
    /// For so long a worker that is told to stop may go on with its job; one that would take
    /// longer it hands back at once.
    #[serde(default = "thirty_seconds", deserialize_with = "time")]
    pub grace: Time,
    /// How long a worker's question for a job waits at the queue.
    #[serde(default = "twenty_seconds", deserialize_with = "time")]
    pub poll_wait: Time,
    /// Where each job that it has done goes on to.
    #[serde(default)]
    pub then: Option<String>,
    /// Times at which the machines have places for only so many.
    #[serde(default)]
    pub room: Vec<Room>,
}

/// A time at which machines have few places for a workload.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Room {
    /// Since when.
    #[serde(deserialize_with = "time")]
    pub from: Time,
    /// For how long.
    #[serde(rename = "for", deserialize_with = "time")]
    pub lasts: Time,
    /// How many containers find a machine. Those that have one keep it.
    pub places: u32,
}

/// A time at which a queue cannot be read; work goes on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Outage {
    /// Which queue.
    pub queue: String,
    /// Since when.
    #[serde(deserialize_with = "time")]
    pub from: Time,
    /// For how long.
    #[serde(rename = "for", deserialize_with = "time")]
    pub lasts: Time,
}

/// A container that dies without a word and is started again.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Crash {
    /// Of which workload; one at work where there is one.
    pub workload: String,
    /// When.
    #[serde(deserialize_with = "time")]
    pub at: Time,
}

impl Workload {
    /// How many there are when it begins.
    pub fn begins_with(&self) -> u32 {
        self.initial.unwrap_or(self.min)
    }

    /// How many find a machine at a time; `None` for any number.
    pub fn places(&self, now: Time) -> Option<u32> {
        let holds = |room: &&Room| (room.from..room.from + room.lasts).contains(&now);
        self.room.iter().filter(holds).map(|room| room.places).min()
    }
}

impl Scenario {
    /// A queue's index.
    pub fn queue(&self, name: &str) -> Option<usize> {
        self.queues.iter().position(|queue| queue.name == name)
    }

    /// A workload's index.
    pub fn workload(&self, name: &str) -> Option<usize> {
        self.workloads.iter().position(|workload| workload.name == name)
    }

    /// Workloads that take what others leave.
    pub fn takes_rest(&self, index: usize) -> bool {
        self.workloads[index].queue.is_none()
    }

    /// The same with workers whose questions wait for another time.
    #[must_use]
    pub fn with_poll_wait(mut self, wait: Time) -> Scenario {
        self.workloads.iter_mut().for_each(|workload| workload.poll_wait = wait);
        self
    }

    /// The same with workers that have another grace.
    #[must_use]
    pub fn with_grace(mut self, grace: Time) -> Scenario {
        self.workloads.iter_mut().for_each(|workload| workload.grace = grace);
        self
    }

    /// The same with another rule for all that work on a queue.
    #[must_use]
    pub fn with_rule(mut self, rule: &str) -> Scenario {
        for workload in self.workloads.iter_mut().filter(|it| it.queue.is_some()) {
            rule.clone_into(&mut workload.rule);
        }
        self
    }
}

fn one() -> u64 {
    1
}

fn twenty() -> u32 {
    20
}

fn half_a_second() -> Time {
    Time::from_millis(500)
}

fn three_seconds() -> Time {
    Time::from_secs(3)
}

fn twenty_seconds() -> Time {
    Time::from_secs(20)
}

fn thirty_seconds() -> Time {
    GRACE
}
