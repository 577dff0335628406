//! The rule `per-container` where containers share a value: the scenario `sessions`.

use simulator::{Kind, Outcome, Scenario, run};

use crate::scenarios;

fn scenario() -> Scenario {
    let files = scenarios::files();
    scenarios::read(files.iter().find(|path| path.ends_with("sessions.yaml")).unwrap())
}

fn play(scenario: &Scenario) -> Vec<Outcome> {
    (1..=10).map(|seed| run(scenario, &Kind::Ours, seed).unwrap()).collect()
}

#[test]
fn sessions_find_a_place_and_none_that_fits_in_the_grace_is_cut_off() {
    let mut scenario = scenario();
    // Some sessions are longer than any grace that is not as long as the scenario.
    scenario.workloads[0].grace = scenario.duration;
    for outcome in play(&scenario) {
        assert!(outcome.tally.wait(0.99).as_secs_f64() < 1.0, "{:?}", outcome.tally.wait(0.99));
        assert_eq!(outcome.tally.work_thrown_away, 0.0);
        assert_eq!(outcome.tally.budget_violations, 0);
    }
}

#[test]
fn a_longer_window_costs_containers_and_spares_changes() {
    let (short, mut long) = (scenario(), scenario());
    long.workloads[0].scale_down_window = Some(std::time::Duration::from_secs(300));
    let sum = |outcomes: &[Outcome], of: fn(&Outcome) -> f64| outcomes.iter().map(of).sum::<f64>();
    let (short, long) = (play(&short), play(&long));
    let (cost, writes) = (
        |it: &Outcome| it.tally.container_seconds,
        |it: &Outcome| f64::from(u32::try_from(it.tally.writes.len()).unwrap()),
    );
    assert!(sum(&long, cost) > sum(&short, cost));
    assert!(sum(&long, writes) < sum(&short, writes));
}

#[test]
fn a_container_does_several_jobs_at_once_and_no_more() {
    let text = "
name: shared
teaches: nothing
duration: 60s
capacity: 2
queues: [{name: jobs, arrivals: {shape: burst, jobs: 9, at: 10s}}]
workloads:
  - {name: worker, priority: 1, min: 2, max: 2, rule: queue, queue: jobs, at-once: 4, job: 10s,
     start: 1s, stop: 1s}
";
    let scenario: Scenario = serde_yaml::from_str(text).unwrap();
    assert_eq!(scenario.problems(), []);
    let outcome = run(&scenario, &Kind::Ours, 1).unwrap();
    assert_eq!(outcome.tally.jobs_done, 9);
    // Eight start at once, and the ninth waits until one of them is done.
    assert_eq!(outcome.tally.wait(0.85).as_secs_f64(), 0.0);
    assert_eq!(outcome.tally.wait(1.0).as_secs_f64(), 10.0);
}
