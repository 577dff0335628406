//! Messages on their way to a client. If they never reach the client, they go back to the queue.

use std::sync::Arc;

use broker::{Delivery, QueueName};
use bytes::Bytes;

use super::Hub;

/// Deliveries whose answer is not sent yet. If the handover is dropped, the messages go back to
/// their old places, and the attempts do not count.
#[derive(Debug)]
pub struct Handover {
    hub: Arc<Hub>,
    name: QueueName,
    deliveries: Vec<Delivery>,
    /// Whether the receive gets nothing because its worker is retired.
    pub retired: bool,
}

impl Handover {
    pub(crate) fn new(hub: Arc<Hub>, name: QueueName, deliveries: Vec<Delivery>) -> Handover {
        Handover { hub, name, deliveries, retired: false }
    }

    /// The deliveries; empty if there are no messages.
    pub fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    /// Creates the answer's body. Deliveries count as taken once the connection takes the bytes.
    pub(crate) fn into_body(self, json: Bytes) -> HandoverBody {
        HandoverBody { json: Some(json), handover: self }
    }
}

impl Drop for Handover {
    fn drop(&mut self) {
        if !self.deliveries.is_empty() {
            self.hub.undeliver(&self.name, &self.deliveries);
        }
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
