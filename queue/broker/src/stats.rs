//! What a queue counts.

use crate::Time;
use crate::event::ReturnReason;

/// Totals since the queue was made, over all runs that were kept. They only grow.
///
/// Where nothing was purged or went back to where it had died, always `delivered = acked + nacked +
/// released + lease_expired + undelivered + in_flight`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Messages taken in, those dead-lettered from elsewhere included.
    pub published: u64,
    /// Deliveries begun, those undone included.
    pub delivered: u64,
    /// Deliveries undone because the receiver had gone before it got them.
    pub undelivered: u64,
    /// Messages done, those that went back to where they had died included.
    pub acked: u64,
    /// Deliveries handed back by their receivers.
    pub nacked: u64,
    /// Deliveries handed back by receivers that were told to stop; their attempts do not count.
    pub released: u64,
    /// Leases that ran out.
    pub lease_expired: u64,
    /// Messages given up after their last attempt.
    pub dead: u64,
    /// Messages thrown away by a purge.
    pub purged: u64,
    /// Messages that became too old.
    pub expired: u64,
    /// Receives that went away with nothing, at once or after their wait.
    pub receive_empty: u64,
    /// Publishes whose key had been used for the same before; they published nothing.
    pub replayed: u64,
}

impl Counters {
    /// A delivery ended without its message being done.
    pub(crate) fn came_back(&mut self, reason: ReturnReason) {
        match reason {
            ReturnReason::LeaseExpired => self.lease_expired += 1,
            ReturnReason::Nacked => self.nacked += 1,
            ReturnReason::Released => self.released += 1,
        }
    }
}

/// A queue at one moment.
///
/// Always `published = acked + dead + purged + expired + ready + in_flight + delayed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Messages that wait for a receiver.
    pub ready: usize,
    /// Messages with a receiver.
    pub in_flight: usize,
    /// Messages hidden until a time.
    pub delayed: usize,
    /// How many bytes the bodies of all of these have.
    pub bytes: u64,
    /// Keys that are remembered.
    pub keys: usize,
    /// Whether nobody gets any, until it goes on.
    pub paused: bool,
    /// Receivers that wait for a message.
    pub waiting: usize,
    /// Workers with a lease; each lease of one without a name is one.
    pub busy_workers: usize,
    /// Leases of workers without a name.
    pub nameless_leases: usize,
    /// The time from delivery to ack that 9 of 10 of the last 128 acks did not exceed; `None` while
    /// there was none in this run of the process.
    pub ack_p90: Option<Time>,
    /// How long ago the oldest ready message was first published; `None` where none is ready.
    pub oldest_age: Option<Time>,
    /// Totals since the queue was made.
    pub total: Counters,
}
