//! Candidates with their own clocks, an API server, and a network between them that delays and
//! loses messages, all in virtual time.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::leader::elector::{Elector, LEASE, PATIENCE};
use crate::leader::terms::{Answer, Claim, Observed, Record, Step};

/// The least time between the last act of one leader and the first act of the next leader: the time
/// from `RENEW_DEADLINE` to `LEASE`, with clocks that differ by 2 %. Requests that a leader sent at
/// the last moment need this time.
const APART: Duration = Duration::from_millis(1850);
/// The time between two checks of the world, if no event comes earlier.
const CHECK: Duration = Duration::from_millis(50);

/// A clock that runs slower or faster than real time and began at another moment.
#[derive(Debug, Clone, Copy)]
struct NodeClock {
    offset: Duration,
    rate: f64,
}

impl NodeClock {
    fn local(self, real: Duration) -> Duration {
        self.offset + real.mul_f64(self.rate)
    }

    /// The real time at which this clock shows `local`, or just after.
    fn real(self, local: Duration) -> Duration {
        local.saturating_sub(self.offset).div_f64(self.rate) + Duration::from_micros(1)
    }
}

struct Node {
    elector: Elector,
    identity: String,
    clock: NodeClock,
    lives: bool,
    /// Whether the network loses all messages from and to the node.
    cut_off: bool,
    /// The number of the request or alarm for which the node waits.
    awaited: u64,
    awaits_alarm: bool,
}

enum Event {
    Alarm(usize, u64),
    Request(usize, u64, Step),
    Answer(usize, u64, Answer),
    Check,
}

/// The whole simulation. `now` is the real time.
pub(super) struct World {
    pub(super) now: Duration,
    pub(super) rng: StdRng,
    /// How many of 1,000 messages are lost.
    pub(super) lost: u32,
    /// How many of 1,000 messages are late: most by up to `PATIENCE`, 10 % by up to `LEASE`.
    pub(super) slow: u32,
    /// How often the leader has changed.
    pub(super) successions: u32,
    lease: Observed,
    nodes: Vec<Node>,
    events: BTreeMap<(Duration, u64), Event>,
    count: u64,
    /// The node that acted last, and when; `None` if it gave the Lease back.
    acted: Option<(String, Duration)>,
}

impl World {
    pub(super) fn new(seed: u64, nodes: usize) -> World {
        let mut world = World {
            now: Duration::ZERO,
            rng: StdRng::seed_from_u64(seed),
            lost: 0,
            slow: 0,
            successions: 0,
            lease: Observed { version: "0".to_owned(), ..Observed::default() },
            nodes: Vec::new(),
            events: BTreeMap::new(),
            count: 0,
            acted: None,
        };
        for index in 0..nodes {
            let offset = Duration::from_millis(world.rng.random_range(0..1_000_000));
            let clock = NodeClock { offset, rate: world.rng.random_range(0.99..1.01) };
            world.nodes.push(Node {
                elector: Elector::new(String::new()),
                identity: format!("node-{index}"),
                clock,
                lives: false,
                cut_off: false,
                awaited: 0,
                awaits_alarm: false,
            });
            world.start(index);
        }
        world.after(Duration::ZERO, Event::Check);
        world
    }

    /// Lets time pass, and checks that no two nodes act at the same time.
    pub(super) fn run(&mut self, time: Duration) {
        self.run_until(time, |_| false);
    }

    /// Runs until `is_done`, at most for `time`. Returns the elapsed time; `None` on a timeout.
    pub(super) fn run_until(
        &mut self,
        time: Duration,
        is_done: impl Fn(&World) -> bool,
    ) -> Option<Duration> {
        let (began, end) = (self.now, self.now + time);
        while let Some(entry) = self.events.first_entry().filter(|e| e.key().0 <= end) {
            let ((at, _), event) = entry.remove_entry();
            self.now = at;
            self.happens(event);
            self.check();
            if is_done(self) {
                return Some(self.now - began);
            }
        }
        self.now = end;
        None
    }

    /// The node that acts now.
    pub(super) fn leader(&self) -> Option<usize> {
        (0..self.nodes.len()).find(|index| self.acts(*index))
    }

    pub(super) fn lives(&self, index: usize) -> bool {
        self.nodes[index].lives
    }

    /// Starts a node, unless it is already alive.
    pub(super) fn start(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        if !node.lives {
            node.elector = Elector::new(node.identity.clone());
            node.lives = true;
            self.asks(index);
        }
    }

    /// Ends a node without a shutdown.
    pub(super) fn kill(&mut self, index: usize) {
        self.nodes[index].lives = false;
    }

    /// Shuts a node down, so that it gives the Lease back.
    pub(super) fn leave(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        node.elector.leave(node.clock.local(self.now));
        if self.acted.as_ref().is_some_and(|(last, _)| *last == node.identity) {
            self.acted = None;
        }
        if self.nodes[index].awaits_alarm {
            self.asks(index);
        }
    }

    pub(super) fn cut_off(&mut self, index: usize, is_cut_off: bool) {
        self.nodes[index].cut_off = is_cut_off;
    }

    /// Sets or removes the hold, as a person does.
    pub(super) fn annotate(&mut self) {
        self.lease.held = !self.lease.held;
        self.lease.version = self.next_number().to_string();
    }

    fn acts(&self, index: usize) -> bool {
        let node = &self.nodes[index];
        node.lives && node.elector.may_write(node.clock.local(self.now))
    }

    fn check(&mut self) {
        let acting: Vec<usize> = (0..self.nodes.len()).filter(|i| self.acts(*i)).collect();
        assert!(acting.len() < 2, "{acting:?} act at {:?}", self.now);
        let Some(index) = acting.first() else { return };
        let identity = self.nodes[*index].identity.clone();
        if let Some((last, at)) = &self.acted
            && *last != identity
        {
            let apart = self.now - *at;
            assert!(apart >= APART, "{identity} acts {apart:?} after {last} at {:?}", self.now);
            self.successions += 1;
        }
        self.acted = Some((identity, self.now));
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Alarm(index, number) if self.awaits(index, number) => self.asks(index),
            Event::Answer(index, number, answer) if self.awaits(index, number) => {
                let node = &mut self.nodes[index];
                node.elector.heard(node.clock.local(self.now), answer);
                self.asks(index);
            }
            Event::Request(index, number, step) => {
                let answer = self.serve(step);
                self.sends(index, Event::Answer(index, number, answer));
            }
            Event::Check => self.after(CHECK, Event::Check),
            Event::Alarm(..) | Event::Answer(..) => {}
        }
    }

    fn awaits(&self, index: usize, number: u64) -> bool {
        self.nodes[index].lives && self.nodes[index].awaited == number
    }

    /// Asks the node's elector for its next step, and carries it out.
    fn asks(&mut self, index: usize) {
        let number = self.next_number();
        let node = &mut self.nodes[index];
        node.awaited = number;
        let now = node.clock.local(self.now);
        let step = node.elector.next(now);
        node.awaits_alarm = matches!(step, Step::Wait(_));
        match step {
            Step::Wait(until) => {
                assert!(until > now, "waits for nothing");
                let alarm = node.clock.real(until) - self.now;
                self.after(alarm, Event::Alarm(index, number));
            }
            Step::Left => node.lives = false,
            Step::Read | Step::Write(_) => {
                let end = node.clock.real(now + node.elector.patience(now)) - self.now;
                self.sends(index, Event::Request(index, number, step));
                self.after(end, Event::Answer(index, number, Answer::Failed));
            }
        }
    }

    fn serve(&mut self, step: Step) -> Answer {
        match step {
            Step::Write(claim) if claim.version != self.lease.version => return Answer::Conflict,
            Step::Write(claim) => self.write(claim),
            _ => {}
        }
        Answer::Lease(self.lease.clone())
    }

    fn write(&mut self, claim: Claim) {
        let number = self.next_number().to_string();
        let Claim { holder, transitions, .. } = claim;
        self.lease.record = Record { holder, transitions, renewed: number.clone() };
        self.lease.version = number;
    }

    /// Sends a request or an answer between a node and the API server.
    fn sends(&mut self, index: usize, event: Event) {
        if self.nodes[index].cut_off || self.rng.random_range(0..1000) < self.lost {
            return;
        }
        let longest = match self.rng.random_range(0..1000) {
            luck if luck < self.slow / 10 => LEASE,
            luck if luck < self.slow => PATIENCE,
            _ => Duration::from_millis(100),
        };
        let delay = longest.mul_f64(self.rng.random());
        self.after(delay, event);
    }

    fn after(&mut self, delay: Duration, event: Event) {
        let number = self.next_number();
        self.events.insert((self.now + delay, number), event);
    }

    fn next_number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }
}
