//! How long it takes to simulate an hour of the demo, with a load that comes and goes.
//!
//! `scripts/bench-core` runs this and prints a line.

#![allow(clippy::unwrap_used)] // a benchmark

use std::time::Duration;

use criterion::{Criterion, SamplingMode};
use simulator::arrivals::Arrivals;
use simulator::{Kind, Scenario, run};

const DEMO: &str = include_str!("../../../scenarios/demo.yaml");

fn main() {
    let scenario = hour();
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("demo");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function("hour", |bencher| {
        bencher.iter(|| run(&scenario, &Kind::Ours, 1).unwrap());
    });
    group.finish();
    criterion.final_summary();
}

/// The demo's workloads, with 10 and 30 jobs a second in turn for 30 s each.
fn hour() -> Scenario {
    let mut hour: Scenario = serde_yaml::from_str(DEMO).unwrap();
    let (low, high, period) = (10.0, 30.0, Duration::from_secs(60));
    hour.queues[0].arrivals = Some(Arrivals::Square { low, high, period, even: true });
    hour.duration = Duration::from_secs(3600);
    hour
}
