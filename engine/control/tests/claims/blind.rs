//! The rule `rate` with little information: no readings, totals, service rate or load.

use std::time::Duration;

use control::{
    Config, Limit, QueueSample, QueueTarget, RateSettings, Reading, Rule, Totals, Workload,
};

use crate::rounds::{Rounds, at_rest, demo, target};

impl Rounds {
    fn rounds(&mut self, seconds: u32, mut sample: impl FnMut() -> Option<QueueSample>) {
        for _ in 0..seconds * 2 {
            self.round(sample());
        }
    }
}

fn config(change: impl FnOnce(&mut Workload, &mut RateSettings)) -> Config {
    let mut settings = RateSettings {
        service_time: Some(Duration::from_millis(200)),
        window: Duration::from_secs(6),
        average: Duration::from_secs(5),
        ..RateSettings::new(target())
    };
    let mut config = demo(Rule::Remainder);
    change(&mut config.workloads[0], &mut settings);
    config.workloads[0].rule = Rule::Rate(settings);
    config
}

/// A queue's totals.
fn counted(published: u64, acked: u64) -> Option<Totals> {
    Some(Totals { published, acked })
}

/// Readings of a queue in which this many jobs arrive and are done each round.
fn steady(jobs: u64) -> impl FnMut() -> Option<QueueSample> {
    let mut total = 0;
    move || {
        total += jobs;
        let in_flight = if jobs > 0 { 2 } else { 0 };
        Some(QueueSample { ready: 0, in_flight, totals: counted(total, total), ..<_>::default() })
    }
}

#[test]
fn without_readings_nothing_is_removed_for_a_minute_and_the_others_go_on() {
    let mut rounds = Rounds::new(config(|_, _| {}), [4, 6]);
    rounds.rounds(20, steady(15));
    let before = rounds.consumers();
    for round in 0..120 {
        let other = round % 7;
        rounds.seen.replicas.insert("remainder".to_owned(), at_rest(other));
        let decisions = rounds.round(None);
        assert!(decisions.iter().all(|d| d.workload != "consumer"), "{decisions:?}");
        let filled = rounds.seen.replicas["remainder"].desired;
        assert_eq!(filled + rounds.consumers(), 10, "the remainder uses spare capacity");
    }
    assert_eq!(rounds.consumers(), before);
    let says = format!("kept at {before}: the last reading of queue jobs is 60.0 s old");
    assert_eq!(rounds.words(), says);
}

#[test]
fn only_a_higher_priority_takes_from_a_blind_workload() {
    for (priority, left) in [(2, 6), (1, 1)] {
        let mut config = config(|blind, _| blind.priority = 2);
        let equal = Workload {
            name: "equal".to_owned(),
            priority,
            rule: Rule::Queue(QueueTarget::of_queue("read", 20)),
            ..config.workloads[0].clone()
        };
        config.workloads[1] = equal;
        let mut rounds = Rounds::new(config, [6, 4]);
        for ready in 0..120 {
            let sample = QueueSample { ready: 100 * ready, ..QueueSample::default() };
            let taken_at = rounds.now + Duration::from_millis(500);
            rounds.seen.readings.insert("read".to_owned(), Reading { sample, taken_at });
            rounds.round(None);
        }
        assert_eq!(rounds.consumers(), left, "priority {priority}");
    }
}

#[test]
fn after_a_blind_spell_a_raise_is_at_once_and_a_removal_after_a_second_reading() {
    let totals = |ready, total| QueueSample { ready, totals: counted(total, 0), ..<_>::default() };
    let spell = || {
        let mut rounds = Rounds::new(config(|_, _| {}), [4, 6]);
        rounds.rounds(20, steady(8));
        assert_eq!(rounds.consumers(), 3);
        rounds.rounds(60, || None);
        rounds
    };
    let mut busy = spell();
    let raised = busy.round(Some(totals(200, 520)));
    assert!(raised.iter().any(|d| d.workload == "consumer" && d.to > d.from), "{raised:?}");

    let mut idle = spell();
    let quiet = QueueSample { totals: counted(330, 330), ..QueueSample::default() };
    let first = idle.round(Some(quiet));
    assert_eq!(first, [], "{first:?}");
    assert!(idle.words().contains("nothing is removed before a second reading"));
    let second = idle.round(Some(quiet));
    assert!(second.iter().any(|d| d.workload == "consumer" && d.to < d.from), "{second:?}");
}

/// Consumer counts with steady readings, while the engine, the queue or both stand still for 30 s.
fn with_a_standstill(clock: bool, engine: bool, queue: bool) -> Vec<u32> {
    let mut rounds = Rounds::new(config(|_, _| {}), [3, 7]);
    let (mut total, mut own) = (0, Duration::ZERO);
    let mut counts = Vec::new();
    for round in 0..200 {
        total += 5;
        own += Duration::from_millis(500);
        if round == 100 {
            let gap = Duration::from_secs(30);
            if engine {
                rounds.now += gap;
            } else {
                (0..60).for_each(|_| drop(rounds.round(None)));
            }
            own += if queue { Duration::ZERO } else { gap };
            total += if queue { 0 } else { 300 };
        }
        let clock = clock.then_some(own);
        let totals = counted(total, total);
        let sample = QueueSample { in_flight: 2, totals, clock, ..<_>::default() };
        rounds.round(Some(sample));
        counts.push(rounds.consumers());
    }
    counts
}

#[test]
fn the_rule_rate_learns_nothing_from_a_standstill() {
    let all = [(true, true, true), (true, false, true), (true, true, false), (false, true, true)];
    for (clock, engine, queue) in all {
        let counts = with_a_standstill(clock, engine, queue);
        let says = format!("clock {clock}, engine {engine}, queue {queue}: {counts:?}");
        assert!(counts[50..].iter().all(|count| *count == 3), "{says}");
    }
}

#[test]
fn after_ten_seconds_without_readings_it_has_its_fallback_and_the_text_says_so() {
    let mut rounds = Rounds::new(config(|workload, _| workload.fallback = Some(6)), [3, 7]);
    rounds.rounds(20, steady(5));
    assert_eq!(rounds.consumers(), 3);
    rounds.rounds(10, || None);
    assert_eq!(rounds.consumers(), 3);
    rounds.round(None);
    rounds.round(None);
    assert_eq!(rounds.consumers(), 6);
    assert!(rounds.words().ends_with("s old; fallback-containers is 6"), "{}", rounds.words());
    let why = rounds.core.why("consumer").unwrap();
    assert_eq!((why.wanted, why.limited_by), (6, Some(Limit::Reading)));
}

#[test]
fn a_fallback_is_no_less_than_what_there_is_and_no_more_than_may_be() {
    for (fallback, max, expected) in [(2, 10, 5), (50, 10, 9), (50, 7, 7)] {
        let change = |workload: &mut Workload, _: &mut RateSettings| {
            (workload.fallback, workload.max) = (Some(fallback), max);
        };
        let mut rounds = Rounds::new(config(change), [5, 5]);
        rounds.rounds(15, || None);
        assert_eq!(rounds.consumers(), expected, "{fallback}");
    }
}

#[test]
fn with_minimum_0_it_goes_to_0_only_without_work_and_returns_at_the_first_message() {
    let mut rounds = Rounds::new(config(|workload, _| workload.min = 0), [3, 7]);
    let done = |in_flight, ready| QueueSample {
        ready,
        in_flight,
        totals: counted(100 + ready, 100 - in_flight),
        ..QueueSample::default()
    };
    rounds.rounds(60, || Some(done(1, 0)));
    assert_eq!(rounds.consumers(), 1, "one job takes its time");
    assert_eq!(rounds.core.why("consumer").unwrap().limited_by, Some(Limit::AtWork));
    rounds.rounds(8, || Some(done(0, 0)));
    assert_eq!(rounds.consumers(), 0, "{}", rounds.words());
    rounds.round(Some(done(0, 1)));
    assert_eq!(rounds.consumers(), 1);
}

#[test]
fn a_steady_trickle_keeps_the_last_container_though_the_queue_is_mostly_empty() {
    let mut rounds = Rounds::new(config(|workload, _| workload.min = 0), [1, 9]);
    let mut total = 0;
    for round in 0..200 {
        total += u64::from(round % 10 == 0);
        let totals = counted(total, total);
        rounds.round(Some(QueueSample { totals, ..QueueSample::default() }));
        assert_eq!(rounds.consumers(), 1);
    }
}

#[test]
fn without_a_service_rate_it_grows_one_at_a_time_and_the_text_says_so() {
    let mut rounds = Rounds::new(config(|_, settings| settings.service_time = None), [1, 9]);
    let waiting = |ready| QueueSample { ready, totals: counted(ready, 0), ..<_>::default() };
    for ready in [30, 31, 32] {
        let before = rounds.consumers();
        rounds.round(Some(waiting(ready)));
        assert_eq!(rounds.consumers(), before + 1);
    }
    let says = "32 jobs wait, 20 are allowed: one more worker (the service rate is not known yet)";
    assert!(rounds.words().starts_with(says), "{}", rounds.words());
}

#[test]
fn a_queue_that_reports_its_length_only_is_followed_by_length() {
    let mut rounds = Rounds::new(config(|_, _| {}), [1, 9]);
    let depth = |ready| Some(QueueSample { ready, ..QueueSample::default() });
    rounds.rounds(2, || depth(50));
    assert_eq!(rounds.consumers(), 5);
    let says = "50 jobs wait, 20 are allowed: one more worker (the queue reports its length only)";
    assert!(rounds.words().starts_with(says), "{}", rounds.words());
    rounds.rounds(7, || depth(3));
    assert_eq!(rounds.consumers(), 4, "one fewer for each window");
    rounds.rounds(30, || depth(0));
    assert_eq!(rounds.consumers(), 1);
}

#[test]
fn a_restarted_queue_is_no_trend() {
    let mut rounds = Rounds::new(config(|_, _| {}), [4, 6]);
    rounds.rounds(20, steady(8));
    let before = rounds.consumers();
    rounds.round(Some(QueueSample::default()));
    rounds.rounds(3, steady(8));
    assert_eq!(rounds.consumers(), before);
}

#[test]
fn a_core_that_starts_at_rest_keeps_the_counts_for_a_window() {
    let mut rounds = Rounds::new(config(|_, settings| settings.service_time = None), [5, 5]);
    rounds.rounds(5, || Some(QueueSample::default()));
    assert_eq!(rounds.consumers(), 5);
    rounds.rounds(3, || Some(QueueSample::default()));
    assert_eq!(rounds.consumers(), 1);
}
