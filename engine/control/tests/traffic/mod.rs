//! A queue with modelled traffic: seeded arrivals, containers that take time to come and go, and
//! ticks at a random phase. The clock jumps from event to event, in microseconds.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test file uses its part

pub mod measures;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::f64::consts::TAU;
use std::time::Duration;

use control::{Autoscaler, Config, Observation, QueueSample, Reading, Replicas};
use measures::Measures;

pub const CAPACITY: u32 = 10;
const TICK: u64 = 500_000;
const SECOND: f64 = 1e6;

/// How many jobs come a second, at a time in seconds.
#[derive(Debug, Clone, Copy)]
pub enum Load {
    Constant(f64),
    /// From the first to the second at a time.
    Step(f64, f64, f64),
    /// Between two rates, each for so many seconds.
    Square(f64, f64, f64),
    /// Around a rate, by so much, with a period in seconds.
    Sine(f64, f64, f64),
}

impl Load {
    pub fn at(self, time: f64) -> f64 {
        match self {
            Load::Constant(rate) => rate,
            Load::Step(before, after, at) => {
                if time < at {
                    before
                } else {
                    after
                }
            }
            Load::Square(low, high, half) => {
                if ((time / half) as u64).is_multiple_of(2) {
                    low
                } else {
                    high
                }
            }
            Load::Sine(mean, by, period) => mean + by * (TAU * time / period).sin(),
        }
    }
}

/// How regularly jobs come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gaps {
    Even,
    /// Off by up to a tenth, as the producers' are.
    Uneven,
    Poisson,
}

/// How long things take, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    pub start: f64,
    pub stop: f64,
    pub job: f64,
}

/// More than any load here.
const HIGHEST_RATE: f64 = 60.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrival,
    Tick,
    Look,
    Started(u64),
    Done(u64),
    Gone(u64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Starting,
    Idle,
    Working,
    /// Told to stop; `true` while it still works.
    Stopping(bool),
}

#[derive(Debug, Clone, Copy)]
struct Container {
    id: u64,
    phase: Phase,
}

/// The consumer and the remainder of the demo, and the consumer's queue.
pub struct World {
    now: u64,
    core: Autoscaler,
    times: Times,
    load: Load,
    gaps: Gaps,
    random: Random,
    events: BinaryHeap<Reverse<(u64, Event)>>,
    fleets: BTreeMap<String, Vec<Container>>,
    desired: BTreeMap<String, u32>,
    sample: QueueSample,
    next_id: u64,
    pub measures: Measures,
}

impl World {
    /// Begins with so many containers of each workload, ready for work.
    pub fn new(config: Config, counts: [u32; 2], times: Times, gaps: Gaps, seed: u64) -> World {
        let names: Vec<String> = config.workloads.iter().map(|w| w.name.clone()).collect();
        let mut world = World {
            now: 0,
            core: Autoscaler::new(config).unwrap(),
            times,
            load: Load::Constant(0.0),
            gaps,
            random: Random(seed),
            events: BinaryHeap::new(),
            fleets: names.iter().map(|name| (name.clone(), Vec::new())).collect(),
            desired: names.iter().map(|name| (name.clone(), 0)).collect(),
            sample: QueueSample::default(),
            next_id: 0,
            measures: Measures::default(),
        };
        for (name, count) in names.iter().zip(counts) {
            world.scale(name, count);
        }
        let all = world.fleets.values_mut().flatten();
        all.for_each(|it| it.phase = Phase::Idle);
        let phase = (world.random.share() * TICK as f64) as u64;
        world.events.push(Reverse((phase, Event::Tick)));
        let first = world.random.share() * 0.1;
        world.at(first, Event::Arrival);
        world.at(0.0, Event::Look);
        world
    }

    pub fn run(&mut self, seconds: f64, load: Load) {
        self.load = load;
        let end = self.now + (seconds * SECOND) as u64;
        while let Some(Reverse((at, event))) = self.events.pop() {
            if at > end {
                self.events.push(Reverse((at, event)));
                break;
            }
            self.now = at;
            self.happens(event);
        }
        self.now = end;
    }

    pub fn seconds(&self) -> f64 {
        self.now as f64 / SECOND
    }

    fn at(&mut self, seconds: f64, event: Event) {
        self.events.push(Reverse((self.now + (seconds * SECOND) as u64, event)));
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Arrival => self.arrive(),
            Event::Tick => {
                self.events.push(Reverse((self.now + TICK, Event::Tick)));
                self.decide(true);
            }
            Event::Look => {
                self.at(0.1, Event::Look);
                self.look();
            }
            Event::Started(id) => self.turn(id, |phase| match phase {
                Phase::Starting => Phase::Idle,
                other => other,
            }),
            Event::Done(id) => {
                self.sample.acked_total += 1;
                self.sample.in_flight -= 1;
                self.turn(id, |phase| match phase {
                    Phase::Working => Phase::Idle,
                    _ => Phase::Stopping(false),
                });
            }
            Event::Gone(id) => {
                self.fleets.values_mut().for_each(|fleet| fleet.retain(|it| it.id != id));
                self.decide(false);
            }
        }
        let live: usize = self.fleets.values().map(Vec::len).sum();
        self.measures.violations += usize::from(live > CAPACITY as usize);
        self.dispatch();
    }

    fn arrive(&mut self) {
        let rate = self.load.at(self.seconds());
        let (comes, gap) = match self.gaps {
            Gaps::Even | Gaps::Uneven if rate <= 0.0 => (false, 0.01),
            Gaps::Even => (true, 1.0 / rate),
            Gaps::Uneven => (true, (0.9 + 0.2 * self.random.share()) / rate),
            Gaps::Poisson => {
                let comes = self.random.share() * HIGHEST_RATE < rate;
                (comes, -(1.0 - self.random.share()).ln() / HIGHEST_RATE)
            }
        };
        self.sample.ready += u64::from(comes);
        self.sample.published_total += u64::from(comes);
        self.at(gap, Event::Arrival);
    }

    fn turn(&mut self, id: u64, turned: impl Fn(Phase) -> Phase) {
        let all = self.fleets.values_mut().flatten();
        all.filter(|it| it.id == id).for_each(|it| it.phase = turned(it.phase));
    }

    fn dispatch(&mut self) {
        while self.sample.ready > 0 {
            let fleet = self.fleets.get_mut("consumer").unwrap();
            let Some(idle) = fleet.iter_mut().find(|it| it.phase == Phase::Idle) else { return };
            idle.phase = Phase::Working;
            let id = idle.id;
            self.sample.ready -= 1;
            self.sample.in_flight += 1;
            self.at(self.times.job, Event::Done(id));
        }
    }

    fn replicas(&self, name: &str) -> Replicas {
        let mut replicas = Replicas { desired: self.desired[name], ..Replicas::default() };
        for container in &self.fleets[name] {
            match container.phase {
                Phase::Starting => replicas.starting += 1,
                Phase::Stopping(_) => replicas.terminating += 1,
                Phase::Idle | Phase::Working => replicas.ready += 1,
            }
        }
        replicas
    }

    fn decide(&mut self, is_tick: bool) {
        let now = Duration::from_micros(self.now);
        let reading = Reading { sample: self.sample, taken_at: now };
        let start = Duration::from_secs_f64(self.times.start);
        let seen = Observation {
            replicas: self.desired.keys().map(|n| (n.clone(), self.replicas(n))).collect(),
            readings: BTreeMap::from([("jobs".to_owned(), reading)]),
            start_ups: BTreeMap::from([("consumer".to_owned(), start)]),
        };
        let decisions = match is_tick {
            true => self.core.step(now, &seen),
            false => self.core.fill(now, &seen),
        };
        for decision in decisions {
            self.measures.wrote(self.seconds(), &decision);
            self.scale(&decision.workload, decision.to);
        }
    }

    /// Starts what is missing, stops the youngest that are too many; they finish their jobs.
    fn scale(&mut self, name: &str, to: u32) {
        self.desired.insert(name.to_owned(), to);
        let stays = |it: &Container| !matches!(it.phase, Phase::Stopping(_));
        let mut there = self.fleets[name].iter().filter(|it| stays(it)).count() as u32;
        while there < to {
            self.next_id += 1;
            let id = self.next_id;
            self.fleets.get_mut(name).unwrap().push(Container { id, phase: Phase::Starting });
            self.at(self.times.start, Event::Started(id));
            there += 1;
        }
        while there > to {
            let fleet = self.fleets.get_mut(name).unwrap();
            let youngest = fleet.iter_mut().rev().find(|it| stays(it)).unwrap();
            youngest.phase = Phase::Stopping(youngest.phase == Phase::Working);
            let id = youngest.id;
            self.at(self.times.stop, Event::Gone(id));
            there -= 1;
        }
    }

    fn look(&mut self) {
        let (consumer, remainder) = (self.replicas("consumer"), self.replicas("remainder"));
        let works = |it: &&Container| it.phase == Phase::Working;
        let busy = self.fleets["consumer"].iter().filter(works).count() as u32;
        self.measures.looks.push(measures::Look {
            at: self.seconds(),
            queue: self.sample.ready,
            consumers: consumer.ready,
            idle: consumer.ready - busy,
            background: remainder.ready,
            unallocated: CAPACITY.saturating_sub(consumer.live() + remainder.live()),
        });
    }
}

/// SplitMix64: small, seeded, the same everywhere.
#[derive(Debug, Clone, Copy)]
struct Random(u64);

impl Random {
    /// From 0 to less than 1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
