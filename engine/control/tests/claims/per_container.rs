//! The rule `per-container`, and workloads whose metric is read less often than once a tick.

use std::time::Duration;

use control::{
    Amount, Config, Followed, Freshness, Limit, PerContainerSettings, QueueSample, QueueTarget,
    Reading, Rule, Source,
};
use proptest::prelude::*;

use crate::rounds::{Rounds, TICK, demo};

const WINDOW: Duration = Duration::from_secs(10);

fn in_flight() -> Followed {
    let source = Source::Prometheus { query: "sum(in_flight)".to_owned() };
    Followed { name: "in-flight".to_owned(), source, interval: Some(TICK) }
}

fn five_each(followed: Followed) -> Config {
    let target = Amount::of(5);
    demo(Rule::PerContainer(PerContainerSettings { followed, target, window: WINDOW }))
}

fn value(value: f64) -> QueueSample {
    QueueSample::metric(Amount::new(value).unwrap())
}

/// Rounds with one consumer at first, which have seen a value.
fn rounds(at: f64) -> Rounds {
    let mut rounds = Rounds::new(five_each(in_flight()), [1, 9]);
    rounds.see(at);
    rounds
}

impl Rounds {
    /// A round one tick later, which reads this value.
    fn see(&mut self, at: f64) {
        self.now += TICK;
        self.read("in-flight", value(at));
        self.settle();
    }

    fn see_for(&mut self, time: Duration, at: f64) {
        let until = self.now + time;
        while self.now < until {
            self.see(at);
        }
    }
}

#[test]
fn the_count_is_the_value_over_the_target_rounded_up_and_the_reason_says_so() {
    let rounds = rounds(23.0);
    assert_eq!(rounds.consumers(), 5);
    assert_eq!(rounds.words(), "in-flight value 23, target 5 a container: 5 wanted");
}

#[test]
fn within_a_tenth_of_the_target_nothing_changes() {
    let mut rounds = rounds(23.0);
    rounds.see(27.4);
    let words = "in-flight value 27.4, target 5 a container: 6 needed; 5 are within 10 % of it";
    assert_eq!((rounds.consumers(), rounds.words()), (5, words));
    rounds.see(27.6);
    assert_eq!(rounds.consumers(), 6);
}

#[test]
fn it_raises_at_once_and_lowers_only_after_the_window() {
    let mut rounds = rounds(3.0);
    rounds.see(45.0);
    assert_eq!(rounds.consumers(), 9);
    rounds.see_for(WINDOW - TICK, 12.0);
    assert_eq!(rounds.consumers(), 9);
    let words =
        "in-flight value 12, target 5 a container: 3 needed; 9 were needed in the last 10 s";
    assert!(rounds.words().starts_with(words), "{}", rounds.words());
    rounds.see_for(2 * TICK, 12.0);
    assert_eq!(rounds.consumers(), 3);
}

#[test]
fn a_value_above_zero_keeps_one_container_and_zero_keeps_the_minimum() {
    let mut config = five_each(in_flight());
    config.workloads[0].min = 0;
    let mut rounds = Rounds::new(config, [1, 9]);
    rounds.see_for(2 * WINDOW, 0.0001);
    let words = "in-flight value 0.001, target 5 a container: 1 wanted";
    assert_eq!((rounds.consumers(), rounds.words()), (1, words));
    rounds.see_for(2 * WINDOW, 0.0);
    assert_eq!(rounds.consumers(), 0);
}

#[test]
fn a_queue_counts_with_its_jobs_in_flight() {
    let mut rounds = Rounds::new(five_each(Followed::queue("jobs")), [1, 9]);
    rounds.round(QueueSample { ready: 13, in_flight: 10, ..QueueSample::default() });
    let words = "23 jobs wait or are in flight, target 5 a container: 5 wanted";
    assert_eq!((rounds.consumers(), rounds.words()), (5, words));
}

#[test]
fn a_metric_that_cannot_be_read_keeps_the_count_and_its_name_is_said() {
    let mut rounds = rounds(23.0);
    for _ in 0..60 {
        rounds.round(None);
    }
    assert_eq!(rounds.consumers(), 5);
    let words = "kept at 5: the last reading of metric in-flight is 30 s old".to_owned();
    assert_eq!(rounds.words().replace(".0 s", " s"), words);
    assert_eq!(rounds.core.why("consumer").unwrap().limited_by, Some(Limit::Reading));
    // The first reading raises, and only the second one removes.
    rounds.see(45.0);
    assert_eq!(rounds.consumers(), 9);
}

#[test]
fn a_reading_is_judged_against_the_interval_of_its_source() {
    let slow = Duration::from_secs(15);
    let of = |interval, age: u64| {
        let reading = Reading { taken_at: Duration::from_secs(100), ..Reading::default() };
        let now = Duration::from_secs(100 + age);
        let followed = Followed { interval, ..in_flight() };
        Freshness::of(Some(&reading), now, followed.interval(TICK))
    };
    assert_eq!(
        [0, 1, 2, 10, 11].map(|age| of(Some(TICK), age)).map(Freshness::name),
        ["fresh", "fresh", "stale", "stale", "failed"]
    );
    assert_eq!(
        [11, 30, 31].map(|age| of(Some(slow), age)).map(Freshness::name),
        ["fresh", "fresh", "failed"]
    );
    assert_eq!([10, 11].map(|age| of(None, age)).map(Freshness::name), ["fresh", "failed"]);
}

#[test]
fn another_query_under_the_same_name_begins_a_new_rule() {
    let mut rounds = rounds(45.0);
    let source = Source::Prometheus { query: "sum(sessions)".to_owned() };
    let other = Followed { source, ..in_flight() };
    rounds.core.reconfigure(five_each(other)).unwrap();
    rounds.seen.readings.clear();
    rounds.round(None);
    let words = "kept at 9: metric in-flight has not been read yet";
    assert_eq!((rounds.consumers(), rounds.words()), (9, words));
}

#[test]
fn the_other_rules_call_a_metric_by_its_name() {
    let said = |rule: fn(QueueTarget) -> Rule| {
        let target = QueueTarget { followed: in_flight(), length: 20 };
        let mut rounds = Rounds::new(demo(rule(target)), [1, 9]);
        rounds.see(23.5);
        rounds.words().to_owned()
    };
    let steps = "in-flight value 23.5, 20 are allowed: one more worker";
    assert_eq!(said(Rule::SimpleQueue), steps);
    assert!(said(Rule::Queue).starts_with("in-flight value 23.5, 20 are allowed"));
}

proptest! {
    #[test]
    fn a_lasting_value_ends_within_the_dead_zone_or_at_its_quotient(
        first in 0.0..60.0_f64, then in 0.0..45.0_f64,
    ) {
        let mut rounds = rounds(first);
        rounds.see_for(WINDOW + 4 * TICK, then);
        let (count, quotient) = (f64::from(rounds.consumers()), (then / 5.0 - 1e-3).ceil().max(1.0));
        let each = then / count;
        prop_assert!(count == quotient || (each - 5.0).abs() <= 0.501, "{count} for {then}");
    }

    #[test]
    fn a_higher_value_never_gives_fewer_containers(low in 0.0..60.0_f64, more in 0.0..30.0_f64) {
        prop_assert!(rounds(low).consumers() <= rounds(low + more).consumers());
    }

    #[test]
    fn the_count_falls_only_to_a_need_of_the_window(values in prop::collection::vec(0.0..60.0_f64, 1..80)) {
        let mut rounds = rounds(0.0);
        let mut seen = vec![(Duration::ZERO, 1.0)];
        for value in values {
            let before = rounds.consumers();
            rounds.see(value);
            seen.push((rounds.now, value / 5.0));
            let recent = seen.iter().filter(|(at, _)| *at + WINDOW > rounds.now);
            let largest = recent.map(|(_, need)| *need).fold(0.0, f64::max);
            let after = f64::from(rounds.consumers());
            prop_assert!(rounds.consumers() >= before || after >= (largest / 1.1).min(10.0) - 1e-3);
        }
    }
}
