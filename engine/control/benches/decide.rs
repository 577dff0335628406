//! The processor time of one decision round, by the number of workloads. Each workload has its own
//! queue. The shared capacity is short, so counts change in every round.
//!
//! `scripts/bench-core` runs this and prints a table.

#![allow(clippy::unwrap_used)] // a benchmark

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::hint::black_box;
use std::time::Duration;

use control::{
    Autoscaler, Config, Decision, Observation, QueueTarget, RateSettings, Reading, Replicas, Rule,
    Workload,
};
use criterion::{BenchmarkId, Criterion, SamplingMode};
use rustix::time::{ClockId, clock_gettime};

const TICK: Duration = Duration::from_millis(500);
/// Jobs that a container does in one tick.
const JOBS: u64 = 2;
/// Three minutes, so that every window and average is full.
const ROUNDS_FIRST: u32 = 360;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("decide");
    group.sample_size(20).sampling_mode(SamplingMode::Flat);
    for count in [100, 300, 1000, 3000, 10_000] {
        // Made only if this size is measured, because it takes a while.
        let mut world = None;
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            let world = world.get_or_insert_with(|| World::new(count));
            bencher.iter_custom(|rounds| (0..rounds).map(|_| world.round()).sum());
        });
        if let Some(world) = world {
            let changes = world.changes as f64 / f64::from(world.rounds);
            println!("changes decide/{count} {changes:.1} a round");
        }
    }
    group.finish();
    criterion.final_summary();
}

/// The processor time of this thread so far. With wall time, other work on the machine would make
/// the core look slow.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// A core and its observation.
struct World {
    core: Autoscaler,
    seen: Observation,
    rounds: u32,
    /// Counts that the core has changed.
    changes: usize,
}

fn workload(number: usize) -> Workload {
    let target = QueueTarget::of_queue(&format!("queue-{number}"), 20);
    Workload {
        name: format!("workload-{number}"),
        priority: number as u32 % 4 + 1,
        min: 1,
        max: 20,
        max_delta: None,
        rule: Rule::Rate(RateSettings::new(target)),
        fallback: None,
        paused: false,
        blocked: None,
    }
}

/// Jobs that arrive at a queue in a round: a sine with a period of 2 to 3 minutes, with noise.
fn arrivals(number: usize, round: u32) -> u64 {
    let (number, round) = (number as f64, f64::from(round));
    let turns = round / (240.0 + number % 120.0) + number % 7.0 / 14.0;
    let noise = (number * 0.618 + round * 0.414).fract();
    (9.0 + 7.0 * (TAU * turns).sin() + 4.0 * noise) as u64
}

impl World {
    fn new(count: usize) -> World {
        let workloads: Vec<Workload> = (0..count).map(workload).collect();
        let names = || workloads.iter().map(|it| it.name.clone());
        let queues = workloads.iter().map(|it| it.rule.followed().unwrap().name.clone());
        let first = Replicas { desired: 1, ready: 1, ..Replicas::default() };
        let seen = Observation {
            replicas: names().map(|name| (name, first)).collect(),
            readings: queues.map(|queue| (queue, Reading::default())).collect(),
            start_ups: names().map(|name| (name, TICK)).collect(),
            ..Observation::default()
        };
        let config = Config { capacity: 5 * count as u32, tick: TICK, workloads };
        let core = Autoscaler::new(config).unwrap();
        let mut world = World { core, seen, rounds: 0, changes: 0 };
        for _ in 0..ROUNDS_FIRST {
            world.round();
        }
        world
    }

    /// Runs a round; returns the processor time of its decisions.
    fn round(&mut self) -> Duration {
        self.rounds += 1;
        let now = TICK * self.rounds;
        self.work(now);
        let began = processor_time();
        let decisions = black_box(self.core.step(now, &self.seen));
        let took = processor_time() - began;
        self.changes += decisions.len();
        carry_out(&decisions, &mut self.seen.replicas);
        took
    }

    /// A tick of work: starting containers become ready, leaving ones are gone.
    fn work(&mut self, now: Duration) {
        let all = self.seen.readings.values_mut().zip(self.seen.replicas.values_mut());
        for (number, (reading, replicas)) in all.enumerate() {
            let ready = replicas.desired;
            *replicas = Replicas { desired: ready, ready, ..Replicas::default() };
            let sample = &mut reading.sample;
            let arrived = arrivals(number, self.rounds);
            let there = sample.ready + sample.in_flight + arrived;
            let done = there.min(JOBS * u64::from(ready));
            let totals = sample.totals.get_or_insert_default();
            totals.published += arrived;
            totals.acked += done;
            sample.in_flight = (there - done).min(u64::from(ready));
            sample.ready = there - done - sample.in_flight;
            reading.taken_at = now;
        }
    }
}

fn carry_out(decisions: &[Decision], all: &mut BTreeMap<String, Replicas>) {
    for decision in decisions {
        let replicas = all.get_mut(&decision.workload).unwrap();
        replicas.desired = decision.to;
        replicas.starting = decision.to.saturating_sub(decision.from);
        replicas.terminating = decision.from.saturating_sub(decision.to);
    }
}
