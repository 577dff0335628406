//! Work in progress is not thrown away to save a container.

use std::time::Duration;

use control::{
    Config, Limit, QueueSample, QueueTarget, RateSettings, Reading, Reason, Rule, Totals, Work,
    Workload,
};
use proptest::prelude::*;

use crate::rounds::{Rounds, TICK, demo, target};

fn rules() -> [Rule; 3] {
    let service_time = Some(Duration::from_secs(30));
    let window = Duration::from_secs(1);
    let rate = RateSettings { service_time, window, ..RateSettings::new(target()) };
    [Rule::Rate(rate), Rule::Queue(target()), Rule::SimpleQueue(target())]
}

impl Rounds {
    /// A consumer and the background.
    fn of(rule: Rule, counts: [u32; 2]) -> Rounds {
        Rounds::new(demo(rule), counts)
    }

    fn work(&mut self, busy: u32, stoppable: u32) {
        self.seen.work.insert("consumer".to_owned(), Work { busy, stoppable });
    }

    /// The next round reads this many waiting messages in the other queue.
    fn orders(&mut self, ready: u64) {
        self.now += TICK;
        self.read("orders", QueueSample { ready, ..QueueSample::default() });
        self.now -= TICK;
    }

    fn quiet(&mut self, in_flight: u64, rounds: u32) {
        for _ in 0..rounds {
            self.round(QueueSample { in_flight, ..QueueSample::default() });
        }
    }

    fn to_retire(&self) -> u32 {
        self.core.to_retire().find(|(name, _)| *name == "consumer").map_or(0, |(_, n)| n)
    }
}

#[test]
fn busy_containers_stay_whatever_the_rule_wants() {
    for rule in rules() {
        let mut rounds = Rounds::of(rule.clone(), [9, 1]);
        rounds.work(6, 9);
        rounds.quiet(6, 60);
        // The rule `queue` keeps one tenth in reserve.
        assert!((6..=7).contains(&rounds.consumers()), "{rule:?}: {}", rounds.words());
        rounds.work(2, 9);
        rounds.quiet(2, 120);
        assert!((2..=3).contains(&rounds.consumers()), "{rule:?}: {}", rounds.words());
    }
}

#[test]
fn the_text_says_that_busy_containers_stay() {
    let mut rounds = Rounds::of(Rule::SimpleQueue(target()), [9, 1]);
    rounds.work(6, 9);
    rounds.quiet(6, 20);
    let why = rounds.core.why("consumer").unwrap();
    assert_eq!(why.limited_by, Some(Limit::AtWork));
    assert!(why.text.ends_with("; 6 are busy and stay until their jobs end"), "{}", why.text);
}

#[test]
fn with_only_in_flight_counts_as_many_stay_as_messages_are_in_flight() {
    let mut rounds = Rounds::of(Rule::SimpleQueue(target()), [9, 1]);
    rounds.quiet(5, 40);
    assert_eq!(rounds.consumers(), 5);
    rounds.quiet(50, 1);
    assert_eq!(rounds.consumers(), 5, "it raises no count");
}

#[test]
fn a_cut_waits_until_idle_ones_are_known_to_get_no_more_work() {
    let mut rounds = Rounds::of(Rule::SimpleQueue(target()), [5, 5]);
    rounds.work(1, 0);
    rounds.quiet(1, 3);
    assert_eq!((rounds.consumers(), rounds.to_retire()), (5, 3));
    assert!(rounds.words().ends_with("; 3 leave once they are known to be idle"));
    rounds.work(1, 2);
    let cut = rounds.fill();
    let consumer = cut.iter().find(|d| d.workload == "consumer").unwrap();
    assert_eq!((consumer.from, consumer.to, consumer.at_work), (5, 3, 0));
    assert_eq!(rounds.to_retire(), 1);
    rounds.work(2, 0);
    rounds.quiet(2, 20);
    assert_eq!(rounds.consumers(), 3, "no container is known to be idle");
}

#[test]
fn a_higher_priority_takes_busy_ones_within_one_round_and_the_text_says_so() {
    let mut config = demo(Rule::SimpleQueue(target()));
    config.workloads[0].priority = 2;
    config.workloads[1] = Workload {
        name: "urgent".to_owned(),
        priority: 1,
        rule: Rule::Queue(QueueTarget::of_queue("orders", 20)),
        ..config.workloads[0].clone()
    };
    let mut rounds = Rounds::new(config, [9, 1]);
    rounds.work(9, 0);
    let full = QueueSample { ready: 100, in_flight: 9, ..QueueSample::default() };
    rounds.orders(0);
    rounds.round(full);
    rounds.orders(500);
    assert_eq!(rounds.round(full), [], "idle ones are asked for first");
    assert!(rounds.to_retire() > 0);
    rounds.orders(500);
    let cut = rounds.round(full);
    let taken = cut.iter().find(|d| d.workload == "consumer").unwrap();
    assert_eq!((taken.reason, taken.at_work), (Reason::Preempted, taken.from - taken.to));
    let says = format!("gives way to urgent; {} of the removed workers are busy", taken.at_work);
    assert!(taken.text.ends_with(&says), "{}", taken.text);
}

#[test]
fn idle_ones_give_way_first() {
    let mut rounds = Rounds::of(Rule::SimpleQueue(target()), [9, 1]);
    rounds.work(5, 0);
    rounds.quiet(5, 1);
    let mut config = rounds.core.config().clone();
    config.workloads[0].max = 3;
    rounds.core.reconfigure(config).unwrap();
    rounds.quiet(5, 1);
    rounds.work(5, 4);
    let idle = rounds.fill();
    let first = idle.iter().find(|d| d.workload == "consumer").unwrap();
    assert_eq!((first.from, first.to, first.at_work), (9, 5, 0));
    rounds.work(5, 0);
    // There are some seconds in which idle ones become known.
    rounds.quiet(5, 7);
    assert_eq!(rounds.consumers(), 5);
    let busy = rounds.round(QueueSample { in_flight: 5, ..QueueSample::default() });
    let second = busy.iter().find(|d| d.workload == "consumer").unwrap();
    let says = "consumer 5 -> 3: its maximum is 3; 2 of the removed workers are busy";
    assert_eq!(second.text, says);
    assert_eq!((second.at_work, second.reason), (2, Reason::ScaledDown));
}

/// The consumer and another workload of its priority that wants all it can get.
fn with_an_equal() -> Config {
    let mut config = demo(Rule::SimpleQueue(target()));
    config.workloads[1] = Workload {
        name: "equal".to_owned(),
        priority: 1,
        rule: Rule::Queue(QueueTarget::of_queue("orders", 20)),
        ..config.workloads[0].clone()
    };
    config
}

#[test]
fn an_equal_priority_takes_no_busy_ones() {
    let mut rounds = Rounds::new(with_an_equal(), [7, 3]);
    rounds.work(7, 0);
    for _ in 0..40 {
        rounds.orders(500);
        rounds.quiet(7, 1);
    }
    assert_eq!(rounds.consumers(), 7);
}

#[test]
fn an_equal_priority_waits_for_idle_ones_without_a_limit() {
    let mut rounds = Rounds::new(with_an_equal(), [8, 2]);
    rounds.work(5, 0);
    for _ in 0..60 {
        rounds.orders(500);
        rounds.round(QueueSample { ready: 100, in_flight: 5, ..QueueSample::default() });
    }
    assert_eq!((rounds.consumers(), rounds.to_retire()), (8, 1));
    rounds.work(5, 1);
    rounds.fill();
    assert_eq!(rounds.consumers(), 7);
}

#[test]
fn busy_containers_are_kept_without_a_trace_in_the_rule() {
    for rule in rules() {
        let mut rounds = Rounds::of(rule.clone(), [9, 1]);
        rounds.work(9, 9);
        // The rule sees no message in flight, but all nine containers are busy.
        rounds.quiet(0, 200);
        assert_eq!(rounds.consumers(), 9, "{rule:?}");
        rounds.work(0, 9);
        rounds.quiet(0, 1);
        assert_eq!(rounds.consumers(), 1, "{rule:?}: {}", rounds.words());
    }
}

#[test]
fn while_there_is_work_there_is_at_least_one() {
    for rule in rules() {
        let mut config = demo(rule.clone());
        config.workloads[0].min = 0;
        let mut rounds = Rounds::new(config, [0, 10]);
        rounds.work(0, 0);
        rounds.quiet(0, 4);
        assert_eq!(rounds.consumers(), 0, "{rule:?}");
        for sample in [(1, 0), (0, 1), (20, 0)] {
            let (ready, in_flight) = sample;
            rounds.round(QueueSample { ready, in_flight, ..QueueSample::default() });
            rounds.fill();
            assert!(rounds.consumers() >= 1, "{rule:?} {sample:?}: {}", rounds.words());
            rounds.work(0, 9);
            rounds.quiet(0, 60);
            assert_eq!(rounds.consumers(), 0, "{rule:?}: {}", rounds.words());
        }
    }
}

#[test]
fn a_frozen_workload_goes_on_learning() {
    let paused = |rounds: &mut Rounds, paused| {
        let mut config = rounds.core.config().clone();
        config.workloads[0].paused = paused;
        rounds.core.reconfigure(config).unwrap();
    };
    for held in [false, true] {
        let mut rounds = Rounds::of(Rule::Rate(RateSettings::new(target())), [1, 9]);
        paused(&mut rounds, !held);
        let mut total = 0;
        // One consumer does 5/s of 30/s, its maximum.
        for ready in (100..).take(60) {
            total += 2;
            let sample = QueueSample {
                ready,
                in_flight: 1,
                totals: Some(Totals { published: 15 * (ready - 99), acked: total }),
                ..QueueSample::default()
            };
            if held {
                rounds.now += TICK;
                let reading = Reading { sample, taken_at: rounds.now };
                rounds.seen.readings.insert("jobs".to_owned(), reading);
                rounds.core.look_on(rounds.now, &rounds.seen, "scaling is held");
            } else {
                rounds.round(sample);
            }
        }
        assert_eq!(rounds.consumers(), 1);
        paused(&mut rounds, false);
        let sample = QueueSample {
            ready: 160,
            in_flight: 1,
            totals: Some(Totals { published: 15 * 61, acked: total + 2 }),
            ..QueueSample::default()
        };
        let decisions = rounds.round(sample);
        assert!(!decisions.is_empty(), "{}", rounds.words());
        rounds.fill();
        assert!(rounds.consumers() >= 9, "held {held}: {}", rounds.words());
    }
}

#[test]
fn an_engine_that_stood_still_applies_no_fallback() {
    let mut config = demo(Rule::Queue(target()));
    config.workloads[0].fallback = Some(6);
    let mut rounds = Rounds::new(config, [3, 7]);
    rounds.quiet(3, 10);
    rounds.now += Duration::from_secs(30);
    assert_eq!(rounds.core.step(rounds.now, &rounds.seen), []);
    rounds.quiet(3, 3);
    assert_eq!(rounds.consumers(), 3);
}

proptest! {
    #[test]
    fn an_ordinary_cut_takes_no_more_than_may_be_stopped(
        desired in 0..10u32, busy in 0..12u32, stoppable in 0..12u32, ready in 0..40u64,
    ) {
        for rule in rules() {
            let mut rounds = Rounds::of(rule, [desired, 10 - desired]);
            rounds.work(busy, stoppable);
            for _ in 0..10 {
                let sample = QueueSample { ready, in_flight: busy.into(), ..<_>::default() };
                for decision in rounds.round(sample) {
                    if decision.workload == "consumer" && decision.to < decision.from {
                        prop_assert!(decision.from - decision.to <= stoppable);
                        prop_assert!(decision.to >= busy.min(decision.from));
                        prop_assert_eq!(decision.at_work, 0);
                    }
                }
            }
        }
    }
}
