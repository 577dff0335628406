//! How carefully a core acts after it takes over from another one.

use std::time::Duration;

use control::{Config, Decision, Limit, QueueSample, RateSettings, Rule, Totals, Workload};
use proptest::prelude::*;

use crate::rounds::{Rounds, TICK, at_rest, demo, target};

const SECOND: Duration = Duration::from_secs(1);

/// The time of the takeover. Before that the core looks on.
const TAKEN: Duration = Duration::from_secs(100);

fn rate(window: Duration) -> Rule {
    let service_time = Some(Duration::from_millis(200));
    Rule::Rate(RateSettings { window, service_time, ..RateSettings::new(target()) })
}

/// How long nothing is removed, as promised.
fn care(rule: &Rule) -> Duration {
    match rule {
        Rule::Rate(settings) => settings.window,
        _ => 8 * SECOND,
    }
}

/// A core that has just taken over the background and a consumer with this rule.
fn successor(rule: Rule, counts: [u32; 2]) -> Rounds {
    successor_of(demo(rule), counts)
}

/// The first round comes at once.
fn successor_of(config: Config, counts: [u32; 2]) -> Rounds {
    let mut rounds = Rounds::new(config, counts);
    rounds.now = TAKEN - TICK;
    rounds.read("jobs", QueueSample::default());
    rounds.core.look_on(rounds.now, &rounds.seen, "another one decides");
    rounds.core.take_over(TAKEN);
    rounds
}

impl Rounds {
    /// Something else scales the consumer to `count`, within the capacity.
    fn scaled_by_others(&mut self, count: u32) {
        let rest = self.seen.replicas["remainder"].desired.min(10 - count);
        self.seen.replicas.insert("consumer".to_owned(), at_rest(count));
        self.seen.replicas.insert("remainder".to_owned(), at_rest(rest));
    }

    /// How long after the takeover the first consumer is removed, without load.
    fn first_removal(&mut self) -> Duration {
        loop {
            let now = self.now + TICK;
            if cuts(&self.round(QueueSample::default()), "consumer") > 0 {
                return now - TAKEN;
            }
            assert!(now < TAKEN + 100 * SECOND, "nothing is ever removed");
        }
    }
}

fn cuts(decisions: &[Decision], name: &str) -> usize {
    decisions.iter().filter(|d| d.workload == name && d.to < d.from).count()
}

fn ready(ready: u64) -> QueueSample {
    let totals = Some(Totals { published: ready, acked: 0 });
    QueueSample { ready, totals, ..QueueSample::default() }
}

fn rules() -> impl Strategy<Value = Rule> {
    let window = (1..90u64).prop_map(Duration::from_secs);
    prop_oneof![
        window.prop_map(rate),
        Just(Rule::Queue(target())),
        Just(Rule::SimpleQueue(target())),
    ]
}

proptest! {
    #[test]
    fn nothing_is_removed_before_the_rule_s_care_is_over(
        rule in rules(), begins in 0..10u32,
        rounds in prop::collection::vec((0..60u64, 0..5u64, prop::option::of(0..10u32)), 200),
    ) {
        let care = care(&rule);
        let mut successor = successor(rule, [begins, 1]);
        let mut total = 0;
        for (ready, arrived, by_others) in rounds {
            if successor.now + TICK >= TAKEN + care {
                break;
            }
            // The old core's last write may arrive late, and a person may scale.
            if let Some(count) = by_others {
                successor.scaled_by_others(count);
            }
            total += arrived;
            let acked = u64::saturating_sub(total, ready);
            let totals = Some(Totals { published: total, acked });
            let sample = QueueSample { ready, totals, ..<_>::default() };
            let decisions = successor.round(sample);
            prop_assert_eq!(cuts(&decisions, "consumer"), 0, "{:?}", decisions);
        }
    }
}

#[test]
fn nothing_is_removed_for_the_scale_down_window_or_eight_seconds_without_one() {
    for (rule, care) in [
        (rate(6 * SECOND), 6),
        (rate(RateSettings::WINDOW), 60),
        (Rule::Queue(target()), 8),
        (Rule::SimpleQueue(target()), 8),
    ] {
        let name = rule.name();
        let first = successor(rule, [5, 5]).first_removal();
        // The window begins with the first reading on which the rule runs.
        let due = care * SECOND..=care * SECOND + 2 * TICK;
        assert!(due.contains(&first), "{name}: after {first:?}");
    }
}

#[test]
fn after_two_readings_a_raise_waits_no_longer() {
    for rule in [rate(6 * SECOND), Rule::Queue(target()), Rule::SimpleQueue(target())] {
        let mut successor = successor(rule, [2, 8]);
        assert_eq!(successor.round(ready(100)), []);
        assert_eq!(successor.core.why("consumer").unwrap().limited_by, Some(Limit::Reading));
        // The second reading gives the rule its first difference, the third its first rate.
        let (second, third) = (successor.round(ready(200)), successor.round(ready(300)));
        let raised = second.iter().chain(&third).any(|d| d.workload == "consumer" && d.to > d.from);
        assert!(raised, "{second:?} {third:?}");
    }
}

#[test]
fn the_last_raise_of_the_core_before_is_not_taken_back() {
    for rule in [rate(6 * SECOND), Rule::Queue(target()), Rule::SimpleQueue(target())] {
        let mut successor = successor(rule.clone(), [3, 3]);
        for _ in 0..3 {
            successor.round(ready(18));
        }
        successor.scaled_by_others(6);
        while successor.now + TICK < TAKEN + care(&rule) {
            assert_eq!(successor.round(ready(18)), [], "{} {:?}", rule.name(), successor.now);
            assert_eq!(successor.core.why("consumer").unwrap().limited_by, Some(Limit::JustBegun));
        }
    }
}

#[test]
fn after_a_takeover_only_a_higher_priority_takes_containers() {
    for (priority, given) in [(2, 6), (1, 1)] {
        let mut config = demo(Rule::Queue(target()));
        let other = Workload { priority: 2, ..config.workloads[0].clone() };
        let urgent = Workload { name: "urgent".to_owned(), priority, ..other.clone() };
        config.workloads = vec![other, urgent];
        let mut successor = successor_of(config, [6, 4]);
        for round in 1..10 {
            successor.round(ready(100 * round));
        }
        assert_eq!(successor.seen.replicas["consumer"].desired, given, "priority {priority}");
    }
}
