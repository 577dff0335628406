//! Simulates the queues, the containers and the machines, event by event.

mod containers;
mod event;
mod live;
mod machines;
mod pool;
mod victims;
mod view;

pub use crate::seen::ContainerCounts;
pub use event::Wake;
pub use live::{Placed, Stand};
pub use victims::Victims;

use std::collections::{BTreeMap, VecDeque};

use broker::{Broker, NewMessage, QueueName, WaiterId};

use crate::Time;
use crate::arrivals::{Arrivals, Stream};
use crate::random::Random;
use crate::scenario::{Queue, Scenario};
use crate::series::Series;
use crate::tally::Tally;
use event::{Agenda, Event, Id};
use pool::Pool;

/// The time between two points of the curves.
const SAMPLE: Time = Time::from_millis(500);

/// How many places the machines have, and which containers get a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machines {
    /// There are more places than slots, so a contender can exceed the capacity.
    Ample,
    /// There are as many places as slots. A container with a higher priority evicts one with a
    /// lower priority, as Kubernetes does by PriorityClass.
    Preempting,
}

/// The simulated world.
#[derive(Debug)]
pub struct World {
    now: Time,
    scenario: Scenario,
    machines: Machines,
    victims: Victims,
    agenda: Agenda,
    broker: Broker,
    names: Vec<QueueName>,
    /// Waiting jobs by queue, kept up to date because each event needs them.
    ready: Vec<u64>,
    streams: Vec<Stream>,
    pools: Vec<Pool>,
    waiters: BTreeMap<WaiterId, Id>,
    next_number: u64,
    /// Whether a container was made, ended or became ready since [`World::take_change`] was called.
    changed: bool,
    pub(crate) tally: Tally,
    pub(crate) series: Series,
}

impl World {
    /// A world at its beginning, with the initial containers at work.
    pub fn new(scenario: &Scenario, machines: Machines, victims: Victims, seed: u64) -> World {
        let names: Vec<QueueName> =
            scenario.queues.iter().filter_map(|queue| queue.name.parse().ok()).collect();
        let pool = |name: &String| Pool {
            desired: 0,
            containers: Vec::new(),
            random: Random::new(seed, &format!("workload {name}")),
            uids: Random::new(seed, &format!("uids {name}")),
        };
        let mut world = World {
            now: Time::ZERO,
            machines,
            victims,
            agenda: Agenda::default(),
            broker: Broker::new(1),
            streams: streams(scenario, seed),
            pools: scenario.workloads.iter().map(|it| pool(&it.name)).collect(),
            waiters: BTreeMap::new(),
            ready: vec![0; names.len()],
            next_number: 1,
            changed: false,
            tally: Tally::new(scenario),
            series: Series::new(scenario),
            scenario: scenario.clone(),
            names,
        };
        world.set_up();
        world
    }

    fn set_up(&mut self) {
        for (queue, name) in self.scenario.queues.iter().zip(&self.names) {
            let settings = broker::Settings {
                lease: queue.lease,
                max_depth: usize::MAX,
                ..broker::Settings::default()
            };
            // The lease was checked with the scenario; if it was not, the defaults apply.
            let _ = self.broker.configure(name, settings);
        }
        for queue in 0..self.streams.len() {
            self.expect_next(queue);
            let spec = &self.scenario.queues[queue];
            let own = spec.arrivals.iter().flat_map(|it| it.bursts(self.scenario.duration));
            for (at, jobs) in own.chain(self.scenario.bursts_of(&spec.name)) {
                self.agenda.add(at, Event::Arrival { queue, jobs, burst: true });
            }
        }
        for (i, workload) in self.scenario.workloads.clone().iter().enumerate() {
            self.begin_with(i, workload.begins_with());
            for room in &workload.room {
                self.agenda.add(room.from, Event::Places);
                self.agenda.add(room.from + room.lasts, Event::Places);
            }
        }
        for (at, name) in self.scenario.deaths() {
            let index = self.scenario.workloads.iter().position(|it| it.name == name);
            let event = index.map(Event::Crash);
            event.into_iter().for_each(|event| self.agenda.add(at, event));
        }
        self.agenda.add(Time::ZERO, Event::Sample);
    }

    /// Adds the next arrival of a queue's stream to the agenda.
    fn expect_next(&mut self, queue: usize) {
        if let Some(at) = self.streams[queue].next() {
            self.agenda.add(at, Event::Arrival { queue, jobs: 1, burst: false });
        }
    }

    /// Advances to the next event until `end`, including `end`; `None` if there is none.
    pub(crate) fn step(&mut self, end: Time) -> Option<Step> {
        let lease = self.broker.next_deadline();
        let next = self.agenda.next_time().into_iter().chain(lease).min();
        let at = next.filter(|at| *at <= end)?;
        self.pass_time(at);
        // Expired leases come first. Otherwise a contender's read delivers jobs that nobody starts.
        if lease == Some(at) {
            self.broker.advance(at);
            self.hand_out();
            return Some(Step::Nothing);
        }
        let event = self.agenda.pop()?;
        if let Event::Wake(wake) = event {
            return Some(Step::Wake(wake));
        }
        self.happen(event);
        Some(Step::Nothing)
    }

    /// Moves the clock to `at`, and counts the present state for the time until then.
    fn pass_time(&mut self, at: Time) {
        let counted_from = self.now.max(self.scenario.warm_up);
        let counted = at.saturating_sub(counted_from);
        if !counted.is_zero() {
            let pools: Vec<ContainerCounts> = self.pools.iter().map(Pool::seen).collect();
            self.tally.pass(counted, &self.ready, &pools);
        }
        self.now = at;
        self.tally.now = at;
    }

    /// Moves the clock to the end of the scenario, and completes the figures.
    pub(crate) fn finish(&mut self) {
        self.pass_time(self.scenario.duration);
        self.tally.end();
    }

    /// The queues as the broker counts them.
    pub(crate) fn queue_stats(&mut self) -> Vec<broker::Stats> {
        let World { broker, names, now, .. } = self;
        let stats = names.iter().map(|name| broker.stats(*now, name).unwrap_or_default());
        let stats: Vec<broker::Stats> = stats.collect();
        let counts = stats.iter().map(|it| it.ready as u64);
        debug_assert_eq!(self.ready, counts.collect::<Vec<u64>>(), "the broker's counts differ");
        stats
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Arrival { queue, jobs, burst } => {
                self.publish(queue, jobs);
                if !burst {
                    self.expect_next(queue);
                }
            }
            Event::Started(id) => self.started(id),
            Event::Done(id, receipt) => self.done(id, receipt),
            Event::Extend(id, receipt) => self.extend(id, receipt),
            Event::PollOver(id, waiter) => self.poll_over(id, waiter),
            Event::Gone(id) => self.gone(id),
            Event::Crash(workload) => self.crash(workload),
            Event::Places => self.place(),
            Event::Sample => self.sample(),
            Event::Wake(_) => {}
        }
    }

    fn publish(&mut self, queue: usize, jobs: u32) {
        let new = NewMessage { body: b"".as_slice().into(), delay: Time::ZERO };
        let batch = vec![new; jobs as usize];
        // The queue has no limit, so nothing is refused.
        let ids = self.broker.publish(self.now, &self.names[queue], batch, 0).unwrap_or_default();
        self.tally.published(&ids, queue);
        self.hand_out();
    }

    fn sample(&mut self) {
        let pools = self.pools.iter().map(Pool::seen).collect();
        self.series.add(self.now, self.ready.clone(), pools);
        self.agenda.add(self.now + SAMPLE, Event::Sample);
    }

    /// Starts the jobs that the broker has given out, and updates the number of waiting jobs.
    fn hand_out(&mut self) {
        let mut given = VecDeque::new();
        for (name, event) in self.broker.take_events() {
            let Some(queue) = self.names.iter().position(|it| *it == name) else { continue };
            let ready = &mut self.ready[queue];
            match event {
                broker::Event::Published { due: None, .. }
                | broker::Event::Returned { due: None, .. } => *ready += 1,
                broker::Event::Delivered { waiter: Some(waiter), deliveries, .. } => {
                    *ready -= deliveries.len() as u64;
                    given.extend(deliveries.into_iter().map(|delivery| (waiter, delivery)));
                }
                _ => {}
            }
        }
        for (waiter, delivery) in given {
            if let Some(id) = self.waiters.remove(&waiter) {
                self.work(id, delivery.receipt);
            }
        }
    }
}

/// The result of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// No contender needs to act.
    Nothing,
    /// The contender has to be woken.
    Wake(Wake),
}

fn streams(scenario: &Scenario, seed: u64) -> Vec<Stream> {
    let none = || Arrivals::Constant { rate: 0.0 };
    let stream = |queue: &Queue| {
        let random = Random::new(seed, &format!("arrivals {}", queue.name));
        let arrivals = scenario.arrivals(&queue.name).unwrap_or_else(none);
        Stream::new(arrivals, random, scenario.duration)
    };
    scenario.queues.iter().map(stream).collect()
}
