//! Messages: their ids, their receipts, and how they look to those who ask.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;

use crate::Time;

/// A message's number, given at publish, ascending over all queues of a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Someone who waits for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WaiterId(pub u64);

/// The right to end one delivery of one message; stale after any other has begun.
///
/// As text it is `MESSAGE-DELIVERY-RUN`; callers should not read anything into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Receipt {
    /// The message.
    pub message: MessageId,
    /// Which delivery of it. Never used twice, also where the attempt was not counted.
    pub delivery: u32,
    /// Which run of the process gave it, so that no receipt outlives what it stands for.
    pub run: u32,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:08x}", self.message, self.delivery, self.run)
    }
}

/// The text was never a receipt.
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
        // One receipt has one spelling: "+1", upper case and further parts are none of ours.
        if receipt.to_string() == text { Ok(receipt) } else { Err(NoReceipt) }
    }
}

/// The receipt's delivery is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the delivery of this receipt is over")]
pub struct Stale;

/// The run of the process before this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Earlier {
    pub(crate) run: u32,
    /// Its messages have numbers below this one.
    pub(crate) below: MessageId,
}

impl Earlier {
    pub(crate) fn gave(self, receipt: Receipt) -> bool {
        receipt.run == self.run && receipt.message < self.below
    }
}

/// What a publisher hands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Any bytes. Large ones are kept as they are, so they should be no part of something larger.
    pub body: Bytes,
    /// How long it stays hidden; zero for at once.
    pub delay: Time,
}

/// What a receiver asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// At most so many messages; at least 1.
    pub max: usize,
    /// How long they shall belong to it; the queue's setting where it does not say.
    pub lease: Option<Time>,
    /// Its name, for the story of what happens to a message.
    pub worker: Option<Arc<str>>,
}

/// A message in the hands of a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The message.
    pub id: MessageId,
    /// The right to end this delivery.
    pub receipt: Receipt,
    /// How often it was given out, this time included.
    pub attempts: u32,
    /// When it was published, in milliseconds since 1970 by the publisher's server; for display.
    pub enqueued_at: u64,
    /// The bytes as they were published.
    pub body: Bytes,
}

/// Where a message is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Waiting for a receiver.
    Ready,
    /// Hidden until a time.
    Delayed {
        /// When it becomes ready.
        until: Time,
    },
    /// With a receiver.
    InFlight(Box<Lease>),
}

/// For how long a message is whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// When it ends.
    pub until: Time,
    /// When it began, where it began in this run of the process.
    pub since: Time,
    /// When the receiver last showed life: at delivery or when it extended the lease.
    pub heard: Time,
    /// The receiver's name, if it gave one.
    pub worker: Option<Arc<str>>,
}

impl Place {
    /// With a receiver from `now` on.
    pub(crate) fn in_flight(now: Time, until: Time, worker: Option<Arc<str>>) -> Place {
        Place::InFlight(Box::new(Lease { until, since: now, heard: now, worker }))
    }
}

/// A message on its way.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) body: Bytes,
    /// Milliseconds since 1970. For display, and for its age after a restart; nothing that runs is
    /// decided by it.
    pub(crate) enqueued_at: u64,
    /// When it was first published, for its age; ascends with the id, in dead-letter queues too.
    pub(crate) published: Time,
    /// Deliveries that count against `max_attempts`.
    pub(crate) attempts: u32,
    /// How often it was released without its attempt counting.
    pub(crate) releases: u32,
    /// All deliveries, so that no receipt is given twice.
    pub(crate) deliveries: u32,
    /// Which run of the process gave the last receipt; 0 before the first one.
    pub(crate) run: u32,
    pub(crate) place: Place,
}

impl Message {
    /// One that is ready, published at `now`.
    pub(crate) fn new(body: Bytes, enqueued_at: u64, now: Time) -> Message {
        let (attempts, releases, deliveries, run, place) = (0, 0, 0, 0, Place::Ready);
        Message { body, enqueued_at, published: now, attempts, releases, deliveries, run, place }
    }

    /// The same one in another queue, where it begins anew.
    pub(crate) fn anew(self) -> Message {
        Message { attempts: 0, releases: 0, place: Place::Ready, ..self }
    }

    /// When it becomes ready, where it is delayed.
    pub(crate) fn due(&self) -> Option<Time> {
        match self.place {
            Place::Delayed { until } => Some(until),
            _ => None,
        }
    }
}

/// What became of messages whose lease is over.
pub(crate) struct Dead {
    pub(crate) id: MessageId,
    pub(crate) message: Message,
}

/// A look at a message that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peeked {
    /// The message.
    pub id: MessageId,
    /// How often it was given out.
    pub attempts: u32,
    /// When it was published, in milliseconds since 1970; for display.
    pub enqueued_at: u64,
    /// Where it is.
    pub place: Place,
    /// The bytes as they were published.
    pub body: Bytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_comes_back_from_its_text() {
        let receipt = Receipt { message: MessageId(17), delivery: 2, run: 0xbeef };
        assert_eq!("17-2-0000beef".parse(), Ok(receipt));
        assert_eq!(receipt.to_string(), "17-2-0000beef");
    }

    #[test]
    fn other_texts_are_no_receipts() {
        for text in ["", "17", "17-2", "17-2-beef", "+17-2-0000beef", "17-2-0000BEEF", "1-1-0-0"] {
            assert_eq!(text.parse::<Receipt>(), Err(NoReceipt), "{text}");
        }
    }
}
