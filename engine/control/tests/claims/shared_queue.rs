//! Several workloads on one queue share its need by priority.

use std::time::Duration;

use control::{
    Autoscaler, Config, Observation, QueueSample, RateSettings, Reading, Replicas, Rule, Totals,
    Work, Workload,
};

use crate::rounds::{TICK, at_rest, demo, target};

/// Workloads on one queue, whose jobs take 1 s.
struct Shared {
    core: Autoscaler,
    now: Duration,
    seen: Observation,
    done: u64,
    came: u64,
}

fn rate() -> Rule {
    let service_time = Some(Duration::from_secs(1));
    let window = Duration::from_secs(1);
    Rule::Rate(RateSettings { service_time, window, ..RateSettings::new(target()) })
}

impl Shared {
    /// One workload for each maximum, the highest priority first, without containers or minimum.
    fn new(rule: &Rule, maximums: &[u32]) -> Shared {
        let own = |(i, max): (usize, &u32)| Workload {
            name: format!("w{i}"),
            priority: i as u32 + 1,
            min: 0,
            max: *max,
            ..demo(rule.clone()).workloads[0].clone()
        };
        let workloads: Vec<Workload> = maximums.iter().enumerate().map(own).collect();
        let replicas = workloads.iter().map(|w| (w.name.clone(), at_rest(0))).collect();
        let idle = |w: &Workload| (w.name.clone(), Work { busy: 0, stoppable: u32::MAX });
        let work = workloads.iter().map(idle).collect();
        let seen = Observation { replicas, work, ..Observation::default() };
        let config = Config { capacity: 100, workloads, ..demo(rule.clone()) };
        let core = Autoscaler::new(config).unwrap();
        Shared { core, now: Duration::ZERO, seen, done: 0, came: 0 }
    }

    fn change(&mut self, change: impl FnOnce(&mut Workload)) {
        let mut config = self.core.config().clone();
        change(&mut config.workloads[0]);
        self.core.reconfigure(config).unwrap();
    }

    /// Rounds in which `per_second` jobs a second arrive and are done at once.
    fn rounds(&mut self, rounds: u64, per_second: u64) {
        for _ in 0..rounds {
            self.now += TICK;
            self.came += per_second / 2;
            self.done = self.came;
            let sample = QueueSample {
                ready: 16,
                in_flight: per_second.min(self.counts().iter().sum::<u32>().into()),
                totals: Some(Totals { published: self.came, acked: self.done }),
                ..QueueSample::default()
            };
            self.step(sample);
        }
    }

    fn step(&mut self, sample: QueueSample) {
        let reading = Reading { sample, taken_at: self.now };
        self.seen.readings.insert("jobs".to_owned(), reading);
        for decision in self.core.step(self.now, &self.seen) {
            self.seen.replicas.insert(decision.workload, at_rest(decision.to));
        }
    }

    fn counts(&self) -> Vec<u32> {
        self.seen.replicas.values().map(|it| it.desired).collect()
    }

    fn words(&self, name: &str) -> &str {
        &self.core.why(name).unwrap().text
    }
}

#[test]
fn the_first_priority_has_its_maximum_and_the_next_the_rest() {
    let mut shared = Shared::new(&rate(), &[4, 10]);
    shared.rounds(20, 8);
    // 8/s need 10 workers that do 1/s and are kept at 80 % load.
    assert_eq!(shared.counts(), [4, 6], "{}", shared.words("w1"));
    assert!(shared.words("w1").contains("; its share is 6 of 10"), "{}", shared.words("w1"));
}

#[test]
fn a_workload_that_covers_the_whole_need_leaves_nothing() {
    let mut shared = Shared::new(&rate(), &[20, 10]);
    shared.rounds(20, 8);
    assert_eq!(shared.counts(), [10, 0]);
}

#[test]
fn three_share_in_their_order() {
    let mut shared = Shared::new(&rate(), &[3, 4, 10]);
    shared.rounds(20, 8);
    assert_eq!(shared.counts(), [3, 4, 3]);
}

#[test]
fn a_frozen_workload_counts_with_its_containers() {
    for hold in [false, true] {
        let mut shared = Shared::new(&rate(), &[10, 10]);
        shared.seen.replicas.insert("w0".to_owned(), at_rest(2));
        shared.change(|workload| match hold {
            true => workload.blocked = Some("an HPA scales it".to_owned()),
            false => workload.paused = true,
        });
        shared.rounds(20, 8);
        assert_eq!(shared.counts(), [2, 8], "{}", shared.words("w1"));
        shared.change(|workload| (workload.paused, workload.blocked) = (false, None));
        shared.rounds(20, 8);
        assert_eq!(shared.counts(), [10, 0], "{}", shared.words("w1"));
    }
}

#[test]
fn a_workload_without_machines_counts_with_what_fits() {
    let mut shared = Shared::new(&rate(), &[10, 10]);
    let stuck = Replicas { desired: 10, ready: 3, starting: 7, unschedulable: 7, ..<_>::default() };
    shared.seen.replicas.insert("w0".to_owned(), stuck);
    shared.rounds(20, 8);
    let second = shared.seen.replicas["w1"].desired;
    assert_eq!(second, 7, "{}", shared.words("w1"));
}

#[test]
fn rules_on_the_queue_s_length_share_it_too() {
    for rule in [Rule::Queue(target()), Rule::SimpleQueue(target())] {
        let mut shared = Shared::new(&rule, &[3, 10]);
        for _ in 0..40 {
            shared.now += TICK;
            let all = shared.counts().iter().sum::<u32>();
            let ready = if all < 8 { 30 } else { 16 };
            shared.step(QueueSample { ready, in_flight: all.into(), ..QueueSample::default() });
        }
        let counts = shared.counts();
        assert_eq!(counts[0], 3, "{rule:?}: {counts:?}");
        let all: u32 = counts.iter().sum();
        assert!((8..=12).contains(&all), "{rule:?}: {counts:?}");
    }
}

#[test]
fn a_single_workload_on_a_queue_has_its_whole_need() {
    let mut shared = Shared::new(&rate(), &[20]);
    shared.rounds(20, 8);
    assert_eq!(shared.counts(), [10]);
    assert!(!shared.words("w0").contains("share"), "{}", shared.words("w0"));
}
