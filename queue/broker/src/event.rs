//! The events of a queue, which serve the log and the metrics, and answer waiting receives.

use bytes::Bytes;

use crate::Time;
use crate::message::{Delivery, MessageId, Receipt, WaiterId};
use crate::name::QueueName;
use crate::settings::Settings;

/// Why a message went back to the queue.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnReason {
    LeaseExpired,
    Nacked,
    /// The worker released the message because it must stop; the attempt does not count.
    Released,
}

/// One thing that happened to a queue or to one of its messages.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The queue was created, or its settings were replaced.
    Configured {
        settings: Settings,
    },
    Published {
        id: MessageId,
        body: Bytes,
        /// Milliseconds since 1970; for display.
        enqueued_at: u64,
        /// When the message becomes ready; `None` means at once.
        due: Option<Time>,
    },
    /// Messages went to a worker.
    Delivered {
        /// The receive that waited for the messages; `None` if the receive did not wait.
        waiter: Option<WaiterId>,
        deliveries: Vec<Delivery>,
        lease: Time,
    },
    /// A waiting receive gets nothing, because its worker is retired.
    Dismissed {
        waiter: WaiterId,
    },
    /// A client used a receipt whose delivery an earlier run of the process had not logged.
    Recalled {
        /// The receipt of the delivery, which is in flight again.
        receipt: Receipt,
    },
    /// A delivery never reached its worker; the message is ready again, in its old place.
    Undelivered {
        receipt: Receipt,
    },
    Extended {
        receipt: Receipt,
        /// When the lease now ends.
        until: Time,
    },
    Acked {
        receipt: Receipt,
    },
    /// A message went back to the queue.
    Returned {
        /// The delivery that ended without an ack.
        receipt: Receipt,
        reason: ReturnReason,
        /// When the message becomes ready; `None` means at once.
        due: Option<Time>,
    },
    /// After its last attempt, a message was dropped or moved to the dead-letter queue.
    Dead {
        /// The message's last delivery.
        receipt: Receipt,
        reason: ReturnReason,
        /// The dead-letter queue that got the message; `None` if the message was dropped.
        to: Option<QueueName>,
    },
    /// A ready message was dropped because it exceeded the queue's `max_age`.
    Expired {
        id: MessageId,
    },
    /// A message went back to the queue where it had died.
    Redriven {
        id: MessageId,
        to: QueueName,
    },
    /// The queue was paused or resumed.
    Paused {
        paused: bool,
    },
    /// All messages of the queue were deleted.
    Purged {
        count: u64,
        /// All deleted messages have lower ids than this id. Messages with higher ids may have been
        /// accepted but not committed; such messages were not deleted.
        below: MessageId,
    },
}
