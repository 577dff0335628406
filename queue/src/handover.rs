//! Messages on their way to a receiver, put back if they never reach it.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use broker::{Delivery, QueueName};

use crate::hub::Hub;

/// Deliveries that nobody has taken yet. Dropped untaken, the messages are back in their old
/// place and the attempt does not count.
#[derive(Debug)]
pub struct Handover {
    hub: Arc<Hub>,
    name: QueueName,
    deliveries: Vec<Delivery>,
}

impl Handover {
    pub(crate) fn new(hub: Arc<Hub>, name: QueueName, deliveries: Vec<Delivery>) -> Handover {
        Handover { hub, name, deliveries }
    }

    /// The messages.
    pub fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    /// Whether there is nothing to hand over.
    pub fn is_empty(&self) -> bool {
        self.deliveries.is_empty()
    }

    /// The receiver has them now.
    pub fn taken(&mut self) {
        self.deliveries.clear();
    }

    /// A response's body that counts as taken once the connection asks for its bytes.
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

/// The guard sits in the body, not in the handler: a receiver may hang up after the handler has
/// returned and before the connection takes the bytes.
#[derive(Debug)]
pub(crate) struct HandoverBody {
    json: Option<Bytes>,
    handover: Handover,
}

impl Body for HandoverBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let json = self.json.take();
        self.handover.taken();
        Poll::Ready(json.map(|json| Ok(Frame::data(json))))
    }

    fn is_end_stream(&self) -> bool {
        self.json.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.json.as_ref().map_or(0, |json| json.len() as u64))
    }
}
