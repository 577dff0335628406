//! What the ambassador counts itself, because the upstream may not.

use broker::ReturnReason;

/// Totals since the ambassador started.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Deliveries that began, including those that were undone.
    pub delivered: u64,
    /// Deliveries undone because they never reached their worker.
    pub undelivered: u64,
    /// Acks that the upstream has confirmed.
    pub acked: u64,
    pub nacked: u64,
    pub released: u64,
    pub lease_expired: u64,
    /// Messages that were given up after their last attempt.
    pub dead: u64,
    /// Messages deleted by purges; `None` after a purge that the upstream did not count.
    pub purged: Option<u64>,
    /// Messages that were redriven to another queue.
    pub redriven: u64,
    pub receive_empty: u64,
    /// Repeated publishes with a known key.
    pub replayed: u64,
}

impl Totals {
    pub(super) fn came_back(&mut self, reason: ReturnReason) {
        match reason {
            ReturnReason::LeaseExpired => self.lease_expired += 1,
            ReturnReason::Nacked => self.nacked += 1,
            ReturnReason::Released => self.released += 1,
        }
    }

    /// Messages that have left the queue for good, as far as the ambassador knows.
    pub fn gone(&self) -> u64 {
        self.acked + self.dead + self.redriven + self.purged.unwrap_or(0)
    }
}
