//! What the core does when something fails.

use std::collections::BTreeMap;

use control::{Autoscaler, Config, Observation, QueueSample, Reading, Replicas};

use super::promise::{NONE, Promise, after, by_seed, ours};
use super::stage::{CAPACITY, queue, scenario, seconds, worker};
use crate::Time;
use crate::arrivals::Arrivals;
use crate::contenders::rules;
use crate::random::Random;
use crate::scenario::{Outage, Room, Workload};
use crate::tally::Write;
use crate::{Outcome, Scenario};

/// When the failure begins, in seconds: by then the rules have learned all they can.
const FAILS: f64 = 180.0;
const LASTS: f64 = 60.0;
const MENDED: f64 = FAILS + LASTS;
const TWO_TICKS: f64 = 1.0;

fn writes(outcome: &Outcome, workload: usize) -> Vec<Write> {
    outcome.tally.writes.iter().filter(|it| it.workload == workload).copied().collect()
}

/// The number of a workload's writes that only one of the two runs has.
fn differing(a: &Outcome, b: &Outcome, workload: usize) -> f64 {
    let (a, b) = (writes(a, workload), writes(b, workload));
    let only = |x: &[Write], y: &[Write]| x.iter().filter(|it| !y.contains(it)).count();
    (only(&a, &b) + only(&b, &a)) as f64
}

/// A load that changes while its queue cannot be read, and a second workload whose queue can be
/// read. There are more slots than the two want, so that neither waits for the other one's slots.
fn dark(during: f64) -> Scenario {
    let points = vec![(seconds(0.0), 6.0), (seconds(FAILS + 10.0), during)];
    let unseen = Arrivals::Replay { points, even: false };
    let seen = Arrivals::Square { low: 3.0, high: 8.0, period: seconds(90.0), even: false };
    let workers = vec![worker("seen", 1, "orders", 2), worker("unseen", 2, "mails", 3)];
    let queues = vec![queue("orders", seen), queue("mails", unseen)];
    let dark = scenario(queues, workers, 60.0, MENDED + 60.0);
    Scenario { capacity: 3 * CAPACITY, ..dark }
}

fn with_outage(mut scenario: Scenario) -> Scenario {
    let (from, lasts) = (seconds(FAILS), seconds(LASTS));
    scenario.outages.push(Outage { queue: "mails".to_owned(), from, lasts });
    scenario
}

pub(super) fn dead_metric() -> Result<Vec<Promise>, String> {
    let whats = [
        ("times that the queue's workload is scaled down", NONE),
        ("changed decisions for the other workload", NONE),
        ("time until the queue's workload is scaled again, s", Some(TWO_TICKS)),
    ];
    by_seed("a queue that cannot be read for 60 s", whats, |seed| {
        let (falls, rises) = (dark(0.5), dark(20.0));
        let fallen = ours(&with_outage(falls.clone()), seed)?;
        // From when the last good reading is stale to the earliest second reading after the outage.
        let blind = seconds(FAILS + TWO_TICKS)..seconds(MENDED + 0.5);
        let cuts = writes(&fallen, 1).into_iter().filter(|it| it.to < it.from);
        let cuts = cuts.filter(|it| blind.contains(&it.at)).count() as f64;
        let others = differing(&fallen, &ours(&falls, seed)?, 0);
        let risen = ours(&with_outage(rises), seed)?;
        let raise = writes(&risen, 1).into_iter().find(|it| it.at >= seconds(MENDED));
        Ok([cuts, others, after(raise.map(|it| it.at)) - MENDED])
    })
}

/// The machines have room for `places` consumers; five are wanted until the load ends.
fn cramped(places: u32) -> Scenario {
    let beside = Arrivals::Poisson { rate: 3.0 };
    let points = vec![(seconds(0.0), 5.0), (seconds(FAILS), 12.0), (seconds(MENDED), 1.0)];
    let load = Arrivals::Replay { points, even: true };
    let mut workers = vec![worker("beside", 1, "orders", 2), worker("cramped", 2, "mails", 2)];
    workers[1].room = vec![Room { from: seconds(0.0), lasts: seconds(900.0), places }];
    scenario(vec![queue("orders", beside), queue("mails", load)], workers, 60.0, MENDED + 120.0)
}

pub(super) fn unschedulable() -> Result<Vec<Promise>, String> {
    let whats = [
        ("changed decisions for the other workload", NONE),
        ("its slot goes to another workload after, s", Some(15.0)),
        ("delay of the workload's scale-down, compared with enough room, s", Some(TWO_TICKS)),
    ];
    by_seed("a pod without a node", whats, |seed| {
        let (short, ample) = (ours(&cramped(4), seed)?, ours(&cramped(10), seed)?);
        let first = |outcome: &Outcome, workload, is_it: &dyn Fn(&Write) -> bool| {
            after(writes(outcome, workload).into_iter().find(is_it).map(|it| it.at))
        };
        let raised = first(&short, 1, &|it| it.to > 4);
        let lent = first(&short, 2, &|it| it.to > it.from && it.at.as_secs_f64() > raised);
        let cut = |it: &Write| it.to < 4 && it.to < it.from && it.at >= seconds(MENDED);
        let later = first(&short, 1, &cut) - first(&ample, 1, &cut);
        Ok([differing(&short, &ample, 0), lent - raised, later])
    })
}

/// Three priorities and a background whose minimums need all ten slots. For a while there are only
/// four slots.
pub(super) fn minimums_over_the_capacity() -> Result<Vec<Promise>, String> {
    let whats = [
        ("rounds, of 300, whose counts depend on the workloads' order", NONE),
        ("rounds in which a lower priority has containers that a higher one lacks", NONE),
        ("rounds in which a missing minimum is not reported", NONE),
    ];
    by_seed("minimums over the capacity", whats, |seed| {
        let (once, again) = (Shrunk::play(seed, false)?, Shrunk::play(seed, true)?);
        let pairs = once.counts.iter().zip(&again.counts);
        let differ = pairs.filter(|(a, b)| a != b).count();
        Ok([differ, once.starved, once.unexplained].map(|rounds| rounds as f64))
    })
}

/// A run of the core alone, with containers that start and stop at once.
#[derive(Default)]
struct Shrunk {
    /// The counts of the workloads by name, round by round.
    counts: Vec<BTreeMap<String, u32>>,
    /// Rounds in which a workload has containers although a higher priority lacks its minimum.
    starved: usize,
    unexplained: usize,
}

impl Shrunk {
    fn play(seed: u64, reversed: bool) -> Result<Shrunk, String> {
        const NAMES: [&str; 3] = ["first", "second", "third"];
        let none = || Arrivals::Constant { rate: 0.0 };
        let queues = NAMES.iter().map(|name| queue(name, none())).collect();
        let workers = (1..)
            .zip(NAMES)
            .map(|(priority, name)| Workload { min: 3, ..worker(name, priority, name, 3) });
        let mut config = rules::config(&scenario(queues, workers.collect(), 0.0, 1.0))?;
        if reversed {
            config.workloads.reverse();
        }
        let mut core = Autoscaler::new(config.clone()).map_err(|_| "the core cannot run this")?;
        let mut random = Random::new(seed, "shrunk");
        let mut counts: BTreeMap<String, u32> =
            config.workloads.iter().map(|it| (it.name.clone(), it.min)).collect();
        let mut samples = NAMES.map(|_| QueueSample::default());
        let mut shrunk = Shrunk::default();
        for round in 0..300 {
            if round == 100 || round == 200 {
                let capacity = if round == 100 { 4 } else { CAPACITY };
                let shrunk = Config { capacity, ..config.clone() };
                core.reconfigure(shrunk).map_err(|_| "the core cannot run this")?;
            }
            let now = seconds(0.5 * f64::from(round));
            samples.iter_mut().for_each(|sample| some_jobs(sample, &mut random));
            for decision in core.step(now, &observe(&counts, NAMES, samples, now)) {
                counts.insert(decision.workload, decision.to);
            }
            shrunk.look(&core, &counts);
        }
        Ok(shrunk)
    }

    fn look(&mut self, core: &Autoscaler, counts: &BTreeMap<String, u32>) {
        let mut all: Vec<_> = core.config().workloads.iter().collect();
        all.sort_by_key(|it| it.priority);
        let lacks = |it: &&&control::Workload| counts[&it.name] < it.min;
        let explained = |it: &&control::Workload| {
            core.why(&it.name).is_some_and(|why| why.text.contains("of its minimum"))
        };
        self.unexplained += usize::from(!all.iter().filter(lacks).all(explained));
        let first = all.iter().position(|it| lacks(&it));
        let behind = first.map_or(&[][..], |first| &all[first + 1..]);
        self.starved += usize::from(behind.iter().any(|it| counts[&it.name] > 0));
        self.counts.push(counts.clone());
    }
}

/// Changes a queue by the random arrivals and finished jobs of 500 ms.
fn some_jobs(sample: &mut QueueSample, random: &mut Random) {
    let (came, done) = ((random.share() * 12.0) as u64, (random.share() * 12.0) as u64);
    let done = done.min(sample.ready);
    let totals = sample.totals.get_or_insert_default();
    totals.published += came;
    totals.acked += done;
    sample.ready = sample.ready + came - done;
    sample.in_flight = sample.ready.min(3);
}

fn observe(
    counts: &BTreeMap<String, u32>,
    names: [&str; 3],
    samples: [QueueSample; 3],
    now: Time,
) -> Observation {
    let at_work = |count: u32| Replicas { desired: count, ready: count, ..Replicas::default() };
    let readings = names.iter().zip(samples);
    Observation {
        replicas: counts.iter().map(|(name, count)| (name.clone(), at_work(*count))).collect(),
        readings: readings
            .map(|(name, sample)| ((*name).to_owned(), Reading { sample, taken_at: now }))
            .collect(),
        ..Observation::default()
    }
}

/// Containers started over the capacity, in each scenario of this repository.
pub(super) fn budget(shipped: &[Scenario]) -> Result<Vec<Promise>, String> {
    by_seed("every scenario, every event", [("budget violations", NONE)], |seed| {
        let all = shipped.iter().map(|it| Ok(ours(it, seed)?.tally.budget_violations));
        let all = all.collect::<Result<Vec<u64>, String>>()?;
        Ok([all.iter().sum::<u64>() as f64])
    })
}
