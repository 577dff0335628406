//! The lease table against a model: arbitrary calls in any order keep its promises.
#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use ambassador::table::{Begun, Habits, NewJob, Receipt, Return, Rules, Table, Task};
use broker::{ReturnReason, Time};
use proptest::prelude::*;

const MAX_ATTEMPTS: u32 = 3;
const LEASE: Time = Duration::from_secs(10);

/// A step of the world around the table. Indexes choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Publish,
    Receive {
        worker: u8,
        max: usize,
    },
    Ack {
        which: usize,
        upstream_fails: bool,
    },
    Nack {
        which: usize,
        delay: u64,
    },
    Release {
        which: usize,
    },
    Extend {
        which: usize,
    },
    HangUp {
        which: usize,
    },
    /// The upstream's own lease of a message ends although the table's has not.
    UpstreamExpires {
        which: usize,
    },
    Wait {
        millis: u64,
    },
    Purge,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Publish),
        6 => (0..3_u8, 1..4_usize).prop_map(|(worker, max)| Step::Receive { worker, max }),
        4 => (0..50_usize, any::<bool>())
            .prop_map(|(which, upstream_fails)| Step::Ack { which, upstream_fails }),
        3 => (0..50_usize, 0..2_u64).prop_map(|(which, delay)| Step::Nack { which, delay }),
        2 => (0..50_usize).prop_map(|which| Step::Release { which }),
        2 => (0..50_usize).prop_map(|which| Step::Extend { which }),
        1 => (0..50_usize).prop_map(|which| Step::HangUp { which }),
        1 => (0..50_usize).prop_map(|which| Step::UpstreamExpires { which }),
        3 => (0..15_000_u64).prop_map(|millis| Step::Wait { millis }),
        1 => Just(Step::Purge),
    ]
}

/// An upstream in memory that accepts any receipt, as some do, and the table in front of it.
struct World {
    table: Table,
    now: Time,
    published: u64,
    /// Messages that the upstream would deliver now.
    ready: BTreeSet<u64>,
    /// Messages that the upstream has delivered.
    out: BTreeSet<u64>,
    /// All receipts ever given.
    receipts: Vec<Receipt>,
    /// The delivery of each message that may still end.
    live: BTreeMap<Arc<str>, u64>,
    failures: BTreeMap<Arc<str>, u32>,
    dead: BTreeSet<u64>,
    purged: u64,
}

impl World {
    fn new() -> World {
        let (lease, max_attempts) = (LEASE, MAX_ATTEMPTS);
        let rules = Rules { lease, max_attempts, dead_letter_queue: None };
        let renew_every = Some(Duration::from_secs(4));
        let table = Table::new(7, rules, Habits { renew_every, receipts_outlive: true });
        World {
            table,
            now: Time::ZERO,
            published: 0,
            ready: BTreeSet::new(),
            out: BTreeSet::new(),
            receipts: Vec::new(),
            live: BTreeMap::new(),
            failures: BTreeMap::new(),
            dead: BTreeSet::new(),
            purged: 0,
        }
    }

    fn step(&mut self, step: &Step) {
        self.advance();
        match *step {
            Step::Publish => {
                self.published += 1;
                self.ready.insert(self.published);
            }
            Step::Receive { worker, max } => self.receive(worker, max),
            Step::Ack { which, upstream_fails } => self.ack(which, upstream_fails),
            Step::Nack { which, delay } => {
                self.hand_back(which, ReturnReason::Nacked, Duration::from_secs(delay));
            }
            Step::Release { which } => self.hand_back(which, ReturnReason::Released, Time::ZERO),
            Step::Extend { which } => {
                let Some((receipt, begun)) = self.begin(which) else { return };
                self.table.extended(self.now, &begun, LEASE).unwrap();
                assert!(self.is_live(&receipt));
            }
            Step::HangUp { which } => {
                let Some(receipt) = self.choose(which) else { return };
                let task = self.table.undeliver(self.now, receipt.number);
                assert_eq!(task.is_some(), self.is_live(&receipt));
                self.end(&receipt);
                task.into_iter().for_each(|task| self.perform(task));
            }
            Step::UpstreamExpires { which } => {
                let out: Vec<u64> = self.out.iter().copied().collect();
                if let Some(id) = out.get(which % out.len().max(1)) {
                    self.out.remove(id);
                    self.ready.insert(*id);
                }
            }
            Step::Wait { millis } => {
                self.now += Duration::from_millis(millis);
                self.advance();
            }
            Step::Purge => {
                let count = (self.ready.len() + self.out.len()) as u64;
                self.ready.clear();
                self.out.clear();
                self.table.purged(self.now, Some(count));
                self.purged += count;
                self.live.clear();
                self.failures.clear();
            }
        }
        self.check();
    }

    fn receive(&mut self, worker: u8, max: usize) {
        let ids: Vec<u64> = self.ready.iter().copied().take(max).collect();
        let job = |id: &u64| NewJob {
            id: id.to_string().into(),
            upstream: id.to_string().into(),
            body: id.to_string().into(),
            enqueued_at: None,
        };
        for id in &ids {
            self.ready.remove(id);
            self.out.insert(*id);
            // A delivery that the table still holds ends: the message is somebody else's now.
            let id: Arc<str> = id.to_string().into();
            if self.live.remove(&id).is_some() {
                *self.failures.entry(id).or_default() += 1;
            }
        }
        let worker: Option<Arc<str>> = (worker > 0).then(|| format!("w-{worker}").into());
        let jobs = ids.iter().map(job).collect();
        let (given, tasks) = self.table.give(self.now, worker.as_ref(), LEASE, jobs);
        for delivery in given {
            let id = delivery.receipt.id.clone();
            let failures = self.failures.get(&id).copied().unwrap_or_default();
            assert_eq!(delivery.attempts, failures + 1, "message {id}");
            assert!(delivery.attempts <= MAX_ATTEMPTS);
            self.live.insert(id, delivery.receipt.number);
            self.receipts.push(delivery.receipt);
        }
        tasks.into_iter().for_each(|task| self.perform(task));
    }

    fn ack(&mut self, which: usize, upstream_fails: bool) {
        let Some((receipt, begun)) = self.begin(which) else { return };
        if upstream_fails {
            self.table.abandoned(&begun);
            return;
        }
        self.table.acked(self.now, &begun).unwrap();
        let id = receipt.id.parse().unwrap();
        // The upstream may have taken the message back before, and accepts the ack all the same.
        assert!(self.out.remove(&id) || self.ready.remove(&id));
        self.end(&receipt);
        self.failures.remove(&receipt.id);
    }

    fn hand_back(&mut self, which: usize, reason: ReturnReason, delay: Time) {
        let Some((receipt, begun)) = self.begin(which) else { return };
        match self.table.on_return(&begun, reason) {
            Return::Bury(dead) => {
                self.perform(Task::Bury(dead));
            }
            Return::HandBack => {
                self.table.returned(self.now, &begun, reason, delay).unwrap();
                let is_free = reason == ReturnReason::Released;
                *self.failures.entry(receipt.id.clone()).or_default() += u32::from(!is_free);
                self.back(&receipt.id);
            }
        }
        self.end(&receipt);
    }

    fn advance(&mut self) {
        let tasks = self.table.advance(self.now);
        for task in tasks {
            if let Task::HandBack { upstream } = &task {
                self.live.remove(upstream);
                *self.failures.entry(upstream.clone()).or_default() += 1;
            }
            self.perform(task);
        }
        assert!(self.table.next_deadline().is_none_or(|at| at > self.now));
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::HandBack { upstream } => self.back(&upstream),
            Task::Renew { upstream, .. } => assert!(self.live.contains_key(&upstream)),
            Task::Bury(dead) => {
                self.table.buried(self.now, &dead.id, ReturnReason::Nacked);
                let id = dead.id.parse().unwrap();
                assert!(self.out.remove(&id) || self.ready.remove(&id));
                assert!(self.dead.insert(id), "{id} died twice");
                self.live.remove(&dead.id);
                self.failures.remove(&dead.id);
            }
        }
    }

    fn back(&mut self, id: &str) {
        let id = id.parse().unwrap();
        self.out.remove(&id);
        self.ready.insert(id);
    }

    fn choose(&self, which: usize) -> Option<Receipt> {
        self.receipts.get(which % self.receipts.len().max(1)).cloned()
    }

    /// A receipt is accepted exactly if its delivery has not ended.
    fn begin(&mut self, which: usize) -> Option<(Receipt, Begun)> {
        let receipt = self.choose(which)?;
        let begun = self.table.begin(&receipt);
        assert_eq!(begun.is_ok(), self.is_live(&receipt), "{receipt:?}");
        begun.ok().map(|begun| (receipt, begun))
    }

    fn is_live(&self, receipt: &Receipt) -> bool {
        self.live.get(&receipt.id) == Some(&receipt.number)
    }

    fn end(&mut self, receipt: &Receipt) {
        if self.is_live(receipt) {
            self.live.remove(&receipt.id);
        }
    }

    fn check(&mut self) {
        let total = self.table.totals;
        let held = (self.ready.len() + self.out.len()) as u64;
        assert_eq!(self.table.in_flight(), self.live.len());
        assert_eq!(self.published, total.acked + total.dead + self.purged + held);
        assert_eq!((total.dead, total.purged), (self.dead.len() as u64, Some(self.purged)));
        let (busy, nameless) = self.table.busy();
        let workers = self.table.workers(self.now);
        let named: usize = workers.iter().map(|worker| worker.leases).sum();
        assert_eq!(named + nameless, self.live.len());
        assert_eq!(workers.iter().filter(|it| it.leases > 0).count() + nameless, busy);
    }
}

proptest! {
    #[test]
    fn each_delivery_ends_once_and_no_message_is_lost(
        steps in proptest::collection::vec(step(), 1..120)
    ) {
        let mut world = World::new();
        steps.iter().for_each(|step| world.step(step));
    }

    #[test]
    fn a_receipt_is_read_from_its_text(run: u32, number: u64, id: String, upstream: String) {
        let (id, upstream) = (id.into(), upstream.into());
        let receipt = Receipt { run, number, id, upstream };
        prop_assert_eq!(Receipt::parse(&receipt.to_string()), Some(receipt));
    }

    #[test]
    fn no_text_is_two_receipts(
        text in "[0-9a-f]{8}-[0-9]{1,3}-[A-Za-z0-9_-]{0,6}\\.[A-Za-z0-9]{0,4}"
    ) {
        if let Some(receipt) = Receipt::parse(&text) {
            prop_assert_eq!(receipt.to_string(), text);
        }
    }
}

#[test]
fn a_receipt_of_an_earlier_run_is_valid_until_the_message_is_given_again() {
    let rules = Rules { lease: LEASE, max_attempts: MAX_ATTEMPTS, dead_letter_queue: None };
    let habits = Habits { renew_every: None, receipts_outlive: true };
    let table = |run| Table::new(run, rules.clone(), habits);
    let job =
        || NewJob { id: "a".into(), upstream: "r".into(), body: "x".into(), enqueued_at: None };
    let earlier = table(1).give(Time::ZERO, None, LEASE, vec![job()]).0.remove(0).receipt;
    let mut later = table(2);
    assert!(later.begin(&earlier).is_ok());
    later.give(Time::ZERO, None, LEASE, vec![job()]);
    assert!(later.begin(&earlier).is_err());
    let mut forgetful = Table::new(2, rules.clone(), Habits { receipts_outlive: false, ..habits });
    assert!(forgetful.begin(&earlier).is_err());
}

#[test]
fn after_20_releases_each_further_one_counts() {
    let rules = Rules { lease: LEASE, max_attempts: 2, dead_letter_queue: None };
    let mut table = Table::new(1, rules, Habits { renew_every: None, receipts_outlive: true });
    let mut attempts = Vec::new();
    for _ in 0..22 {
        let job =
            NewJob { id: "a".into(), upstream: "r".into(), body: "x".into(), enqueued_at: None };
        let given = table.give(Time::ZERO, None, LEASE, vec![job]).0.remove(0);
        attempts.push(given.attempts);
        let begun = table.begin(&given.receipt).unwrap();
        match table.on_return(&begun, ReturnReason::Released) {
            Return::HandBack => {
                let released = ReturnReason::Released;
                table.returned(Time::ZERO, &begun, released, Time::ZERO).unwrap();
            }
            Return::Bury(dead) => table.buried(Time::ZERO, &dead.id, ReturnReason::Released),
        }
    }
    assert_eq!(attempts, [[1; 21].as_slice(), &[2]].concat());
    assert_eq!((table.totals.released, table.totals.nacked, table.totals.dead), (21, 1, 1));
}

#[test]
fn a_retired_worker_hears_it_once_and_waits_from_then_on() {
    use ambassador::table::Gate;
    let rules = Rules { lease: LEASE, max_attempts: MAX_ATTEMPTS, dead_letter_queue: None };
    let mut table = Table::new(1, rules, Habits { renew_every: None, receipts_outlive: true });
    let worker: Arc<str> = "ann".into();
    table.retire(Time::ZERO, &worker, false);
    let gate = |table: &mut Table, at| table.gate(Duration::from_secs(at), Some(&worker));
    assert_eq!(gate(&mut table, 0), Gate::Retired(true));
    assert_eq!(gate(&mut table, 9), Gate::Retired(false));
    table.pause(true);
    assert_eq!(gate(&mut table, 10), Gate::Paused);
    assert!(table.has_freed(Duration::from_secs(10)));
    table.pause(false);
    assert_eq!(gate(&mut table, 10), Gate::Open);
}
