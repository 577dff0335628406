//! What happened: for a log, for metrics, and for waking those who wait.

use bytes::Bytes;

use crate::Time;
use crate::message::{Delivery, MessageId, Receipt, WaiterId};
use crate::name::QueueName;
use crate::settings::Settings;

/// Why a message went back to the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnReason {
    /// Its lease ran out.
    LeaseExpired,
    /// Its receiver handed it back.
    Nacked,
    /// Its receiver handed it back because it was told to stop; the attempt does not count.
    Released,
}

/// One thing that happened to a queue, in the order in which it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The queue was made or told something else.
    Configured {
        /// What it is told now.
        settings: Settings,
    },
    /// A message came in.
    Published {
        /// Its number.
        id: MessageId,
        /// Its bytes.
        body: Bytes,
        /// Milliseconds since 1970; for display.
        enqueued_at: u64,
        /// When it becomes ready, if not at once.
        due: Option<Time>,
    },
    /// Messages went to a receiver.
    Delivered {
        /// Who had waited for them; `None` where they were there when asked for.
        waiter: Option<WaiterId>,
        /// The messages.
        deliveries: Vec<Delivery>,
        /// How long they belong to it.
        lease: Time,
    },
    /// A receive that waited gets nothing, for its worker is retired.
    Dismissed {
        /// Who had waited.
        waiter: WaiterId,
    },
    /// Somebody has shown the receipt of a delivery in an earlier run that was not heard of since.
    Recalled {
        /// The delivery, which is under way again.
        receipt: Receipt,
    },
    /// A delivery never reached its receiver; the message is ready again, in its old place.
    Undelivered {
        /// The delivery.
        receipt: Receipt,
    },
    /// The receiver asked for more time.
    Extended {
        /// The delivery.
        receipt: Receipt,
        /// When the lease ends now.
        until: Time,
    },
    /// A message is done.
    Acked {
        /// The delivery that did it.
        receipt: Receipt,
    },
    /// A message went back to the queue.
    Returned {
        /// The delivery that failed.
        receipt: Receipt,
        /// Why.
        reason: ReturnReason,
        /// When it becomes ready, if not at once.
        due: Option<Time>,
    },
    /// A message was given up.
    Dead {
        /// Its last delivery.
        receipt: Receipt,
        /// How that failed.
        reason: ReturnReason,
        /// Where it went; `None` where it was dropped.
        to: Option<QueueName>,
    },
    /// A message became too old.
    Expired {
        /// The message.
        id: MessageId,
    },
    /// A message went back to where it had died.
    Redriven {
        /// The message.
        id: MessageId,
        /// The queue.
        to: QueueName,
    },
    /// Nobody gets any from now on, or they do again.
    Paused {
        /// Which of the two.
        paused: bool,
    },
    /// All messages were thrown away.
    Purged {
        /// How many.
        count: u64,
        /// All of them have lower numbers, and none that is accepted and not there yet has.
        below: MessageId,
    },
}
