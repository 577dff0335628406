//! Properties that hold for every input.

use std::collections::BTreeMap;
use std::time::Duration;

use control::allocation::{Claim, allocate};
use control::{
    Autoscaler, Config, Limit, Observation, QueueSample, Reading, Reason, Replicas, Rule, Workload,
};
use proptest::prelude::*;

use crate::rounds::{at_rest, demo, target};

fn claims() -> impl Strategy<Value = Vec<Claim>> {
    let claim = (1..4u32, 0..4u32, 0..12u32, 0..15u32, any::<bool>()).prop_map(
        |(priority, min, more, keeps, takes_rest)| {
            let wanted = min + more;
            Claim { priority, min, keeps, wanted, takes_rest, frozen: false }
        },
    );
    prop::collection::vec(claim, 1..6)
}

proptest! {
    #[test]
    fn granted_counts_are_at_most_the_capacity(capacity in 0..30u32, claims in claims()) {
        let given = allocate(capacity, &claims);
        prop_assert!(given.iter().sum::<u32>() <= capacity);
        prop_assert!(given.iter().zip(&claims).all(|(n, claim)| *n <= claim.wanted));
    }

    #[test]
    fn each_has_its_minimum_if_all_minimums_fit(more in 0..20u32, claims in claims()) {
        let minimums: u32 = claims.iter().map(|claim| claim.min).sum();
        let given = allocate(minimums + more, &claims);
        prop_assert!(given.iter().zip(&claims).all(|(n, claim)| *n >= claim.min));
    }

    #[test]
    fn no_slot_stays_free_while_a_workload_wants_it(capacity in 0..30u32, claims in claims()) {
        let wanted: u32 = claims.iter().map(|claim| claim.wanted).sum();
        let given: u32 = allocate(capacity, &claims).iter().sum();
        prop_assert_eq!(given, capacity.min(wanted));
    }

    #[test]
    fn a_lower_priority_never_takes_from_a_higher_one(
        capacity in 0..30u32, claims in claims(), grown in any::<prop::sample::Index>(),
    ) {
        let i = grown.index(claims.len());
        let mut greedier = claims.clone();
        greedier[i].wanted += 5;
        let (before, after) = (allocate(capacity, &claims), allocate(capacity, &greedier));
        let rank = |c: &Claim| (c.takes_rest, c.priority);
        let higher = (0..claims.len()).filter(|j| rank(&claims[*j]) < rank(&claims[i]));
        for j in higher {
            prop_assert!(after[j] >= before[j], "{j} gave way to {i}: {before:?} {after:?}");
        }
        prop_assert!(after[i] >= before[i], "asking for more gave less: {before:?} {after:?}");
    }

    #[test]
    fn a_round_keeps_every_bound_and_raises_only_into_free_slots(
        seen in replicas(), ready in 0..500u64, capacity in 2..15u32,
    ) {
        let mut core = core(capacity);
        let observation = observation(&seen, ready);
        let decisions = core.step(SECOND, &observation);
        let mut after = observation.replicas.clone();
        for decision in &decisions {
            let replicas = after.get_mut(&decision.workload).unwrap();
            prop_assert_eq!(decision.from, replicas.desired);
            prop_assert!(decision.to <= 10);
            replicas.desired = decision.to;
        }
        let raised = decisions.iter().any(|d| d.reason == Reason::ScaledUp);
        let occupied: u32 = after.values().map(Replicas::occupied).sum();
        prop_assert!(!raised || occupied <= capacity, "{occupied} of {capacity}: {decisions:?}");
    }

    #[test]
    fn the_same_input_gives_the_same_decisions(seen in replicas(), ready in 0..500u64) {
        let observation = observation(&seen, ready);
        let first = core(10).step(SECOND, &observation);
        prop_assert_eq!(first, core(10).step(SECOND, &observation));
    }

    #[test]
    fn at_a_fixed_point_nothing_changes(seen in replicas(), ready in 0..500u64) {
        let mut core = core(10);
        let mut observation = observation(&seen, ready);
        core.step(SECOND, &observation);
        // Decisions take effect until there are no more.
        for _ in 0..20 {
            for decision in core.fill(SECOND, &observation) {
                let settled = Replicas { desired: decision.to, ready: decision.to, ..seen[0] };
                let settled = Replicas { starting: 0, terminating: 0, ..settled };
                observation.replicas.insert(decision.workload, settled);
            }
            for replicas in observation.replicas.values_mut() {
                let desired = replicas.desired;
                *replicas = Replicas { desired, ready: desired, ..Replicas::default() };
            }
        }
        prop_assert_eq!(core.fill(SECOND, &observation), []);
    }
}

const SECOND: Duration = Duration::from_secs(1);

fn replicas() -> impl Strategy<Value = [Replicas; 2]> {
    let one = (0..10u32, 0..10u32, 0..4u32, 0..4u32).prop_map(
        |(desired, ready, starting, terminating)| Replicas {
            desired,
            ready,
            starting,
            terminating,
            ..Replicas::default()
        },
    );
    [one.clone(), one]
}

fn core(capacity: u32) -> Autoscaler {
    Autoscaler::new(Config { capacity, ..demo(Rule::Queue(target())) }).unwrap()
}

fn observation(seen: &[Replicas; 2], ready: u64) -> Observation {
    let sample = QueueSample { ready, ..QueueSample::default() };
    Observation {
        replicas: BTreeMap::from([
            ("consumer".to_owned(), seen[0]),
            ("remainder".to_owned(), seen[1]),
        ]),
        readings: BTreeMap::from([("jobs".to_owned(), Reading { sample, taken_at: SECOND })]),
        ..Observation::default()
    }
}

#[test]
fn without_a_reading_a_workload_keeps_its_count_and_the_text_says_so() {
    let mut core = core(10);
    let mut blind = observation(&[at_rest(3), at_rest(7)], 500);
    blind.readings.clear();
    assert_eq!(core.step(SECOND, &blind), []);
    let why = core.why("consumer").unwrap().clone();
    assert_eq!(why.limited_by, Some(Limit::Reading));
    assert_eq!(why.text, "kept at 3: queue jobs has not been read yet");
}

#[test]
fn an_old_reading_is_no_reason_to_scale() {
    let after_the_reading = |age: u64| {
        let mut core = core(10);
        core.step(SECOND, &observation(&[at_rest(3), at_rest(7)], 0));
        let mut seen = observation(&[at_rest(3), at_rest(7)], 500);
        let reading = seen.readings.get_mut("jobs").unwrap();
        reading.taken_at += Duration::from_millis(500);
        let taken_at = reading.taken_at;
        core.step(taken_at + Duration::from_millis(age), &seen)
    };
    assert_eq!(after_the_reading(1001), []);
    assert_ne!(after_the_reading(1000), []);
}

#[test]
fn while_one_workload_s_containers_are_unknown_none_grows() {
    let mut core = core(10);
    let mut seen = observation(&[at_rest(3), at_rest(1)], 500);
    seen.replicas.remove("remainder");
    let raised = core.step(SECOND, &seen).iter().any(|d| d.reason == Reason::ScaledUp);
    assert!(!raised);
}

#[test]
fn the_background_gives_way_in_the_round_that_sees_the_demand() {
    let mut core = core(10);
    let decisions = core.step(SECOND, &observation(&[at_rest(3), at_rest(7)], 0));
    assert_eq!(decisions, []);
    let mut seen = observation(&[at_rest(3), at_rest(7)], 60);
    let now = SECOND + Duration::from_millis(500);
    seen.readings.get_mut("jobs").unwrap().taken_at = now;
    let decisions = core.step(now, &seen);
    assert_eq!(decisions[0].workload, "remainder");
    assert_eq!(decisions[0].reason, Reason::Preempted);
    assert!(decisions[0].text.ends_with("gives way to consumer"), "{}", decisions[0].text);
}

#[test]
fn a_paused_workload_keeps_its_count() {
    let mut core = core(10);
    let mut config = core.config().clone();
    config.workloads[0].paused = true;
    core.reconfigure(config).unwrap();
    let decisions = core.step(SECOND, &observation(&[at_rest(3), at_rest(7)], 500));
    assert_eq!(decisions, []);
    assert_eq!(core.why("consumer").unwrap().text, "paused at 3");
}

#[test]
fn a_workload_whose_rule_never_ran_keeps_its_count() {
    let mut core = core(10);
    let mut config = core.config().clone();
    config.workloads[0].paused = true;
    core.reconfigure(config.clone()).unwrap();
    let seen = observation(&[at_rest(6), at_rest(4)], 50);
    assert_eq!(core.step(SECOND, &seen), []);
    config.workloads[0].paused = false;
    core.reconfigure(config).unwrap();
    assert_eq!(core.fill(SECOND, &seen), [], "an edit between two ticks");
    assert_eq!(core.why("consumer").unwrap().text, "kept at 6 until its rule runs");
}

#[test]
fn a_workload_that_is_resumed_starts_from_its_present_count() {
    let mut core = core(10);
    core.step(SECOND, &observation(&[at_rest(2), at_rest(8)], 18));
    let mut config = core.config().clone();
    config.workloads[0].paused = true;
    core.reconfigure(config.clone()).unwrap();
    let by_hand = observation(&[at_rest(5), at_rest(5)], 18);
    core.step(SECOND, &by_hand);
    config.workloads[0].paused = false;
    core.reconfigure(config).unwrap();
    assert_eq!(core.step(SECOND, &by_hand), []);
}

#[test]
fn a_manual_raise_of_a_scaled_workload_is_taken_back() {
    let mut core = core(10);
    core.step(SECOND, &observation(&[at_rest(1), at_rest(9)], 0));
    let decisions = core.step(SECOND, &observation(&[at_rest(4), at_rest(6)], 0));
    let taken_back = decisions.iter().find(|d| d.workload == "consumer").unwrap();
    assert_eq!((taken_back.from, taken_back.to), (4, 1));
}

#[test]
fn the_background_gives_up_slots_for_what_others_start_over_the_capacity() {
    let mut core = core(10);
    let evicted = Replicas { terminating: 2, ..at_rest(5) };
    let seen = observation(&[evicted, at_rest(5)], 30);
    core.step(SECOND, &seen);
    let decisions = core.step(SECOND, &seen);
    let text = "remainder 5 -> 3: makes room: 12 containers for 10 slots";
    let shrunk = decisions.iter().any(|d| d.text == text);
    let raised = decisions.iter().any(|d| d.to > d.from);
    assert!(shrunk && !raised, "{decisions:?}");
}

#[test]
fn for_a_lower_capacity_containers_are_removed_once() {
    let mut core = core(10);
    core.step(SECOND, &observation(&[at_rest(3), at_rest(7)], 18));
    core.reconfigure(Config { capacity: 8, ..core.config().clone() }).unwrap();
    let cut = core.step(SECOND, &observation(&[at_rest(3), at_rest(7)], 18));
    assert_eq!((cut.len(), cut[0].to), (1, 5), "{cut:?}");
    let leaving = Replicas { terminating: 2, ..at_rest(5) };
    assert_eq!(core.step(SECOND, &observation(&[at_rest(3), leaving], 18)), []);
}

#[test]
fn another_configuration_keeps_what_the_rules_have_learned() {
    let mut core = core(10);
    core.step(SECOND, &observation(&[at_rest(3), at_rest(7)], 18));
    let mut config = core.config().clone();
    config.workloads[0].max = 2;
    core.reconfigure(config).unwrap();
    let decisions = core.step(SECOND, &observation(&[at_rest(3), at_rest(7)], 18));
    assert_eq!((decisions[0].from, decisions[0].to), (3, 2), "{decisions:?}");
    let mut wrong = core.config().clone();
    (wrong.capacity, wrong.workloads[0].max) = (5, 0);
    assert!(core.reconfigure(wrong).is_err());
    assert_eq!(core.config().capacity, 10);
}

#[test]
fn max_delta_bounds_each_step() {
    let mut config = demo(Rule::Queue(target()));
    config.workloads[0].max_delta = Some(1);
    let mut core = Autoscaler::new(config).unwrap();
    let mut seen = observation(&[at_rest(1), at_rest(1)], 0);
    core.step(SECOND, &seen);
    for round in 1..5u32 {
        let now = SECOND + round * Duration::from_millis(500);
        let sample = QueueSample { ready: 300, ..QueueSample::default() };
        seen.readings.insert("jobs".to_owned(), Reading { sample, taken_at: now });
        for decision in core.step(now, &seen) {
            let bound = if decision.workload == "consumer" { 1 } else { 10 };
            assert!(decision.to.abs_diff(decision.from) <= bound, "{}", decision.text);
            seen.replicas.insert(decision.workload, at_rest(decision.to));
        }
    }
    assert_eq!(seen.replicas["consumer"].desired, 4);
}

#[test]
fn three_priorities_are_served_in_their_order() {
    let workload = |name: &str, priority| Workload {
        name: name.to_owned(),
        priority,
        ..demo(Rule::Queue(target())).workloads[0].clone()
    };
    let mut config = demo(Rule::Queue(target()));
    config.workloads = vec![workload("third", 3), workload("first", 1), workload("second", 2)];
    let mut core = Autoscaler::new(config).unwrap();
    let names = ["first", "second", "third"];
    let mut seen = observation(&[at_rest(0), at_rest(0)], 0);
    seen.replicas = names.iter().map(|n| ((*n).to_owned(), at_rest(1))).collect();
    for round in 0..20u32 {
        let now = SECOND + round * Duration::from_millis(500);
        let sample = QueueSample { ready: 400, ..QueueSample::default() };
        seen.readings.insert("jobs".to_owned(), Reading { sample, taken_at: now });
        for decision in core.step(now, &seen) {
            seen.replicas.insert(decision.workload, at_rest(decision.to));
        }
    }
    let given: Vec<_> = names.iter().map(|n| seen.replicas[*n].desired).collect();
    assert_eq!(given, [8, 1, 1]);
}
