//! Properties of every simulated world.

use proptest::prelude::*;
use simulator::arrivals::{Arrivals, Stream};
use simulator::contenders::Behavior;
use simulator::random::Random;
use simulator::steps::Action;
use simulator::{Kind, Outcome, Report, Scenario, run};

use crate::seconds;

fn shipped(text: &str) -> Scenario {
    serde_yaml::from_str(text).unwrap()
}

fn outage() -> Scenario {
    shipped(include_str!("../../../../scenarios/outage.yaml"))
}

fn bytes(scenario: &Scenario, seed: u64) -> String {
    let all = Kind::all(scenario);
    let played: Vec<Outcome> = all.iter().map(|kind| run(scenario, kind, seed).unwrap()).collect();
    let curves: String = played.iter().map(|it| it.series.csv_lines(&it.name)).collect();
    Report::new(scenario, seed, &played).table() + &curves
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_does_not() {
    let scenario = outage();
    assert_eq!(bytes(&scenario, 7), bytes(&scenario, 7));
    assert_ne!(bytes(&scenario, 7), bytes(&scenario, 8));
}

#[test]
fn the_table_and_json_have_the_same_names() {
    let scenario = outage();
    let report = Report::new(&scenario, 1, &[run(&scenario, &Kind::Ours, 1).unwrap()]);
    let row = serde_yaml::to_value(&report.contenders[0]).unwrap();
    for (above, below, _) in simulator::report::HEAD {
        let name = format!("{above} {below}").trim().replace(' ', "_");
        assert!(row.get(&name).is_some(), "{name}");
    }
}

#[test]
fn all_contenders_see_the_same_arrivals() {
    let scenario = outage();
    let all = Kind::all(&scenario);
    let jobs = all.iter().map(|kind| run(&scenario, kind, 3).unwrap().tally.jobs_in);
    let jobs: Vec<u64> = jobs.collect();
    assert!(jobs[0] > 1400 && jobs.iter().all(|it| *it == jobs[0]), "{jobs:?}");
}

#[test]
fn arrivals_have_their_configured_rates() {
    let (period, at) = (seconds(40.0), seconds(500.0));
    let points = vec![(seconds(0.0), 2.0), (seconds(250.0), 0.0), (seconds(500.0), 18.0)];
    for even in [true, false] {
        let all = [
            Arrivals::Step { from: 5.0, to: 15.0, at, even },
            Arrivals::Square { low: 5.0, high: 15.0, period, even },
            Arrivals::Sine { mean: 10.0, swing: 8.0, period, even },
            Arrivals::Replay { points: points.clone(), even },
        ];
        let expected = [10_000, 10_000, 10_000, 9500];
        for (arrivals, expected) in all.into_iter().zip(expected) {
            let stream = Stream::new(arrivals.clone(), Random::new(1, "x"), seconds(1000.0));
            let count = stream.count();
            // Three standard deviations of a Poisson count.
            assert!(count.abs_diff(expected) <= 300, "{arrivals:?}: {count}");
        }
    }
}

#[test]
fn even_arrivals_have_equal_gaps() {
    let stream = Stream::new(Arrivals::Constant { rate: 4.0 }, Random::new(1, "x"), seconds(1.1));
    let times: Vec<f64> = stream.map(|at| (at.as_secs_f64() * 100.0).round() / 100.0).collect();
    assert_eq!(times, [0.25, 0.5, 0.75, 1.0]);
}

#[test]
fn bursts_come_at_their_times() {
    let every = Some(seconds(10.0));
    let burst = Arrivals::Burst { rate: 0.0, jobs: 5, at: seconds(3.0), every };
    let moments = burst.bursts(seconds(25.0));
    assert_eq!(moments, [(seconds(3.0), 5), (seconds(13.0), 5), (seconds(23.0), 5)]);
}

#[test]
fn a_dead_worker_s_job_comes_back_and_is_done() {
    let scenario = outage();
    let mut calm = scenario.clone();
    let kills = |action: &Action| matches!(action, Action::Kill { .. });
    calm.steps.iter_mut().for_each(|step| step.actions.retain(|action| !kills(action)));
    let ours = |scenario: &Scenario| run(scenario, &Kind::Ours, 1).unwrap();
    let expired = |outcome: &Outcome| outcome.queues[0].total.lease_expired;
    assert_eq!((expired(&ours(&calm)), expired(&ours(&scenario))), (0, 1));
    assert_eq!(ours(&scenario).queues[0].total.dead, 0);
}

#[test]
fn a_queue_cannot_be_read_during_its_outage_and_ours_keeps_its_counts() {
    let scenario = outage();
    let outcome = run(&scenario, &Kind::Ours, 1).unwrap();
    // After two ticks its last reading is stale, and from then on nothing is removed.
    let dark = seconds(32.0)..seconds(60.0);
    let cuts = outcome.tally.writes.iter().filter(|it| it.workload == 0 && it.to < it.from);
    assert_eq!(cuts.filter(|it| dark.contains(&it.at)).count(), 0);
}

#[test]
fn long_polls_are_fewer_than_short_ones() {
    let polls = |wait: &str| {
        let text = include_str!("../../../../scenarios/microbadger.yaml");
        let text = text.replace("poll-wait: 1s", &format!("poll-wait: {wait}"));
        let scenario = shipped(&text);
        run(&scenario, &Kind::Fixed(scenario.fixed[0].clone()), 1).unwrap().tally.worker_polls
    };
    let (short, second, long) = (polls("0s"), polls("1s"), polls("20s"));
    println!("polls of the fixed fleet: 0 s {short}, 1 s {second}, 20 s {long}");
    assert!(short > 5 * second && second > long);
}

#[test]
fn the_lower_class_is_evicted_and_the_cluster_is_never_overfull() {
    let scenario = shipped(include_str!("../../../../scenarios/demo.yaml"));
    let outcome = run(&scenario, &Kind::HpaPreempting(Behavior::default()), 1).unwrap();
    assert_eq!(outcome.tally.budget_violations, 0);
    let remainder = outcome.series.points.iter().map(|point| point.containers[1]);
    assert!(remainder.clone().any(|seen| seen.ready() == 9), "it begins with all spare capacity");
    assert!(remainder.clone().any(|seen| seen.pending >= 4), "and makes room");
}

#[test]
fn a_simulated_hour_of_the_demo_jumps_from_event_to_event() {
    let text = include_str!("../../../../scenarios/demo.yaml");
    let mut hour = shipped(&text.replace("duration: 60s", "duration: 1h"));
    let (low, high, period) = (10.0, 30.0, seconds(60.0));
    hour.queues[0].arrivals = Some(Arrivals::Square { low, high, period, even: true });
    let began = std::time::Instant::now();
    let outcome = run(&hour, &Kind::Ours, 1).unwrap();
    println!("an hour of the demo in {:?}", began.elapsed());
    assert!(outcome.tally.jobs_done > 71_000);
    assert_eq!(outcome.series.points.len(), 7201);
}

/// Two workloads with queues and a background, in deliberately awkward worlds.
fn worlds() -> impl Strategy<Value = (Scenario, u64)> {
    let times = (0..4000u64, 0..4000u64, 20..900u64);
    let load = (0.0..40.0f64, 0.0..40.0f64, 0..300u32);
    let warnings = (0..60u64, 1..60u64, 0..6u32, 0..100u64);
    (times, load, warnings, 4..14u32, 0..3usize, any::<u64>()).prop_map(world)
}

type World = ((u64, u64, u64), (f64, f64, u32), (u64, u64, u32, u64), u32, usize, u64);

fn world((times, load, warnings, capacity, rule, seed): World) -> (Scenario, u64) {
    let (start, stop, job) = times;
    let (low, high, jobs) = load;
    let (from, lasts, places, crash) = warnings;
    let rule = ["rate", "queue", "simple-queue"][rule];
    let grace = job / 2;
    let ends = format!(
        "start: {{time: {start}ms, spread: 300ms}}, stop: {{time: {stop}ms}}, grace: {grace}ms"
    );
    let text = format!(
        "
name: awkward
teaches: nothing
duration: 100s
capacity: {capacity}
queues:
  - {{name: a, arrivals: {{shape: square, low: {low}, high: {high}, period: 30s}}, lease: 2s}}
  - {{name: b, arrivals: {{shape: burst, rate: 2, jobs: {jobs}, at: 20s, every: 35s}}}}
outages:
  - {{queue: a, from: {from}s, for: {lasts}s}}
crashes:
  - {{workload: one, at: {crash}s}}
workloads:
  - {{name: one, priority: 1, min: 1, max: 9, rule: {rule}, queue: a, job: {job}ms, {ends},
     room: [{{from: {from}s, for: {lasts}s, places: {places}}}]}}
  - {{name: two, priority: 2, min: 0, max: 9, rule: {rule}, queue: b,
     job: {{time: {job}ms, shape: exponential}}, {ends}}}
  - {{name: rest, priority: 3, min: 1, max: 9, rule: remainder, {ends}}}
fixed: [{{one: 2, two: 2, rest: 0}}]
"
    );
    (shipped(&text), seed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn ours_never_exceeds_the_capacity((scenario, seed) in worlds()) {
        let outcome = run(&scenario, &Kind::Ours, seed).unwrap();
        prop_assert_eq!(outcome.tally.budget_violations, 0);
        prop_assert_eq!(outcome.tally.over_budget_seconds, 0.0);
        // Not even when containers without a machine are counted.
        let live = |it: &simulator::world::ContainerCounts| it.placed() + it.pending;
        let most = outcome.series.points.iter().map(|it| it.containers.iter().map(live).sum());
        prop_assert!(most.max() <= Some(scenario.capacity));
    }

    #[test]
    fn no_contender_loses_or_makes_a_job((scenario, seed) in worlds()) {
        for kind in Kind::all(&scenario) {
            let outcome = run(&scenario, &kind, seed).unwrap();
            let queues = &outcome.queues;
            let sum = |what: fn(&broker::Stats) -> u64| queues.iter().map(what).sum::<u64>();
            let tally = &outcome.tally;
            prop_assert_eq!(sum(|it| it.total.published), tally.jobs_in);
            prop_assert_eq!(sum(|it| it.total.acked), tally.jobs_done);
            let left = sum(|it| (it.ready + it.in_flight + it.delayed) as u64);
            let dead = sum(|it| it.total.dead);
            prop_assert_eq!(tally.jobs_in, tally.jobs_done + left + dead, "{}", outcome.name);
        }
    }
}
