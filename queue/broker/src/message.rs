//! Messages, their ids, receipts and deliveries.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;

use crate::Time;

/// A message's id, assigned at its publish. Each id is higher than all earlier ids of the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The id of a receive that waits for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WaiterId(pub u64);

/// Allows its holder to end one delivery of a message. It is stale once that delivery has ended.
///
/// As text, a receipt is `MESSAGE-DELIVERY-RUN`. Clients must not interpret the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Receipt {
    #[allow(missing_docs)] // the name says it
    pub message: MessageId,
    /// The number of this delivery among all deliveries of the message. No number is used twice,
    /// even if the attempt does not count.
    pub delivery: u32,
    /// The run of the process that issued the receipt, to recognise receipts of earlier runs.
    pub run: u32,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:08x}", self.message, self.delivery, self.run)
    }
}

/// The text is not a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a receipt")]
pub struct NoReceipt;

impl FromStr for Receipt {
    type Err = NoReceipt;

    fn from_str(text: &str) -> Result<Receipt, NoReceipt> {
        let mut parts = text.split('-');
        let mut part = || parts.next().ok_or(NoReceipt);
        let message = MessageId(part()?.parse().map_err(|_| NoReceipt)?);
        let delivery = part()?.parse().map_err(|_| NoReceipt)?;
        let run = u32::from_str_radix(part()?, 16).map_err(|_| NoReceipt)?;
        let receipt = Receipt { message, delivery, run };
        // Each receipt has only one valid text: "+1", upper case and further parts are refused.
        if receipt.to_string() == text { Ok(receipt) } else { Err(NoReceipt) }
    }
}

/// The receipt's delivery has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the receipt is no longer valid, because its delivery has ended")]
pub struct Stale;

/// The process's run before the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Earlier {
    pub(crate) run: u32,
    /// All messages of the earlier run have lower ids than this id.
    pub(crate) below: MessageId,
}

impl Earlier {
    /// Whether the earlier run issued the receipt.
    pub(crate) fn gave(self, receipt: Receipt) -> bool {
        receipt.run == self.run && receipt.message < self.below
    }
}

/// A message to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Any bytes. Large bodies are stored without a copy, so they should not be slices of a larger
    /// buffer, which would stay in memory.
    pub body: Bytes,
    /// How long the message stays hidden; zero means it is ready at once.
    pub delay: Time,
}

/// The parameters of a receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The maximum number of messages to deliver; at least 1.
    pub max: usize,
    /// How long the lease lasts; `None` means as long as the queue's setting `lease`.
    pub lease: Option<Time>,
    /// The name of the worker that receives; `None` if it gave no name.
    pub worker: Option<Arc<str>>,
}

/// A message as a worker receives it.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: MessageId,
    pub receipt: Receipt,
    /// How many deliveries count against `max_attempts`, including this delivery.
    pub attempts: u32,
    /// When the message was published, in milliseconds since 1970 by the server's clock; for
    /// display only.
    pub enqueued_at: u64,
    pub body: Bytes,
}

/// The state of a message in its queue.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Ready,
    Delayed {
        until: Time,
    },
    /// Leased to a worker.
    InFlight(Box<Lease>),
}

/// A worker's right to work on a message, for a limited time.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub until: Time,
    /// When the lease began or, if an earlier run began it, when this run restored it.
    pub since: Time,
    /// The worker's last sign of life: the delivery, or its last extension of the lease.
    pub heard: Time,
    /// The worker's name, if it gave one.
    pub worker: Option<Arc<str>>,
}

impl Place {
    /// The place of a message that is in flight from `now` on.
    pub(crate) fn in_flight(now: Time, until: Time, worker: Option<Arc<str>>) -> Place {
        Place::InFlight(Box::new(Lease { until, since: now, heard: now, worker }))
    }
}

/// A message in a queue.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) body: Bytes,
    /// When the message was published, in milliseconds since 1970. It serves for display, and for
    /// the message's age after a restart.
    pub(crate) enqueued_at: u64,
    /// When the message was first published, for its age. A message with a higher id never has an
    /// earlier time, even in dead-letter queues.
    pub(crate) published: Time,
    /// How many deliveries count against `max_attempts`.
    pub(crate) attempts: u32,
    /// How many releases of the message did not count as attempts.
    pub(crate) releases: u32,
    /// The number of all deliveries, even if the attempt did not count; part of each receipt.
    pub(crate) deliveries: u32,
    /// The run of the process that issued the last receipt; 0 before the first receipt.
    pub(crate) run: u32,
    pub(crate) place: Place,
}

impl Message {
    /// Creates a ready message that is published at `now`.
    pub(crate) fn new(body: Bytes, enqueued_at: u64, now: Time) -> Message {
        let (attempts, releases, deliveries, run, place) = (0, 0, 0, 0, Place::Ready);
        Message { body, enqueued_at, published: now, attempts, releases, deliveries, run, place }
    }

    /// Returns the same message for another queue: ready, with no attempts and no releases.
    pub(crate) fn anew(self) -> Message {
        Message { attempts: 0, releases: 0, place: Place::Ready, ..self }
    }

    /// When the message becomes ready; `None` if it is not delayed.
    pub(crate) fn due(&self) -> Option<Time> {
        match self.place {
            Place::Delayed { until } => Some(until),
            _ => None,
        }
    }
}

/// A message that has left its queue after its last attempt.
pub(crate) struct Dead {
    pub(crate) id: MessageId,
    pub(crate) message: Message,
}

/// A message as [`Broker::peek`](crate::Broker::peek) shows it.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peeked {
    pub id: MessageId,
    /// How many deliveries count against `max_attempts`.
    pub attempts: u32,
    /// When the message was published, in milliseconds since 1970; for display only.
    pub enqueued_at: u64,
    pub place: Place,
    pub body: Bytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_parsed_from_its_text() {
        let receipt = Receipt { message: MessageId(17), delivery: 2, run: 0xbeef };
        assert_eq!("17-2-0000beef".parse(), Ok(receipt));
        assert_eq!(receipt.to_string(), "17-2-0000beef");
    }

    #[test]
    fn other_texts_are_refused_as_receipts() {
        for text in ["", "17", "17-2", "17-2-beef", "+17-2-0000beef", "17-2-0000BEEF", "1-1-0-0"] {
            assert_eq!(text.parse::<Receipt>(), Err(NoReceipt), "{text}");
        }
    }
}
