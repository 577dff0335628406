//! Messages on their way to a worker. If they never reach it, they go back to the upstream.

use std::sync::Arc;

use bytes::Bytes;
use tokio::runtime::Handle;

use super::Front;
use crate::table::Delivery;

/// Deliveries whose answer is not sent yet. If the handover is dropped, the messages go back at
/// once, and the attempts do not count.
#[derive(Debug)]
pub struct Handover {
    front: Arc<Front>,
    deliveries: Vec<Delivery>,
    /// Whether the receive gets nothing because its worker is retired.
    pub retired: bool,
}

impl Handover {
    pub(super) fn new(front: Arc<Front>, deliveries: Vec<Delivery>) -> Handover {
        Handover { front, deliveries, retired: false }
    }

    /// The deliveries; empty if there are no messages.
    pub fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    /// Whether there are messages.
    pub fn is_empty(&self) -> bool {
        self.deliveries.is_empty()
    }

    /// Creates the answer's body. Deliveries count as taken once the connection takes the bytes.
    pub fn into_body(self, json: Bytes) -> HandoverBody {
        HandoverBody { json: Some(json), handover: self }
    }
}

impl Drop for Handover {
    fn drop(&mut self) {
        let deliveries = std::mem::take(&mut self.deliveries);
        // Outside of the runtime the process ends, and the upstream's leases with it.
        if deliveries.is_empty() || Handle::try_current().is_err() {
            return;
        }
        let numbers = deliveries.iter().map(|delivery| delivery.receipt.number);
        let tasks: Vec<_> = self
            .front
            .call(|table, now| numbers.filter_map(|number| table.undeliver(now, number)).collect());
        self.front.carry_out(tasks);
    }
}

/// The body of an answer with deliveries. It contains the [`Handover`], because a client may hang
/// up after the handler has returned and before the connection takes the bytes.
#[derive(Debug)]
pub struct HandoverBody {
    json: Option<Bytes>,
    handover: Handover,
}

impl HandoverBody {
    /// Takes the bytes, so that the deliveries count as taken; `None` if they were taken before.
    pub(crate) fn take(&mut self) -> Option<Bytes> {
        self.handover.deliveries.clear();
        self.json.take()
    }

    pub(crate) fn is_taken(&self) -> bool {
        self.json.is_none()
    }

    /// How many bytes are left to be taken.
    pub(crate) fn len(&self) -> u64 {
        self.json.as_ref().map_or(0, |json| json.len() as u64)
    }
}
