//! The statistics of a queue.

use crate::Time;
use crate::event::ReturnReason;

/// Totals since the queue was created, over all runs that were logged. No total ever decreases.
///
/// If no message was purged or redriven, `delivered = acked + nacked + released + lease_expired +
/// undelivered + in_flight` always holds.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Messages published, including dead letters of other queues.
    pub published: u64,
    /// Deliveries that began, including those that were undone.
    pub delivered: u64,
    /// Deliveries undone because they never reached their worker.
    pub undelivered: u64,
    /// Messages that were acked, or were redriven to another queue.
    pub acked: u64,
    /// Deliveries that workers nacked.
    pub nacked: u64,
    /// Deliveries that workers released because they had to stop; the attempts do not count.
    pub released: u64,
    pub lease_expired: u64,
    /// Messages that were dropped or moved to the dead-letter queue after their last attempt.
    pub dead: u64,
    pub purged: u64,
    /// Messages dropped because they exceeded `max_age`.
    pub expired: u64,
    /// Receives that ended without a message, at once or after their wait.
    pub receive_empty: u64,
    /// Repeated publishes with a remembered key; they published nothing.
    pub replayed: u64,
}

impl Counters {
    /// Counts a delivery that ended without an ack.
    pub(crate) fn came_back(&mut self, reason: ReturnReason) {
        match reason {
            ReturnReason::LeaseExpired => self.lease_expired += 1,
            ReturnReason::Nacked => self.nacked += 1,
            ReturnReason::Released => self.released += 1,
        }
    }
}

/// The statistics of a queue at one moment.
///
/// `published = acked + dead + purged + expired + ready + in_flight + delayed` always holds.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    pub ready: usize,
    pub in_flight: usize,
    pub delayed: usize,
    /// Bytes of the bodies of all ready, delayed and in-flight messages.
    pub bytes: u64,
    /// The number of remembered keys of idempotent publishes.
    pub keys: usize,
    /// Whether receives get nothing until the queue is resumed.
    pub paused: bool,
    /// Receives that wait for a message.
    pub waiting: usize,
    /// Workers with a lease; each lease without a worker's name counts as one worker.
    pub busy_workers: usize,
    /// Leases of workers without a name.
    pub nameless_leases: usize,
    /// The 90th percentile of the time from delivery to ack over the last 128 acks; `None` before
    /// the first ack of this run.
    pub ack_p90: Option<Time>,
    /// The time since the oldest ready message was first published; `None` if none is ready.
    pub oldest_age: Option<Time>,
    pub total: Counters,
}
