//! The lease table of one upstream queue: who holds which delivery, and until when.
//!
//! The upstream keeps the messages. The table adds what the kit's API promises and upstreams lack:
//! receipts that become stale, attempts, releases that cost none, workers with names, pause. It is
//! pure: calls take `now`, and what must be done at the upstream is returned as [`Task`]s.
//!
//! # Layout
//! - [`receipt`]: the receipts of deliveries
//! - `known`: attempts and releases of messages that are in flight or came back
//! - [`totals`]: what the ambassador counts
//! - `give`: deliveries begin
//! - `settle`: deliveries end, and leases are extended
//! - `time`: leases end and upstream leases are renewed as time passes

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use broker::redelivery::{Redeliveries, Redelivery};
use broker::retire::Retired;
use broker::workers::Workers;
use broker::{Lease, MessageId, QueueName, RETIRED_FOR, Time, Worker};
use bytes::Bytes;

mod give;
mod known;
pub mod receipt;
mod settle;
mod time;
pub mod totals;

pub use give::{Delivery, NewJob};
pub use receipt::Receipt;
pub use settle::{Begun, Return, Stale};
pub use totals::Totals;

use known::Messages;

/// The settings that the table applies; the upstream has the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// How long a lease lasts, unless the receive asks for another time.
    pub lease: Time,
    /// The number of deliveries without an ack after which a message is dead.
    pub max_attempts: u32,
    /// The queue that gets dead messages; `None` means that they are dropped and counted.
    pub dead_letter_queue: Option<QueueName>,
}

/// How the upstream's own leases work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// If the upstream's leases have one fixed length: how often they must be renewed to last as
    /// long as the worker's lease. `None` if each delivery has its own length.
    pub renew_every: Option<Time>,
    /// Whether the upstream accepts its receipts also after the ambassador's restart.
    pub receipts_outlive: bool,
}

/// Something to do at the upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Hand the message back, so that the upstream delivers it again at once.
    HandBack {
        /// The upstream's receipt.
        upstream: Arc<str>,
    },
    /// Renew the upstream's lease.
    Renew {
        /// The number of the delivery.
        number: u64,
        /// The upstream's receipt.
        upstream: Arc<str>,
        /// How long the worker's lease lasts from now.
        lease: Time,
    },
    /// Give a message up: publish it to the dead-letter queue, if there is one, and then ack it. If
    /// that fails, the upstream delivers the message again, and the table asks for the same again.
    Bury(Dead),
}

/// A message that is given up after its last attempt.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dead {
    pub id: Arc<str>,
    /// The upstream's receipt.
    pub upstream: Arc<str>,
    pub body: Bytes,
    pub to: Option<QueueName>,
}

/// A delivery that is in flight.
#[derive(Debug)]
struct Held {
    id: Arc<str>,
    upstream: Arc<str>,
    body: Bytes,
    lease: Lease,
    /// When the table must look at it: when the lease ends, or the upstream's must be renewed.
    next: Time,
    /// Calls to the upstream that are about to end or extend this delivery. Meanwhile its lease
    /// does not end: the upstream would get an ack and a hand-back of one delivery in any order.
    calls: u32,
}

/// Whether a receive may ask the upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// It may.
    Open,
    /// The queue is paused.
    Paused,
    /// The worker is retired; true if it hears of it for the first time.
    Retired(bool),
}

/// The lease table of one queue.
#[derive(Debug)]
pub struct Table {
    run: u32,
    rules: Rules,
    habits: Habits,
    next_number: u64,
    held: HashMap<u64, Held>,
    /// [`Held::next`] of each delivery, soonest first.
    timers: BTreeSet<(Time, u64)>,
    messages: Messages,
    workers: Workers,
    retired: Retired,
    stories: Redeliveries<Arc<str>>,
    paused: bool,
    /// Whether a retirement has ended since the last [`Table::has_freed`].
    freed: bool,
    /// What is counted.
    pub totals: Totals,
}

impl Table {
    /// An empty table. `run` should differ from that of every earlier table.
    pub fn new(run: u32, rules: Rules, habits: Habits) -> Table {
        Table {
            run,
            rules,
            habits,
            next_number: 1,
            held: HashMap::new(),
            timers: BTreeSet::new(),
            messages: Messages::default(),
            workers: Workers::default(),
            retired: Retired::default(),
            stories: Redeliveries::default(),
            paused: false,
            freed: false,
            totals: Totals { purged: Some(0), ..Totals::default() },
        }
    }

    /// The settings that the table applies.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Replaces the settings; leases that run keep their ends.
    pub fn configure(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// Whether a receive of this worker may ask the upstream now.
    pub fn gate(&mut self, now: Time, worker: Option<&Arc<str>>) -> Gate {
        self.end_retirements(now);
        match self.retired.tell(worker) {
            Some(first) => Gate::Retired(first),
            None if self.paused => Gate::Paused,
            None => Gate::Open,
        }
    }

    /// Retires a worker: it gets no message for 10 s. Returns how many leases it has. `notified`:
    /// whether a receive of this worker waits, and is answered now.
    pub fn retire(&mut self, now: Time, worker: &Arc<str>, notified: bool) -> usize {
        self.end_retirements(now);
        self.retired.begin(now.saturating_add(RETIRED_FOR), worker, notified);
        self.workers.leases(worker)
    }

    /// Whether a worker is retired at `now`.
    pub fn is_retired(&mut self, now: Time, worker: &str) -> bool {
        self.end_retirements(now);
        self.retired.contains(worker)
    }

    /// Pauses or resumes the queue.
    pub fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Whether receives get nothing until the queue is resumed.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether there are leases, which end if the process stands still.
    pub fn has_leases(&self) -> bool {
        !self.held.is_empty()
    }

    /// How many deliveries are in flight.
    pub fn in_flight(&self) -> usize {
        self.held.len()
    }

    /// How many messages were handed back and stay hidden at `now`.
    pub fn hidden(&self, now: Time) -> usize {
        self.messages.hidden(now)
    }

    /// The place of a message at `now`, for display; and how many attempts it has had.
    pub fn place(&self, now: Time, id: &str) -> (&'static str, u32) {
        let Some(known) = self.messages.get(id) else { return ("ready", 0) };
        let is_hidden = known.hidden_until.is_some_and(|until| until > now);
        let place = match known.in_flight {
            Some(_) => "in_flight",
            None if is_hidden => "delayed",
            None => "ready",
        };
        (place, known.attempts)
    }

    /// The workers with a lease, and those that had one in the last minute, sorted by name.
    pub fn workers(&mut self, now: Time) -> Vec<Worker> {
        self.end_retirements(now);
        let retired = |worker: Worker| {
            let retired = self.retired.contains(&worker.name);
            Worker { retired, ..worker }
        };
        let until = |MessageId(id)| self.held.get(&id).map(|held| held.lease.until);
        self.workers.listed(now, until).map(retired).collect()
    }

    /// Workers with a lease, each nameless lease counted as one; and the nameless leases.
    pub fn busy(&self) -> (usize, usize) {
        (self.workers.busy(), self.workers.nameless())
    }

    /// The time from delivery to ack that 9 of 10 of the last acks did not exceed.
    pub fn ack_p90(&self) -> Option<Time> {
        self.workers.ack_p90()
    }

    /// The last redelivered messages, newest first.
    pub fn stories(&self) -> impl Iterator<Item = &Redelivery<Arc<str>>> {
        self.stories.newest()
    }

    /// Forgets all messages, which the upstream has deleted. Their receipts are stale. `count`: how
    /// many there were, if the upstream says so.
    pub fn purged(&mut self, now: Time, count: Option<u64>) {
        self.held.clear();
        self.timers.clear();
        self.messages.clear();
        self.workers.all_ended(now);
        self.totals.purged = self.totals.purged.zip(count).map(|(before, more)| before + more);
    }
}
