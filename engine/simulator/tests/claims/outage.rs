//! A queue that cannot be read for a minute, in virtual time: what each rule does meanwhile to its
//! own workload and to the others, and what it does afterwards.
//!
//! There are two queues. One of them cannot be read for a minute, and the same minute is played
//! with both readable. Tests of the engine's sources show that any error means no reading.

use std::ops::Range;
use std::time::Duration;

use simulator::scenario::Workload;

use crate::two_queues::{CAPACITY, SICK, Tick, WELL, World};

/// The outage, in seconds, for tests in which its start does not matter.
const DARK: Range<f64> = 60.0..120.0;

/// The rule of [`SICK`].
#[derive(Debug, Clone, Copy)]
struct Rule {
    name: &'static str,
    window: Option<u64>,
    average: Option<u64>,
}

impl Rule {
    fn name(&self) -> &'static str {
        self.name
    }

    fn set(&self, sick: &mut Workload) {
        self.name.clone_into(&mut sick.rule);
        sick.scale_down_window = self.window.map(Duration::from_secs);
        sick.rate_average = self.average.map(Duration::from_secs);
    }
}

/// `rate` with the demo's window, which ends within the outage, and with the default window.
fn rules() -> [Rule; 4] {
    let of = |name| Rule { name, window: None, average: None };
    let demo = Rule { window: Some(6), average: Some(5), ..of("rate") };
    [demo, of("rate"), of("queue"), of("simple-queue")]
}

/// A world whose load changes at a time, in seconds.
fn world(rule: &Rule, load: (f64, f64), dark: Range<f64>) -> World {
    World::new(load, dark).with(|sick| rule.set(sick))
}

/// The same run with and without the outage.
fn both(rule: &Rule, load: (f64, f64)) -> (Vec<Tick>, Vec<Tick>) {
    (world(rule, load, DARK).play(30), world(rule, load, DARK.end..DARK.end).play(30))
}

/// The rounds from `second` on.
fn from(rounds: &[Tick], second: f64) -> &[Tick] {
    &rounds[rounds.iter().position(|round| round.at >= second).unwrap()..]
}

#[test]
fn without_readings_nothing_is_removed() {
    for rule in rules() {
        for half_seconds in 0..10 {
            let start = DARK.start + f64::from(half_seconds) / 2.0;
            for (at, load) in [(0.0, 17.0), (-2.0, 0.0), (-2.0, 35.0), (1.0, 0.0), (1.0, 35.0)] {
                let rounds = world(&rule, (start + at, load), start..start + 60.0).play(1);
                // Up to and including the first good reading; the second may remove.
                let outage = &from(&rounds, start)[..=120];
                let cut = outage.iter().find(|round| round.removed() > 0);
                assert_eq!(cut, None, "{} {load} {start}", rule.name());
                assert_eq!(outage[120].at, start + 60.0);
            }
        }
    }
}

#[test]
fn the_outage_does_not_affect_the_others_and_the_background_uses_spare_capacity() {
    for rule in rules() {
        for load in [17.0, 0.0, 35.0] {
            let (dark, lit) = both(&rule, (DARK.start + 1.0, load));
            for (dark, lit) in dark.iter().zip(&lit) {
                assert_eq!(dark.on(WELL), lit.on(WELL), "{} {load}", rule.name());
                assert_eq!(dark.counts.values().sum::<u32>(), CAPACITY, "{dark:?}");
            }
            let outage = lit.iter().filter(|round| DARK.contains(&round.at));
            assert!(outage.map(|round| round.on(WELL).len()).sum::<usize>() > 5);
        }
    }
}

#[test]
fn an_outage_under_a_steady_load_leaves_no_trace() {
    // Without `simple-queue`, whose count is never steady.
    for rule in &rules()[..3] {
        let (dark, lit) = both(rule, (0.0, 17.0));
        for (dark, lit) in dark.iter().zip(&lit) {
            assert_eq!((&dark.decisions, &dark.counts), (&lit.decisions, &lit.counts));
            assert!(dark.at < DARK.end || dark.wanted == lit.wanted, "{dark:?} {lit:?}");
        }
    }
}

#[test]
fn after_a_rise_the_first_good_reading_raises_to_the_count_without_the_outage() {
    for rule in rules() {
        for load in [25.0, 35.0] {
            let (dark, lit) = both(&rule, (DARK.start + 1.0, load));
            let (dark, lit) = (from(&dark, DARK.end), from(&lit, DARK.end));
            // The five busy containers from before are enough for 25/s.
            let enough = (load, rule.name()) == (25.0, "simple-queue");
            let raised = dark[0].on(SICK).iter().any(|decision| decision.to > decision.from);
            assert_ne!(raised, enough, "{}: {:?}", rule.name(), dark[0]);
            if enough {
                continue;
            }
            if rule.name() == "simple-queue" {
                // It takes one step for each reading, as always.
                assert_eq!(dark[2].counts[SICK], dark[0].counts[SICK] + 2, "{:?}", dark[2]);
            } else {
                // More if messages have piled up meanwhile.
                assert!(dark[0].counts[SICK] >= lit[0].counts[SICK], "{:?} {:?}", dark[0], lit[0]);
            }
        }
    }
}

#[test]
fn after_a_fall_the_second_good_reading_lowers_the_rule_rate_as_far_as_without_the_outage() {
    for rule in &rules()[..2] {
        for load in [0.0, 5.0] {
            let (dark, lit) = both(rule, (DARK.start + 1.0, load));
            let (dark, lit) = (from(&dark, DARK.end), from(&lit, DARK.end));
            assert_eq!(dark[0].removed(), 0, "{:?}", dark[0]);
            // The arrivals of the whole outage are one rate, which the averages follow at once.
            // The window of the other run may still remember the time before.
            assert!(dark[1].counts[SICK] <= lit[1].counts[SICK], "{:?} {:?}", dark[1], lit[1]);
            assert_eq!(dark[1].counts[SICK], dark[1].wanted, "{:?}", dark[1]);
        }
    }
}

#[test]
fn after_a_fallback_a_rule_continues_from_it_and_removes_nothing_while_too_many_jobs_wait() {
    for rule in rules() {
        for max_delta in [None, Some(1)] {
            let world = world(&rule, (DARK.start + 1.0, 60.0), DARK).with(|sick| {
                (sick.fallback_containers, sick.max_delta) = (Some(9), max_delta);
            });
            let rounds = world.play(30);
            let back = from(&rounds, DARK.end);
            let too_long = back.iter().take_while(|round| round.ready > 20);
            let worst = too_long.clone().min_by_key(|round| round.counts[SICK]).unwrap();
            assert!(too_long.count() > 20, "{}", rule.name());
            assert!(worst.counts[SICK] > 9, "{} {max_delta:?}: {worst:?}", rule.name());
        }
    }
}
