//! What happens to a job whose worker is stopped.

use std::collections::BTreeMap;
use std::time::Duration;

use simulator::arrivals::Arrivals;
use simulator::contenders::Behavior;
use simulator::promises::SEEDS;
use simulator::{Kind, Outcome, Scenario, run};

use crate::seconds;

const LONG_JOBS: &str = include_str!("../../../../scenarios/long-jobs.yaml");

fn long_jobs() -> Scenario {
    serde_yaml::from_str(LONG_JOBS).unwrap()
}

/// Counts follow the queue every 15 s, whichever workers are busy.
fn tuned() -> Kind {
    Kind::Hpa(Behavior::tuned())
}

fn all(scenario: &Scenario, kind: &Kind) -> Vec<Outcome> {
    SEEDS.map(|seed| run(scenario, kind, seed).unwrap()).collect()
}

#[test]
fn a_job_that_does_not_fit_in_the_grace_is_released_and_done_by_another_worker() {
    for outcome in all(&long_jobs(), &tuned()) {
        let (tally, total) = (&outcome.tally, outcome.queues[0].total);
        assert!(tally.stopped_at_work > 0 && tally.work_thrown_away > 0.0);
        // No worker had its job for longer than 25 s, or it would have finished it.
        let most = 25.0 * tally.jobs_redelivered as f64;
        assert!(tally.work_thrown_away <= most, "{} of {most}", tally.work_thrown_away);
        assert_eq!(tally.jobs_redelivered, total.delivered - total.acked);
        assert_eq!((total.released, total.nacked), (tally.jobs_redelivered, 0));
        assert_eq!((total.lease_expired, tally.jobs_in), (0, tally.jobs_done));
    }
}

#[test]
fn with_a_grace_longer_than_a_job_every_started_job_is_finished() {
    for outcome in all(&long_jobs(), &Kind::Graceful(seconds(60.0), Box::new(tuned()))) {
        let tally = &outcome.tally;
        assert!(tally.stopped_at_work > 0);
        assert_eq!((tally.work_thrown_away, tally.jobs_redelivered), (0.0, 0));
        assert_eq!(tally.jobs_in, tally.jobs_done);
    }
}

#[test]
fn the_longer_the_grace_the_fewer_jobs_are_released() {
    let handed_back = |grace: f64| {
        let outcomes = all(&long_jobs().with_grace(seconds(grace)), &tuned());
        outcomes.iter().map(|it| it.tally.jobs_redelivered).sum()
    };
    // All jobs last 30 s.
    let backs: Vec<u64> = [0.0, 10.0, 20.0, 30.0].into_iter().map(handed_back).collect();
    assert!(backs.is_sorted_by(|a, b| a > b) && backs[3] == 0, "{backs:?}");
}

#[test]
fn the_time_a_dead_worker_spent_on_its_job_is_thrown_away() {
    let text = "
name: one
teaches: nothing
duration: 60s
capacity: 2
queues: [{name: jobs, arrivals: {shape: burst, jobs: 1, at: 5s}}]
workloads:
  - {name: worker, priority: 1, min: 1, max: 1, rule: queue, queue: jobs, job: 10s, start: 1s,
     stop: 1s}
crashes: [{workload: worker, at: 9s}]
";
    let scenario: Scenario = serde_yaml::from_str(text).unwrap();
    let tally = run(&scenario, &Kind::Fixed(BTreeMap::new()), 1).unwrap().tally;
    assert_eq!((tally.work_thrown_away, tally.jobs_redelivered), (4.0, 1));
    assert_eq!((tally.jobs_done, tally.stopped_at_work), (1, 0));
    // It waits for the worker that finishes it. The first worker extends its lease of 3 s every
    // second, the last time at 8 s.
    assert_eq!(tally.wait(1.0), seconds(6.0));
}

/// Random arrivals at a constant rate, and a rule with a short window, so that its count follows
/// the noise.
fn steady() -> Scenario {
    let mut steady = long_jobs().with_grace(Duration::ZERO);
    steady.queues[0].arrivals = Some(Arrivals::Poisson { rate: 1.0 });
    let consumer = &mut steady.workloads[0];
    (consumer.job.time, consumer.service_rate) = (seconds(3.0), Some(1.0 / 3.0));
    consumer.scale_down_window = Some(seconds(2.0));
    steady
}

#[test]
fn five_hundred_cuts_at_a_steady_load_stop_no_busy_worker() {
    let mut cut = 0;
    for outcome in all(&steady(), &Kind::Ours) {
        let (tally, total) = (&outcome.tally, outcome.queues[0].total);
        cut += tally.containers_cut(0);
        assert_eq!((tally.stopped_at_work, tally.jobs_redelivered), (0, 0));
        assert_eq!((total.released, total.nacked, total.lease_expired), (0, 0, 0));
    }
    println!("{cut} consumers were cut");
    assert!(cut >= 500, "only {cut}");
}
