//! The same load in the simulator.

use std::thread;
use std::time::Duration;

use simulator::span::{Shape, Span};
use simulator::{Kind, Outcome, Scenario, run};

use super::measured::{deviation, mean};
use super::record::Samples;

/// Simulations, which differ in the phase of the tick and the start times of containers.
const SEEDS: u64 = 40;
/// Further seconds, so that a model that is late is seen to its end, too.
const LONGER: f64 = 15.0;

/// The shipped scenario with the recorded arrivals and the measured times to start a container, to
/// stop it and for a job. All else is as in the file.
pub fn scenario(seen: &Samples) -> Scenario {
    let mut scenario = shipped();
    scenario.duration = Duration::from_secs_f64(seen.last().at + LONGER);
    scenario.queues[0].arrivals = Some(seen.arrivals());
    for workload in &mut scenario.workloads {
        let starts = seen.starts(&workload.name);
        workload.start = Span { shape: Shape::Normal, ..span(mean(&starts), deviation(&starts)) };
        workload.stop = span(seen.stop(&workload.name), 0.0);
    }
    consumer_s_job(scenario, seen.job())
}

pub fn shipped() -> Scenario {
    serde_yaml::from_str(include_str!("../../../../scenarios/demo.yaml")).unwrap()
}

fn span(time: f64, spread: f64) -> Span {
    let [time, spread] = [time, spread].map(Duration::from_secs_f64);
    Span { time, spread, ..Span::default() }
}

/// The same with jobs of this length.
pub fn consumer_s_job(mut scenario: Scenario, seconds: f64) -> Scenario {
    scenario.workloads[0].job = span(seconds, 0.0);
    scenario
}

/// The same with containers that take this time to start.
pub fn all_start_in(mut scenario: Scenario, seconds: f64) -> Scenario {
    scenario.workloads.iter_mut().for_each(|it| it.start = span(seconds, 0.0));
    scenario
}

/// Simulates it with every seed.
pub fn play(scenario: &Scenario, kind: &Kind) -> Vec<Outcome> {
    thread::scope(|scope| {
        let seed = |seed| scope.spawn(move || run(scenario, kind, seed).unwrap());
        let all: Vec<_> = (1..=SEEDS).map(seed).collect();
        all.into_iter().map(|played| played.join().unwrap()).collect()
    })
}
