//! A scenario, as in its file. Times are texts like "3s", rates are jobs per second.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Time;
use crate::arrivals::Arrivals;
use crate::span::{Span, some_time, time, times};
use crate::steps::{Producer, Step};

/// The default time that a worker may take to stop; the same as Kubernetes' default.
pub const GRACE: Time = Time::from_secs(30);

/// A whole scenario.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)] // the names say it
pub struct Scenario {
    pub name: String,
    /// What the scenario shows, as one sentence.
    pub teaches: String,
    #[serde(deserialize_with = "time")]
    pub duration: Time,
    /// The time at the beginning during which nothing is counted.
    #[serde(default, deserialize_with = "time")]
    pub warm_up: Time,
    /// The default seed of the random numbers.
    #[serde(default = "one")]
    pub seed: u64,
    /// The most containers of all workloads together.
    pub capacity: u32,
    /// The time between two rounds of our core.
    #[serde(default = "half_a_second", deserialize_with = "time")]
    pub tick: Time,
    pub queues: Vec<Queue>,
    pub workloads: Vec<Workload>,
    /// The times during which a queue cannot be read.
    #[serde(default)]
    pub outages: Vec<Outage>,
    /// When containers die.
    #[serde(default)]
    pub crashes: Vec<Crash>,
    /// Other values of `poll-wait`; our core and the fixed fleets also run with each of them.
    #[serde(default, deserialize_with = "times")]
    pub poll_waits: Vec<Time>,
    /// Other values of `grace`; the tuned KEDA also runs with each of them.
    #[serde(default, deserialize_with = "times")]
    pub graces: Vec<Time>,
    /// Fixed fleets to compare: counts by workload, the minimum for workloads that are not named.
    #[serde(default)]
    pub fixed: Vec<BTreeMap<String, u32>>,
    /// Producers for the queues without arrivals of their own; the steps set their replicas.
    #[serde(default)]
    pub producers: Vec<Producer>,
    /// A presenter's steps; empty for a scenario without a presentation.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// A queue and its arrivals.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)] // the names say it
pub struct Queue {
    pub name: String,
    /// Without arrivals, jobs come from producers or from another workload's `then`.
    #[serde(default)]
    pub arrivals: Option<Arrivals>,
    /// How long a job belongs to its worker after the worker's last extension.
    #[serde(default = "seconds::<3>", deserialize_with = "time")]
    pub lease: Time,
}

/// One scaled workload.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)] // the names say it
pub struct Workload {
    pub name: String,
    /// The priority; 1 is served first.
    pub priority: u32,
    /// The minimum number of containers.
    pub min: u32,
    /// The maximum number of containers.
    pub max: u32,
    /// The containers at the beginning; the minimum by default.
    #[serde(default)]
    pub initial: Option<u32>,
    /// The largest change in one round; no limit by default.
    #[serde(default)]
    pub max_delta: Option<u32>,
    /// The name of the rule by which our core scales it.
    pub rule: String,
    /// Its queue; the background has none.
    #[serde(default)]
    pub queue: Option<String>,
    /// The most jobs that should wait.
    #[serde(default = "twenty")]
    pub target: u32,
    /// The value that each container should have, for the rule `per-container`.
    #[serde(default)]
    pub target_per_container: Option<f64>,
    /// The time between two readings of the rule `per-container`; 5 s by default.
    #[serde(default, deserialize_with = "some_time")]
    pub source_interval: Option<Time>,
    /// How long the rules `rate` and `per-container` remember a need.
    #[serde(default, deserialize_with = "some_time")]
    pub scale_down_window: Option<Time>,
    /// The time constant of the slow average of the rule `rate`.
    #[serde(default, deserialize_with = "some_time")]
    pub rate_average: Option<Time>,
    /// The initial service rate of the rule `rate`, in jobs per second for each container.
    #[serde(default)]
    pub service_rate: Option<f64>,
    /// The least count while its queue cannot be read; without it the present count stays.
    #[serde(default)]
    pub fallback_containers: Option<u32>,
    /// The duration of a job.
    #[serde(default)]
    pub job: Span,
    /// How many jobs a container does at once; 1 by default.
    #[serde(default)]
    pub at_once: Option<u32>,
    /// The time from the write of the count until a new container is ready.
    pub start: Span,
    /// How long a stopping container takes, after its job if it has one, until its slot is free.
    pub stop: Span,
    /// How long a stopping worker may go on with its job; it releases a longer job at once.
    #[serde(default = "grace", deserialize_with = "time")]
    pub grace: Time,
    /// How long a worker's receive call waits at the queue.
    #[serde(default = "seconds::<20>", deserialize_with = "time")]
    pub poll_wait: Time,
    /// The queue that gets a new job for each job done.
    #[serde(default)]
    pub then: Option<String>,
    /// The times during which machines have a limited number of places for it.
    #[serde(default)]
    pub room: Vec<Room>,
}

/// A time during which machines have a limited number of places for a workload.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)] // the names say it
pub struct Room {
    #[serde(deserialize_with = "time")]
    pub from: Time,
    #[serde(rename = "for", deserialize_with = "time")]
    pub lasts: Time,
    /// The number of places. Containers that already have a machine keep it.
    pub places: u32,
}

/// A time during which a queue cannot be read; work goes on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)] // the names say it
pub struct Outage {
    pub queue: String,
    #[serde(deserialize_with = "time")]
    pub from: Time,
    #[serde(rename = "for", deserialize_with = "time")]
    pub lasts: Time,
}

/// A container dies suddenly and is restarted.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)] // the names say it
pub struct Crash {
    /// The workload that loses a container, a busy one if there is one.
    pub workload: String,
    #[serde(deserialize_with = "time")]
    pub at: Time,
}

impl Workload {
    /// The number of containers at the beginning.
    pub fn begins_with(&self) -> u32 {
        self.initial.unwrap_or(self.min)
    }

    /// How many jobs a container does at once.
    pub fn at_once(&self) -> u32 {
        self.at_once.unwrap_or(1)
    }

    /// The number of places at a time; `None` for no limit.
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

    /// Whether a workload is the background.
    pub fn takes_rest(&self, index: usize) -> bool {
        self.workloads[index].queue.is_none()
    }

    /// The scenario with this wait for the receive calls of all workers.
    #[must_use]
    pub fn with_poll_wait(mut self, wait: Time) -> Scenario {
        self.workloads.iter_mut().for_each(|workload| workload.poll_wait = wait);
        self
    }

    /// The scenario with this grace period for all workers.
    #[must_use]
    pub fn with_grace(mut self, grace: Time) -> Scenario {
        self.workloads.iter_mut().for_each(|workload| workload.grace = grace);
        self
    }

    /// The scenario with this rule for all workloads on a queue.
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

fn grace() -> Time {
    GRACE
}

fn seconds<const S: u64>() -> Time {
    Time::from_secs(S)
}
